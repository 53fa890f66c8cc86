"""What a topology document says, element by element, before anything is concluded from it.

Sites hold clusters of machines; services are installed on clusters and depend on each other
(DOMAIN 7.1). What is missing or cannot be read is noted, and something is put in its place, so
that no machine is lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from auditor.errors import UsageError
from auditor.estate.model import Site
from auditor.estate.names import host_name
from auditor.estate.topology_document import EXPORT, ROLES, TOPOLOGY

ClusterKey = tuple[str, str]
ServiceKey = tuple[str, str, str]
SqlKey = tuple[ClusterKey, str]

_LONGEST = 200
_VERSIONS = frozenset(str(number) for number in range(1, 100))


@dataclass(frozen=True, slots=True)
class Service:
    """A service on a cluster, or on a SQL instance of one; `depends` are (usage, service)."""

    key: ServiceKey
    version: int | None
    cluster: ClusterKey | None
    sql_instance: str | None
    depends: tuple[tuple[str, ServiceKey], ...]
    is_director: bool
    is_active: bool

    @property
    def role(self) -> str:
        return self.key[1]

    @property
    def is_database(self) -> bool:
        """UserStore, ApplicationStore, MonitoringStore ...: databases in a SQL instance."""
        return self.role.endswith("Store") and self.role != "FileStore"

    def __str__(self) -> str:
        return "-".join(self.key)


@dataclass(frozen=True, slots=True)
class Machine:
    """`fqdn` is None where the document gives none that can be used."""

    fqdn: str | None
    upgrade_domain: str | None
    fault_domain: str | None


@dataclass(slots=True)
class Cluster:
    """`is_set_up` tells whether the product's own set-up runs there; None where nothing is said."""

    key: ClusterKey
    fqdn: str
    is_set_up: bool | None
    machines: list[Machine]
    services: list[Service] = field(default_factory=list)

    @property
    def roles(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(service.role for service in self.services))


@dataclass(slots=True)
class Parts:
    """One document. Two keys of `clusters` may lead to one cluster; `notes` are for people."""

    domain: str
    sites: dict[str, Site]
    clusters: dict[ClusterKey, Cluster]
    services: dict[ServiceKey, Service]
    always_on: frozenset[SqlKey]
    notes: list[str]

    def cluster_of(self, service: Service) -> Cluster | None:
        return None if service.cluster is None else self.clusters.get(service.cluster)


def read_parts(root: Element, name: str) -> Parts:
    """The parts of the document `name`; UsageError (TOPOLOGY-EMPTY) where it has no cluster."""
    notes: list[str] = []
    clusters = _clusters(root, notes)
    if not clusters:
        raise UsageError("TOPOLOGY-EMPTY", f"{name} has no pool and no server.", EXPORT)
    domains = root.find(f"{TOPOLOGY}InternalDomains")
    services = {service.key: service for service in _services(root, clusters, notes)}
    _note_dangling(services, notes)
    return Parts(
        domain=_words(None if domains is None else domains.get("DefaultDomain")),
        sites=_sites(root, notes),
        clusters=clusters,
        services=services,
        always_on=frozenset(_always_on(root)),
        notes=notes,
    )


def _sites(root: Element, notes: list[str]) -> dict[str, Site]:
    """Branch sites may stand beside the central ones or within them; no sample has any."""
    sites: dict[str, Site] = {}
    for element in _children(root, "Sites"):
        if element.tag == f"{TOPOLOGY}CentralSite":
            central = _add_site(sites, element, None, notes)
            for branch in element.iterfind(f"{TOPOLOGY}RemoteSites/*"):
                _add_site(sites, branch, central, notes)
    for element in _children(root, "Sites"):
        if element.tag != f"{TOPOLOGY}CentralSite":
            parent = sites.get(element.get("CentralSiteId") or element.get("ParentSiteId") or "")
            central = parent.name if parent else "unknown"
            _add_site(sites, element, central, notes)
    return sites


def _add_site(
    sites: dict[str, Site], element: Element, central: str | None, notes: list[str]
) -> str:
    key = element.get("SiteId") or f"?{len(sites) + 1}"
    name = _words(element.findtext(f"{TOPOLOGY}Name")) or f"Site {key}"
    if any(site.name == name for site in sites.values()):
        notes.append(f"Two sites are called {name}; the second one is shown with its number.")
        name = f"{name} ({key})"
    if key in sites:
        notes.append(f"Sites {sites[key].name} and {name} have the same number, {key}.")
    sites[key] = Site(name, central)
    return name


def _clusters(root: Element, notes: list[str]) -> dict[ClusterKey, Cluster]:
    clusters: dict[ClusterKey, Cluster] = {}
    by_name: dict[str, Cluster] = {}
    for number, element in enumerate(_children(root, "Clusters"), start=1):
        fqdn = host_name(element.get("Fqdn"))
        if fqdn is None:
            fqdn = f"unnamed-pool-{number}"
            notes.append(f"Cluster {number} has no usable name; it is shown as {fqdn}.")
        key = _cluster_key(element) or ("?", f"?{number}")
        if key in clusters:
            notes.append(f"{clusters[key].fqdn} and {fqdn} have the same number, {'-'.join(key)}.")
            key = ("?", f"?{number}")
        machines = list(_machines(element, fqdn, notes))
        cluster = Cluster(key, fqdn, _is_set_up(element), machines)
        same = by_name.setdefault(fqdn, cluster)
        if same is not cluster:
            notes.append(f"Two clusters are called {fqdn}; they are taken for one.")
            same.machines += cluster.machines
            same.is_set_up = same.is_set_up or cluster.is_set_up
        clusters[key] = same
    return clusters


def _is_set_up(cluster: Element) -> bool | None:
    said = [_flag(cluster.get(name)) for name in ("RequiresSetup", "RequiresReplication")]
    if True in said:
        return True
    return None if None in said else False


def _machines(cluster: Element, fqdn: str, notes: list[str]) -> Iterator[Machine]:
    for machine in cluster:
        if machine.tag == f"{TOPOLOGY}ClusterId":
            continue
        if machine.tag != f"{TOPOLOGY}Machine":
            name = _words(machine.tag.rpartition("}")[2])
            notes.append(f"{fqdn} has an element <{name}>, which is not understood.")
            continue
        yield Machine(
            fqdn=host_name(machine.get("Fqdn")),
            upgrade_domain=_words(machine.get("UpgradeDomain")) or None,
            fault_domain=_words(machine.get("FaultDomain")) or None,
        )


def _services(
    root: Element, clusters: dict[ClusterKey, Cluster], notes: list[str]
) -> Iterator[Service]:
    seen: set[ServiceKey] = set()
    for number, element in enumerate(_children(root, "Services"), start=1):
        key = _service_key(element) or ("?", "unnamed service", f"?{number}")
        if key[0] == "?":
            notes.append(f"Service {number} has no usable ServiceId.")
        if key in seen:
            notes.append(f"Two services are called {'-'.join(key)}.")
            key = (key[0], key[1], f"?{number}")
        seen.add(key)
        service = _service(element, key)
        cluster = clusters.get(service.cluster) if service.cluster else None
        if cluster is None:
            notes.append(f"Service {service} is installed on no known cluster.")
        else:
            cluster.services.append(service)
            if service.version is None:
                notes.append(f"Service {service} on {cluster.fqdn} states no version.")
        yield service


def _service(element: Element, key: ServiceKey) -> Service:
    installed = element.find(f"{TOPOLOGY}InstalledOn")
    sql = None if installed is None else installed.find(f"{TOPOLOGY}SqlInstanceId")
    place = sql if sql is not None else installed
    version = element.get("ServiceVersion", "")
    registrar = element.find(f"{ROLES}RegistrarService")
    cms = element.find(f"{ROLES}CentralMgmtService")
    dependencies = element.iterfind(f"{TOPOLOGY}DependsOn/{TOPOLOGY}Dependency")
    return Service(
        key=key,
        version=int(version) if version in _VERSIONS else None,
        cluster=None if place is None else _cluster_key(place),
        sql_instance=None if sql is None else _words(sql.get("Name")),
        depends=tuple(
            (_words(dependency.get("Usage")), target)
            for dependency in dependencies
            if (target := _service_key(dependency)) is not None
        ),
        is_director=registrar is not None and _flag(registrar.get("IsDirector")) is True,
        is_active=cms is None or _flag(cms.get("IsActive")) is not False,
    )


def _note_dangling(services: dict[ServiceKey, Service], notes: list[str]) -> None:
    wanted_by: dict[ServiceKey, Service] = {}
    for service in services.values():
        for _, target in service.depends:
            if target not in services:
                wanted_by.setdefault(target, service)
    notes += [
        f"Service {service} depends on {'-'.join(target)}, which the topology does not have."
        for target, service in wanted_by.items()
    ]


def _always_on(root: Element) -> Iterator[SqlKey]:
    for element in _children(root, "SqlInstances"):
        identity = element.find(f"{TOPOLOGY}SqlInstanceId")
        key = None if identity is None else _cluster_key(identity)
        if identity is not None and key and element.get("AlwaysOnPrimaryNodeFqdn"):
            yield key, _words(identity.get("Name"))


def _children(root: Element, name: str) -> Iterator[Element]:
    return root.iterfind(f"{TOPOLOGY}{name}/*")


def _cluster_key(element: Element) -> ClusterKey | None:
    identity = element.find(f"{TOPOLOGY}ClusterId")
    if identity is None:
        return None
    site, number = _words(identity.get("SiteId")), _words(identity.get("Number"))
    return (site, number) if site and number else None


def _service_key(element: Element) -> ServiceKey | None:
    identity = element.find(f"{TOPOLOGY}ServiceId")
    if identity is None:
        return None
    site, role = _words(identity.get("SiteId")), _words(identity.get("RoleName"))
    return (site, role, _words(identity.get("Instance"))) if site and role else None


def _flag(text: str | None) -> bool | None:
    """A boolean of XML; None where nothing is said, or something else."""
    return {"true": True, "1": True, "false": False, "0": False}.get((text or "").strip().lower())


def _words(text: str | None) -> str:
    """One line of bounded length."""
    return " ".join((text or "")[: 4 * _LONGEST].split())[:_LONGEST]
