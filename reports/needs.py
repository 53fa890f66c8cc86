"""What a server is needed for, and how a scenario's path goes, in words for every report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from auditor.audit import Audit, PoolEntry, ScenarioEntry
from reports.words import IN_USE, READINESS, count, readiness, standing

NOT_NEEDED = "No scenario in use"
MOST_POOLS = 20
_MOST_WAYS = 6


def scenario_names(audit: Audit) -> dict[str, str]:
    """By key a short name; it says so where nobody is sure that the scenario is in use."""
    return {scenario.key: _name(scenario) for scenario in audit.scenarios}


def _name(scenario: ScenarioEntry) -> str:
    short = scenario.title.partition(" (")[0]
    sure = scenario.in_use in ("yes", "no")
    return short if sure else f"{short} ({IN_USE[scenario.in_use].lower()})"


def needed_by(keys: Iterable[str], names: dict[str, str], between: str = "\n") -> str:
    """The scenarios that need something; what none needs says so."""
    return between.join(names.get(key, key) for key in keys) or NOT_NEEDED


def ways(scenario: ScenarioEntry, most: int = _MOST_WAYS) -> tuple[str, ...]:
    """Such as "pool01 > director > edgepool", from the inside out; of many the first ones."""
    return _cut([" > ".join(chain) for chain in scenario.chains], most, "way")


def pools_on(scenario: ScenarioEntry, audit: Audit) -> tuple[str, ...]:
    """The pools on its path: those not ready, those that are by a waiver alone, and the others.

    The first two are with their readiness.
    """
    if scenario.in_use == "no":
        return _cut(scenario.pools, MOST_POOLS, "pool")
    found = {pool.fqdn: pool for pool in audit.pools}
    judged = sorted(((f, found.get(f)) for f in scenario.pools), key=lambda pair: _rank(pair[1]))
    told = [fqdn if _rank(pool) == 2 else f"{fqdn}: {_readiness(pool)}" for fqdn, pool in judged]
    return _cut(told, MOST_POOLS, "pool")


def unready(scenario: ScenarioEntry, audit: Audit, most: int = _MOST_WAYS) -> tuple[str, ...]:
    """The pools on the path of a scenario in use that are not ready, each with its readiness.

    After them come those that are by a waiver alone.
    """
    if scenario.in_use == "no":
        return ()
    found = [pool for pool in audit.pools if pool.fqdn in set(scenario.pools)]
    told = [f"{p.fqdn}: {_readiness(p)}" for p in sorted(found, key=_rank) if _rank(p) < 2]
    return _cut(told, most, "pool")


def _rank(pool: PoolEntry | None) -> int:
    """0 for a pool that is not ready, 1 by a waiver alone, 2 ready."""
    return {"ready_waived": 1, "ready": 2}.get(standing(pool), 0) if pool else 0


def _readiness(pool: PoolEntry | None) -> str:
    return (READINESS["unknown"] if pool is None else readiness(pool)).lower()


def _cut(lines: Sequence[str], most: int, noun: str) -> tuple[str, ...]:
    hidden = len(lines) - most
    return (*lines[:most], *([f"and {count(hidden, f'more {noun}')}"] if hidden > 0 else ()))
