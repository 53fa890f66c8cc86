"""`sfb-audit assess`: judge fact bundles without a network."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from auditor.cli import options


@click.command()
@click.argument("bundles", type=options.FILE, nargs=-1, required=True)
@click.option("--topology", type=options.FILE, help="Topology XML that the servers belong to.")
@click.option("--config", type=options.FILE, help="Estate file: pools and stated scenarios.")
@options.reporting
def assess(
    bundles: tuple[Path, ...],
    topology: Path | None,
    config: Path | None,
    reporting: options.Reporting,
) -> int:
    """Judge fact bundles (saved by a run, or carried by hand; files, or folders of them) and write
    the reports.

    Without a topology or an estate file each server stands alone and is judged as if every
    Office 365 scenario were in use, which the reports call "assumed".

    \b
    sfb-audit assess audit/facts --out again
    """
    from auditor.cli.reporting import Asked, judge_and_report
    from auditor.estate.sources import estate_to_assess, joined_by
    from auditor.facts.bundle import as_kept
    from auditor.facts.estate.evidence import read_evidence
    from auditor.pipeline import bundles_for, check_estate
    from reports.output import OutputFolder

    started = datetime.now(UTC)
    known = estate_to_assess(config, topology, reporting.knowledge.rulebook.products)
    evidence = read_evidence(known.evidence)
    carried = bundles_for(known.estate, bundles)
    estate = joined_by(known.estate, carried)
    readings = {name: as_kept(bundle).reading for name, bundle in carried.items()}
    check_estate(estate, reporting.knowledge.rulebook)
    asked = Asked(readings, evidence, started)
    return judge_and_report(estate, asked, OutputFolder(reporting.out), reporting)
