"""Which zone each server is in, and at which address it is reached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from auditor.estate.model import Estate, Pool, Server
from auditor.estate.problems import nearest, some_of
from auditor.estate.zone import OFFLINE, Zone

if TYPE_CHECKING:
    from auditor.estate.estate_document import OverrideTable, PoolTable

DEFAULT_ZONE = "default"


@dataclass(frozen=True, slots=True)
class Ways:
    """Zones by pool, and (zone, address) by server; what is said of a server wins."""

    pools: dict[str, str] = field(default_factory=dict)
    servers: dict[str, tuple[str | None, str | None]] = field(default_factory=dict)

    def applied_to(self, estate: Estate) -> Estate:
        return replace(estate, pools=tuple(self._pool(pool) for pool in estate.pools))

    def _pool(self, pool: Pool) -> Pool:
        return replace(pool, servers=tuple(self._server(server) for server in pool.servers))

    def _server(self, server: Server) -> Server:
        zone, address = self.servers.get(server.fqdn, (None, None))
        return replace(
            server,
            zone=zone or self.pools.get(server.pool) or server.zone,
            address=address or server.address,
        )


def ways_of(estate: Estate, pools: tuple[PoolTable, ...]) -> Ways:
    """How the servers of `estate` are reached, to be kept where a topology takes its place."""
    return Ways(
        pools={pool.fqdn: pool.zone for pool in pools if pool.zone},
        servers={s.fqdn: (s.zone, s.address) for pool in estate.pools for s in pool.servers},
    )


def ways_stated(overrides: tuple[OverrideTable, ...], estate: Estate, problems: list[str]) -> Ways:
    """The ways of [[overrides]], which must name pools and servers of `estate`."""
    pools = {pool.fqdn for pool in estate.pools}
    servers = {server.fqdn for pool in estate.pools for server in pool.servers}
    ways = Ways()
    for number, table in enumerate(overrides):
        place = f"overrides[{number}]"
        if table.pool is not None and table.server is None:
            problems += _misnamed(place, table.pool, pools, ways.pools)
            if table.address is not None:
                problems.append(f"{place}.address: is for a server, not for a pool")
            elif table.zone is None:
                problems.append(f"{place}: says no zone for {table.pool}")
            ways.pools[table.pool] = table.zone or ""
        elif table.server is not None and table.pool is None:
            problems += _misnamed(place, table.server, servers, ways.servers)
            if table.zone is None and table.address is None:
                problems.append(f"{place}: says neither zone nor address of {table.server}")
            ways.servers[table.server] = (table.zone, table.address)
        else:
            problems.append(f"{place}: name either a server or a pool")
    return ways


def _misnamed(place: str, name: str, known: set[str], said: Mapping[str, object]) -> list[str]:
    if name not in known:
        return [f"{place}: {name} is not in the estate{nearest(name, known)}"]
    return [f"{place}: {name} is listed twice"] if name in said else []


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
