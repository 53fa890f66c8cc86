"""What was discovered of an estate: its structure, its settings, and what stays unknown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from auditor.assess.scenarios.evidence import is_second_hop, why_unread
from auditor.assess.scenarios.matrix import Matrices, matrices
from auditor.estate.model import Estate, Pool, PoolKind
from auditor.estate.problems import some_of
from auditor.facts.estate.families import CMDLETS, ESTATE_FAMILIES, POOL_FAMILIES, not_available
from auditor.facts.estate.layout import LayoutFacts
from auditor.facts.estate.pool_fabric import PoolFabricFacts
from auditor.facts.estate.pool_upgrade import PoolUpgradeFacts
from auditor.facts.estate.replication import Replica, ReplicationFacts
from auditor.facts.estate.trusted_applications import TrustedApplicationsFacts
from auditor.facts.reading import ReachState, Reading
from auditor.rulebook.model import Rulebook

# Get-CsPoolUpgradeReadinessState is run on a front end of the pool, by its page, which a Director
# is not; Lync 2013 and Skype for Business 2015 have it.
_WITH_READINESS = frozenset({PoolKind.ENTERPRISE, PoolKind.STANDARD})
_GENERATIONS = frozenset({6, 7})
_NO_WAY = "No zone leads to its front ends, or its account has no password here."
# Cross-checks and views of the moment: nothing that is judged depends on them.
OPTIONAL = frozenset({"layout", "trusted_applications", "replication", "pool_fabric"})


@dataclass(frozen=True, slots=True)
class Unread:
    """A family without facts, and why; `absent`: the product or the session does not have it."""

    family: str
    server: str
    reason: str
    absent: bool = False
    second_hop: bool = False

    @property
    def matters(self) -> bool:
        return not self.absent and self.family not in OPTIONAL

    def __str__(self) -> str:
        return f"{CMDLETS[self.family]} on {self.server} {self.reason}"


@dataclass(frozen=True, slots=True)
class PoolState:
    """What a front end said of its own pool; `server` is empty where none could be asked.

    `tries` are the sentences of front ends that were asked in vain before; `excluded` says who
    is left out, and why, where that is every front end of the pool.
    """

    pool: str
    server: str = ""
    upgrade: PoolUpgradeFacts | None = None
    fabric: PoolFabricFacts | None = None
    tries: tuple[str, ...] = ()
    unread: tuple[Unread, ...] = ()
    excluded: str = ""

    @property
    def is_unknown(self) -> bool:
        if self.excluded:
            return False  # somebody decided that it is out of scope
        return not self.server or any(each.matters for each in self.unread)


@dataclass(frozen=True, slots=True)
class Discovery:
    """`topology_error` says why there is no structure; the estate is an empty one then.

    `differences` between the topology and the cmdlets of its parts: None where those were not
    read. `replicas` and `trusted` likewise.
    """

    estate: Estate
    readings: tuple[Reading, ...]
    matrices: Matrices
    pools: tuple[PoolState, ...]
    unread: tuple[Unread, ...]
    topology_error: str = ""
    differences: tuple[str, ...] | None = None
    replicas: ReplicationFacts | None = None
    trusted: TrustedApplicationsFacts | None = None

    @property
    def is_incomplete(self) -> bool:
        """Whether something that matters is unknown."""
        return bool(
            self.topology_error
            or self.matrices.is_incomplete
            or any(each.matters for each in self.unread)
            or any(pool.is_unknown for pool in self.pools)
        )

    def late(self) -> tuple[Replica, ...]:
        """Replicas that are not up to date, or of which that is not known."""
        items = () if self.replicas is None else self.replicas.items
        return tuple(replica for replica in items if replica.up_to_date is not True)


def pools_with_readiness(estate: Estate) -> tuple[Pool, ...]:
    """The pools of which a front end could say whether it may be updated now."""
    return tuple(
        pool
        for pool in estate.pools
        if pool.kind in _WITH_READINESS
        and pool.servers
        and (pool.service_version is None or pool.service_version in _GENERATIONS)
    )


def home_of(fqdn: str, estate: Estate) -> str | None:
    """The pool that `fqdn` is a member of, or is; None where the estate has none."""
    for pool in estate.pools:
        if pool.fqdn == fqdn or any(server.fqdn == fqdn for server in pool.servers):
            return pool.fqdn
    return None


def discovered(
    first: Reading,
    estate: Estate,
    others: Mapping[str, Sequence[Reading]],
    rulebook: Rulebook,
    topology_error: str = "",
) -> Discovery:
    """Everything that `first` said of the estate, and front ends of `others` of their pools."""
    answered = [tries[-1] for tries in others.values() if _is_read(tries)]
    readings = (first, *answered)
    layout: LayoutFacts | None = _facts(first, "layout")
    home = home_of(first.fqdn, estate)
    pools = [_state(home or first.fqdn, [first])] if _speaks_of_a_pool(first, home, estate) else []
    left_out = {pool.fqdn: _left_out(pool) for pool in estate.pools if pool.is_excluded}
    pools += [
        PoolState(pool, excluded=left_out[pool]) if pool in left_out else _state(pool, tries)
        for pool, tries in others.items()
    ]
    return Discovery(
        estate=estate,
        readings=readings,
        matrices=matrices(estate, readings, rulebook),
        pools=tuple(pools),
        unread=tuple(
            _unread(first, [f.key for f in ESTATE_FAMILIES if f.key not in POOL_FAMILIES])
        ),
        topology_error=topology_error,
        differences=None
        if layout is None or topology_error
        else tuple(differences(layout, estate)),
        replicas=_facts(first, "replication"),
        trusted=_facts(first, "trusted_applications"),
    )


def _speaks_of_a_pool(first: Reading, home: str | None, estate: Estate) -> bool:
    """Whether the state of its own pool is looked for on the server that was asked first."""
    if home is None:
        return _facts(first, "pool_upgrade") is not None
    return home in {pool.fqdn for pool in pools_with_readiness(estate)}


def _is_read(tries: Sequence[Reading]) -> bool:
    return bool(tries) and tries[-1].reach.state is ReachState.READ


def _state(pool: str, tries: Sequence[Reading]) -> PoolState:
    said = tuple(each.reach.sentence for each in tries if each.reach.state is not ReachState.READ)
    if not _is_read(tries):
        return PoolState(pool, tries=said or (_NO_WAY,))
    reading = tries[-1]
    return PoolState(
        pool=pool,
        server=reading.fqdn,
        upgrade=_facts(reading, "pool_upgrade"),
        fabric=_facts(reading, "pool_fabric"),
        tries=said,
        unread=tuple(_unread(reading, sorted(POOL_FAMILIES))),
    )


def _left_out(pool: Pool) -> str:
    return some_of([f"{server.fqdn} ({server.excluded})" for server in pool.servers])


def _facts(reading: Reading, family: str) -> Any:
    result = reading.family(family)
    return None if result is None else result.facts


def _unread(reading: Reading, families: Sequence[str]) -> Iterator[Unread]:
    for key in families:
        result = reading.family(key)
        error = None if result is None else result.error
        if result is None or error is not None:
            yield Unread(
                family=key,
                server=reading.fqdn,
                reason=why_unread(error),
                absent=error is not None and not_available(error),
                second_hop=error is not None and is_second_hop(error),
            )


def differences(layout: LayoutFacts, estate: Estate) -> Iterator[str]:
    """Pools and machines that the topology has and the cmdlets do not, or the other way round."""
    pools = {pool.fqdn for pool in estate.pools}
    homes = {server.fqdn: pool.fqdn for pool in estate.pools for server in pool.servers}
    told_pools = {pool.fqdn.casefold() for pool in layout.pools.items}
    told = {one.fqdn.casefold(): (one.pool or "").casefold() for one in layout.computers.items}
    yield from _lacking("pool", "Get-CsPool", pools, told_pools, cut=layout.pools.truncated)
    yield from _lacking(
        "computer", "Get-CsComputer", set(homes), set(told), cut=layout.computers.truncated
    )
    for fqdn, pool in told.items():
        if pool and homes.get(fqdn, pool) != pool:
            yield f"{fqdn} is in {pool} by Get-CsComputer, and in {homes[fqdn]} by the topology."


def _lacking(
    noun: str, cmdlet: str, topology: set[str], told: set[str], *, cut: bool
) -> Iterator[str]:
    for name in sorted(told - topology):
        yield f"The topology lacks {noun} {name}, which {cmdlet} names."
    if not cut:
        for name in sorted(topology - told):
            yield f"{cmdlet} does not name {noun} {name}, which the topology has."
