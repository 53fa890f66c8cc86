"""Reads a topology document as `Get-CsTopology -AsXml` writes it (DOMAIN 7.1).

What kind of pool a cluster is follows from the services that are installed on it. What is
not understood is named in `Estate.notes`, never dropped in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from auditor.estate.model import (
    KINDS_WITHOUT_UPDATES,
    Estate,
    Pool,
    PoolKind,
    Server,
    SqlBackend,
)
from auditor.estate.scenarios import stated_scenarios
from auditor.estate.topology_document import read_document
from auditor.estate.topology_parts import Cluster, Machine, Parts, Service, SqlKey, read_parts

# The first that fits decides. ExternalServer is a trusted application pool. The role names of
# video interop and video gateways were seen in no document.
_BY_ROLE = (
    ("EdgeServer", PoolKind.EDGE),
    ("PersistentChat", PoolKind.PERSISTENT_CHAT),
    ("VideoInterop", PoolKind.VIDEO_INTEROP),
    ("MediationServer", PoolKind.MEDIATION),
    ("WacService", PoolKind.WAC),
    ("PstnGateway", PoolKind.GATEWAY),
    ("VideoGateway", PoolKind.GATEWAY),
    ("ExternalServer", PoolKind.TRUSTED_APPLICATION),
    ("TrustedApplication", PoolKind.TRUSTED_APPLICATION),
)
_BY_WORD_OF_THE_TOPOLOGY = frozenset({PoolKind.TRUSTED_APPLICATION, PoolKind.UNKNOWN})
_Wanted = Callable[[str, str], bool]
_FRONT_ENDS = frozenset({PoolKind.ENTERPRISE, PoolKind.STANDARD})


def read_topology(path: Path) -> Estate:
    """The estate in `path`; UsageError (TOPOLOGY-...) where it is no readable topology.

    No scenario is stated in a topology, so all of them are assumed.
    """
    parts = read_parts(read_document(path), str(path))
    pools = _Pools(parts).all()
    if not any(pool.hosts_cms for pool in pools):
        parts.notes.append("No pool is said to host the Central Management service.")
    return Estate(
        name=parts.domain or path.stem,
        source=f"topology {path.name}",
        sites=tuple(parts.sites.values()),
        pools=pools,
        scenarios=stated_scenarios({}, path.name),
        notes=tuple(dict.fromkeys(parts.notes)),
    )


class _Pools:
    """The clusters of one document on their way into pools."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.notes = parts.notes
        self.clusters = tuple({c.fqdn: c for c in parts.clusters.values()}.values())
        self.kinds = {cluster.fqdn: self._kind(cluster) for cluster in self.clusters}
        self.audited = {c.fqdn: self._takes_updates(c) for c in self.clusters}
        self.homes: dict[str, str] = {}

    def all(self) -> tuple[Pool, ...]:
        # A machine of two clusters belongs to the one that is audited.
        audited_first = sorted(self.clusters, key=lambda c: not self.audited[c.fqdn])
        servers = {cluster.fqdn: tuple(self._servers(cluster)) for cluster in audited_first}
        return tuple(self._pool(cluster, servers[cluster.fqdn]) for cluster in self.clusters)

    def _pool(self, cluster: Cluster, servers: tuple[Server, ...]) -> Pool:
        kind = self.kinds[cluster.fqdn]
        if not servers:
            self.notes.append(f"{cluster.fqdn} has no machine of its own.")
        next_hop = self._linked(cluster, _registrar) if kind is PoolKind.EDGE else None
        if kind is PoolKind.EDGE and next_hop is None:
            self.notes.append(f"{cluster.fqdn} names no next hop.")
        return Pool(
            fqdn=cluster.fqdn,
            kind=kind,
            site=self._site(cluster),
            servers=servers,
            service_version=self._version(cluster),
            takes_updates=self.audited[cluster.fqdn],
            hosts_cms=any(s.role == "CentralMgmt" and s.is_active for s in cluster.services),
            backends=self._backends(cluster),
            edge=self._linked(cluster, _edge),
            next_hop=next_hop,
            paired_with=self._linked(cluster, _backup) if kind in _FRONT_ENDS else None,
        )

    def _kind(self, cluster: Cluster) -> PoolKind:
        roles = set(cluster.roles)
        if "UserServices" in roles:
            return PoolKind.STANDARD if _is_standard(cluster) else PoolKind.ENTERPRISE
        if any(service.is_director for service in cluster.services):
            return PoolKind.DIRECTOR
        kind = self._branch(cluster) if "Registrar" in roles else _by_service(cluster)
        if kind is PoolKind.UNKNOWN:
            said = ", ".join(sorted(roles)) or "no service"
            self.notes.append(f"What {cluster.fqdn} is for is not known: it runs {said}.")
        return kind

    def _branch(self, cluster: Cluster) -> PoolKind:
        """A registrar without users of its own survives a branch; elsewhere it is a riddle."""
        site = self.parts.sites.get(cluster.key[0])
        return PoolKind.SBA if site is not None and site.central else PoolKind.UNKNOWN

    def _takes_updates(self, cluster: Cluster) -> bool:
        """Decided by what runs there; by RequiresSetup only where that does not tell."""
        kind = self.kinds[cluster.fqdn]
        if kind in _BY_WORD_OF_THE_TOPOLOGY:
            if kind is PoolKind.UNKNOWN and cluster.is_set_up is False:
                self.notes.append(f"{cluster.fqdn} is not audited: nothing is set up there.")
            return cluster.is_set_up is not False
        takes = kind not in KINDS_WITHOUT_UPDATES
        if cluster.is_set_up is not None and cluster.is_set_up is not takes:
            said = "set up" if cluster.is_set_up else "not set up"
            done = "it is audited" if takes else "it is not audited"
            self.notes.append(
                f"The topology says that the product is {said} on {cluster.fqdn}, "
                f"but what runs there is {kind.value}: {done}."
            )
        return takes

    def _site(self, cluster: Cluster) -> str:
        site = self.parts.sites.get(cluster.key[0])
        if site is not None:
            return site.name
        self.notes.append(f"{cluster.fqdn} belongs to no site of the topology.")
        return "unknown"

    def _servers(self, cluster: Cluster) -> Iterator[Server]:
        for number, machine in enumerate(cluster.machines, start=1):
            fqdn = self._name(cluster, machine, number)
            home = self.homes.get(fqdn)
            if home is not None:
                self.notes.append(
                    f"{fqdn} is a machine of {home} and again of {cluster.fqdn}; the first counts."
                )
                continue
            self.homes[fqdn] = cluster.fqdn
            yield Server(
                fqdn=fqdn,
                pool=cluster.fqdn,
                roles=cluster.roles,
                upgrade_domain=machine.upgrade_domain,
                fault_domain=machine.fault_domain,
            )

    def _name(self, cluster: Cluster, machine: Machine, number: int) -> str:
        if machine.fqdn is not None:
            if "." not in machine.fqdn:
                self.notes.append(f"{machine.fqdn} is named without a domain.")
            return machine.fqdn
        alone = len(cluster.machines) == 1
        name = cluster.fqdn if alone else f"unnamed-{number}.{cluster.fqdn}"
        self.notes.append(
            f"Machine {number} of {cluster.fqdn} has no usable name; it is shown as {name}."
        )
        return name

    def _version(self, cluster: Cluster) -> int | None:
        versions = sorted({s.version for s in cluster.services if s.version is not None})
        if len(versions) > 1:
            said = ", ".join(str(version) for version in versions)
            self.notes.append(
                f"Services on {cluster.fqdn} have versions {said}; the highest one counts."
            )
        return versions[-1] if versions else None

    def _backends(self, cluster: Cluster) -> tuple[SqlBackend, ...]:
        if self.kinds[cluster.fqdn] in KINDS_WITHOUT_UPDATES:
            return ()
        found: dict[SqlKey, SqlBackend] = {}
        for store in (*self._targets(cluster), *cluster.services):
            host = self.parts.cluster_of(store)
            if store.sql_instance is None or host is None:
                continue
            place = (host.key, store.sql_instance)
            found[place] = SqlBackend(
                fqdn=host.fqdn,
                instance=store.sql_instance,
                always_on=place in self.parts.always_on,
                collocated=host is cluster,
            )
        return tuple(found.values())

    def _targets(self, cluster: Cluster, wanted: _Wanted | None = None) -> Iterator[Service]:
        for service in cluster.services:
            for usage, key in service.depends:
                target = self.parts.services.get(key)
                if target is not None and (wanted is None or wanted(usage, target.role)):
                    yield target

    def _linked(self, cluster: Cluster, wanted: _Wanted) -> str | None:
        """The first other pool that a service of this one depends on in the wanted way."""
        for target in self._targets(cluster, wanted):
            other = self.parts.cluster_of(target)
            if other is not None and other is not cluster:
                return other.fqdn
        return None


def _by_service(cluster: Cluster) -> PoolKind:
    serving = [service.role for service in cluster.services if not service.is_database]
    for beginning, kind in _BY_ROLE:
        if any(role.startswith(beginning) for role in serving):
            return kind
    if any(service.is_database for service in cluster.services):
        return PoolKind.SQL
    return PoolKind.FILE_STORE if cluster.roles == ("FileStore",) else PoolKind.UNKNOWN


def _edge(_: str, role: str) -> bool:
    return role == "EdgeServer"


def _registrar(_: str, role: str) -> bool:
    return role == "Registrar"


def _backup(usage: str, role: str) -> bool:
    """No sample has paired pools: that the usage says so is inferred."""
    return "backup" in usage.lower() and role in {"Registrar", "UserServices"}


def _is_standard(cluster: Cluster) -> bool:
    """A Standard Edition server is a pool of one, named like it, with its own databases."""
    if any(service.role == "UserStore" for service in cluster.services):
        return True
    return [machine.fqdn for machine in cluster.machines] == [cluster.fqdn]
