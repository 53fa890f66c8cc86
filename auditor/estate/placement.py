"""How each server is reached: its zone, address and credential; and which ones are left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from auditor.estate.model import Estate, Pool, Server
from auditor.estate.problems import some_of
from auditor.estate.zone import OFFLINE, CredentialReference, Zone
from auditor.mistakes import nearest

if TYPE_CHECKING:
    from auditor.estate.estate_document import OverrideTable, PoolTable

DEFAULT_ZONE = "default"


@dataclass(frozen=True, slots=True)
class Way:
    """What is said of how a server is reached; `exclude` is why it is not to be reached at all."""

    zone: str | None = None
    address: str | None = None
    credential: str | None = None
    exclude: str | None = None

    def applied_to(self, server: Server) -> Server:
        return replace(
            server,
            zone=self.zone or server.zone,
            address=self.address or server.address,
            credential=self.credential or server.credential,
            excluded=self.exclude or server.excluded,
        )


@dataclass(frozen=True, slots=True)
class Ways:
    """Ways by pool and by server; what is said of a server wins. `notes` are for people."""

    pools: dict[str, Way] = field(default_factory=dict)
    servers: dict[str, Way] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def applied_to(self, estate: Estate) -> Estate:
        pools = tuple(self._pool(pool) for pool in estate.pools)
        return replace(estate, pools=pools, notes=(*estate.notes, *self.notes))

    def exclusions(self) -> Ways:
        """What is said of exclusion alone."""
        return Ways(
            {name: Way(exclude=way.exclude) for name, way in self.pools.items()},
            {name: Way(exclude=way.exclude) for name, way in self.servers.items()},
        )

    def _pool(self, pool: Pool) -> Pool:
        return replace(pool, servers=tuple(self.on(server) for server in pool.servers))

    def on(self, server: Server) -> Server:
        """The server with what is said of its pool and of itself."""
        said = self.pools.get(server.pool), self.servers.get(server.fqdn)
        for way in said:
            server = way.applied_to(server) if way else server
        return server


def ways_of(estate: Estate, pools: Iterable[PoolTable] = ()) -> Ways:
    """How the servers of `estate` are reached, to be kept where a topology takes its place."""
    return Ways(
        pools={pool.fqdn: Way(zone=pool.zone) for pool in pools if pool.zone},
        servers={
            s.fqdn: Way(s.zone, s.address, s.credential, s.excluded)
            for pool in estate.pools
            for s in pool.servers
        },
    )


def ways_stated(overrides: tuple[OverrideTable, ...], estate: Estate, problems: list[str]) -> Ways:
    """The ways of [[overrides]], which must name pools and servers of `estate`.

    An exclusion outlives its server: where that is gone from the estate, a note says so.
    """
    pools = {pool.fqdn for pool in estate.pools}
    servers = {server.fqdn for pool in estate.pools for server in pool.servers}
    ways = Ways()
    for number, table in enumerate(overrides, 1):
        place = f"overrides[{number}]"
        if table.pool is not None and table.server is None:
            name, known, said = table.pool, pools, ways.pools
            if table.address is not None:
                problems.append(f"{place}.address: is for a server, not for a pool")
        elif table.server is not None and table.pool is None:
            name, known, said = table.server, servers, ways.servers
        else:
            problems.append(f"{place}: name either a server or a pool")
            continue
        way = Way(table.zone, table.address, table.credential, table.exclude)
        if name not in known and way == Way(exclude=table.exclude) != Way():
            ways.notes.append(f"An exclusion matches nothing: {_astray(name, known)}")
        elif name not in known:
            problems.append(f"{place}: {_astray(name, known)}")
        elif name in said:
            problems.append(f"{place}: {name} is listed twice")
        elif way == Way():
            problems.append(f"{place}: says neither zone, credential nor exclusion of {name}")
        said[name] = way
    return ways


def _astray(name: str, known: set[str]) -> str:
    return f"{name} is not in the estate{nearest(name, known)}"


def in_zones(estate: Estate, zones: Mapping[str, Zone], problems: list[str]) -> Estate:
    """The estate with a zone for every server that is audited: its own, or the default one.

    The default is the zone of that name, or the only one there is.
    """
    only = next(iter(zones)) if len(zones) == 1 else None
    default = DEFAULT_ZONE if DEFAULT_ZONE in zones else only
    astray = [server.fqdn for server in estate.servers() if not server.zone] if not default else []
    if astray:
        problems.append(
            f"no zone for {some_of(astray)}: name one at the server or its pool, "
            f'or call one "{DEFAULT_ZONE}"'
            if zones
            else "zones: there is none; add [zones.default] to say how servers are reached"
        )
    return estate if default is None else _with_default(estate, default)


def _with_default(estate: Estate, zone: str) -> Estate:
    return replace(
        estate,
        pools=tuple(
            replace(
                pool,
                servers=tuple(replace(server, zone=server.zone or zone) for server in pool.servers),
            )
            if pool.takes_updates
            else pool
            for pool in estate.pools
        ),
    )


def unknown_zones(estate: Estate, zones: Mapping[str, Zone]) -> list[str]:
    """A problem for each zone that servers name and the file does not describe."""
    named: dict[str, list[str]] = {}
    for pool in estate.pools:
        for server in pool.servers:
            if server.zone and server.zone not in zones and server.zone != OFFLINE:
                named.setdefault(server.zone, []).append(server.fqdn)
    return [
        f"no [zones.{zone}], which {some_of(servers)} {'is' if len(servers) == 1 else 'are'} in"
        f"{nearest(zone, zones)}"
        for zone, servers in named.items()
    ]


def unknown_credentials(
    estate: Estate, credentials: Mapping[str, CredentialReference]
) -> list[str]:
    """A problem for each credential that servers name and the file does not describe."""
    named: dict[str, list[str]] = {}
    for pool in estate.pools:
        for server in pool.servers:
            if server.credential and server.credential not in credentials:
                named.setdefault(server.credential, []).append(server.fqdn)
    return [
        f"no [credentials.{name}], with which {some_of(servers)} "
        f"{'is' if len(servers) == 1 else 'are'} asked{nearest(name, credentials)}"
        for name, servers in named.items()
    ]
