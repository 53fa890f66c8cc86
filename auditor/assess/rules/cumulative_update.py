"""Is the cumulative update new enough?

Components move separately: Core Components decides on every role, with Front End Server
where that is installed. The base version of Get-CsServerVersion is no update level.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from auditor.assess.identify import Package
from auditor.assess.model import Finding, Status
from auditor.assess.rule import Context, Rule, Subject, are, product_of, shorten
from auditor.assess.rules.completeness import gap_in_packages
from auditor.assess.rules.component_table import asked, component_table, serviced
from auditor.assess.rules.restart import update_waits
from auditor.rulebook.builds import describe_build
from auditor.rulebook.policy import Threshold
from auditor.rulebook.products import Product
from auditor.version import Version


class _UpdateRule(Rule):
    needs = ("products",)

    def exempt(self, subject: Subject, context: Context) -> str | None:
        product = product_of(subject)
        if context.policy.least(product.key) is None:
            return f"the policy states no minimum build for {product.title}"
        return None


def is_updated(subject: Subject, context: Context) -> bool:
    """Whether the policy's update is on the server, all of it, be it active yet or not."""
    status, _ = _verdict(subject, context)
    return status is Status.PASS and not _missed_packages(subject, context)


def how_to_update(subject: Subject, context: Context, remedy: str) -> str:
    """A remedy, with who packages updates for appliances where the server may be one."""
    appliances = context.rulebook.appliances
    if subject.pool.kind.value not in appliances.kinds:
        return remedy
    return f"{remedy} {appliances.remedy}"


@lru_cache(maxsize=1)
def _threshold(subject: Subject, context: Context) -> Threshold:
    """The policy's minimum for this product in a pool of this kind; exempt where there is none."""
    product = product_of(subject)
    threshold = context.policy.least(product.key, subject.pool.kind.value)
    if threshold is None:
        raise LookupError(f"no minimum for {product.key}")
    return threshold


class CumulativeUpdate(_UpdateRule):
    """Core Components decides on every role, with Front End Server where that is installed.

    Components move separately: one at the minimum beside one below it is half-patched, a fail. An
    Edge whose own package is below it is a doubt, as no source confirms that package's name. A
    component that the minimum's update is known to leave out must have the last build issued for
    it. The base version that Get-CsServerVersion gives is not an update level.
    """

    id = "SFB-CU-001"
    title = "The cumulative update is installed, on all deciding components"
    applies_to = "servers of a product for which the policy states a minimum build"
    sources = ("sfb-updates", "server-version")

    def judge(self, subject: Subject, context: Context) -> Finding:
        product = product_of(subject)
        threshold = _threshold(subject, context)
        label = describe_build(context.rulebook, product.key, threshold.build)
        left = _left(subject, context)
        required = f"{threshold.build} or later: {label}{left}"
        status, reason = _verdict(subject, context)
        waits = update_waits(subject, context) if status is Status.PASS else None
        if waits is not None:
            status, reason = Status.UNKNOWN, f"{reason} But {waits}: it may not be active yet."
        mend = status is Status.FAIL
        restart = ("restart-server",) if waits is not None else ()
        return self.finding(
            subject,
            status,
            observed=_listed(subject.product.deciding) or "no deciding component",
            required=required,
            reason=reason,
            evidence=subject.package_evidence,
            compared=component_table(subject, context, threshold),
            remediation=how_to_update(
                subject,
                context,
                f"Install the complete cumulative update {label} or a later one.",
            )
            if mend
            else "",
            actions=("install-cu",) if mend else restart,
            sources=_cited(self, subject, context, threshold),
        )


@lru_cache(maxsize=1)
def _verdict(subject: Subject, context: Context) -> tuple[Status, str]:
    """Two rules ask for it, one after the other."""
    product, threshold = product_of(subject), _threshold(subject, context)
    own = [p for p in subject.product.deciding if _own(p, product)]
    below = [p for p in own if _older(p, subject, context)]
    fine = [p for p in own if p not in below]
    has_core = bool(subject.product.components(context.rulebook.components.core))
    if below and has_core:
        shortfall = _shortfall(below, subject, context)
        if fine:
            return Status.FAIL, f"The server is half-patched: {shortfall}, but {_are(fine)} not."
        return Status.FAIL, f"{shortfall}."
    doubt = gap_in_packages(subject, context) or _doubt(subject, context)
    if doubt is not None:
        return Status.UNKNOWN, doubt
    left = _left(subject, context)
    return Status.PASS, f"Every deciding component is at {threshold.build} or later{left}."


def _shortfall(below: Sequence[Package], subject: Subject, context: Context) -> str:
    """What is below which build: they differ where the update leaves a component out."""
    threshold, by_build = _threshold(subject, context), dict[Version, list[Package]]()
    for package in below:
        least = asked(package, subject, context, threshold)
        by_build.setdefault(least, []).append(package)
    return ", ".join(f"{_are(those)} below {least}" for least, those in by_build.items())


def _left(subject: Subject, context: Context) -> str:
    """Which deciding components the minimum's update leaves out, to end a sentence with."""
    book, build = context.rulebook, _threshold(subject, context).build
    product = product_of(subject).key
    least = {name: book.least_of(product, build, name) for name in book.components.deciding}
    return "".join(
        f"; {name}, which its update does not change: {version} or later"
        for name, version in least.items()
        if version != build
    )


def _doubt(subject: Subject, context: Context) -> str | None:
    """Why the deciding components, all there and none known to be too old, prove nothing."""
    product, names = product_of(subject), context.rulebook.components
    strange = [p for p in subject.product.deciding if not _own(p, product)]
    if strange:
        return f"{_are(strange)} not a build of {product.title}, whose builds are {product.line}.x."
    of_edge = [p for p in subject.product.packages if names.is_edges(p.key)]
    behind = [p for p in of_edge if not _own(p, product) or _older(p, subject, context)]
    if behind:
        least = asked(behind[0], subject, context, _threshold(subject, context))
        return (
            f"{_are(behind)} behind {least}, although an update has the same package for front "
            "ends and the Edge; no source here confirms this package's name."
        )
    return None


def _older(package: Package, subject: Subject, context: Context) -> bool:
    threshold = _threshold(subject, context)
    version = package.version
    return version is not None and version < asked(package, subject, context, threshold)


class LaggingPackages(_UpdateRule):
    """Packages beside the deciding ones. Updates do not service every package.

    One that a source lists as part of that update must have come with it; no source here says
    whether the others should have, and those that matter most are worth a look.
    """

    id = "SFB-CU-002"
    title = "No other package lags behind the cumulative update"
    applies_to = "servers of a product for which the policy states a minimum build"
    sources = ("sfb-updates",)

    def judge(self, subject: Subject, context: Context) -> Finding:
        threshold = _threshold(subject, context)
        lagging, missed = _lagging(subject, context), _missed_packages(subject, context)
        watched = [p for p in lagging if _is_watched(p, context) and p not in missed]
        rest = [p for p in lagging if p not in missed and p not in watched]
        reasons = []
        if missed:
            reasons.append(
                f"What fails: {_are(missed)} behind, although the update {threshold.build} "
                "services that."
            )
        if watched:
            weight = "which by itself would be advice" if missed else "so this is advice"
            reasons.append(
                f"{_are(watched)} behind; no source here says whether the update "
                f"{threshold.build} services that, {weight}."
            )
        if rest:
            reasons.append(
                "Behind as well, without weight, as updates do not service every package: "
                f"{_listed(rest)}."
            )
        status = Status.FAIL if missed else Status.ADVICE if watched else Status.PASS
        first = any(_older(package, subject, context) for package in subject.product.deciding)
        if first and lagging:
            reasons.append(
                f"{CumulativeUpdate.id} comes first: its remediation installs the update."
            )
        return self.finding(
            subject,
            status,
            observed=_listed(lagging) or "none lags",
            required=f"{threshold.build} or later where the update services the package",
            reason=" ".join(reasons) or "No other package lags.",
            evidence=subject.package_evidence,
            compared=component_table(subject, context, threshold, lagging),
            remediation=how_to_update(
                subject,
                context,
                f"Install the update first ({CumulativeUpdate.id}); its installer lists what it "
                "would update, including these packages if it services them."
                if first
                else "Run the update installer; it lists what it would still update.",
            )
            if missed or watched
            else "",
            actions=("install-cu",) if missed else (),
            sources=_cited(self, subject, context, threshold),
        )


@lru_cache(maxsize=1)
def _lagging(subject: Subject, context: Context) -> tuple[Package, ...]:
    names = context.rulebook.components
    return tuple(
        package
        for package in subject.product.packages
        if package.key not in names.deciding_keys
        and not names.is_edges(package.key)
        and (package.version is None or _older(package, subject, context))
    )


def _missed_packages(subject: Subject, context: Context) -> list[Package]:
    """Lagging packages that the threshold's own update brings, and that did not get it."""
    threshold = _threshold(subject, context)
    return [
        package
        for package in _lagging(subject, context)
        if _missed(package, serviced(package, subject, context, threshold))
    ]


def _missed(package: Package, build: Version | None) -> bool:
    return build is not None and package.version is not None and package.version < build


def _own(package: Package, product: Product) -> bool:
    return package.version is not None and product.owns(package.version)


def _is_watched(package: Package, context: Context) -> bool:
    name = package.key
    watched = context.rulebook.components.watched
    return any(name.startswith(beginning.casefold()) for beginning in watched)


def _listed(packages: Sequence[Package]) -> str:
    return shorten(", ".join(f"{p.component} {p.shown}" for p in packages))


def _are(packages: Sequence[Package]) -> str:
    return shorten(are([f"{p.component} {p.shown}" for p in packages]))


def _cited(rule: Rule, subject: Subject, context: Context, threshold: Threshold) -> tuple[str, ...]:
    appliances = context.rulebook.appliances
    more = appliances.sources if subject.pool.kind.value in appliances.kinds else ()
    return tuple(dict.fromkeys((*threshold.sources, *rule.sources, *more)))
