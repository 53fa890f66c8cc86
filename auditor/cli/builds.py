"""`sfb-audit builds`: what a build number is, and what lies around it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from auditor.cli import options


@click.command()
@click.argument("build", required=False)
@click.option("--product", help="Only this product, such as sfb2015 or lync2013.")
@options.overlays
def builds(build: str | None, product: str | None, overlays: tuple[Path, ...]) -> None:
    """List the known builds, or say what BUILD is and how it stands to each policy.

    \b
    sfb-audit builds --product sfb2015
    sfb-audit builds 6.0.9319.548
    """
    from auditor.knowledge import read_files
    from auditor.rulebook.builds import place_build, product_named
    from reports.builds import print_builds, print_places
    from reports.console import make_console

    rulebook = read_files(overlays).rulebook
    only = product_named(rulebook, product) if product else None
    if build is None:
        products = [only] if only else list(rulebook.products.values())
        print_builds(rulebook, products, make_console())
    else:
        today = datetime.now(UTC).date()
        print_places(rulebook, place_build(rulebook, build, today, only), make_console())
