"""Reads a topology document as `Get-CsTopology -AsXml` writes it (DOMAIN 7.1).

The document knows clusters of machines, and services that are installed on them; what kind
of pool a cluster is follows from its services. What is missing or not understood is named in
`Estate.notes`, never dropped in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree.ElementTree import Element

from auditor.estate.model import (
    KINDS_WITHOUT_UPDATES,
    Estate,
    Pool,
    PoolKind,
    Server,
    Site,
    SqlBackend,
)
from auditor.estate.names import host_name
from auditor.estate.scenarios import stated_scenarios
from auditor.estate.topology_document import ROLES, TOPOLOGY, read_document

ClusterKey = tuple[str, str]
ServiceKey = tuple[str, str, str]

_STORES = frozenset({"UserStore", "ApplicationStore", "CentralMgmtStore", "LocationStore"})
_BY_ROLE = (
    ("EdgeServer", PoolKind.EDGE),
    ("PersistentChat", PoolKind.PERSISTENT_CHAT),
    ("VideoInterop", PoolKind.VIDEO_INTEROP),
    ("Mediation", PoolKind.MEDIATION),
    ("WacService", PoolKind.WAC),
    ("PstnGateway", PoolKind.GATEWAY),
    ("ExternalServer", PoolKind.TRUSTED_APPLICATION),
    ("TrustedApplication", PoolKind.TRUSTED_APPLICATION),
)


@dataclass(slots=True)
class _Service:
    """A service of the document; `depends` are (usage, service) pairs."""

    key: ServiceKey
    version: int | None
    cluster: ClusterKey | None
    sql_instance: str | None
    depends: list[tuple[str, ServiceKey]]
    is_director: bool
    is_active: bool

    @property
    def role(self) -> str:
        return self.key[1]


@dataclass(slots=True)
class _Cluster:
    key: ClusterKey
    fqdn: str
    machines: list[Element]
    takes_setup: bool
    services: list[_Service] = field(default_factory=list)

    @property
    def roles(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(service.role for service in self.services))


def read_topology(path: Path) -> Estate:
    """The estate in `path`; UsageError (TOPOLOGY-...) where it is no readable topology."""
    root = read_document(path)
    return _Reader(root).estate(path)


class _Reader:
    """One document on its way into an estate."""

    def __init__(self, root: Element) -> None:
        self.notes: list[str] = []
        self.root = root
        self.sites = self._sites()
        self.clusters = self._clusters()
        self.services = self._services()
        self.always_on = self._always_on()
        self._seen: set[str] = set()

    def estate(self, path: Path) -> Estate:
        pools = tuple(self._pool(cluster) for cluster in self.clusters.values())
        return Estate(
            name=self._domain() or path.stem,
            source=f"topology {path.name}",
            sites=tuple(self.sites.values()),
            pools=pools,
            scenarios=stated_scenarios({}, path.name),
            notes=tuple(self.notes),
        )

    def _domain(self) -> str:
        domains = self.root.find(f"{TOPOLOGY}InternalDomains")
        return "" if domains is None else domains.get("DefaultDomain", "")

    def _sites(self) -> dict[str, Site]:
        sites: dict[str, Site] = {}
        branches: dict[str, str] = {}
        for element in _children(self.root, "Sites"):
            key = element.get("SiteId") or f"?{len(sites) + 1}"
            name = (element.findtext(f"{TOPOLOGY}Name") or "").strip() or f"Site {key}"
            sites[key] = Site(name)
            if element.tag != f"{TOPOLOGY}CentralSite":
                branches[key] = element.get("CentralSiteId") or element.get("ParentSiteId") or ""
        for key, central in branches.items():
            parent = sites.get(central)
            sites[key] = Site(sites[key].name, parent.name if parent else "unknown")
        return sites

    def _clusters(self) -> dict[ClusterKey, _Cluster]:
        clusters: dict[ClusterKey, _Cluster] = {}
        for number, element in enumerate(_children(self.root, "Clusters"), start=1):
            key = _cluster_key(element) or ("?", f"?{number}")
            fqdn = host_name(element.get("Fqdn"))
            if fqdn is None:
                fqdn = f"unnamed-pool-{number}"
                self.notes.append(f"Cluster {number} of the topology has no usable name.")
            if key in clusters:
                self.notes.append(f"Two clusters of the topology share the number of {fqdn}.")
                key = (key[0], f"{key[1]}?{number}")
            clusters[key] = _Cluster(
                key=key,
                fqdn=fqdn,
                machines=element.findall(f"{TOPOLOGY}Machine"),
                takes_setup=_flag(element.get("RequiresSetup"), default=True)
                or _flag(element.get("RequiresReplication"), default=True),
            )
        return clusters

    def _services(self) -> dict[ServiceKey, _Service]:
        services: dict[ServiceKey, _Service] = {}
        for element in _children(self.root, "Services"):
            key = _service_key(element)
            if key is None:
                self.notes.append("A service of the topology has no ServiceId.")
                continue
            service = self._service(element, key)
            services[key] = service
            cluster = self.clusters.get(service.cluster) if service.cluster else None
            if cluster is None:
                self.notes.append(f"Service {key[1]} is installed on no known cluster.")
            else:
                cluster.services.append(service)
        return services

    def _service(self, element: Element, key: ServiceKey) -> _Service:
        installed = element.find(f"{TOPOLOGY}InstalledOn")
        sql = None if installed is None else installed.find(f"{TOPOLOGY}SqlInstanceId")
        place = sql if sql is not None else installed
        version = element.get("ServiceVersion", "")
        registrar = element.find(f"{ROLES}RegistrarService")
        cms = element.find(f"{ROLES}CentralMgmtService")
        return _Service(
            key=key,
            version=int(version) if version.isascii() and version.isdigit() else None,
            cluster=None if place is None else _cluster_key(place),
            sql_instance=None if sql is None else sql.get("Name", ""),
            depends=[
                (dependency.get("Usage", ""), target)
                for dependency in element.iterfind(f"{TOPOLOGY}DependsOn/{TOPOLOGY}Dependency")
                if (target := _service_key(dependency)) is not None
            ],
            is_director=registrar is not None and _flag(registrar.get("IsDirector")),
            is_active=cms is None or _flag(cms.get("IsActive"), default=True),
        )

    def _always_on(self) -> set[tuple[ClusterKey, str]]:
        found = set()
        for element in _children(self.root, "SqlInstances"):
            identity = element.find(f"{TOPOLOGY}SqlInstanceId")
            key = None if identity is None else _cluster_key(identity)
            if identity is not None and key and element.get("AlwaysOnPrimaryNodeFqdn"):
                found.add((key, identity.get("Name", "")))
        return found

    def _pool(self, cluster: _Cluster) -> Pool:
        kind = self._kind(cluster)
        takes_updates = kind not in KINDS_WITHOUT_UPDATES and cluster.takes_setup
        return Pool(
            fqdn=cluster.fqdn,
            kind=kind,
            site=self._site_name(cluster),
            servers=self._servers(cluster),
            service_version=self._version(cluster),
            takes_updates=takes_updates,
            hosts_cms=any(s.role == "CentralMgmt" and s.is_active for s in cluster.services),
            backends=self._backends(cluster),
            edge=self._linked(cluster, "EdgeServer"),
            next_hop=self._linked(cluster, "Registrar") if kind is PoolKind.EDGE else None,
            paired_with=self._paired(cluster),
        )

    def _kind(self, cluster: _Cluster) -> PoolKind:
        roles = set(cluster.roles)
        if any(service.is_director for service in cluster.services):
            return PoolKind.DIRECTOR
        if "UserServices" in roles:
            return PoolKind.STANDARD if self._is_standard(cluster) else PoolKind.ENTERPRISE
        if "Registrar" in roles:
            return PoolKind.SBA
        for beginning, kind in _BY_ROLE:
            if any(role.startswith(beginning) for role in roles):
                return kind
        if roles & _STORES or any(role.endswith("Store") for role in roles - {"FileStore"}):
            return PoolKind.SQL
        if roles == {"FileStore"}:
            return PoolKind.FILE_STORE
        said = ", ".join(sorted(roles)) or "no service"
        self.notes.append(f"What {cluster.fqdn} is for is not known: it runs {said}.")
        return PoolKind.UNKNOWN

    def _is_standard(self, cluster: _Cluster) -> bool:
        """A Standard Edition server is a pool of one, named like it, with its own databases."""
        if any(s.role == "UserStore" for s in cluster.services):
            return True
        names = [host_name(machine.get("Fqdn")) for machine in cluster.machines]
        return names == [cluster.fqdn]

    def _site_name(self, cluster: _Cluster) -> str:
        site = self.sites.get(cluster.key[0])
        if site is None:
            self.notes.append(f"{cluster.fqdn} belongs to no site of the topology.")
            return "unknown"
        return site.name

    def _servers(self, cluster: _Cluster) -> tuple[Server, ...]:
        servers = []
        for number, machine in enumerate(cluster.machines, start=1):
            fqdn = host_name(machine.get("Fqdn"))
            if fqdn is None:
                fqdn = cluster.fqdn if len(cluster.machines) == 1 else ""
            if not fqdn:
                fqdn = f"unnamed-{number}.{cluster.fqdn}"
                self.notes.append(f"Machine {number} of {cluster.fqdn} has no usable name.")
            if fqdn in self._seen:
                self.notes.append(f"{fqdn} is a machine of two clusters; the first one counts.")
                continue
            self._seen.add(fqdn)
            if "." not in fqdn:
                self.notes.append(f"{fqdn} is named without a domain.")
            servers.append(
                Server(
                    fqdn=fqdn,
                    pool=cluster.fqdn,
                    roles=cluster.roles,
                    upgrade_domain=machine.get("UpgradeDomain"),
                    fault_domain=machine.get("FaultDomain"),
                )
            )
        if not servers:
            self.notes.append(f"{cluster.fqdn} has no machines of its own.")
        return tuple(servers)

    def _version(self, cluster: _Cluster) -> int | None:
        versions = {service.version for service in cluster.services} - {None}
        if len(versions) > 1:
            listed = ", ".join(str(version) for version in sorted(versions, key=str))
            self.notes.append(f"Services on {cluster.fqdn} have versions {listed}; highest taken.")
        return max((version for version in versions if version is not None), default=None)

    def _backends(self, cluster: _Cluster) -> tuple[SqlBackend, ...]:
        stores = self._targets(cluster, lambda role: role in _STORES)
        found: dict[tuple[ClusterKey, str], SqlBackend] = {}
        for store in (*stores, *cluster.services):
            if store.sql_instance is None or store.cluster not in self.clusters:
                continue
            host = self.clusters[store.cluster]
            place = (host.key, store.sql_instance)
            found.setdefault(
                place,
                SqlBackend(
                    fqdn=host.fqdn,
                    instance=store.sql_instance,
                    always_on=place in self.always_on,
                    collocated=host.key == cluster.key,
                ),
            )
        if set(cluster.roles) <= _STORES | {"FileStore"}:
            return ()
        return tuple(found.values())

    def _targets(self, cluster: _Cluster, wanted: Callable[[str], bool]) -> list[_Service]:
        return [
            self.services[target]
            for service in cluster.services
            for _, target in service.depends
            if target in self.services and wanted(target[1])
        ]

    def _linked(self, cluster: _Cluster, role: str) -> str | None:
        """The other pool that this one's services depend on for `role`."""
        for target in self._targets(cluster, lambda name: name == role):
            if target.cluster in self.clusters and target.cluster != cluster.key:
                return self.clusters[target.cluster].fqdn
        return None

    def _paired(self, cluster: _Cluster) -> str | None:
        for service in cluster.services:
            for usage, target in service.depends:
                other = self.services.get(target)
                if "backup" in usage.casefold() and other and other.cluster in self.clusters:
                    return self.clusters[other.cluster].fqdn
        return None


def _children(root: Element, name: str) -> Iterable[Element]:
    parent = root.find(f"{TOPOLOGY}{name}")
    return () if parent is None else parent


def _cluster_key(element: Element) -> ClusterKey | None:
    identity = element.find(f"{TOPOLOGY}ClusterId")
    if identity is None:
        return None
    return identity.get("SiteId", "?"), identity.get("Number", "?")


def _service_key(element: Element) -> ServiceKey | None:
    identity = element.find(f"{TOPOLOGY}ServiceId")
    if identity is None or not identity.get("RoleName"):
        return None
    return (identity.get("SiteId", "?"), identity.get("RoleName", ""), identity.get("Instance", ""))


def _flag(text: str | None, *, default: bool = False) -> bool:
    return default if text is None else text.strip().casefold() in {"true", "1"}
