"""What the Management Shell said of replicas and of pools, where somebody asked it.

It speaks of servers that nobody read, too. What it says is as good as the front end that was
asked, and as old: every answer carries both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from auditor.assess.model import Evidence
from auditor.assess.scenarios.evidence import Known, in_time, of_estate, why_unread
from auditor.facts.estate.families import CMDLETS, ESTATE_FAMILIES
from auditor.facts.estate.pool_upgrade import PoolUpgradeFacts
from auditor.facts.estate.replication import Replica, ReplicationFacts

if TYPE_CHECKING:
    from auditor.assess.rule import Context
    from auditor.estate.model import Estate
    from auditor.facts.reading import Reading

T = TypeVar("T")

_NOBODYS: Mapping[str, str] = {}
_KEYS = frozenset(family.key for family in ESTATE_FAMILIES)


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """A family's `facts` as `server` told them at `when` (UTC), or `why` there are none.

    `doubts` are sentences about other answers to the same question.
    """

    family: str
    facts: T | None = None
    why: str = ""
    was_asked: bool = False
    server: str = ""
    when: datetime | None = None
    doubts: tuple[str, ...] = ()

    def evidence(self, path: str, value: object) -> Evidence:
        """One thing that was said; `path` is where in the cmdlet's answer."""
        where = f"{CMDLETS[self.family]} on {self.server}: {path}"
        return Evidence(self.family, where, str(value), self.when)


class ManagementShell:
    """The answers by what they are about: each replica by its server, each state by its pool."""

    def __init__(
        self, readings: Iterable[Reading] = (), homes: Mapping[str, str] = _NOBODYS
    ) -> None:
        """`homes` has the pools by the names under which they and their front ends are asked."""
        asked = tuple(readings)
        self.replication: Answer[ReplicationFacts] = _answer(asked, "replication")
        self._replicas = _by_server(self.replication)
        self._elsewhere = [
            (answer, _by_server(answer))
            for answer in (_answer((reading,), "replication") for reading in asked)
            if answer.server != self.replication.server
        ]
        told: dict[str, list[Reading]] = {}
        for reading in asked:
            home = homes.get(reading.fqdn.casefold()) or _own_word(reading)
            told.setdefault(home, []).append(reading)
        self._states = {pool: _answer(said, "pool_upgrade") for pool, said in told.items()}

    def replica(self, fqdn: str) -> Replica | None:
        """What was said of the server's replica, None where it was not named."""
        return self._replicas.get(fqdn.casefold())

    def elsewhere(self, fqdn: str) -> list[tuple[Replica, Answer[ReplicationFacts]]]:
        """What other servers that were asked said of the server's replica."""
        name = fqdn.casefold()
        return [(told[name], answer) for answer, told in self._elsewhere if name in told]

    def state_of(self, pool: str) -> Answer[PoolUpgradeFacts]:
        """What a front end of the pool said of it."""
        return self._states.get(pool.casefold()) or _answer((), "pool_upgrade")


def said_in(readings: Iterable[Reading], estate: Estate, context: Context) -> ManagementShell:
    """What was said in `readings`; nothing that is too old, or of another estate, counts."""
    asked = [reading for reading in readings if _speaks(reading)]
    return ManagementShell(of_estate(in_time(asked, context), estate), _homes(estate))


def _speaks(reading: Reading) -> bool:
    return any(result.family in _KEYS for result in reading.families)


def _homes(estate: Estate) -> dict[str, str]:
    """By each name under which a pool's front ends are asked the pool."""
    return {
        name.casefold(): pool.fqdn.casefold()
        for pool in estate.pools
        for name in (pool.fqdn, *(server.fqdn for server in pool.servers))
    }


def _own_word(reading: Reading) -> str:
    """The pool that a server under another name says it is in."""
    result = reading.family("pool_upgrade")
    facts = result.facts if result is not None else None
    return (facts.pool or "").casefold() if isinstance(facts, PoolUpgradeFacts) else ""


def _by_server(answer: Answer[ReplicationFacts]) -> dict[str, Replica]:
    """The replicas that were named; of two of one server the first."""
    listed = answer.facts.items if answer.facts is not None else ()
    return {replica.fqdn.casefold(): replica for replica in reversed(listed)}


def _answer(readings: Iterable[Reading], family: str) -> Answer[Any]:
    known = Known(readings)
    result = known.result(family)
    if result is None:
        return Answer(family, why=f"it was not asked for ({CMDLETS[family]}); discover asks for it")
    return Answer(
        family,
        facts=result.facts,
        why=f"{CMDLETS[family]} {why_unread(result.error)}",
        was_asked=True,
        server=known.server(family),
        when=result.when,
        doubts=known.doubts(family),
    )
