"""What has to be there before the cumulative update is installed, where it has to be."""

from __future__ import annotations

from auditor.assess.model import Evidence, Finding, Status
from auditor.assess.rule import Context, Rule, Subject, product_of, shorten
from auditor.assess.rules.cumulative_update import is_updated
from auditor.facts.engine import EngineFacts, RegisteredEngine
from auditor.facts.hotfixes import HotfixesFacts
from auditor.rulebook.model import Installer, InstallerHotfix
from auditor.version import Version

_LISTED, _NOT_READ = "listed", "not read"
_LIST = "Win32_QuickFixEngineering"
_FROM_3_0 = r"\3\powershellengine"


class WindowsReadyForUpdate(Rule):
    """Microsoft requires these for the product, and for its installation or upgrade.

    Without that PowerShell the product's own shell does not start: work before the update. The
    hotfix may be part of a later one, and no source here says that an update needs it: advice.
    """

    id = "SFB-PRE-002"
    title = "Windows is ready for the cumulative update"
    applies_to = "servers on which the policy's cumulative update is still to be installed"
    needs = ("engine",)
    sources = ("lync2013-powershell", "sfb2015-requirements")
    no_fail = "So this is advice."

    def exempt(self, subject: Subject, context: Context) -> str | None:
        product = product_of(subject)
        if product.key not in context.rulebook.installer.products:
            return f"no source here says what an update of {product.title} requires"
        if context.policy.least(product.key) is None:
            return f"the policy states no minimum build for {product.title}"
        if is_updated(subject, context):
            return "the policy's cumulative update is installed (SFB-CU-001)"
        return None

    def judge(self, subject: Subject, context: Context) -> Finding:
        installer = context.rulebook.installer
        row = installer.hotfix_for(product_of(subject).key, subject.system.system)
        status, reason = _engine_verdict(subject.get(EngineFacts), installer)
        observed = [_observed(subject.get(EngineFacts))]
        required = [f"Windows PowerShell {_short(installer.powershell)} or later"]
        evidence = _evidence(subject)
        lacking = None
        if row is not None:
            word = _word(subject, row)
            lacking = row if word != _LISTED else None
            if status is Status.PASS and lacking is not None:
                status = Status.ADVICE
            reason = f"{reason} {_of_hotfix(row, word)}"
            observed.append(f"{row.hotfix} {word}")
            required.append(f"{row.hotfix} or an update that contains it")
            evidence.append(subject.evidence("hotfixes", _LIST, f"{row.hotfix}: {word}"))
        return self.finding(
            subject,
            status,
            observed=", ".join(observed),
            required=", ".join(required),
            reason=reason,
            evidence=evidence,
            remediation=_remedy(status, installer, lacking),
            actions=("install-powershell",) if status is Status.FAIL else (),
            sources=tuple(dict.fromkeys((*installer.sources, *(row.sources if row else ())))),
        )


def _engine_verdict(facts: EngineFacts, installer: Installer) -> tuple[Status, str]:
    """The registry tells what is installed; a session may be of an older PowerShell beside it."""
    present = [_version(each.version) for each in facts.engines if each.key_present]
    known = [version for version in present if version is not None]
    session = _version(facts.session.build_version)
    answers = session is not None and session >= installer.build
    if any(version >= installer.powershell for version in known):
        return Status.PASS, f"Windows PowerShell {_short(max(known))} is installed."
    sure = _is_told(facts.engines) and None not in present and bool(known)
    if answers and sure:
        return Status.UNKNOWN, (
            f"Windows PowerShell {_short(max(known))} is the latest registered, but the session's "
            f"is newer (BuildVersion {session}): they contradict each other."
        )
    if answers:
        return Status.PASS, f"The session's Windows PowerShell has BuildVersion {session}."
    if sure:
        return Status.FAIL, (
            f"Windows PowerShell {_short(max(known))} is the latest here, but the product needs "
            f"{_short(installer.powershell)}."
        )
    return Status.UNKNOWN, "Windows does not report which PowerShell is installed."


def _is_told(engines: tuple[RegisteredEngine, ...]) -> bool:
    """Whether the answer speaks of the key of 3.0 and later, there or not."""
    return any(each.path.casefold().endswith(_FROM_3_0) for each in engines)


def _version(text: str | None) -> Version | None:
    """A server's text as a version, None where it is none."""
    try:
        return None if text is None else Version.parse(text)
    except ValueError:
        return None


def _word(subject: Subject, row: InstallerHotfix) -> str:
    """What Windows' list of hotfixes says of one."""
    hotfixes = subject.find(HotfixesFacts)
    if hotfixes is None:
        return _NOT_READ
    return _LISTED if hotfixes.has(row.hotfix) else "not listed"


def _of_hotfix(row: InstallerHotfix, word: str) -> str:
    if word == _LISTED:
        return f"{row.hotfix} is listed as installed."
    lacking = (
        f"Whether {row.hotfix} is listed was not read."
        if word == _NOT_READ
        else f"{row.hotfix} is not listed; a later update may contain it."
    )
    return f"{lacking} Microsoft asks for it before an upgrade, and does not mention updates."


def _remedy(status: Status, installer: Installer, row: InstallerHotfix | None) -> str:
    parts = []
    if status is Status.FAIL:
        parts.append(
            f"Install Windows PowerShell {_short(installer.powershell)} (Windows Management "
            "Framework 3.0) or a later one that the product supports, and restart."
        )
    if status is Status.UNKNOWN:
        parts.append(
            f"Check $PSVersionTable on the server: BuildVersion must be {installer.build} or later."
        )
    if row is not None:
        parts.append(
            f"Find out whether {row.hotfix} or an update that contains it is installed; if not, "
            "install it before the cumulative update."
        )
    return " ".join(parts)


def _observed(facts: EngineFacts) -> str:
    shown = [f"Windows PowerShell {each.version}" for each in facts.engines if each.key_present]
    return shorten(", ".join(shown) or "no Windows PowerShell registered")


def _evidence(subject: Subject) -> list[Evidence]:
    facts = subject.get(EngineFacts)
    engines = [
        subject.evidence(
            "engine",
            f"{each.path}, PowerShellVersion",
            (each.version or "no version") if each.key_present else "the key is absent",
        )
        for each in facts.engines
    ]
    session = facts.session.build_version or "not told"
    return [*engines, subject.evidence("engine", "$PSVersionTable, BuildVersion", session)]


def _short(version: Version) -> str:
    """Such as "3.0" or "5.1": what people call a PowerShell."""
    return f"{version.major}.{version.minor}"
