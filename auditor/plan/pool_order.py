"""In which order pools are worked on: inside out, the Edge after what is behind it.

Links of the estate come before everything else; where they form a circle it is broken, with
a note. The other reasons (tiers, pairs, the Central Management store) only ever make a pool
wait for one that stands before it in that order. Where all of that leaves a choice, what lies
on the path of a scenario that is in use comes before the rest.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import TYPE_CHECKING

from auditor.estate.model import InUse, Pool, PoolKind
from auditor.plan.demand import PoolWork, natural

if TYPE_CHECKING:
    from auditor.assess.model import Assessment
    from auditor.rulebook.procedures import Procedures

_Key = tuple[object, ...]
_IN_USE = 0  # the rank of a pool that lies on a path which is said, or was found, to be in use


@dataclass(frozen=True, slots=True)
class PoolOrder:
    """Pools in working order; `before` says for each which ones it waits for, and why.

    The why is a key of the rulebook's orders.
    """

    works: tuple[PoolWork, ...]
    before: Mapping[str, Mapping[str, str]]
    notes: tuple[str, ...]


def order_pools(
    works: tuple[PoolWork, ...], assessment: Assessment, procedures: Procedures
) -> PoolOrder:
    """Order `works`; only pools with changes wait for each other."""
    return _Ordering(works, assessment, procedures).order()


class _Ordering:
    def __init__(
        self, works: tuple[PoolWork, ...], assessment: Assessment, procedures: Procedures
    ) -> None:
        self.estate = assessment.estate
        self.procedures = procedures
        self.sites = {site.name: site.central or site.name for site in self.estate.sites}
        self.in_use = _ranks(assessment)
        self.works = {work.pool.fqdn: work for work in sorted(works, key=self._key)}
        self.changed = {fqdn: work.pool for fqdn, work in self.works.items() if work.changing}
        self.linked = self._linked_edges()
        self.notes: list[str] = []

    def order(self) -> PoolOrder:
        links = self._links()
        inside_out = list(_sorted(links, self._keys()))
        places = _Places(self, {fqdn: number for number, fqdn in enumerate(inside_out)})
        before = {
            fqdn: self._before(self.works[fqdn].pool, links, places) if fqdn in self.changed else {}
            for fqdn in inside_out
        }
        urgency = self._urgency(before)
        self._rest_last(before, urgency)
        keys = {fqdn: (urgency[fqdn], key) for fqdn, key in self._keys().items()}
        return PoolOrder(
            works=tuple(self.works[fqdn] for fqdn in _sorted(before, keys)),
            before=before,
            notes=tuple(self.notes),
        )

    def _urgency(self, before: dict[str, dict[str, str]]) -> dict[str, int]:
        """How surely a path in use needs a pool: itself, or because others must wait for it.

        `before` is in an order in which every pool stands after those it waits for.
        """
        urgency = {fqdn: self.in_use.get(fqdn, len(InUse)) for fqdn in before}
        for fqdn in reversed(before):
            for earlier in before[fqdn]:
                urgency[earlier] = min(urgency[earlier], urgency[fqdn])
        return urgency

    def _rest_last(self, before: dict[str, dict[str, str]], urgency: Mapping[str, int]) -> None:
        """Lets what no path in use needs wait for what one does; the ends stand for the rest."""
        in_use = [fqdn for fqdn in self.changed if urgency[fqdn] == _IN_USE]
        awaited = {earlier for fqdn in in_use for earlier in before[fqdn]}
        last = [fqdn for fqdn in in_use if fqdn not in awaited]
        for fqdn in self.changed:
            first = all(urgency[earlier] == _IN_USE for earlier in before[fqdn])
            if urgency[fqdn] != _IN_USE and first:
                for one in last:
                    before[fqdn].setdefault(one, "in-use-first")

    def site(self, pool: Pool) -> str:
        """The central site: a branch site counts as part of its own."""
        return self.sites.get(pool.site, pool.site)

    def tier(self, pool: Pool) -> int:
        return self.procedures.tier(pool.kind.value)

    def _keys(self) -> dict[str, _Key]:
        return {fqdn: self._key(work) for fqdn, work in self.works.items()}

    def _key(self, work: PoolWork) -> _Key:
        pool = work.pool
        return (
            self.tier(pool),
            pool.hosts_cms,
            self.in_use.get(pool.fqdn, len(InUse)),
            natural(self.site(pool)),
            natural(pool.fqdn),
        )

    def _linked_edges(self) -> frozenset[str]:
        """Edge pools of which the estate says what is behind them."""
        stated = {pool.fqdn for pool in self.estate.pools if pool.next_hop}
        return frozenset(stated | {pool.edge for pool in self.estate.pools if pool.edge})

    def _links(self) -> dict[str, dict[str, str]]:
        """For each pool those that the estate's links put before it; circles are broken."""
        links: dict[str, dict[str, str]] = {fqdn: {} for fqdn in self.works}
        for fqdn, pool in self.changed.items():
            if pool.next_hop in self.changed and pool.next_hop != fqdn:
                links[fqdn][pool.next_hop] = "next-hop"
            edge = self.changed.get(pool.edge or "")
            if edge and edge.kind is PoolKind.EDGE and pool.kind is not PoolKind.EDGE:
                links[edge.fqdn].setdefault(fqdn, "behind-edge")
        while circle := _circle(links):
            waiting, awaited = min(circle, key=lambda pair: self._key(self.works[pair[0]]))
            del links[waiting][awaited]
            self.notes.append(
                f"{waiting} does not wait for {awaited}, though the estate's links say so: "
                "each would wait for the other in a circle."
            )
        return links

    def _before(
        self, pool: Pool, links: Mapping[str, Mapping[str, str]], places: _Places
    ) -> dict[str, str]:
        """The first reason counts where there are several."""
        before = dict(links[pool.fqdn])
        for fqdn, order in places.before(pool):
            if places.is_earlier(fqdn, pool.fqdn):
                before.setdefault(fqdn, order)
        return before


class _Places:
    """Pools with changes by site and tier, for the reasons that are no links."""

    def __init__(self, ordering: _Ordering, positions: Mapping[str, int]) -> None:
        self.ordering = ordering
        self.positions = positions
        self.tiers: dict[tuple[str, int], list[str]] = {}
        self.partners: dict[str, list[str]] = {}
        for fqdn, pool in ordering.changed.items():
            if pool.paired_with in ordering.changed:
                self.partners.setdefault(fqdn, []).append(pool.paired_with)
                self.partners.setdefault(pool.paired_with, []).append(fqdn)
            place = (ordering.site(pool), ordering.tier(pool))
            self.tiers.setdefault(place, []).append(fqdn)

    def is_earlier(self, one: str, other: str) -> bool:
        return self.positions[one] < self.positions[other]

    def before(self, pool: Pool) -> Iterator[tuple[str, str]]:
        ordering = self.ordering
        yield from ((fqdn, "paired") for fqdn in self.partners.get(pool.fqdn, ()))
        if pool.kind is not PoolKind.EDGE:
            yield from ((fqdn, "inside-out") for fqdn in self._nearest_inside(pool))
        elif pool.fqdn not in ordering.linked:
            yield from ((fqdn, "behind-some-edge") for fqdn in self._inside(pool))
        if pool.hosts_cms:
            tier = ordering.tier(pool)
            others = (fqdn for fqdn, one in ordering.changed.items() if ordering.tier(one) == tier)
            yield from ((fqdn, "cms-last") for fqdn in others if fqdn != pool.fqdn)

    def _inside(self, pool: Pool) -> Iterator[str]:
        for tier in reversed(range(self.ordering.tier(pool))):
            yield from self.tiers.get((self.ordering.site(pool), tier), ())

    def _nearest_inside(self, pool: Pool) -> list[str]:
        """The next tier of its site in which there is work; it waits for those further in."""
        inside = range(self.ordering.tier(pool))
        found = (self.tiers.get((self.ordering.site(pool), tier)) for tier in reversed(inside))
        return next((pools for pools in found if pools), [])


def _ranks(assessment: Assessment) -> Mapping[str, int]:
    """How surely a pool lies on a path that is in use; 0 where somebody said so."""
    ranked = [InUse.YES, InUse.ASSUMED, InUse.UNKNOWN, InUse.NO]
    ranks: dict[str, int] = {}
    for scenario in assessment.scenarios:
        rank = ranked.index(scenario.in_use)
        for fqdn in scenario.pools:
            ranks[fqdn] = min(rank, ranks.get(fqdn, rank))
    return ranks


def _sorted(links: Mapping[str, Mapping[str, str]], keys: Mapping[str, _Key]) -> Iterator[str]:
    """Every pool after those its links name, and else by key."""
    sorter = TopologicalSorter(links)
    sorter.prepare()
    ready: list[tuple[_Key, str]] = []
    while sorter.is_active():
        for fqdn in sorter.get_ready():
            heapq.heappush(ready, (keys[fqdn], fqdn))
        _, chosen = heapq.heappop(ready)
        yield chosen
        sorter.done(chosen)


def _circle(links: Mapping[str, Mapping[str, str]]) -> list[tuple[str, str]]:
    """The (waiting, awaited) pairs of one circle, none where there is no circle."""
    try:
        TopologicalSorter(links).prepare()
    except CycleError as error:
        nodes: list[str] = error.args[1]
        return [(waiting, awaited) for awaited, waiting in pairwise(nodes)]
    return []
