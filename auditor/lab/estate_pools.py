"""The pools and sites of a lab's estate, from the tables of its file."""

from __future__ import annotations

from collections.abc import Mapping

from auditor.estate.model import KINDS_WITHOUT_UPDATES, Pool, Server, Site, SqlBackend
from auditor.lab.estate_document import PoolTable, SiteTable


def site_of(site: SiteTable) -> Site:
    return Site(site.name, site.central, _lower(site.federation_route))


def pool_of(pool: PoolTable, addresses: Mapping[str, str]) -> Pool:
    """`addresses` are those of the hosts, by FQDN; a server that is no host has none."""
    fqdn = pool.fqdn.lower()
    return Pool(
        fqdn=fqdn,
        kind=pool.kind,
        site=pool.site,
        servers=tuple(
            Server(
                fqdn=server.fqdn.lower(),
                pool=fqdn,
                roles=tuple(server.roles),
                upgrade_domain=server.upgrade_domain,
                fault_domain=server.fault_domain,
                zone=server.zone,
                address=addresses.get(server.fqdn.lower()),
            )
            for server in pool.servers
        ),
        service_version=pool.service_version,
        product=pool.product,
        takes_updates=pool.kind not in KINDS_WITHOUT_UPDATES,
        hosts_cms=pool.hosts_cms,
        backends=tuple(SqlBackend(**backend.model_dump()) for backend in pool.backends),
        edge=_lower(pool.edge),
        next_hop=_lower(pool.next_hop),
        paired_with=_lower(pool.paired_with),
        media_edge=_lower(pool.media_edge),
        registrar=_lower(pool.registrar),
        gateways=tuple(gateway.lower() for gateway in pool.gateways),
        file_stores=tuple(pool.file_stores),
    )


def links_of(pool: PoolTable) -> tuple[str, ...]:
    """The FQDNs of other pools that it names, in lower case."""
    single = (pool.edge, pool.media_edge, pool.registrar, pool.next_hop, pool.paired_with)
    return tuple(link.lower() for link in (*single, *pool.gateways) if link is not None)


def _lower(fqdn: str | None) -> str | None:
    return fqdn and fqdn.lower()
