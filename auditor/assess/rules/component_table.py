"""The packages of a server, each beside what the cumulative update asks of it."""

from __future__ import annotations

from collections.abc import Sequence

from auditor.assess.identify import Package
from auditor.assess.model import Compared
from auditor.assess.rule import Context, Subject, product_of, shorten
from auditor.rulebook.policy import Threshold
from auditor.version import Version

DECIDES = "decides"
SERVICED = "serviced by the update"
NOT_KNOWN = "no source here says whether the update services it"
THERE = "has that build, and decides nothing"


def component_table(
    subject: Subject,
    context: Context,
    threshold: Threshold,
    packages: Sequence[Package] | None = None,
) -> tuple[Compared, ...]:
    """One row for each of the product's packages, or of `packages`, the deciding ones first."""
    deciding = {name.casefold() for name in context.rulebook.components.deciding}
    first: list[Compared] = []
    then: list[Compared] = []
    for package in subject.product.packages if packages is None else packages:
        decides = package.component.casefold() in deciding
        rows = first if decides else then
        build = threshold.build if decides else serviced(package, subject, context, threshold)
        rows.append(_row(package, build, threshold, decides=decides))
    return (*first, *then)


def serviced(
    package: Package, subject: Subject, context: Context, threshold: Threshold
) -> Version | None:
    """The build that the threshold's update gives a package, None where no source lists it."""
    product = product_of(subject)
    part = context.rulebook.part_of(product.key, threshold.build, package.component)
    if part is None:
        return None
    return part.version or threshold.build


def _row(
    package: Package, build: Version | None, threshold: Threshold, *, decides: bool
) -> Compared:
    note = DECIDES if decides else SERVICED
    required = str(build or threshold.build)
    if build is None:
        there = package.version is not None and package.version >= threshold.build
        note, required = (THERE, required) if there else (NOT_KNOWN, "not known")
    return Compared(shorten(package.component), shorten(package.shown), required, note)
