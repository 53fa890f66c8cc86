"""Which SQL instances and shares hold the data of a pool, from what its services depend on."""

from __future__ import annotations

from dataclasses import replace

from auditor.estate.model import SqlBackend
from auditor.estate.topology_parts import Cluster, Parts
from auditor.estate.topology_said import Service

_Place = tuple[str, str]


def backends_of(cluster: Cluster, parts: Parts) -> tuple[SqlBackend, ...]:
    """The instances with the databases that each holds for the pool, and their mirrors.

    A mirror is a database of its own, which the service depends on too, as Set-CsRegistrar has
    MonitoringDatabase and MirrorMonitoringDatabase. That the usage says so is inferred: no
    sample has mirrors.
    """
    used = [(usage, target) for usage, target in parts.needs(cluster) if target.is_database]
    used += [("", service) for service in cluster.services if service.is_database]
    primaries = {store.role for usage, store in used if not _is_mirror(usage)}
    found: dict[_Place, SqlBackend] = {}
    mirrors: dict[str, str] = {}
    for usage, store in used:
        backend = _backend(store, cluster, parts)
        if backend is None:
            continue
        if _is_mirror(usage) and store.role in primaries:
            mirrors.setdefault(store.role, _spoken(backend))
            continue
        known = found.setdefault((backend.fqdn, backend.instance), backend)
        databases = tuple(dict.fromkeys((*known.databases, store.role)))
        found[backend.fqdn, backend.instance] = replace(known, databases=databases)
    return tuple(
        replace(backend, mirror=next((mirrors[d] for d in backend.databases if d in mirrors), None))
        for backend in found.values()
    )


def _is_mirror(usage: str) -> bool:
    return "mirror" in usage.lower()


def _backend(store: Service, cluster: Cluster, parts: Parts) -> SqlBackend | None:
    host = parts.cluster_of(store)
    if store.sql_instance is None or store.cluster is None or host is None:
        return None
    node = parts.primary_nodes.get((store.cluster, store.sql_instance))
    return SqlBackend(
        fqdn=host.fqdn,
        instance=store.sql_instance,
        always_on=node is not None,
        collocated=host is cluster,
        primary_node=node,
    )


def _spoken(backend: SqlBackend) -> str:
    return f"{backend.fqdn}\\{backend.instance}" if backend.instance else backend.fqdn


def file_stores_of(cluster: Cluster, parts: Parts) -> tuple[str, ...]:
    """The shares of the file stores that the pool's services depend on, or that it has itself."""
    stores = [target for _, target in parts.needs(cluster)] + cluster.services
    found = dict.fromkeys(
        f"\\\\{host.fqdn}\\{store.share}".rstrip("\\")
        for store in stores
        if store.role == "FileStore" and (host := parts.cluster_of(store)) is not None
    )
    return tuple(found)
