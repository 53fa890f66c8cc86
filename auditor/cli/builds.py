"""`sfb-audit builds`: what a build number or an update is, and what lies around it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from auditor.cli import options


@click.command()
@click.argument("build", nargs=-1)
@click.option(
    "--product",
    help="Only this product: sfbse, sfb2019, sfb2015, lync2013, lync2010 or ocs2007r2.",
)
@options.overlays
def builds(build: tuple[str, ...], product: str | None, overlays: tuple[Path, ...]) -> None:
    """List the known builds, or say what BUILD is and how it stands to each policy.

    BUILD is a number, the KB number of an update, or its name, such as CU6 HF2.

    \b
    sfb-audit builds --product sfb2015
    sfb-audit builds 6.0.9319.548
    sfb-audit builds KB4086059
    sfb-audit builds CU9
    """
    from auditor.knowledge import read_files
    from auditor.rulebook.builds import place_build, product_named, updates_called
    from auditor.rulebook.model import Build
    from reports.builds import print_builds, print_places
    from reports.console import make_console

    rulebook = read_files(overlays).rulebook
    only = product_named(rulebook, product) if product else None
    text = " ".join(build)
    called = updates_called(rulebook, text, only)
    if text and len(called) == 1 and isinstance(called[0], Build):
        text, only = str(called[0].version), rulebook.products[called[0].product]
        called = []
    if called or not text:
        print_builds(rulebook, called, make_console())
    else:
        today = datetime.now(UTC).date()
        print_places(rulebook, place_build(rulebook, text, today, only), make_console())
