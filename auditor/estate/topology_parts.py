"""Puts together what a topology document says: which cluster is in which site, and what runs there.

What is missing or cannot be read is noted, and something is put in its place, so that no
machine is lost: a service whose cluster is not there stands on one without machines, so that
nobody takes the pool for one that there is not, or for one that is ready.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from auditor.errors import UsageError
from auditor.estate.model import Site
from auditor.estate.names import host_name
from auditor.estate.topology_document import EXPORT
from auditor.estate.topology_said import (
    UNNAMED,
    Machine,
    Need,
    Said,
    SaidCluster,
    SaidSite,
    Service,
    SqlKey,
)

UNKNOWN_SITE = "unknown"


@dataclass(slots=True)
class Cluster:
    """`is_set_up` tells whether the product's own set-up runs there; None where nothing is said."""

    fqdn: str
    site: str | None
    is_set_up: bool | None
    machines: list[Machine]
    services: list[Service] = field(default_factory=list)

    @property
    def roles(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(service.role for service in self.services))

    @property
    def is_riddle(self) -> bool:
        """Whether the product is set up there and nothing is named but databases and shares."""
        named_stores = bool(self.services) and all(service.is_store for service in self.services)
        return self.is_set_up is True and named_stores


@dataclass(slots=True)
class Parts:
    """One document. Two keys of `clusters` may lead to one cluster; `notes` are for people."""

    domain: str
    sites: dict[str, Site]
    clusters: dict[str, Cluster]
    services: dict[str, Service]
    primary_nodes: dict[SqlKey, str]
    notes: list[str]

    def cluster_of(self, service: Service) -> Cluster | None:
        return None if service.cluster is None else self.clusters.get(service.cluster)

    def needs(
        self, cluster: Cluster, roles: frozenset[str] | None = None
    ) -> Iterator[tuple[str, Service]]:
        """What services of a cluster, or those of certain `roles`, depend on: usage, service."""
        for service in cluster.services:
            if roles is None or service.role in roles:
                for need in service.depends:
                    if need.key in self.services:
                        yield need.usage, self.services[need.key]

    def add(self, service: Service) -> Cluster | None:
        """Puts a service on its cluster, or on one without machines where that is not there.

        None for databases and shares whose cluster is not there: nothing is lost by these.
        """
        key = service.cluster or f"?{service.key}"
        cluster = self.clusters.get(key)
        if cluster is None and not service.is_store:
            cluster = Cluster(f"missing-pool-{len(self.clusters) + 1}", None, None, [])
            self.clusters[key] = cluster
        self.services[service.key] = replace(service, cluster=key)
        if cluster is not None:
            cluster.services.append(self.services[service.key])
        return cluster

    def add_missing(self, key: str, role: str) -> Cluster | None:
        """A service that others name and the document lacks; `role` is "" where it is not said."""
        return self.add(Service(key, key, role or UNNAMED, None, None, None))


def parts_of(said: Said, name: str) -> Parts:
    """The parts of the document `name`; UsageError (TOPOLOGY-EMPTY) where it has no cluster."""
    clusters = _clusters(said.clusters, said.notes)
    if not clusters:
        raise UsageError("TOPOLOGY-EMPTY", f"{name} has no pool and no server.", EXPORT)
    parts = Parts(
        domain=said.domain,
        sites={},
        clusters=clusters,
        services={},
        primary_nodes=said.primary_nodes,
        notes=said.notes,
    )
    _add_services(said.services, parts)
    _add_missing(parts)
    parts.sites = _sites(said.sites, parts)
    return parts


def _sites(said: list[SaidSite], parts: Parts) -> dict[str, Site]:
    sites: dict[str, Site] = {}
    taken: set[str] = set()
    for number, one in enumerate(sorted(said, key=lambda s: s.is_branch), start=1):
        key = one.key or f"?{number}"
        name = one.name or f"Site {key}"
        if name in taken:
            parts.notes.append(
                f"Two sites are called {name}; the second one is shown with its number."
            )
            name = f"{name} ({key})"
        if key in sites:
            parts.notes.append(f"Sites {sites[key].name} and {name} have the same number, {key}.")
        taken.add(name)
        central = sites.get(one.central or "")
        sites[key] = Site(
            name=name,
            central=(central.name if central else UNKNOWN_SITE) if one.is_branch else None,
            federation_route=_route(one, name, parts),
        )
    return sites


def _route(site: SaidSite, name: str, parts: Parts) -> str | None:
    if site.route is None:
        return None
    service = parts.services.get(site.route)
    if service is not None:
        cluster = parts.cluster_of(service)
    else:
        cluster = parts.add_missing(site.route, "EdgeServer")
        parts.notes.append(
            f"The federation route of site {name} is {site.route}, "
            f"which the topology does not have.{_shown(cluster)}"
        )
    return None if cluster is None else cluster.fqdn


def _clusters(said: list[SaidCluster], notes: list[str]) -> dict[str, Cluster]:
    clusters: dict[str, Cluster] = {}
    by_name: dict[str, Cluster] = {}
    for number, one in enumerate(said, start=1):
        fqdn = host_name(one.fqdn)
        if fqdn is None:
            fqdn = f"unnamed-pool-{number}"
            notes.append(f"Cluster {number} has no usable name; it is shown as {fqdn}.")
        key = one.key or f"?{number}"
        if key in clusters:
            notes.append(f"{clusters[key].fqdn} and {fqdn} have the same number, {key}.")
            key = f"?{number}"
        notes += [f"{fqdn} has an element {what}, which is not understood." for what in one.strange]
        cluster = Cluster(fqdn, one.site, one.is_set_up, list(one.machines))
        same = by_name.setdefault(fqdn, cluster)
        if same is not cluster:
            notes.append(f"Two clusters are called {fqdn}; they are taken for one.")
            same.machines += cluster.machines
            same.is_set_up = _either(same.is_set_up, cluster.is_set_up)
        clusters[key] = same
    return clusters


def _either(one: bool | None, other: bool | None) -> bool | None:
    if True in (one, other):
        return True
    return False if one is other is False else None


def _add_services(said: list[Service], parts: Parts) -> None:
    notes, known = parts.notes, frozenset(parts.clusters)
    for number, one in enumerate(said, start=1):
        service = one
        if not one.key or one.key in parts.services:
            notes.append(
                f"Two services are called {one}."
                if one.key
                else f"Service {number} has no usable id."
            )
            service = replace(one, key=f"?{number}", label=f"{one.label} (no. {number})")
        cluster = parts.add(service)
        if service.cluster not in known:
            notes.append(f"Service {service} is installed on no known cluster.{_shown(cluster)}")
        elif service.version is None and cluster is not None:
            notes.append(f"Service {service} on {cluster.fqdn} states no version.")


def _add_missing(parts: Parts) -> None:
    """What services depend on and the document lacks; each of them is told of once."""
    wanted: dict[str, tuple[Need, Service]] = {}
    for service in parts.services.values():
        for need in service.depends:
            if need.key not in parts.services:
                wanted.setdefault(need.key, (need, service))
    for need, service in wanted.values():
        cluster = parts.add_missing(need.key, need.role)
        parts.notes.append(
            f"Service {service} depends on {need.key}, which the topology does not have."
            f"{_shown(cluster)}"
        )


def _shown(cluster: Cluster | None) -> str:
    return "" if cluster is None else f" It is shown on {cluster.fqdn}."
