"""The estate: sites, pools, servers, and the scenarios that link them to Office 365.

Values only. Who reads them from a topology document or an inventory file is in the
modules beside this one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class PoolKind(StrEnum):
    """What a pool (a cluster of the topology) is for; SBA is a branch's appliance or server."""

    ENTERPRISE = "enterprise"
    STANDARD = "standard"
    EDGE = "edge"
    DIRECTOR = "director"
    MEDIATION = "mediation"
    PERSISTENT_CHAT = "persistent_chat"
    VIDEO_INTEROP = "video_interop"
    SBA = "sba"
    TRUSTED_APPLICATION = "trusted_application"
    WAC = "wac"
    SQL = "sql"
    FILE_STORE = "file_store"
    GATEWAY = "gateway"
    UNKNOWN = "unknown"


# Kinds whose machines take no cumulative update; they are listed, never contacted.
KINDS_WITHOUT_UPDATES = frozenset(
    {PoolKind.WAC, PoolKind.SQL, PoolKind.FILE_STORE, PoolKind.GATEWAY}
)


class InUse(StrEnum):
    """Whether a scenario is in use; ASSUMED: nobody stated it, so judged as if it were."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    ASSUMED = "assumed"


@dataclass(frozen=True, slots=True)
class Scenario:
    """One way in which the estate touches Office 365; `key` names its rulebook entry."""

    key: str
    in_use: InUse
    evidence: str


@dataclass(frozen=True, slots=True)
class Server:
    """One machine. `fqdn` is lower case; `address` overrides name resolution.

    `credential` names who signs in where that is not the zone's; `excluded` is why the server
    is left out of the audit, "" where it is not.
    """

    fqdn: str
    pool: str
    roles: tuple[str, ...] = ()
    upgrade_domain: str | None = None
    fault_domain: str | None = None
    zone: str | None = None
    address: str | None = None
    credential: str | None = None
    excluded: str = ""


CMS_STORE = "CentralMgmtStore"


@dataclass(frozen=True, slots=True)
class SqlBackend:
    r"""A SQL instance that holds databases of a pool; `fqdn` is the instance's cluster or machine.

    `instance` is "" for the default instance. `collocated` is true where the instance
    runs on the pool's own machines (Standard Edition). `databases` are the topology's names of
    the stores (UserStore, ArchivingStore, MonitoringStore, CentralMgmtStore ...). With AlwaysOn
    `fqdn` is the listener and `primary_node` the node that was primary when it was written.
    `mirror` is the partner, as `sql02.contoso.com\rtc` or `sql02.contoso.com`.
    """

    fqdn: str
    instance: str = ""
    always_on: bool = False
    collocated: bool = False
    databases: tuple[str, ...] = ()
    primary_node: str | None = None
    mirror: str | None = None


@dataclass(frozen=True, slots=True)
class PoolService:
    """A service of a pool, by its role, with the topology's own number of a product generation."""

    role: str
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Pool:
    r"""A pool and its place in the estate. Links are pool FQDNs.

    `service_version` is the topology's own number (6 Lync 2013, 7 Skype for Business 2015,
    DOMAIN 3.6), the highest of its `services`; `product` is a rulebook product key that an
    inventory stated. `edge` is the Edge pool of its signalling, `media_edge` that of conferences
    and calls. `next_hop` is for an Edge pool: where it hands over to. `registrar` is the other
    pool on whose Registrar its services depend: a Mediation pool's, an application's, a branch's;
    a front end's Director. `gateways` are those behind its Mediation Server. `file_stores` are
    shares, as `\\files.contoso.com\lync`.
    """

    fqdn: str
    kind: PoolKind
    site: str
    servers: tuple[Server, ...] = ()
    service_version: int | None = None
    product: str | None = None
    takes_updates: bool = True
    hosts_cms: bool = False
    backends: tuple[SqlBackend, ...] = ()
    edge: str | None = None
    next_hop: str | None = None
    paired_with: str | None = None
    services: tuple[PoolService, ...] = ()
    media_edge: str | None = None
    registrar: str | None = None
    gateways: tuple[str, ...] = ()
    file_stores: tuple[str, ...] = ()

    @property
    def is_excluded(self) -> bool:
        """Whether each of its servers, of which there is one at least, is left out."""
        return bool(self.servers) and all(server.excluded for server in self.servers)


@dataclass(frozen=True, slots=True)
class Site:
    """A central site, or a branch site where `central` names the site it belongs to.

    `federation_route` is the Edge pool that the site's federation goes by, where that is said.
    """

    name: str
    central: str | None = None
    federation_route: str | None = None


@dataclass(frozen=True, slots=True)
class Estate:
    """Everything that is audited together. `source` says in words where the structure came from.

    `is_whole`: the structure is what is published, all of it, as `Get-CsTopology` writes it. A
    list, an estate file or a file of Topology Builder may lack a pool that there is, and so may
    a document that has machines where they are not understood.
    """

    name: str
    source: str
    sites: tuple[Site, ...] = ()
    pools: tuple[Pool, ...] = ()
    scenarios: tuple[Scenario, ...] = ()
    notes: tuple[str, ...] = field(default=())
    is_whole: bool = False

    def lacks(self, kind: PoolKind) -> bool:
        """Whether there certainly is no pool of `kind`; False also where that is not known."""
        may_be = (kind, PoolKind.UNKNOWN)
        return self.is_whole and bool(self.pools) and all(p.kind not in may_be for p in self.pools)

    def servers(self) -> tuple[Server, ...]:
        """Machines that an audit reads: members of pools that take updates, none excluded."""
        members = (s for pool in self.pools if pool.takes_updates for s in pool.servers)
        return tuple(server for server in members if not server.excluded)

    def excluded(self) -> tuple[Server, ...]:
        """Machines that an audit would read, had nobody left them out with a reason."""
        members = (s for pool in self.pools if pool.takes_updates for s in pool.servers)
        return tuple(server for server in members if server.excluded)

    def others(self) -> tuple[Server, ...]:
        """Machines that take no cumulative update (SQL, gateways, Office Web Apps, file stores)."""
        return tuple(s for pool in self.pools if not pool.takes_updates for s in pool.servers)
