"""`sfb-audit run`: audit the servers of an estate over WinRM."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.cli import options

if TYPE_CHECKING:
    from auditor.estate.estate_file import EstateFile
    from auditor.facts.reading import Reading
    from reports.output import OutputFolder


@click.command()
@click.option("--config", type=options.FILE, help="Estate file: servers, zones, credentials.")
@click.option("--topology", type=options.FILE, help="Topology XML; its pools replace the file's.")
@click.option("--servers", type=options.FILE, help="Servers from a CSV file with a column fqdn.")
@click.option("--username", help="Account for servers that no estate file describes.")
@click.option("--threads", type=click.IntRange(1, 256), help="Servers at once.  [default: 64]")
@click.option("--configuration", help="Session configuration (JEA) to ask through; all zones.")
@options.reporting
def run(
    config: Path | None,
    topology: Path | None,
    servers: Path | None,
    username: str | None,
    threads: int | None,
    configuration: str | None,
    reporting: options.Reporting,
) -> int:
    """Ask every server for its facts, judge it, and write the reports.

    \b
    sfb-audit run --config estate.toml --out audit
    sfb-audit run --config zones.toml --topology topology.xml --out audit
    sfb-audit run --topology topology.xml --username 'CONTOSO\\me' --out audit
    """
    from auditor.cli.reporting import judge_and_report
    from auditor.estate.sources import estate_to_run
    from auditor.pipeline import check_estate, check_policy
    from reports.output import OutputFolder

    estate_file = estate_to_run(config, topology, servers, username)
    if configuration is not None:
        estate_file = estate_file.through(configuration)
    check_policy(reporting.policy)
    check_estate(estate_file.estate)
    if threads is not None:
        estate_file = replace(estate_file, options=replace(estate_file.options, threads=threads))
    output = OutputFolder(reporting.out)
    started = datetime.now(UTC)
    readings = read_servers(estate_file, output)
    return judge_and_report(estate_file.estate, readings, output, reporting, started)


def read_servers(estate_file: EstateFile, output: OutputFolder) -> dict[str, Reading]:
    """Every server's reading, kept as a bundle as it comes, with progress on stderr."""
    from auditor.collect.credentials import resolve_all
    from auditor.collect.model import Target
    from auditor.collect.runner import collect
    from auditor.collect.script import joined_script
    from auditor.facts.bundle import bundle_text
    from reports.progress import RunProgress

    servers = estate_file.estate.servers()
    zones = estate_file.zones
    used = dict.fromkeys(server.zone or "" for server in servers)
    secrets = resolve_all(zones[name] for name in used)
    targets: Sequence[Target] = [
        Target(server.fqdn, zones[zone], secrets[zone], server.address)
        for server in servers
        for zone in (server.zone or "",)
    ]
    readings: dict[str, Reading] = {}
    with RunProgress(len(targets)) as progress:
        for collected in collect(targets, joined_script(), estate_file.options, progress):
            reading = collected.reading
            output.write_bundle(reading.fqdn, bundle_text(reading, collected.answer))
            readings[reading.fqdn] = reading
    output.forget_bundles(readings)
    return readings
