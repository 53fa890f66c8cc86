"""What the findings demand of each server, before any order.

A failing finding demands its own actions. So does an unknown one, and where it names none it
demands that somebody finds out. A server that no update can mend is migrated, and nothing else
is planned on it. Advice, waived findings and those that do not count demand nothing; what a pool
is updated to for its own sake is in `levelling`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from auditor.assess.model import Assessment, Finding, PoolVerdict, ServerVerdict, Status
from auditor.estate.model import Pool, PoolKind, Server
from auditor.estate.zone import OFFLINE
from auditor.facts.reading import ReachState

RESTORE_ACCESS = "restore-access"
IDENTIFY_PRODUCT = "identify-product"
SETTLE_UNKNOWN = "settle-unknown"
KNOWING = (RESTORE_ACCESS, IDENTIFY_PRODUCT, SETTLE_UNKNOWN)

# The first one wins: who changes the product builds new servers, and chooses their Windows.
MIGRATIONS = ("migrate-product", "migrate-os")

# The rule that says of paired pools whether one can stand in for the other.
_PAIR = "SFB-POOL-002"

INSTALL_CU = "install-cu"
MEND_BY_HAND = "mend-by-hand"

Demands = Mapping[str, tuple[Finding, ...]]
SortKey = tuple[tuple[tuple[int, int, str], ...], str]


@dataclass(frozen=True, slots=True)
class ServerWork:
    """One server's demands by action: to know it, to change it, or to migrate it instead."""

    server: Server
    verdict: ServerVerdict
    knowing: Demands
    changes: Demands
    migration: Demands

    @property
    def levelled(self) -> bool:
        """Whether it is updated for the pool's sake alone, without a finding."""
        return INSTALL_CU in self.changes and not self.changes[INSTALL_CU]

    @property
    def carried(self) -> bool:
        """Whether its facts are to be carried here by hand, and are not here yet."""
        asked = self.verdict.reading.reach.state is not ReachState.NOT_ASKED
        return self.server.zone == OFFLINE and not asked


@dataclass(frozen=True, slots=True)
class PoolWork:
    """A pool and those of its servers that demand something, in working order.

    `members` are the verdicts on all of its servers. `fails_over` is false where its paired pool
    differs from it, or may.
    """

    pool: Pool
    product: str | None
    servers: tuple[ServerWork, ...]
    members: tuple[ServerVerdict, ...] = ()
    fails_over: bool = True

    @property
    def changing(self) -> tuple[ServerWork, ...]:
        return tuple(work for work in self.servers if work.changes)

    @property
    def migrating(self) -> tuple[ServerWork, ...]:
        return tuple(work for work in self.servers if work.migration)

    @property
    def unread(self) -> tuple[ServerWork, ...]:
        return tuple(work for work in self.servers if RESTORE_ACCESS in work.knowing)

    @property
    def updating(self) -> tuple[ServerWork, ...]:
        return tuple(work for work in self.servers if INSTALL_CU in work.changes)

    @property
    def takes_update(self) -> bool:
        return bool(self.updating)

    @property
    def is_front_end_pool(self) -> bool:
        return self.pool.kind is PoolKind.ENTERPRISE


def natural(text: str) -> SortKey:
    """A sort key under which fe10 comes after fe2."""
    parts = re.findall(r"[0-9]+|[^0-9]+", text)
    return tuple(_part(part) for part in parts), text


def _part(part: str) -> tuple[int, int, str]:
    """Numbers before words, and by their length before their digits."""
    digits = part.lstrip("0")
    return (0, len(digits), digits) if part.isdecimal() else (1, 0, part)


def pool_works(assessment: Assessment) -> tuple[PoolWork, ...]:
    """The pools on which there is something to do, in no particular order."""
    pools = {pool.fqdn: pool for pool in assessment.estate.pools}
    judged = {verdict.fqdn: verdict for verdict in assessment.pools}
    members = {server.fqdn: server for pool in pools.values() for server in pool.servers}
    works: dict[str, list[ServerWork]] = {}
    verdicts: dict[str, list[ServerVerdict]] = {}
    for verdict in assessment.servers:
        verdicts.setdefault(verdict.pool, []).append(verdict)
        shared = judged[verdict.pool].findings if verdict.pool in judged else ()
        work = _server_work(members[verdict.fqdn], verdict, (*verdict.findings, *shared))
        if work.knowing or work.changes or work.migration:
            works.setdefault(verdict.pool, []).append(work)
    return tuple(
        PoolWork(
            pool=pools[fqdn],
            product=_product(judged.get(fqdn), pools[fqdn]),
            servers=tuple(sorted(servers, key=working_order)),
            members=tuple(sorted(verdicts[fqdn], key=lambda one: natural(one.fqdn))),
            fails_over=not any(
                finding.rule == _PAIR and finding.status in (Status.ADVICE, Status.UNKNOWN)
                for finding in (judged[fqdn].findings if fqdn in judged else ())
            ),
        )
        for fqdn, servers in works.items()
    )


def _product(verdict: PoolVerdict | None, pool: Pool) -> str | None:
    return verdict.product if verdict is not None and verdict.product else pool.product


def working_order(work: ServerWork) -> tuple[object, ...]:
    """By upgrade domain; a server that must first be identified holds up the fewest others."""
    domain = work.server.upgrade_domain or ""
    return (IDENTIFY_PRODUCT in work.knowing, natural(domain), natural(work.server.fqdn))


def _server_work(server: Server, verdict: ServerVerdict, findings: Iterable[Finding]) -> ServerWork:
    open_ = [f for f in findings if f.counted and f.status in (Status.FAIL, Status.UNKNOWN)]
    blocking = [f for f in open_ if f.blocks and f.status is Status.FAIL]
    if blocking:
        named = {action for finding in blocking for action in finding.actions}
        action = next((one for one in MIGRATIONS if one in named), MIGRATIONS[0])
        return ServerWork(server, verdict, {}, {}, {action: tuple(open_)})
    demands: dict[str, list[Finding]] = {}
    for action, finding in (*_demanded(open_), *_left_over(open_)):
        demands.setdefault(action, []).append(finding)
    return ServerWork(
        server,
        verdict,
        knowing={key: tuple(found) for key, found in demands.items() if key in KNOWING},
        changes={key: tuple(found) for key, found in demands.items() if key not in KNOWING},
        migration={},
    )


def _demanded(findings: list[Finding]) -> Iterator[tuple[str, Finding]]:
    """Each finding with each action that it names itself."""
    for finding in findings:
        for action in finding.actions:
            yield action, finding


def _left_over(findings: list[Finding]) -> Iterator[tuple[str, Finding]]:
    """Findings that name no action: unknown ones wait for whatever makes the server known."""
    named = {action for finding in findings for action in finding.actions}
    settling = next((action for action in KNOWING if action in named), SETTLE_UNKNOWN)
    for finding in findings:
        if not finding.actions:
            yield (MEND_BY_HAND if finding.status is Status.FAIL else settling), finding
