"""`sfb-audit run`: audit the servers of an estate over WinRM."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.cli import options

if TYPE_CHECKING:
    from auditor.estate.estate_file import EstateFile
    from auditor.facts.bundle import Bundle
    from auditor.facts.reading import Reading
    from reports.output import OutputFolder


@click.command()
@options.source
@click.option("--threads", type=click.IntRange(1, 256), help="Servers at once.  [default: 64]")
@click.option(
    "--configuration", help="PowerShell session configuration (JEA) to connect to, in all zones."
)
@click.option(
    "--bundle",
    "bundles",
    type=options.FILE,
    multiple=True,
    help="Facts carried by hand, or a folder of them; these servers are not contacted.",
)
@options.reporting
def run(
    source: options.Source,
    threads: int | None,
    configuration: str | None,
    bundles: tuple[Path, ...],
    reporting: options.Reporting,
) -> int:
    """Ask every server for its facts, judge it, and write the reports.

    \b
    sfb-audit run --config estate.toml --out audit
    sfb-audit run --config zones.toml --topology topology.xml --out audit
    sfb-audit run --topology topology.xml --username "CONTOSO\\me" --out audit
    sfb-audit run --config estate.toml --bundle EDGE01.facts.json --out audit
    """
    from auditor.cli.again import this_call
    from auditor.cli.reporting import Asked, judge_and_report
    from auditor.estate.carried import refuse_strangers
    from auditor.estate.sources import estate_to_run
    from auditor.facts.bundle import as_carried
    from auditor.facts.estate.evidence import read_evidence
    from auditor.pipeline import bundles_for, check_estate
    from reports.output import OutputFolder

    products = reporting.knowledge.rulebook.products
    named = source.config, source.topology, source.servers
    estate_file = estate_to_run(*named, source.username, products)
    if configuration is not None:
        estate_file = estate_file.through(configuration)
    check_estate(estate_file.estate, reporting.knowledge.rulebook)
    if threads is not None:
        estate_file = replace(estate_file, options=replace(estate_file.options, threads=threads))
    evidence = read_evidence(estate_file.evidence)
    found = bundles_for(estate_file.estate, bundles)
    carried = {name: as_carried(bundle) for name, bundle in found.items()}
    refuse_strangers(carried, estate_file.estate)
    output = OutputFolder(reporting.out)
    started = datetime.now(UTC)
    readings = read_servers(estate_file, output, carried)
    asked = Asked(readings, evidence, started, this_call(click.get_current_context()))
    return judge_and_report(estate_file.estate, asked, output, reporting)


def read_servers(
    estate_file: EstateFile, output: OutputFolder, carried: Mapping[str, Bundle]
) -> dict[str, Reading]:
    """Every server's reading, kept as a bundle as it comes, with progress on stderr.

    Servers with a `carried` bundle are not contacted, nor are those that nothing reaches.
    """
    from auditor.collect.credentials import Secrets
    from auditor.collect.model import Target
    from auditor.collect.runner import collect
    from auditor.collect.script import joined_script
    from auditor.estate.zone import OFFLINE
    from auditor.facts.bundle import bundle_text
    from reports.progress import RunProgress

    ways = {
        server: estate_file.way_to(server)
        for server in estate_file.estate.servers()
        if server.fqdn not in carried and (server.zone != OFFLINE or OFFLINE in estate_file.zones)
    }
    secrets = Secrets()
    targets: Sequence[Target] = [
        Target(server.fqdn, zone, secrets.of(zone), server.address) for server, zone in ways.items()
    ]
    readings = {name: bundle.reading for name, bundle in carried.items()}
    for name, bundle in carried.items():
        output.write_bundle(name, bundle_text(bundle.reading, bundle.answer))
    with RunProgress(len(targets)) as progress:
        for collected in collect(targets, joined_script(), estate_file.options, progress):
            reading = collected.reading
            output.write_bundle(reading.fqdn, bundle_text(reading, collected.answer))
            readings[reading.fqdn] = reading
    for sentence in output.forget_bundles(readings):
        click.echo(sentence, err=True)
    return readings
