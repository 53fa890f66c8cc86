"""The packages of a server, each beside what the cumulative update asks of it."""

from __future__ import annotations

from auditor.assess.identify import Package
from auditor.assess.model import Compared
from auditor.assess.rule import Context, Subject, product_of, shorten
from auditor.rulebook.builds import known_part
from auditor.rulebook.policy import Threshold
from auditor.version import Version

DECIDES = "decides"
NOT_KNOWN = "no source here says whether the update services it"


def component_table(
    subject: Subject, context: Context, threshold: Threshold
) -> tuple[Compared, ...]:
    """One row for each package of the product, the deciding ones first."""
    deciding = [name.casefold() for name in context.rulebook.components.deciding]
    rows = sorted(
        subject.product.packages, key=lambda package: package.component.casefold() not in deciding
    )
    return tuple(_row(package, subject, context, threshold) for package in rows)


def serviced(
    package: Package, subject: Subject, context: Context, threshold: Threshold
) -> Version | None:
    """The build that the threshold's update gives a package, None where no source lists it."""
    product = product_of(subject, context)
    part = known_part(context.rulebook, product.key, threshold.build, package.component)
    if part is None:
        return None
    return part.version or threshold.build


def _row(package: Package, subject: Subject, context: Context, threshold: Threshold) -> Compared:
    names = {name.casefold() for name in context.rulebook.components.deciding}
    required, note = "not known", NOT_KNOWN
    build = serviced(package, subject, context, threshold)
    if build is not None:
        required, note = str(build), "serviced by the update"
    if package.component.casefold() in names:
        required, note = str(threshold.build), DECIDES
    return Compared(shorten(package.component), shorten(package.shown), required, note)
