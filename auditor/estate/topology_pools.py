"""What the pools of a topology are: their kinds, links and databases, from what runs on them.

What is not understood is named in a note, never dropped in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from auditor.estate.model import (
    KINDS_WITHOUT_UPDATES,
    Pool,
    PoolKind,
    PoolService,
    Server,
)
from auditor.estate.topology_databases import backends_of, file_stores_of
from auditor.estate.topology_parts import UNKNOWN_SITE, Cluster, Parts
from auditor.estate.topology_said import Machine

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
_OF_USERS = frozenset({"UserServices", "Registrar"})
# With the roles above that take updates: what runs nowhere but where the product is set up.
_OF_THE_PRODUCT = _OF_USERS | {
    "WebServices",
    "ConfServices",
    "ApplicationServer",
    "CentralMgmt",
    "ManagementServices",
}
_BY_WORD_OF_THE_TOPOLOGY = frozenset({PoolKind.TRUSTED_APPLICATION, PoolKind.UNKNOWN})
_Wanted = Callable[[str, str], bool]
_FRONT_ENDS = frozenset({PoolKind.ENTERPRISE, PoolKind.STANDARD})
_SIGNALLING = frozenset({"Registrar"})
_MEDIA = frozenset({"ConfServices", "MediationServer"})


def pools_of(parts: Parts) -> tuple[Pool, ...]:
    """The pools of a document, in its order; what is odd is added to the notes of `parts`."""
    return _Pools(parts).all()


class _Pools:
    """The clusters of one document on their way into pools."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self.notes = parts.notes
        self.clusters = tuple({c.fqdn: c for c in parts.clusters.values()}.values())
        self.kinds = {cluster.fqdn: self._kind(cluster) for cluster in self.clusters}
        self.audited = {c.fqdn: self._takes_updates(c) for c in self.clusters}
        self.members = {cluster.fqdn: self._members(cluster) for cluster in self.clusters}
        self.kinds |= dict.fromkeys(self._contested(), PoolKind.UNKNOWN)
        self.homes: dict[str, str] = {}
        self.gateways = self._gateways()

    def all(self) -> tuple[Pool, ...]:
        servers = {c.fqdn: tuple(self._servers(c)) for c in sorted(self.clusters, key=self._rank)}
        return tuple(self._pool(cluster, servers[cluster.fqdn]) for cluster in self.clusters)

    def _rank(self, cluster: Cluster) -> tuple[bool, bool, str]:
        """Which of two clusters a machine of both belongs to, wherever the document has them.

        To the one that is audited, and rather to a role of the product than to an application.
        """
        is_application = self.kinds[cluster.fqdn] is PoolKind.TRUSTED_APPLICATION
        return not self.audited[cluster.fqdn], is_application, cluster.fqdn

    def _contested(self) -> Iterator[str]:
        """Clusters with a role each that claim one machine: nobody knows what any of them is."""
        claims: dict[str, list[str]] = {}
        for cluster in self.clusters:
            if self._rank(cluster)[:2] == (False, False):
                for name in self.members[cluster.fqdn]:
                    claims.setdefault(name, []).append(cluster.fqdn)
        for name, claimants in claims.items():
            if len(claimants) > 1:
                named = " and ".join(sorted(claimants))
                self.notes.append(f"What {named} are for is not known: each claims {name}.")
                yield from claimants

    def _pool(self, cluster: Cluster, servers: tuple[Server, ...]) -> Pool:
        kind = self.kinds[cluster.fqdn]
        if not servers:
            self.notes.append(f"{cluster.fqdn} has no machine of its own.")
        pool = Pool(
            fqdn=cluster.fqdn,
            kind=kind,
            site=self._site(cluster),
            servers=servers,
            service_version=self._version(cluster),
            takes_updates=self.audited[cluster.fqdn],
            hosts_cms=any(s.role == "CentralMgmt" and s.is_active for s in cluster.services),
            services=tuple(PoolService(s.role, s.version) for s in cluster.services),
        )
        return pool if kind in KINDS_WITHOUT_UPDATES else self._linked_pool(pool, cluster)

    def _linked_pool(self, pool: Pool, cluster: Cluster) -> Pool:
        """The pool with what its services depend on."""
        registrar = self._linked(cluster, _registrar(pool.kind))
        is_edge = pool.kind is PoolKind.EDGE
        if is_edge and registrar is None:
            self.notes.append(f"{cluster.fqdn} names no next hop.")
        edge = self._linked(cluster, _edge, _SIGNALLING) or self._linked(cluster, _edge)
        return replace(
            pool,
            backends=backends_of(cluster, self.parts),
            file_stores=file_stores_of(cluster, self.parts),
            edge=edge,
            media_edge=self._linked(cluster, _edge, _MEDIA),
            next_hop=registrar if is_edge else None,
            registrar=None if is_edge else registrar,
            gateways=tuple(dict.fromkeys(self.gateways.get(cluster.fqdn, ()))),
            paired_with=self._linked(cluster, _backup) if pool.kind in _FRONT_ENDS else None,
        )

    def _kind(self, cluster: Cluster) -> PoolKind:
        kind = self._told(cluster)
        if kind is PoolKind.UNKNOWN:
            said = ", ".join(sorted(cluster.roles)) or "no service"
            if cluster.is_riddle:
                said += " alone, where the product is set up"
            self.notes.append(f"What {cluster.fqdn} is for is not known: it runs {said}.")
        return kind

    def _told(self, cluster: Cluster) -> PoolKind:
        roles = set(cluster.roles)
        if "EdgeServer" in roles and not _OF_USERS.isdisjoint(roles):
            return PoolKind.UNKNOWN  # an Edge Server shares no machine with a registrar
        if "UserServices" in roles:
            return PoolKind.STANDARD if _is_standard(cluster) else PoolKind.ENTERPRISE
        if any(service.is_director for service in cluster.services):
            return PoolKind.DIRECTOR
        return self._branch(cluster) if "Registrar" in roles else _by_service(cluster)

    def _branch(self, cluster: Cluster) -> PoolKind:
        """A registrar without users of its own survives a branch; elsewhere it is a riddle."""
        site = self.parts.sites.get(cluster.site or "")
        return PoolKind.SBA if site is not None and site.central else PoolKind.UNKNOWN

    def _takes_updates(self, cluster: Cluster) -> bool:
        """Decided by what runs there; by RequiresSetup only where that does not tell."""
        kind = self.kinds[cluster.fqdn]
        if kind in _BY_WORD_OF_THE_TOPOLOGY and _OF_THE_PRODUCT.isdisjoint(cluster.roles):
            if cluster.is_set_up is False:
                self.notes.append(f"{cluster.fqdn} is not audited: nothing is set up there.")
            return cluster.is_set_up is not False
        takes = kind not in KINDS_WITHOUT_UPDATES
        if cluster.is_set_up is None and not takes:
            self.notes.append(
                f"The topology does not say whether the product is set up on {cluster.fqdn}; "
                f"what runs there is {kind.value}: it is not audited."
            )
        elif cluster.is_set_up is not None and cluster.is_set_up is not takes:
            said = "set up" if cluster.is_set_up else "not set up"
            done = "it is audited" if takes else "it is not audited"
            runs = ", ".join(cluster.roles) if kind is PoolKind.UNKNOWN else kind.value
            self.notes.append(
                f"The topology says that the product is {said} on {cluster.fqdn}, "
                f"but what runs there is {runs}: {done}."
            )
        return takes

    def _site(self, cluster: Cluster) -> str:
        site = self.parts.sites.get(cluster.site or "")
        if site is not None:
            return site.name
        self.notes.append(f"{cluster.fqdn} belongs to no site of the topology.")
        return UNKNOWN_SITE

    def _members(self, cluster: Cluster) -> dict[str, Machine]:
        """The machines by their names; of two that share one the first counts."""
        members: dict[str, Machine] = {}
        for number, machine in enumerate(cluster.machines, start=1):
            fqdn = self._name(cluster, machine, number)
            if members.setdefault(fqdn, machine) is not machine:
                self._note_again(fqdn, cluster.fqdn, cluster)
        return members

    def _servers(self, cluster: Cluster) -> Iterator[Server]:
        for fqdn, machine in self.members[cluster.fqdn].items():
            home = self.homes.setdefault(fqdn, cluster.fqdn)
            if home != cluster.fqdn:
                self._note_again(fqdn, home, cluster)
                continue
            yield Server(
                fqdn=fqdn,
                pool=cluster.fqdn,
                roles=cluster.roles,
                upgrade_domain=machine.upgrade_domain,
                fault_domain=machine.fault_domain,
            )

    def _note_again(self, fqdn: str, home: str, cluster: Cluster) -> None:
        self.notes.append(
            f"{fqdn} is a machine of {home} and again of {cluster.fqdn}; the first counts."
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

    def _gateways(self) -> dict[str, list[str]]:
        """The gateways behind each pool with a Mediation Server: they depend on it."""
        behind: dict[str, list[str]] = {}
        for gateway in self.clusters:
            if self.kinds[gateway.fqdn] is PoolKind.GATEWAY:
                for _, target in self.parts.needs(gateway):
                    mediation = self.parts.cluster_of(target)
                    if target.role == "MediationServer" and mediation is not None:
                        behind.setdefault(mediation.fqdn, []).append(gateway.fqdn)
        return behind

    def _linked(
        self, cluster: Cluster, wanted: _Wanted, roles: frozenset[str] | None = None
    ) -> str | None:
        """The first other pool that services of this one depend on in the wanted way."""
        for usage, target in self.parts.needs(cluster, roles):
            other = self.parts.cluster_of(target) if wanted(usage, target.role) else None
            if other is not None and other is not cluster:
                return other.fqdn
        return None


def _by_service(cluster: Cluster) -> PoolKind:
    serving = [service.role for service in cluster.services if not service.is_database]
    for beginning, kind in _BY_ROLE:
        if any(role.startswith(beginning) for role in serving):
            return kind
    if set(serving) - {"FileStore"}:  # besides databases something runs that nobody knows
        return PoolKind.UNKNOWN
    if cluster.is_riddle:
        return PoolKind.UNKNOWN
    if any(service.is_database for service in cluster.services):
        return PoolKind.SQL
    return PoolKind.FILE_STORE if serving else PoolKind.UNKNOWN


def _edge(_: str, role: str) -> bool:
    return role == "EdgeServer"


def _registrar(kind: PoolKind) -> _Wanted:
    """A Registrar: of a branch also the one that backs it up, of a front end only a Director's.

    Set-CsEdgeServer, Set-CsMediationServer, Set-CsRegistrar and New-CsTrustedApplicationPool
    have a parameter Registrar; the samples show it of Edge and Mediation services alone.
    """
    backup_counts = kind is PoolKind.SBA
    return lambda usage, role: role == "Registrar" and (backup_counts or not _is_backup(usage))


def _backup(usage: str, role: str) -> bool:
    """No sample has paired pools: that the usage says so is inferred."""
    return _is_backup(usage) and role in {"Registrar", "UserServices"}


def _is_backup(usage: str) -> bool:
    return "backup" in usage.lower()


def _is_standard(cluster: Cluster) -> bool:
    """A Standard Edition server is a pool of one, named like it, with its own databases."""
    if any(service.role == "UserStore" for service in cluster.services):
        return True
    return [machine.fqdn for machine in cluster.machines] == [cluster.fqdn]
