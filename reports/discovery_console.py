"""What was discovered of an estate, on a terminal: beside the picture and the need matrices."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

from rich.console import Console
from rich.text import Text

from auditor.discovery import Discovery, PoolState, Unread
from auditor.estate.problems import some_of
from auditor.facts.estate.families import CMDLETS
from auditor.facts.estate.listing import Listing
from auditor.facts.estate.pool_fabric import PoolFabricFacts
from auditor.facts.estate.pool_upgrade import PoolUpgradeFacts
from auditor.facts.estate.replication import Replica
from reports import words
from reports.estate_console import print_estate
from reports.scenarios_console import print_scenarios
from reports.text import one_line

T = TypeVar("T")

_MOST = 20
_WARN, _UNKNOWN, _DIM = "yellow", "magenta", "dim"

SECOND_HOP = (
    "The account reached the front end, and WinRM did not hand it on from there to the SQL Server "
    "of the Central Management store (the second hop). What to do: ask the pool's own endpoint, "
    "which reads with the server's rights (discover --via ocspowershell --from POOL); or let the "
    "front end delegate (Kerberos delegation, CredSSP); or run the cmdlets on the server itself. "
    "What has a local replica was read from that."
)
_UPGRADE = {
    "ready": "Ready: it could be updated now",
    "busy": "Busy: its replicas are being moved; wait, and ask again",
    "insufficientactivefrontends": "InsufficientActiveFrontEnds: too few front ends are up",
}


def print_discovery(found: Discovery, console: Console) -> None:
    """The picture, what contradicts it, the pools, the replicas, the matrices, what is missing."""
    if found.topology_error:
        _say(console, f"The estate's structure is unknown: {found.topology_error}", _UNKNOWN)
    else:
        print_estate(found.estate, console)
        _cross_check(found, console)
    _pools(found, console)
    _replication(found, console)
    _trusted(found, console)
    console.print()
    print_scenarios(found.estate.name, found.matrices, console)
    _missing(found, console)


def _say(console: Console, sentence: str, style: str = "", indent: int = 0) -> None:
    console.print(Text(" " * indent + one_line(sentence, 900), style))


def _title(console: Console, title: str) -> None:
    console.print(Text(f"\n{title}", "bold"))


def _some(console: Console, sentences: Iterable[str], style: str = "") -> None:
    listed = list(sentences)
    for sentence in listed[:_MOST]:
        _say(console, f"- {sentence}", style)
    if len(listed) > _MOST:
        _say(console, f"- and {len(listed) - _MOST:,} more", style)


def _cross_check(found: Discovery, console: Console) -> None:
    _title(console, "The topology against Get-CsPool and Get-CsComputer")
    if found.differences is None:
        _say(console, "Not compared: see what could not be read, below.", _DIM)
    elif not found.differences:
        _say(console, "They name the same pools and computers.")
    else:
        _some(console, found.differences, _WARN)


def _pools(found: Discovery, console: Console) -> None:
    _title(console, "Could the pools be updated now?")
    if not found.pools:
        _say(console, "No pool has a front end that could say so.", _DIM)
    for pool in found.pools:
        _pool(pool, console)


def _pool(pool: PoolState, console: Console) -> None:
    if pool.excluded:
        _say(console, f"{pool.pool}: not asked, excluded: {pool.excluded}", _DIM)
        return
    by = f" (by {pool.server})" if pool.server else ""
    if pool.upgrade is None:
        why = next((f": {each}" for each in pool.unread if each.family == "pool_upgrade"), by)
        _say(console, f"{pool.pool}: unknown{why}", _UNKNOWN)
    else:
        _upgrade(pool, pool.upgrade, by, console)
    for sentence in pool.tries:
        _say(console, f"- {sentence}", _DIM, indent=2)
    if pool.fabric is not None:
        _fabric(pool.fabric, console)


def _upgrade(pool: PoolState, facts: PoolUpgradeFacts, by: str, console: Console) -> None:
    state = _UPGRADE.get((facts.state or "").casefold(), facts.state or "unknown")
    active = ""
    if facts.front_ends is not None and facts.active_front_ends is not None:
        active = f", {facts.active_front_ends} of {words.count(facts.front_ends, 'front end')} up"
    ready = (facts.state or "").casefold() == "ready"
    _say(console, f"{pool.pool}: {state}{active}{by}", "" if ready else _WARN)
    if facts.pool is not None and facts.pool.casefold() != pool.pool:
        _say(console, f"- It reports on the pool {facts.pool}.", _WARN, indent=2)
    nameless = [domain for domain in facts.domains.items if domain.name is None]
    if nameless:
        number = words.count(len(nameless), "upgrade domain")
        _say(console, f"- {number}: which are ready is not told this way", _DIM, indent=2)
    for domain in facts.domains.items:
        if domain.name is None:
            continue
        said = {True: "ready", False: "not ready", None: "not known"}[domain.ready]
        machines = f" ({', '.join(domain.front_ends)})" if domain.front_ends else ""
        _say(
            console, f"- {domain.name}: {said}{machines}", _DIM if domain.ready else _WARN, indent=2
        )


def _fabric(facts: PoolFabricFacts, console: Console) -> None:
    """The lines of the server's report that speak of replicas that are missing."""
    missing = [line for line in facts.report if "missing" in line.casefold()]
    for line in missing[:_MOST]:
        calm = line.casefold().lstrip().startswith("no ")
        _say(console, f"- Fabric: {line}", _DIM if calm else _WARN, indent=2)
    if len(missing) > _MOST:
        _say(console, f"- Fabric: and {len(missing) - _MOST} more such lines", _WARN, indent=2)
    if not missing:
        lines = words.count(len(facts.report), "line")
        _say(console, f"- Fabric: a report of {lines}, none of missing replicas", _DIM, indent=2)


def _replication(found: Discovery, console: Console) -> None:
    _title(console, "Replication of the configuration")
    if found.replicas is None:
        _say(console, "Unknown: see what could not be read, below.", _UNKNOWN)
        return
    late = found.late()
    total = len(found.replicas.items)
    _say(console, f"{total - len(late):,} of {words.count(total, 'replica')} up to date")
    _some(console, map(_replica, late), _WARN)
    _cut(found.replicas, console)


def _replica(replica: Replica) -> str:
    state = "not up to date" if replica.up_to_date is False else "not known whether up to date"
    if replica.last_status_report is None:
        return f"{replica.fqdn}: {state}; it never reported"
    when = words.instant(replica.last_status_report)
    return f"{replica.fqdn}: {state}; its last report is of {when}"


def _trusted(found: Discovery, console: Console) -> None:
    _title(console, "Trusted applications: ask their vendors about TLS 1.2")
    if found.trusted is None:
        _say(console, "Unknown: see what could not be read, below.", _UNKNOWN)
        return
    applications: dict[str, list[str]] = {}
    for each in found.trusted.applications.items:
        applications.setdefault((each.pool or "").casefold(), []).append(each.application_id)
    if not found.trusted.pools.items:
        _say(console, "There is no trusted application pool.")
    _some(
        console,
        (
            f"{pool.fqdn} (with {pool.registrar or 'no registrar'}): "
            f"{', '.join(applications.get(pool.fqdn.casefold(), ['no application'])[:_MOST])}; "
            "vendor confirmation needed"
            for pool in found.trusted.pools.items
        ),
    )
    _cut(found.trusted.pools, console)


def _cut(listing: Listing[T], console: Console) -> None:
    if listing.truncated:
        _say(console, "The list was cut: there is more than is read.", _WARN)


def _missing(found: Discovery, console: Console) -> None:
    unread = [*found.unread, *(each for pool in found.pools for each in pool.unread)]
    if not unread:
        return
    _title(console, "What could not be read")
    refused = [each for each in unread if not each.absent]
    _some(console, _sentences(refused), _UNKNOWN)
    absent = [each for each in unread if each.absent]
    _some(
        console,
        (
            f"{sentence}: this product does not have it, or the account's role does not show it"
            for sentence in _sentences(absent)
        ),
        _DIM,
    )
    if any(each.second_hop for each in refused):
        console.print(Text(SECOND_HOP, _WARN))


def _sentences(unread: Iterable[Unread]) -> Iterator[str]:
    """One for each family and reason, with the servers where it was so."""
    servers: dict[tuple[str, str, bool], list[str]] = {}
    for each in unread:
        optional = not each.absent and not each.matters
        servers.setdefault((each.family, each.reason, optional), []).append(each.server)
    for (family, reason, optional), names in servers.items():
        shown = f"{CMDLETS[family]} on {some_of(names)} {reason}"
        yield f"{shown} (a cross-check: nothing is judged by it)" if optional else shown
