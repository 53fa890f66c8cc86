"""Servers that somebody left out: never judged, and never silently a part of what is ready."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from auditor.assess.model import Readiness, ServerVerdict
from auditor.estate.model import Estate, Pool, PoolKind, Server
from auditor.estate.problems import some_of
from auditor.facts.reading import Reach, ReachState, Reading

if TYPE_CHECKING:
    from auditor.assess.paths import Path
    from auditor.assess.scope import ScopedScenario


def verdict_of(server: Server) -> ServerVerdict:
    """The verdict on an excluded server: out of scope, and why. No rule is asked about it."""
    reach = Reach(ReachState.NOT_ASKED, f"It is excluded: {server.excluded}")
    return ServerVerdict(
        fqdn=server.fqdn,
        pool=server.pool,
        readiness=Readiness.NOT_IN_SCOPE,
        reason=f"excluded: {server.excluded}",
        product=None,
        os=None,
        builds=(),
        findings=(),
        reading=Reading(server.fqdn, reach),
    )


def told(pools: Iterable[Pool]) -> str:
    """Such as "excluded: fe03.contoso.com (being decommissioned)"; "" where nothing is."""
    left_out = (server for pool in pools for server in pool.servers if server.excluded)
    named = [f"{server.fqdn} ({server.excluded})" for server in left_out]
    return f"excluded: {some_of(named)}" if named else ""


def without_way(path: Path, pools: Iterable[Pool]) -> tuple[str, ...]:
    """Where on the path no way begins any more: each goes over a pool that is excluded whole.

    A way need not begin in a pool that is itself excluded, but one at least must be left.
    """
    gone = {pool.fqdn for pool in pools if pool.is_excluded}
    begun = {chain[0] for chain in path.chains if gone.isdisjoint(chain)}
    starts = dict.fromkeys(chain[0] for chain in path.chains)
    return tuple(one for one in starts if one not in begun and (one not in gone or not begun))


def notes_on(estate: Estate, scenarios: Sequence[ScopedScenario]) -> Iterator[str]:
    """What was left out, said aloud, and where a scenario is left without an Edge pool by that."""
    if estate.excluded():
        yield f"Not audited, {told(pool for pool in estate.pools if pool.takes_updates)}."
    for server in estate.others():
        if server.excluded:
            yield f"Excluding {server.fqdn} changes nothing: it takes no updates anyway."
    for scenario in scenarios:
        edges = [p for p in _on(scenario, estate) if p.kind is PoolKind.EDGE]
        if scenario.in_force and edges and all(pool.is_excluded for pool in edges):
            yield (
                f"{scenario.entry.title}: no Edge pool of its path is audited, {told(edges)}. "
                "Whether that path is ready is not known."
            )


def _on(scenario: ScopedScenario, estate: Estate) -> list[Pool]:
    return [pool for pool in estate.pools if pool.fqdn in scenario.on_path]
