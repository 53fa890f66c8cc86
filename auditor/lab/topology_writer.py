"""Writes the topology document of a lab's estate, as `Get-CsTopology -AsXml` shows it.

It says what auditor.estate.topology reads, in the elements of real documents; ports and paths
are left out. Branch sites, paired pools and video interop were seen in no document: their form
is the one that the reader takes for likely.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, repeat
from xml.etree.ElementTree import Element, SubElement, tostring

from auditor.estate.model import Estate, Pool, PoolKind, Server, Site, SqlBackend

_TOPOLOGY = "urn:schema:Microsoft.Rtc.Management.Deploy.Topology.2008"
_ROLES = "urn:schema:Microsoft.Rtc.Management.Deploy.ServiceRoles.2008"
_SIGNATURE = "b2af3192-c411-44c8-93e5-30bced09eba1"

# The services of a pool; the first one has its links.
_SERVICES: dict[PoolKind, tuple[str, ...]] = {
    PoolKind.ENTERPRISE: ("Registrar", "UserServices", "ConfServices", "WebServices"),
    PoolKind.STANDARD: ("Registrar", "UserServices", "ConfServices", "WebServices"),
    PoolKind.DIRECTOR: ("Registrar", "WebServices"),
    PoolKind.SBA: ("Registrar", "MediationServer"),
    PoolKind.EDGE: ("EdgeServer",),
    PoolKind.MEDIATION: ("MediationServer",),
    PoolKind.PERSISTENT_CHAT: ("PersistentChatService",),
    PoolKind.VIDEO_INTEROP: ("VideoInteropServer",),
    PoolKind.TRUSTED_APPLICATION: ("ExternalServer",),
    PoolKind.WAC: ("WacService",),
    PoolKind.FILE_STORE: ("FileStore",),
    PoolKind.GATEWAY: ("PstnGateway",),
}
_MEDIA = frozenset({"ConfServices", "MediationServer"})
_STORES = ("UserStore", "ApplicationStore", "MonitoringStore", "ArchivingStore")

_Key = tuple[str, str, str]


def topology_text(estate: Estate) -> str:
    """The document, without white space between its elements."""
    return tostring(_Writer(estate).document(), encoding="unicode")


def services_of(pool: Pool) -> tuple[str, ...]:
    """The roles of the services that run on a pool, but for the Central Management."""
    stated = (role for server in pool.servers for role in server.roles)
    own = (role for role in stated if not role.endswith("Store") and role != "CentralMgmt")
    return tuple(dict.fromkeys((*_SERVICES.get(pool.kind, ()), *own)))


class _Writer:
    """Gives every pool its number and every service its id, then writes them down."""

    def __init__(self, estate: Estate) -> None:
        self._estate = estate
        self._sites = {site.name: str(n) for n, site in enumerate(estate.sites, start=1)}
        self._pools = _with_sql(estate)
        self._clusters: dict[str, tuple[str, str]] = {}
        self._instances: Counter[tuple[str, str]] = Counter()
        counted: Counter[str] = Counter()
        for pool in self._pools:
            counted[pool.site] += 1
            self._clusters[pool.fqdn] = (self._sites[pool.site], str(counted[pool.site]))
        self._services = {
            pool.fqdn: {role: self._new_key(pool, role) for role in services_of(pool)}
            for pool in self._pools
        }

    def document(self) -> Element:
        root = Element("Topology", {"xmlns": _TOPOLOGY, "Signature": _SIGNATURE})
        domain = _domain(self._estate)
        domains = SubElement(root, "InternalDomains", AllowAllDomains="false", DefaultDomain=domain)
        SubElement(
            domains, "InternalDomain", Name=domain, Authoritative="false", AllowSubDomains="false"
        )
        self._add_sites(SubElement(root, "Sites"))
        clusters = SubElement(root, "Clusters")
        for pool in self._pools:
            self._add_cluster(clusters, pool)
        self._add_instances(SubElement(root, "SqlInstances"))
        services = SubElement(root, "Services")
        for pool in self._pools:
            self._add_services(services, pool)
        return root

    def _add_sites(self, parent: Element) -> None:
        central = {}
        for site in self._estate.sites:
            if site.central is None:
                element = SubElement(parent, "CentralSite", SiteId=self._sites[site.name])
                self._say_site(element, site)
                central[site.name] = element
        for site in self._estate.sites:
            if site.central is not None:
                above = central[site.central]
                remote = above.find("RemoteSites")
                remote = SubElement(above, "RemoteSites") if remote is None else remote
                element = SubElement(remote, "RemoteSite", SiteId=self._sites[site.name])
                self._say_site(element, site)

    def _say_site(self, element: Element, site: Site) -> None:
        SubElement(element, "Name").text = site.name
        edge = self._services.get(site.federation_route or "", {}).get("EdgeServer")
        if edge is not None:
            _add_service_id(SubElement(element, "FederationRoute"), edge)

    def _add_cluster(self, parent: Element, pool: Pool) -> None:
        set_up = str(pool.takes_updates).lower()
        cluster = SubElement(
            parent, "Cluster", RequiresReplication=set_up, RequiresSetup=set_up, Fqdn=pool.fqdn
        )
        self._add_cluster_id(cluster, pool.fqdn)
        for number, server in enumerate(pool.servers, start=1):
            machine = SubElement(cluster, "Machine", OrdinalInCluster=str(number), Fqdn=server.fqdn)
            if server.fault_domain:
                machine.set("FaultDomain", server.fault_domain)
            if server.upgrade_domain:
                machine.set("UpgradeDomain", server.upgrade_domain)

    def _add_instances(self, parent: Element) -> None:
        backends = [each for pool in self._pools for each in pool.backends]
        for backend in {(b.fqdn, b.instance): b for b in backends}.values():
            element = SubElement(parent, "SqlInstance")
            if backend.always_on:
                element.set("AlwaysOnPrimaryNodeFqdn", backend.primary_node or backend.fqdn)
            self._add_sql_id(element, backend)

    def _add_services(self, parent: Element, pool: Pool) -> None:
        stores = [(self._new_key(pool, role), backend) for role, backend in _stores(pool)]
        links = [*(("Default", key) for key, _ in stores), *self._links(pool)]
        media = self._media(pool)
        for role, key in self._services[pool.fqdn].items():
            self._add_service(parent, pool, key, links + media * (role in _MEDIA))
            links = []
        for key, backend in stores:
            self._add_service(parent, pool, key, [], backend)
        if pool.hosts_cms:
            used = [("Default", key) for key, _ in stores[:1]]
            self._add_service(parent, pool, self._new_key(pool, "CentralMgmt"), used)

    def _links(self, pool: Pool) -> Iterator[tuple[str, _Key]]:
        for usage, role, fqdn in (
            ("Default", "EdgeServer", pool.edge),
            ("Default", "Registrar", pool.next_hop),
            ("Default", "Registrar", pool.registrar),
            ("Backup", "Registrar", pool.paired_with),
            *(("Default", "MediationServer", fqdn) for fqdn in self._before(pool)),
        ):
            if fqdn is not None and role in self._services[fqdn]:
                yield usage, self._services[fqdn][role]

    def _before(self, gateway: Pool) -> list[str]:
        """The pools that have this one among their gateways."""
        return [pool.fqdn for pool in self._pools if gateway.fqdn in pool.gateways]

    def _media(self, pool: Pool) -> list[tuple[str, _Key]]:
        edge = self._services.get(pool.media_edge or "", {}).get("EdgeServer")
        return [] if edge is None else [("Default", edge)]

    def _add_service(
        self,
        parent: Element,
        pool: Pool,
        key: _Key,
        links: list[tuple[str, _Key]],
        backend: SqlBackend | None = None,
    ) -> None:
        service = SubElement(parent, "Service", RoleVersion="1")
        if pool.service_version is not None:
            service.set("ServiceVersion", str(pool.service_version))
        _add_service_id(service, key)
        depends = SubElement(service, "DependsOn")
        for usage, target in links:
            _add_service_id(SubElement(depends, "Dependency", Usage=usage), target)
        place = SubElement(service, "InstalledOn")
        if backend is None:
            self._add_cluster_id(place, pool.fqdn)
        else:
            self._add_sql_id(place, backend)
        if key[1] == "Registrar":
            is_director = str(pool.kind is PoolKind.DIRECTOR).lower()
            SubElement(service, "RegistrarService", xmlns=_ROLES, IsDirector=is_director)
        if key[1] == "CentralMgmt":
            SubElement(service, "CentralMgmtService", xmlns=_ROLES, IsActive="true")

    def _new_key(self, pool: Pool, role: str) -> _Key:
        site = self._sites[pool.site]
        self._instances[site, role] += 1
        return site, role, str(self._instances[site, role])

    def _add_sql_id(self, parent: Element, backend: SqlBackend) -> None:
        identity = SubElement(parent, "SqlInstanceId", Name=backend.instance)
        self._add_cluster_id(identity, backend.fqdn)

    def _add_cluster_id(self, parent: Element, fqdn: str) -> None:
        site, number = self._clusters[fqdn]
        SubElement(parent, "ClusterId", SiteId=site, Number=number)


def _add_service_id(parent: Element, key: _Key) -> None:
    site, role, instance = key
    SubElement(parent, "ServiceId", SiteId=site, RoleName=role, Instance=instance)


def _stores(pool: Pool) -> Iterator[tuple[str, SqlBackend]]:
    """The databases of a pool and where each one is."""
    if pool.kind is PoolKind.PERSISTENT_CHAT:
        yield from (("PersistentChatStore", backend) for backend in pool.backends)
        return
    for usual, backend in zip(chain(_STORES, repeat(_STORES[-1])), pool.backends, strict=False):
        yield from ((role, backend) for role in backend.databases or (usual,))


def _with_sql(estate: Estate) -> tuple[Pool, ...]:
    """The pools, and those of SQL instances that nobody listed as a pool.

    A SQL pool without a database gets one: nothing else tells what it is for.
    """
    listed = {pool.fqdn for pool in estate.pools}
    used: dict[str, Pool] = {}
    for pool in estate.pools:
        for backend in pool.backends:
            used.setdefault(backend.fqdn, pool)
    strangers = tuple(
        Pool(fqdn, PoolKind.SQL, pool.site, (Server(fqdn, fqdn),), takes_updates=False)
        for fqdn, pool in used.items()
        if fqdn not in listed
    )
    own = tuple(
        replace(pool, backends=(SqlBackend(pool.fqdn),))
        if pool.kind is PoolKind.SQL and pool.fqdn not in used
        else pool
        for pool in estate.pools
    )
    return own + strangers


def _domain(estate: Estate) -> str:
    """The DNS domain of most of the pools."""
    domains = Counter(pool.fqdn.partition(".")[2] for pool in estate.pools)
    return max(domains, key=lambda domain: (domain != "", domains[domain]), default="")
