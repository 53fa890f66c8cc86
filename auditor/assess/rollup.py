"""From servers to pools and scenarios: the worst of the path, and who makes it so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from itertools import chain

from auditor.assess.exclusions import told, without_way
from auditor.assess.model import (
    Finding,
    PoolVerdict,
    Readiness,
    ScenarioVerdict,
    ServerVerdict,
    Status,
)
from auditor.assess.readiness import by_waiver, with_own, worst
from auditor.assess.scope import ScopedScenario
from auditor.estate.model import Pool
from auditor.estate.problems import some_of

NO_SCENARIO = "no scenario in use runs through its pool"

# How many a reason names before it only counts the others.
_NAMED = 3
_NEEDS_NO_NAME = frozenset({Readiness.READY, Readiness.NOT_IN_SCOPE})

# How it is said of several.
_SAID_OF_SOME = {
    Readiness.READY: "ready",
    Readiness.WORK_NEEDED: "with work needed",
    Readiness.BLOCKED: "blocked",
    Readiness.UNKNOWN: "unknown",
    Readiness.NOT_IN_SCOPE: "not in scope",
}


def roll_up(
    pools: Sequence[Pool],
    servers: Sequence[ServerVerdict],
    scenarios: Sequence[ScopedScenario],
    findings: Mapping[str, tuple[Finding, ...]],
    in_scope: Set[str],
) -> tuple[tuple[PoolVerdict, ...], tuple[ScenarioVerdict, ...]]:
    """The verdict on each pool and on each scenario, in the order given.

    `findings` are those on pools themselves; the pools `in_scope` are judged.
    """
    members: dict[str, list[ServerVerdict]] = {pool.fqdn: [] for pool in pools}
    for server in servers:
        members[server.pool].append(server)
    waived = {fqdn: _waived(own, findings.get(fqdn, ())) for fqdn, own in members.items()}
    judged = tuple(
        _pool(
            pool,
            members[pool.fqdn],
            findings.get(pool.fqdn, ()),
            waived[pool.fqdn],
            in_scope=pool.fqdn in in_scope,
        )
        for pool in pools
    )
    by_name = {pool.fqdn: pool for pool in pools}
    return judged, tuple(
        _scenario(scenario, [by_name[fqdn] for fqdn in scenario.pools], judged, waived)
        for scenario in scenarios
    )


def _pool(
    pool: Pool,
    verdicts: list[ServerVerdict],
    findings: tuple[Finding, ...],
    waived: Sequence[Finding],
    *,
    in_scope: bool,
) -> PoolVerdict:
    left_out = {server.fqdn for server in pool.servers if server.excluded}
    members = [server for server in verdicts if server.fqdn not in left_out]
    readiness, reason = Readiness.NOT_IN_SCOPE, NO_SCENARIO
    if not pool.takes_updates:
        reason = "its machines take no cumulative update"
    elif in_scope and pool.is_excluded:
        reason = f"all of its servers are {told([pool])}"
    elif in_scope and not members:
        readiness, reason = Readiness.UNKNOWN, "none of its servers is known"
    elif in_scope:
        reason = _and(_told(members, waived, of="server"), told([pool]))
        readiness = worst(server.readiness for server in members)
        readiness, reason = with_own(readiness, reason, findings)
    product = _only(server.product for server in members)
    until = by_waiver(readiness, waived)
    return PoolVerdict(pool.fqdn, readiness, reason, product, findings, until)


def _waived(servers: Iterable[ServerVerdict], findings: Iterable[Finding]) -> list[Finding]:
    """What was waived of a pool's servers, and of the findings on the pool itself."""
    of_all = chain(*(server.findings for server in servers), findings)
    return [each for each in of_all if each.status is Status.WAIVED and each.counted]


def _scenario(
    scenario: ScopedScenario,
    path: Sequence[Pool],
    pools: Sequence[PoolVerdict],
    waived: Mapping[str, Sequence[Finding]],
) -> ScenarioVerdict:
    names = set(scenario.pools)
    on_path = [pool for pool in pools if pool.fqdn in names]
    readiness = worst(pool.readiness for pool in on_path)
    of_path = [finding for pool in on_path for finding in waived[pool.fqdn]]
    reason = _and(_told(on_path, of_path, of="pool"), told(path))
    stranded = without_way(scenario.path, path)
    if not scenario.in_force:
        readiness, reason = Readiness.NOT_IN_SCOPE, "not in use"
    elif not on_path:
        readiness, reason = Readiness.UNKNOWN, "no pool of the estate lies on its path"
    elif readiness is Readiness.NOT_IN_SCOPE:
        readiness, reason = Readiness.UNKNOWN, f"no pool of its path is audited; {told(path)}"
    elif scenario.path.broken and readiness is Readiness.READY:
        readiness, reason = Readiness.UNKNOWN, f"{scenario.path.broken}; {reason}"
    elif stranded and readiness is Readiness.READY:
        readiness = Readiness.UNKNOWN
        reason = f"no audited path is left from {some_of(stranded)}; {reason}"
    return ScenarioVerdict(
        key=scenario.entry.key,
        title=scenario.entry.title,
        in_use=scenario.stated.in_use,
        evidence=scenario.stated.evidence,
        readiness=readiness,
        reason=reason,
        pools=scenario.pools,
        sources=scenario.entry.sources,
        chains=scenario.path.chains,
        guessed=scenario.path.guessed,
        by_waiver=by_waiver(readiness, of_path),
    )


def _and(sentence: str, more: str) -> str:
    return f"{sentence}; {more}" if more else sentence


def _told(
    parts: Sequence[ServerVerdict | PoolVerdict], waived: Iterable[Finding], *, of: str
) -> str:
    """Such as "2 servers ready, 1 server blocked (old.contoso.com); waived: SFB-CU-001 (...)".

    Of those that are ready also how many are so by a waiver alone.
    """
    told = []
    for readiness in Readiness:
        names = [part.fqdn for part in parts if part.readiness is readiness]
        if names:
            plural = "s" if len(names) > 1 else ""
            who = "" if readiness in _NEEDS_NO_NAME else f" ({_named(names)})"
            told.append(f"{len(names)} {of}{plural} {_SAID_OF_SOME[readiness]}{who}")
        if by := sum(p.readiness is readiness and p.by_waiver is not None for p in parts):
            told[-1] += " by a waiver" if by == len(names) else f" ({by} of them by a waiver)"
    return ", ".join(told) + _by_rule(waived)


def _by_rule(waived: Iterable[Finding]) -> str:
    """What was waived for it to be so, by rule."""
    by_rule: dict[str, list[str]] = {}
    for finding in waived:
        by_rule.setdefault(finding.rule, []).append(finding.subject)
    told = ", ".join(f"{rule} ({_named(names)})" for rule, names in by_rule.items())
    return f"; waived: {told}" if told else ""


def _named(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_NAMED])
    more = len(names) - _NAMED
    return f"{shown} and {more} more" if more > 0 else shown


def _only(keys: Iterable[str | None]) -> str | None:
    """The one key that all share, None where they differ or one is not known."""
    distinct = set(keys)
    return distinct.pop() if len(distinct) == 1 else None
