"""Which pools lie on a scenario's path, by the topology's own links.

Signalling goes from the pool where a user is homed, over the Director where there is one, to
the Edge pool of the federation route. Where a link is missing, every pool of a fitting kind
counts instead, and the path says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditor.estate.model import Estate, Pool, PoolKind
from auditor.estate.problems import some_of
from auditor.rulebook.integration import Route

if TYPE_CHECKING:
    from auditor.rulebook.integration import ScenarioPath

ALL_KINDS = "all"
_HOMES = frozenset({PoolKind.ENTERPRISE, PoolKind.STANDARD, PoolKind.SBA})
_NEXT_HOPS = frozenset({PoolKind.ENTERPRISE, PoolKind.STANDARD, PoolKind.DIRECTOR})

# OAuth goes from the registrars, so the signalling of Exchange Online may do without an Edge.
_OVER_AN_EDGE = frozenset({Route.ALL, Route.EDGE})
_NO_EDGE = "it goes over an Edge pool, but the estate has none"

Chain = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Path:
    """`pools` are on the path, in the estate's order; `chains` say how it goes, inside out.

    `guessed` are sentences about links that the topology does not have. `broken` says why no
    server can tell whether the whole way is ready; "" where the estate has all of it.
    """

    pools: tuple[str, ...] = ()
    chains: tuple[Chain, ...] = ()
    guessed: tuple[str, ...] = ()
    broken: str = ""


def path_of(estate: Estate, entry: ScenarioPath) -> Path:
    """The path of a scenario through the estate; a pool of unknown kind lies on every path."""
    if entry.path is Route.NONE:
        return Path()
    links = _Links(estate)
    chains, guessed = _chains(links, entry.path)
    chained = {fqdn for chain in chains for fqdn in chain}
    if entry.path is Route.ALL:
        guessed = ()

    def is_on(pool: Pool) -> bool:
        if not pool.takes_updates:
            return False
        if pool.kind is PoolKind.UNKNOWN or pool.fqdn in chained:
            return True
        if ALL_KINDS in entry.kinds:
            return True
        # Without chains there are no links at all: the kinds stand for them.
        return not chains and pool.kind.value in entry.kinds

    return Path(
        pools=tuple(pool.fqdn for pool in estate.pools if is_on(pool)),
        chains=chains,
        guessed=guessed,
        broken=_NO_EDGE if entry.path in _OVER_AN_EDGE and links.lacks_edge else "",
    )


def federation_edges(estate: Estate) -> tuple[tuple[str, ...], bool]:
    """The Edge pools that federation goes by, and whether the estate says so.

    It does where a site states its route; with one Edge pool there is no choice. Otherwise every
    Edge pool counts.
    """
    links = _Links(estate)
    return tuple(edge.fqdn for edge in links.route), links.route_is_known


def _chains(links: _Links, route: Route) -> tuple[tuple[Chain, ...], tuple[str, ...]]:
    if route is Route.WEB:
        return tuple((pool.fqdn,) for pool in links.homes), ()
    if route is Route.EDGE:
        return tuple(
            chain for edge in links.route for chain in links.inwards(edge)
        ), links.guessed()
    found = [chain for home in links.homes for chain in links.outwards(home)]
    return tuple(dict.fromkeys(found)), links.guessed()


class _Links:
    """The links of one estate that lead to the Internet."""

    def __init__(self, estate: Estate) -> None:
        self.pools = {pool.fqdn: pool for pool in estate.pools}
        self.homes = tuple(pool for pool in estate.pools if pool.kind in _HOMES)
        self.edges = tuple(pool for pool in estate.pools if pool.kind is PoolKind.EDGE)
        self.candidates = tuple(pool for pool in estate.pools if pool.kind in _NEXT_HOPS)
        self.stated = {site.name: site.federation_route for site in estate.sites}
        self.centrals = {site.name: site.central for site in estate.sites}
        stated = {edge.fqdn for edge in self.edges} & set(self.stated.values())
        # What a pool names lies on the route too: nobody has seen how a topology states a site's.
        # Where no site states it, nothing rules an Edge pool out: a pool's own may be for media.
        linked = {*stated, *(pool.edge for pool in estate.pools)}
        self.route = tuple(e for e in self.edges if e.fqdn in linked or not stated)
        self.between = {edge.fqdn: self._directors(edge) for edge in self.route}
        self.route_is_known = len(self.edges) < 2 or bool(stated)
        self.lacks_edge = not any(
            pool.kind in {PoolKind.EDGE, PoolKind.UNKNOWN} for pool in estate.pools
        )

    def inwards(self, edge: Pool) -> tuple[Chain, ...]:
        """From what an Edge pool hands over to, to itself."""
        return tuple((hop, edge.fqdn) for hop in self._hops(edge)) or ((edge.fqdn,),)

    def _hops(self, edge: Pool) -> tuple[str, ...]:
        """What an Edge pool hands over to; every candidate where it does not say."""
        if edge.next_hop is not None:
            return (edge.next_hop,)
        return tuple(pool.fqdn for pool in self.candidates)

    def outwards(self, home: Pool) -> tuple[Chain, ...]:
        """From a pool of users to the Internet: over each Edge pool that it may take."""
        stated = self.stated.get(home.site) or self.stated.get(self.centrals.get(home.site) or "")
        own = [edge for edge in self.route if edge.fqdn == (stated or home.edge)]
        chains = [
            (home.fqdn, *between, edge.fqdn)
            for edge in own or self.route
            for between in self.between[edge.fqdn]
        ]
        return tuple(chains) or ((home.fqdn,),)

    def _directors(self, edge: Pool) -> tuple[Chain, ...]:
        """The Director before an Edge pool, where that hands over to one; else nothing."""
        hops = [self.pools[hop] for hop in self._hops(edge) if hop in self.pools]
        directors = [hop.fqdn for hop in hops if hop.kind is PoolKind.DIRECTOR]
        if edge.next_hop is None and len(directors) < len(hops):
            return ((), *((fqdn,) for fqdn in directors))
        return tuple((fqdn,) for fqdn in directors) or ((),)

    def guessed(self) -> tuple[str, ...]:
        sentences = []
        named = some_of([edge.fqdn for edge in self.route])
        if not self.route_is_known:
            sentences.append(
                f"Which of {named} federation uses is not known: every Edge pool counts."
            )
        elif len(self.route) > 1:
            sentences.append(
                f"Which of {named} federation uses differs by site or pool: each of them counts."
            )
        silent = [edge.fqdn for edge in self.route if edge.next_hop is None]
        if silent:
            sentences.append(
                f"The next hop of {silent[0]} is not known: every front end and Director counts."
            )
        return tuple(sentences)
