"""Puts together what a topology document says: which cluster is in which site, and what runs there.

What is missing or cannot be read is noted, and something is put in its place, so that no
machine is lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from auditor.errors import UsageError
from auditor.estate.model import Site
from auditor.estate.names import host_name
from auditor.estate.topology_document import EXPORT
from auditor.estate.topology_said import Machine, Said, SaidCluster, SaidSite, Service, SqlKey

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
                for usage, key in service.depends:
                    if key in self.services:
                        yield usage, self.services[key]


def parts_of(said: Said, name: str) -> Parts:
    """The parts of the document `name`; UsageError (TOPOLOGY-EMPTY) where it has no cluster."""
    notes = said.notes
    clusters = _clusters(said.clusters, notes)
    if not clusters:
        raise UsageError("TOPOLOGY-EMPTY", f"{name} has no pool and no server.", EXPORT)
    services = {service.key: service for service in _services(said.services, clusters, notes)}
    _note_dangling(services, notes)
    parts = Parts(
        domain=said.domain,
        sites={},
        clusters=clusters,
        services=services,
        primary_nodes=said.primary_nodes,
        notes=notes,
    )
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
    cluster = None if service is None else parts.cluster_of(service)
    if cluster is None:
        parts.notes.append(
            f"The federation route of site {name} is {site.route}, "
            "which the topology does not have."
        )
        return None
    return cluster.fqdn


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


def _services(
    said: list[Service], clusters: dict[str, Cluster], notes: list[str]
) -> Iterator[Service]:
    seen: set[str] = set()
    for number, one in enumerate(said, start=1):
        service = one
        if not one.key or one.key in seen:
            notes.append(
                f"Two services are called {one}."
                if one.key
                else f"Service {number} has no usable id."
            )
            service = replace(one, key=f"?{number}", label=f"{one.label} (no. {number})")
        seen.add(service.key)
        cluster = clusters.get(service.cluster) if service.cluster else None
        if cluster is None:
            notes.append(f"Service {service} is installed on no known cluster.")
        else:
            cluster.services.append(service)
            if service.version is None:
                notes.append(f"Service {service} on {cluster.fqdn} states no version.")
        yield service


def _note_dangling(services: dict[str, Service], notes: list[str]) -> None:
    wanted_by: dict[str, Service] = {}
    for service in services.values():
        for _, target in service.depends:
            if target not in services:
                wanted_by.setdefault(target, service)
    notes += [
        f"Service {service} depends on {target}, which the topology does not have."
        for target, service in wanted_by.items()
    ]
