"""`sfb-audit discover`: the whole picture of an estate from one of its front ends."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.cli import options

if TYPE_CHECKING:
    from auditor.collect.asking import Asking
    from auditor.collect.model import Collected
    from auditor.discovery import Discovery
    from auditor.estate.ways_in import WaysIn
    from reports.estate_folder import EstateFolder

WINRM, OCS = "winrm", "ocspowershell"
_ONE_FRONT_END = (
    "Over WinRM --from names one front end; a pool is asked by its name with --via ocspowershell."
)


@dataclass(frozen=True, slots=True)
class _Found:
    """What came of every server that was asked, and the topology's text where it can be read."""

    discovery: Discovery
    collected: tuple[Collected, ...]
    xml: str


@click.command()
@click.option(
    "--from",
    "server",
    required=True,
    help="FQDN of a front end (with --via ocspowershell: of a pool).",
)
@click.option("--save", type=options.FILE, help="Estate file to write, with a folder beside it.")
@click.option(
    "--via",
    type=click.Choice([WINRM, OCS]),
    default=WINRM,
    show_default=True,
    help="WinRM, or the pool's RBAC endpoint https://POOL/OcsPowerShell.",
)
@options.way_in
def discover(server: str, save: Path | None, via: str, way: options.WayIn) -> int:
    """Ask one front end for the topology and the settings of the whole estate.

    Prints the estate, whether its pools could be updated now, and which Office 365 scenarios
    are in use. A front end of every other pool is asked for the state of that pool alone.

    \b
    sfb-audit discover --from fe01.contoso.com --username "CONTOSO\\me" --save estate.toml
    sfb-audit discover --from pool01.contoso.com --via ocspowershell --config zones.toml
    """
    from auditor.collect.asking import Asking
    from auditor.errors import ExitCode
    from auditor.estate.ways_in import full_name, ways_in
    from reports.console import make_console
    from reports.discovery_console import print_discovery
    from reports.estate_folder import EstateFolder

    fqdn = full_name(server)
    addresses = {fqdn: way.address} if way.address else {}
    ways = ways_in(way.config, way.username, way.given, addresses)
    asking = Asking(ways, via == OCS, way.given, way.deadline)
    folder = None if save is None else EstateFolder(save)
    found = _found(fqdn, asking)
    print_discovery(found.discovery, make_console())
    if folder is not None:
        _save(folder, found, asking)
    return ExitCode.INCOMPLETE if found.discovery.is_incomplete else ExitCode.READY


def _found(fqdn: str, asking: Asking) -> _Found:
    """Ask the one server, then a front end of each other pool of the topology that it gave.

    Raises UnreachedError where the one server cannot be read.
    """
    from auditor.assess.scenarios.read_estate import read_estate
    from auditor.discovery import discovered, home_of, pools_with_readiness
    from auditor.errors import UnreachedError, UsageError
    from auditor.facts.reading import ReachState
    from auditor.rulebook import load
    from reports.progress import RunProgress

    first = asking.first(fqdn, RunProgress)
    reading = first.reading
    if reading.reach.state is not ReachState.READ:
        reach = reading.reach
        detail = f" ({reach.detail})" if reach.detail else ""
        hint = reach.hint
        if reading.computer_name and not asking.by_commands:  # another computer answered
            hint = f"{_ONE_FRONT_END} {hint}"
        raise UnreachedError(reach.state.value, f"{reach.sentence}{detail}", hint)
    estate, error = asking.ways.known.estate, ""
    try:
        read = read_estate([reading])
        if read is None:
            error = "the server did not give the topology."
    except UsageError as refused:
        read, error = None, refused.message
    if read is not None:
        estate = asking.ways.placed(read)
    home = home_of(fqdn, estate)
    others = [pool for pool in pools_with_readiness(estate) if pool.fqdn != home] if read else []
    tries = asking.pools(others, RunProgress)
    readings = {pool: [each.reading for each in told] for pool, told in tries.items()}
    discovery = discovered(reading, estate, readings, load(), error)
    collected = (first, *(each for told in tries.values() for each in told))
    return _Found(discovery, collected, "" if read is None else _xml(first))


def _xml(first: Collected) -> str:
    from auditor.facts.estate.topology import TopologyFacts

    result = first.reading.family("topology")
    facts = None if result is None else result.facts
    return facts.xml if isinstance(facts, TopologyFacts) else ""


def _save(folder: EstateFolder, found: _Found, asking: Asking) -> None:
    from auditor.cli.reporting import tell_faults
    from auditor.facts.bundle import bundle_text
    from reports.estate_toml import estate_toml

    if not found.xml:
        click.echo(f"not saved: without a topology {folder.path} would be empty", err=True)
        return
    bundles = {
        each.reading.fqdn: bundle_text(each.reading, each.answer) for each in found.collected
    }
    ways: WaysIn = asking.ways
    zones = ways.known.zones if asking.by_commands else ways.zones
    described = replace(ways.known, estate=found.discovery.estate, zones=zones)
    text = estate_toml(described, folder.path, found.discovery.matrices, ways.default)
    saved = folder.save(found.discovery.estate, found.xml, bundles, text)
    for sentence in (*saved.changes, *saved.written):
        click.echo(sentence, err=True)
    tell_faults(saved.faults)
