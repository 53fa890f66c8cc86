"""Which scenarios are in use, and which pools lie on the path of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditor.errors import UsageError
from auditor.estate.model import Estate, InUse, Pool, PoolKind, Scenario

if TYPE_CHECKING:
    from auditor.rulebook.model import Rulebook, ScenarioPath

ALL_KINDS = "all"
_NEXT_HOPS = frozenset({PoolKind.ENTERPRISE, PoolKind.STANDARD, PoolKind.DIRECTOR})


@dataclass(frozen=True, slots=True)
class ScopedScenario:
    """A scenario of the rulebook as the estate uses it; `pools` are those on its path."""

    stated: Scenario
    entry: ScenarioPath
    pools: tuple[str, ...]

    @property
    def in_force(self) -> bool:
        """Whether servers on its path are judged: anything but a stated "no"."""
        return self.stated.in_use is not InUse.NO


def scope_scenarios(estate: Estate, rulebook: Rulebook) -> tuple[ScopedScenario, ...]:
    """Every scenario of the rulebook; one that nobody stated is assumed to be in use.

    Raises UsageError for a scenario that the rulebook does not know.
    """
    stated = {scenario.key: scenario for scenario in estate.scenarios}
    for key in stated:
        if key not in rulebook.scenarios:
            known = ", ".join(rulebook.scenarios)
            raise UsageError(
                "ASSESS-SCENARIO", f"scenario {key!r} is not known", f"Known scenarios: {known}."
            )
    return tuple(
        ScopedScenario(stated.get(key) or _assumed(key), entry, path_of(estate, entry))
        for key, entry in rulebook.scenarios.items()
    )


def _assumed(key: str) -> Scenario:
    return Scenario(key, InUse.ASSUMED, "nobody stated it, so it is judged as if it were in use")


def path_of(estate: Estate, entry: ScenarioPath) -> tuple[str, ...]:
    """The pools of the estate that lie on a scenario's path, in the estate's order."""
    hops = _next_hops(estate) if entry.next_hop else frozenset()
    return tuple(
        pool.fqdn
        for pool in estate.pools
        if pool.takes_updates and (_of_kind(pool, entry) or pool.fqdn in hops)
    )


def _of_kind(pool: Pool, entry: ScenarioPath) -> bool:
    if pool.kind is PoolKind.UNKNOWN or ALL_KINDS in entry.kinds:
        return True
    return pool.kind.value in entry.kinds


def _next_hops(estate: Estate) -> frozenset[str]:
    """Where the Edge pools hand over; every candidate where an Edge pool does not say."""
    edges = [pool for pool in estate.pools if pool.kind is PoolKind.EDGE]
    hops = {edge.next_hop for edge in edges if edge.next_hop}
    if any(edge.next_hop is None for edge in edges):
        hops |= {pool.fqdn for pool in estate.pools if pool.kind in _NEXT_HOPS}
    return frozenset(hops)
