"""The two need matrices with an estate's rows marked: which servers, which clients.

The servers' matrix is a reconstruction; each row says so, and by which sources.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING

from auditor.assess.exclusions import told, without_way
from auditor.assess.model import Readiness
from auditor.assess.paths import Path, path_of
from auditor.assess.readiness import worst
from auditor.assess.scenarios import exchange
from auditor.assess.scenarios.evidence import Known, Signal, all_of
from auditor.assess.scenarios.look import Look
from auditor.assess.scenarios.weighing import Weighed, weigh
from auditor.estate.model import Estate, InUse
from auditor.facts.reading import Reading

if TYPE_CHECKING:
    from auditor.rulebook.integration import ClientRow, ScenarioPath
    from auditor.rulebook.model import Rulebook


NO_WORK = frozenset({Readiness.READY, Readiness.NOT_IN_SCOPE})


@dataclass(frozen=True, slots=True)
class ScenarioRow:
    """A scenario with its use, its path and, where an audit was given, the path's readiness.

    `servers` are those of the pools on the path; `unready` the pools there that are not ready,
    `waived` those that are by a waiver alone, each with the day on which that ends.
    `excluded` is a sentence about servers there that somebody left out, "" where there are none.
    """

    entry: ScenarioPath
    weighed: Weighed
    path: Path
    servers: tuple[str, ...]
    readiness: Readiness | None = None
    unready: tuple[tuple[str, Readiness], ...] = ()
    waived: tuple[tuple[str, date], ...] = ()
    excluded: str = ""

    @property
    def by_waiver(self) -> date | None:
        """The first of these days, where the whole path is ready by waivers alone."""
        if self.readiness is not Readiness.READY:
            return None
        return min((day for _, day in self.waived), default=None)


@dataclass(frozen=True, slots=True)
class ClientMark:
    """A row of the clients' matrix; `prepare` is yes, no or unknown for this estate."""

    row: ClientRow
    in_use: InUse
    prepare: InUse


@dataclass(frozen=True, slots=True)
class Matrices:
    """`reconstructed`: the servers' rows are not the source's own table.

    `left_out` are titles of scenarios that a run judged and the rulebook does not have any more.
    """

    servers: tuple[ScenarioRow, ...]
    clients: tuple[ClientMark, ...]
    has_evidence: bool
    has_audit: bool
    reconstructed: bool
    left_out: tuple[str, ...] = ()

    @property
    def is_incomplete(self) -> bool:
        """Whether somebody looked, and the use of a scenario that audits judge stays unknown."""
        return any(row.entry.judged and row.weighed.in_use is InUse.UNKNOWN for row in self.servers)


def matrices(
    estate: Estate,
    readings: Iterable[Reading],
    rulebook: Rulebook,
    pools: Mapping[str, Readiness] | None = None,
    waived: Mapping[str, date] = MappingProxyType({}),
) -> Matrices:
    """Both matrices of an estate; `pools` is the readiness of pools in an audit of it.

    `waived` are those that are ready by a waiver alone, with the day on which that ends.

    One that the audit left out because no scenario used it is UNKNOWN there; NOT_IN_SCOPE are
    those that are no part of any way, such as a pool without a Lync server.
    """
    readings = tuple(readings)
    weighed = {each.key: each for each in weigh(estate, readings, rulebook)}
    look = Look(estate, Known(readings), rulebook.integrations)
    return Matrices(
        servers=tuple(
            _row(entry, weighed[key], estate, pools, waived)
            for key, entry in rulebook.scenarios.items()
        ),
        clients=_clients(look, weighed, rulebook),
        has_evidence=bool(look.known),
        has_audit=pools is not None,
        reconstructed=any(entry.reconstructed for entry in rulebook.scenarios.values()),
    )


def _row(
    entry: ScenarioPath,
    weighed: Weighed,
    estate: Estate,
    pools: Mapping[str, Readiness] | None,
    waived: Mapping[str, date],
) -> ScenarioRow:
    path = path_of(estate, entry)
    members = [pool for pool in estate.pools if pool.fqdn in path.pools]
    servers = tuple(server.fqdn for pool in members for server in pool.servers)
    row = ScenarioRow(entry, weighed, path, servers, excluded=told(members))
    if pools is None or not path.pools:
        return row
    # A pool that the audit does not know is no ready one.
    judged = {p.fqdn: pools.get(p.fqdn, Readiness.UNKNOWN) for p in members if not p.is_excluded}
    unready = tuple((fqdn, one) for fqdn, one in judged.items() if one not in NO_WORK)
    readiness = worst(judged.values())
    no_way = path.broken or without_way(path, members)
    if readiness is Readiness.NOT_IN_SCOPE or (readiness is Readiness.READY and no_way):
        readiness = Readiness.UNKNOWN
    by_waiver = tuple((fqdn, waived[fqdn]) for fqdn in judged if fqdn in waived)
    return replace(row, readiness=readiness, unready=unready, waived=by_waiver)


def _clients(
    look: Look, weighed: Mapping[str, Weighed], rulebook: Rulebook
) -> tuple[ClientMark, ...]:
    accounts = {
        "online": _use(weighed["hybrid"]),
        "on_premises": Signal(InUse.YES),
    }
    mailboxes = {
        "online": _use(weighed["exchange_online"]),
        "on_premises": exchange.exchange_beside(look),
    }
    federated = _use(weighed["federation"]).state
    return tuple(
        ClientMark(
            row,
            all_of(accounts[row.account], mailboxes[row.mailbox]).state,
            InUse.YES if row.prepare == "yes" else federated,
        )
        for row in rulebook.client_rows
    )


def _use(weighed: Weighed) -> Signal:
    """What nobody stated is not known here: a matrix marks, it does not assume."""
    assumed = weighed.in_use is InUse.ASSUMED
    return Signal(InUse.UNKNOWN if assumed else weighed.in_use, weighed.clues)
