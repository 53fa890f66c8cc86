"""`sfb-audit run`: audit the servers of an estate over WinRM."""

from __future__ import annotations

from pathlib import Path

import click

from auditor.cli import options


@click.command()
@click.option("--config", type=options.FILE, help="Estate file (TOML): servers, zones, credentials.")
@click.option("--topology", type=options.FILE, help="Topology XML; its pools replace the file's.")
@click.option("--servers", type=options.FILE, help="Servers from a CSV file with a column `fqdn`.")
@click.option("--bundle", "bundles", type=options.FILE, multiple=True, hidden=True)
@click.option("--threads", type=click.IntRange(1, 256), help="Servers at once.  [default: 64]")
@options.reporting
def run(
    config: Path | None,
    topology: Path | None,
    servers: Path | None,
    bundles: tuple[Path, ...],
    threads: int | None,
    reporting: options.Reporting,
) -> int:
    """Ask every server for its facts, judge it, and write the reports.

    \b
    sfb-audit run --config estate.toml --out audit
    sfb-audit run --topology topology.xml --out audit
    """
