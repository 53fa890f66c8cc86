"""Is the Windows one of the product's rows, and is it serviced far enough?"""

from __future__ import annotations

from functools import lru_cache

from auditor.assess.model import Evidence, Finding, Status
from auditor.assess.rule import Context, Rule, Subject, product_of, shorten, windows_of
from auditor.assess.rules.cumulative_update import how_to_update
from auditor.assess.rules.installation import Installed, how_installed
from auditor.assess.rules.policy import NotRuledOut, product_is_ruled_out
from auditor.assess.rules.support import StillSupported, support_is_over
from auditor.facts.os import OsFacts
from auditor.facts.products import ProductsFacts
from auditor.rulebook.confidence import Confidence
from auditor.rulebook.model import Windows
from auditor.rulebook.products import Product, SystemRow
from auditor.version import Version

_DOMAIN_CONTROLLER = 2
_SERVER_CORE = "server core"
_OF_A_SERVER = frozenset({"server", _SERVER_CORE})


class SupportedSystem(Rule):
    """A Windows that is not listed for the product is blocked: no update can help.

    Some rows require a minimum build of the product, or an in-place upgrade.
    """

    id = "SFB-OS-001"
    title = "The operating system is listed for the product"
    applies_to = "every Lync or Skype for Business server"
    needs = ("os",)
    sources = ("support-blog-ja", "techcommunity-222247")
    no_fail = "That is a doubt rather than a lack, so this is advice."
    needs_system = True

    def judge(self, subject: Subject, context: Context) -> Finding:
        product, windows = product_of(subject), windows_of(subject, context)
        facts = subject.get(OsFacts)
        row = product.system(windows.key)
        installed = how_installed(subject, context, row) if row is not None else None
        status, reason = _verdict(product, windows, row, facts, installed)
        blocked = status is Status.FAIL
        if not blocked and row is not None and row.least is not None:
            early = _too_early(subject, context, row.least)
            if early is not None:
                return self._early(subject, context, row, early)
        return self.finding(
            subject,
            status,
            observed=_observed(windows, facts),
            required=_rows(product.key, context),
            reason=reason,
            evidence=[
                *system_evidence(subject, facts),
                *(installed.evidence if installed else ()),
            ],
            remediation=_remedy(subject, context, status),
            actions=("migrate-os",) if blocked else (),
            sources=tuple(
                dict.fromkeys(
                    (
                        *(row.sources if row else ()),
                        *product.sources,
                        *(installed.sources if installed else ()),
                    )
                )
            ),
            blocks=blocked,
        )

    def _early(
        self, subject: Subject, context: Context, row: SystemRow, early: tuple[Status, str]
    ) -> Finding:
        """The product runs on this Windows from a build on that it has not, or may not have."""
        windows, facts = windows_of(subject, context), subject.get(OsFacts)
        status, reason = early
        return self.finding(
            subject,
            status,
            observed=_observed(windows, facts),
            required=f"{row.least} or later on {windows.title}",
            reason=reason,
            evidence=[*system_evidence(subject, facts), *subject.package_evidence],
            remediation=how_to_update(
                subject, context, f"Install the cumulative update of {row.least} or a later one."
            )
            if status is Status.FAIL
            else "",
            actions=("install-cu",) if status is Status.FAIL else (),
            sources=row.sources,
        )


@lru_cache(maxsize=64)
def _rows(product: str, context: Context) -> str:
    """The systems of a product (its key), by their titles."""
    entry, windows = context.rulebook.products[product], context.rulebook.windows
    rows = ", ".join(windows[row.os].title for row in entry.systems)
    return rows or f"no source here lists operating systems for {entry.title}"


def _too_early(subject: Subject, context: Context, least: Version) -> tuple[Status, str] | None:
    """What a build before `least` means for the row; None where it is met.

    Where the packages were not read at all, their own findings say so.
    """
    if subject.find(ProductsFacts) is None:
        return None
    core = subject.product.components(context.rulebook.components.core)
    versions = [package.version for package in core if package.version is not None]
    title = windows_of(subject, context).title
    if not versions:
        return Status.UNKNOWN, f"{title} needs {least} or later, but the build is not known."
    if min(versions) < least:
        return Status.FAIL, f"On {title} the product needs {least} or later."
    return None


def _verdict(
    product: Product,
    windows: Windows,
    row: SystemRow | None,
    facts: OsFacts,
    installed: Installed | None,
) -> tuple[Status, str]:
    installation = (facts.installation or "").casefold()
    server_core = installation == _SERVER_CORE
    if windows.workstation:
        return Status.FAIL, f"{windows.title} is not a server operating system."
    if row is None and product.systems_closed:
        return Status.FAIL, f"{product.title} is not supported on {windows.title}."
    if server_core and product.server_core == "unsupported":
        return Status.FAIL, f"{product.title} is not supported on Server Core."
    if installation and installation not in _OF_A_SERVER:
        told = shorten(facts.installation or "")
        return Status.UNKNOWN, f"Its installation is called {told!r}, but it is a server otherwise."
    if row is None:
        return Status.ADVICE, f"No source here says whether {product.title} runs on it."
    advice = _doubts(product, row, facts, server_core=server_core)
    if installed is not None and installed.against:
        advice.append(installed.sentence)
    if advice:
        return Status.ADVICE, " ".join(advice)
    if installed is not None:
        return Status.PASS, installed.sentence
    return Status.PASS, f"{product.title} has a row for {windows.title}."


def _remedy(subject: Subject, context: Context, status: Status) -> str:
    """Where the product has to go as well, the new one decides on which Windows."""
    if status is not Status.FAIL:
        return "Check on the server which Windows it is." if status is Status.UNKNOWN else ""
    if support_is_over(subject, context):
        first = StillSupported.id
    elif product_is_ruled_out(subject, context):
        first = NotRuledOut.id
    else:
        return f"Move the server to a Windows that {product_of(subject).title} supports."
    return f"The product is replaced first ({first}), on a Windows that the new one supports."


def _doubts(product: Product, row: SystemRow, facts: OsFacts, *, server_core: bool) -> list[str]:
    """What a person should know although the Windows is one of the rows."""
    doubts = []
    if row.confidence is not Confidence.STATED:
        doubts.append(f"That {product.title} runs on it is inferred.")
    if server_core:
        doubts.append(f"No source here says whether {product.title} runs on Server Core.")
    if facts.product_type == _DOMAIN_CONTROLLER:
        doubts.append("It is a domain controller, which should not hold this role.")
    return doubts


class ServicePack(Rule):
    """KB3140245 cannot be installed without it: the service pack comes first.

    Where the product has a row for that Windows, the row's own sources ask for it too.
    """

    id = "SFB-OS-002"
    title = "Windows Server 2008 R2 has service pack 1"
    applies_to = "Lync and Skype for Business servers on Windows Server 2008 R2"
    needs = ("os",)
    sources = ("kb3140245", "wesng")
    needs_product = False
    needs_system = True

    def exempt(self, subject: Subject, context: Context) -> str | None:
        windows = windows_of(subject, context)
        if windows.service_pack_build is None:
            return f"{windows.title} needs no service pack"
        return None

    def judge(self, subject: Subject, context: Context) -> Finding:
        windows, facts = windows_of(subject, context), subject.get(OsFacts)
        by_build = facts.version.build >= (windows.service_pack_build or 0)
        by_number = facts.service_pack >= 1
        observed = f"build {facts.version.build}, service pack {facts.service_pack}"
        required = f"service pack 1 (build {windows.service_pack_build})"
        evidence = system_evidence(subject, facts)
        row = subject.known.system(windows.key) if subject.known is not None else None
        cited = (*self.sources, *(row.sources if row is not None else ()))
        if by_build != by_number:
            return self.finding(
                subject,
                Status.UNKNOWN,
                observed=observed,
                required=required,
                reason="Build and service pack contradict each other.",
                evidence=evidence,
                sources=cited,
            )
        return self.finding(
            subject,
            Status.PASS if by_build else Status.FAIL,
            observed=observed,
            required=required,
            reason="Service pack 1 is installed."
            if by_build
            else "KB3140245 is for service pack 1 only"
            + (", and so is the product." if row is not None else "."),
            evidence=evidence,
            remediation="" if by_build else "Install service pack 1, before KB3140245.",
            actions=() if by_build else ("install-sp1",),
            sources=cited,
        )


def system_evidence(subject: Subject, facts: OsFacts) -> list[Evidence]:
    """Windows as it described itself."""
    values = {
        "Caption": facts.caption,
        "Version": facts.version,
        "ProductType": facts.product_type,
        "ServicePackMajorVersion": facts.service_pack,
    }
    evidence = [
        subject.evidence("os", f"Win32_OperatingSystem.{name}", value)
        for name, value in values.items()
    ]
    if facts.installation is not None:
        evidence.append(subject.evidence("os", "InstallationType", facts.installation))
    return evidence


def _observed(windows: Windows, facts: OsFacts) -> str:
    installation = f", {shorten(facts.installation)}" if facts.installation else ""
    return f"{windows.title} ({facts.version}{installation})"
