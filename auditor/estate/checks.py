"""What a person can get wrong between the parts of an estate; each problem is a sentence."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from auditor.estate.model import Estate, Pool
from auditor.estate.zone import Zone
from auditor.mistakes import nearest

LINKS = ("edge", "media_edge", "next_hop", "registrar", "paired_with")


def duplicates(estate: Estate, zones: Mapping[str, Zone]) -> Iterator[str]:
    """Sites, pools and servers that are listed twice, and servers that are the same machine.

    Two servers may share an address when their zones lead to different ports.
    """
    yield from listed_twice(estate)
    yield from _same_machine(estate, zones)


def listed_twice(estate: Estate) -> Iterator[str]:
    """Sites, pools and servers that have a name twice."""
    yield from _repeated("site", [site.name for site in estate.sites])
    yield from _repeated("pool", [pool.fqdn for pool in estate.pools])
    homes: dict[str, str] = {}
    for pool in estate.pools:
        for server in pool.servers:
            home = homes.setdefault(server.fqdn, pool.fqdn)
            if home != pool.fqdn:
                yield f"server {server.fqdn} is listed twice: in {home} and in {pool.fqdn}"
        yield from _repeated(f"pool {pool.fqdn}: server", [each.fqdn for each in pool.servers])


def _same_machine(estate: Estate, zones: Mapping[str, Zone]) -> Iterator[str]:
    reached: dict[tuple[str, int | None], str] = {}
    for server in estate.servers():
        zone = zones.get(server.zone or "")
        place = (server.address or server.fqdn, zone.port if zone else None)
        other = reached.setdefault(place, server.fqdn)
        if other != server.fqdn:
            yield f"servers {other} and {server.fqdn} have the same address, {place[0]}"


def _repeated(noun: str, names: list[str]) -> Iterator[str]:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            yield f"{noun} {name} is listed twice"
        seen.add(name)


def broken_links(estate: Estate) -> Iterator[str]:
    """Sites and pools that are named but not there, and pools without servers."""
    sites = dict.fromkeys(site.name for site in estate.sites)
    pools = dict.fromkeys(pool.fqdn for pool in estate.pools)
    for site in estate.sites:
        if site.federation_route is not None and site.federation_route not in pools:
            near = nearest(site.federation_route, pools)
            yield f"site {site.name}: federation_route names no pool: {site.federation_route}{near}"
        if site.central is not None and (site.central not in sites or site.central == site.name):
            near = nearest(site.central, [name for name in sites if name != site.name])
            yield f"site {site.name}: central names no other site: {site.central!r}{near}"
    homes = {server.fqdn: pool.fqdn for pool in estate.pools for server in pool.servers}
    for pool in estate.pools:
        if pool.site not in sites:
            yield f"pool {pool.fqdn}: no site {pool.site!r}{nearest(pool.site, sites)}"
        if pool.takes_updates and not pool.servers:
            yield f"pool {pool.fqdn}: has no servers"
        yield from _links(pool, pools, homes)
    hosts = [pool.fqdn for pool in estate.pools if pool.hosts_cms]
    if len(hosts) > 1:
        yield f"hosts_cms is true for {' and '.join(hosts)}; only one pool is the active host"


def _links(pool: Pool, pools: Collection[str], homes: Mapping[str, str]) -> Iterator[str]:
    links = [(key, getattr(pool, key)) for key in LINKS]
    for key, link in (*links, *(("gateways", gateway) for gateway in pool.gateways)):
        if link == pool.fqdn:
            yield f"pool {pool.fqdn}: {key} names the pool itself"
        elif link is not None and link not in pools:
            home = homes.get(link)
            others = [name for name in pools if name != pool.fqdn]
            right = f"; it is a server of {home}" if home else nearest(link, others)
            yield f"pool {pool.fqdn}: {key} names no pool: {link}{right}"
