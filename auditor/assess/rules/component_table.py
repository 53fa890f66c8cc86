"""The packages of a server, each beside what the cumulative update asks of it."""

from __future__ import annotations

from collections.abc import Sequence

from auditor.assess.identify import Package
from auditor.assess.model import Compared
from auditor.assess.rule import Context, Subject, product_of, shorten
from auditor.rulebook.policy import Threshold
from auditor.version import Version

DECIDES = "decides"
LEFT = "decides; the update does not change it"
SERVICED = "serviced by the update"
OF_THE_EDGE = "the update has a package for the Edge; no source confirms this name"
NOT_KNOWN = "no source here says whether the update services it"
THERE = "has that build, but decides nothing"


def component_table(
    subject: Subject,
    context: Context,
    threshold: Threshold,
    packages: Sequence[Package] | None = None,
) -> tuple[Compared, ...]:
    """One row for each of the product's packages, or of `packages`, the deciding ones first."""
    names = context.rulebook.components
    first: list[Compared] = []
    then: list[Compared] = []
    for package in subject.product.packages if packages is None else packages:
        if package.key in names.deciding_keys:
            build = asked(package, subject, context, threshold)
            first.append(_row(package, build, DECIDES if build == threshold.build else LEFT))
        elif names.is_edges(package.key):
            build = asked(package, subject, context, threshold)
            then.append(_row(package, build, OF_THE_EDGE))
        elif (part := serviced(package, subject, context, threshold)) is not None:
            then.append(_row(package, part, SERVICED))
        elif package.version is not None and package.version >= threshold.build:
            then.append(_row(package, threshold.build, THERE))
        else:
            then.append(_row(package, None, NOT_KNOWN))
    return (*first, *then)


def asked(package: Package, subject: Subject, context: Context, threshold: Threshold) -> Version:
    """The least build of a package for the threshold; the Edge's own goes by the front end's."""
    names = context.rulebook.components
    component = names.front_end if names.is_edges(package.key) else package.component
    return context.rulebook.least_of(product_of(subject).key, threshold.build, component)


def serviced(
    package: Package, subject: Subject, context: Context, threshold: Threshold
) -> Version | None:
    """The build that the threshold's update gives a package, None where no source lists it."""
    product = product_of(subject)
    part = context.rulebook.part_of(product.key, threshold.build, package.component)
    if part is None:
        return None
    return part.version or threshold.build


def _row(package: Package, build: Version | None, note: str) -> Compared:
    required = str(build) if build is not None else "not known"
    return Compared(shorten(package.component), shorten(package.shown), required, note)
