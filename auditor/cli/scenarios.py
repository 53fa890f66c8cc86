"""`sfb-audit scenarios`: how an estate touches Office 365, and which servers that concerns."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from auditor.cli import options


@click.command()
@click.argument("bundles", type=options.FILE, nargs=-1)
@click.option("--config", type=options.FILE, help="Estate file: pools and stated scenarios.")
@click.option("--topology", type=options.FILE, help="Topology XML.")
@click.option("--run", "folder", type=options.FILE, help="Folder of a run: is the path ready?")
def scenarios(
    bundles: tuple[Path, ...], config: Path | None, topology: Path | None, folder: Path | None
) -> int:
    """Print the need matrices with this estate's rows marked: in use, evidence, path.

    BUNDLES are answers to the estate's snippets, read on a front end. What an estate file
    states wins over them; where the two exclude each other, that is said.

    \b
    sfb-audit scenarios estate/fe01.json --topology topology.xml --run audit
    """
    from auditor.assess.model import Readiness
    from auditor.assess.scenarios.matrix import matrices
    from auditor.assess.scenarios.read_estate import read_estate
    from auditor.errors import ExitCode, UsageError
    from auditor.estate.sources import estate_to_assess
    from auditor.facts.bundle import read_bundle
    from auditor.rulebook import load
    from reports.audit_json import read_audit
    from reports.console import make_console
    from reports.scenarios_console import print_scenarios

    if not bundles and config is None and topology is None:
        raise UsageError(
            "SCENARIOS-SOURCES",
            "Of which estate?",
            "Name bundles of the estate's snippets, --config FILE or --topology FILE.",
        )
    readings = [read_bundle(bundle) for bundle in bundles]
    estate = estate_to_assess((), config=config, topology=topology)
    if not estate.pools and (read := read_estate(readings)) is not None:
        estate = replace(read, scenarios=estate.scenarios)
    pools = None
    if folder is not None:
        audit = read_audit(folder / "audit.json" if folder.is_dir() else folder)
        pools = {pool.fqdn: Readiness(pool.readiness) for pool in audit.pools}
    found = matrices(estate, readings, load(), pools)
    print_scenarios(estate.name, found, make_console())
    return ExitCode.INCOMPLETE if found.is_incomplete else ExitCode.READY
