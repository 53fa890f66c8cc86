"""`sfb-audit scenarios`: how an estate touches Office 365, and which servers that concerns."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click

from auditor.cli import options


@click.command()
@click.argument("bundles", type=options.FILE, nargs=-1)
@click.option("--config", type=options.FILE, help="Estate file: pools and stated scenarios.")
@click.option("--topology", type=options.FILE, help="Topology XML.")
@click.option("--run", "folder", type=options.FILE, help="Folder of a run: is the path ready?")
@click.option(
    "--policy",
    default="office365-tls12",
    show_default=True,
    help="The policy that says when evidence is too old.",
)
def scenarios(
    bundles: tuple[Path, ...],
    config: Path | None,
    topology: Path | None,
    folder: Path | None,
    policy: str,
) -> int:
    """Print the need matrices with this estate's rows marked: in use, evidence, path.

    BUNDLES are answers to the estate's snippets, read on a front end, or folders of them.
    What an estate file states wins over them; where the two exclude each other, that is
    said. With --run alone the scenarios are shown as that run judged them.

    \b
    sfb-audit scenarios --config estate.toml --run audit
    sfb-audit scenarios estate/fe01.json --topology topology.xml
    sfb-audit scenarios --run audit
    """
    from auditor.assess.engine import policy_named
    from auditor.assess.rule import Context
    from auditor.assess.scenarios.evidence import in_time, of_estate
    from auditor.assess.scenarios.matrix import matrices
    from auditor.assess.scenarios.read_estate import read_estate
    from auditor.errors import ExitCode, UsageError
    from auditor.estate.sources import estate_to_assess
    from auditor.facts.bundle import read_bundle
    from auditor.facts.estate.evidence import read_evidence
    from auditor.rulebook import load
    from reports.audit_json import read_audit
    from reports.console import make_console
    from reports.scenarios_console import print_scenarios
    from reports.scenarios_of_run import matrices_of_run, pool_readiness

    rulebook = load()
    audit = None
    if folder is not None:
        audit = read_audit(folder / "audit.json" if folder.is_dir() else folder)
    if not bundles and config is None and topology is None:
        if audit is None:
            raise UsageError(
                "SCENARIOS-SOURCES",
                "nothing says of which estate.",
                "Name --config FILE, --topology FILE, bundles of the estate's snippets, "
                "or a run: --run FOLDER.",
            )
        found = matrices_of_run(audit, rulebook)
        print_scenarios(audit.estate.name, found, make_console())
        return ExitCode.INCOMPLETE if found.is_incomplete else ExitCode.READY
    known = estate_to_assess(config, topology)
    readings = [
        reading
        for path in bundles
        for reading in (read_evidence(path) if path.is_dir() else (read_bundle(path),))
    ]
    readings += read_evidence(known.evidence)
    estate = known.estate
    if not estate.pools and (read := read_estate(readings)) is not None:
        estate = replace(read, scenarios=estate.scenarios)
    pools, waived = None, {}
    if audit is not None:
        waived = {pool.fqdn: pool.by_waiver for pool in audit.pools if pool.by_waiver is not None}
        pools = {pool.fqdn: pool_readiness(pool) for pool in audit.pools}
    context = Context(rulebook, policy_named(rulebook, policy), datetime.now(UTC))
    known_here = of_estate(in_time(readings, context), estate)
    found = matrices(estate, known_here, rulebook, pools, waived)
    print_scenarios(estate.name, found, make_console())
    return ExitCode.INCOMPLETE if found.is_incomplete else ExitCode.READY
