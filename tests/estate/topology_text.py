"""Small topology documents, written by hand in the shapes of both forms.

`Document` is what `Get-CsTopology -AsXml` writes, `Saved` what Topology Builder saves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

NAMESPACE = "urn:schema:Microsoft.Rtc.Management.Deploy.Topology.2008"
ROLES = "urn:schema:Microsoft.Rtc.Management.Deploy.ServiceRoles.2008"
BUILDER = "urn:schema:Microsoft.Rtc.Management.Deploy.TopologyBuilder.2008"
WRITABLE = "urn:schema:Microsoft.Rtc.Management.Deploy.WritableTopology.2008"

CENTRAL = '<CentralSite SiteId="1"><Name>Tokyo</Name></CentralSite>'

# What a front end of Enterprise Edition runs, besides its registrar.
FRONT_END = ("UserServices", "WebServices", "ConfServices", "ApplicationServer")


@dataclass(frozen=True)
class On:
    """A service: role, cluster number, where SQL holds it, what it depends on as (role, cluster).

    A need may state a usage of its own: (role, cluster, usage). The instance number of a service
    is the number of its cluster.
    """

    role: str
    cluster: str
    sql: str | None = None
    needs: tuple[tuple[str, ...], ...] = ()
    usage: str = "Default"
    version: str = "7"
    extra: str = ""
    site: str = "1"

    def wanted(self) -> Iterator[tuple[str, str, str]]:
        """Role, cluster and usage of each need."""
        for role, cluster, *usage in self.needs:
            yield role, cluster, usage[0] if usage else self.usage


@dataclass(frozen=True)
class Box:
    """A cluster: number, name, machines (one of the same name unless stated)."""

    number: str
    fqdn: str
    machines: tuple[str, ...] | None = None
    set_up: str | None = "true"
    site: str = "1"

    def flags(self) -> str:
        if self.set_up is None:
            return ""
        return f' RequiresReplication="{self.set_up}" RequiresSetup="{self.set_up}"'

    def members(self) -> str:
        names = (self.fqdn,) if self.machines is None else self.machines
        return "".join(
            name
            if name.startswith("<")
            else f'<Machine OrdinalInCluster="{number}" Fqdn="{name}" FaultDomain="F{number}" '
            f'UpgradeDomain="U{number}"><NetInterface InterfaceNumber="1" /></Machine>'
            for number, name in enumerate(names, start=1)
        )

    def xml(self) -> str:
        return (
            f'<Cluster{self.flags()} Fqdn="{self.fqdn}">'
            f'<ClusterId SiteId="{self.site}" Number="{self.number}" />{self.members()}</Cluster>'
        )


def service_xml(service: On) -> str:
    place = f'<ClusterId SiteId="{service.site}" Number="{service.cluster}" />'
    if service.sql is not None:
        place = f'<SqlInstanceId Name="{service.sql}">{place}</SqlInstanceId>'
    needs = "".join(
        f'<Dependency Usage="{usage}">'
        f'<ServiceId SiteId="1" RoleName="{role}" Instance="{number}" /></Dependency>'
        for role, number, usage in service.wanted()
    )
    return (
        f'<Service RoleVersion="1" ServiceVersion="{service.version}">'
        f'<ServiceId SiteId="{service.site}" RoleName="{service.role}" '
        f'Instance="{service.cluster}" />'
        f"<DependsOn>{needs}</DependsOn><InstalledOn>{place}</InstalledOn>"
        f'<Ports xmlns="{ROLES}" />{service.extra}</Service>'
    )


def registrar(cluster: str, *, director: bool = False, **more: object) -> On:
    flag = str(director).lower()
    extra = f'<RegistrarService xmlns="{ROLES}" IsDirector="{flag}" />'
    return On("Registrar", cluster, extra=extra, **more)  # type: ignore[arg-type]


def central_management(cluster: str, *, active: str = "true") -> On:
    extra = f'<CentralMgmtService xmlns="{ROLES}" IsActive="{active}" />'
    return On("CentralMgmt", cluster, extra=extra)


@dataclass(frozen=True)
class Document:
    """`nodes` are the primary nodes of AlwaysOn, by cluster of the first site and instance."""

    boxes: Sequence[Box]
    services: Sequence[On] = ()
    sites: str = CENTRAL
    nodes: Mapping[tuple[str, str], str] = field(default_factory=dict)
    more: str = ""
    namespace: str = NAMESPACE
    domain: str = "contoso.com"
    beginning: str = field(default="")

    def __str__(self) -> str:
        sql = "".join(
            f'<SqlInstance AlwaysOnPrimaryNodeFqdn="{node}"><SqlInstanceId Name="{name}">'
            f'<ClusterId SiteId="1" Number="{number}" /></SqlInstanceId></SqlInstance>'
            for (number, name), node in self.nodes.items()
        )
        return (
            f'{self.beginning}<Topology xmlns="{self.namespace}" Signature="x">'
            f'<InternalDomains DefaultDomain="{self.domain}" />'
            f"<Sites>{self.sites}</Sites>"
            f"<Clusters>{''.join(box.xml() for box in self.boxes)}</Clusters>"
            f"<SqlInstances>{sql}</SqlInstances>"
            f"<Services>{''.join(service_xml(service) for service in self.services)}{self.more}"
            "</Services></Topology>"
        )

    def written(self, folder: Path, encoding: str = "utf-8") -> Path:
        path = folder / "topology.xml"
        path.write_bytes(str(self).encode(encoding))
        return path


@dataclass(frozen=True)
class Saved(Document):
    """The same as a file `.tbxml`. Its first site is called Tokyo, the others are branches.

    `published` is what IsPublished says, `before` the old topology.
    """

    published: str = "false"
    before: str = ""

    def __str__(self) -> str:
        branches = "".join(
            f'<RemoteSite SiteId="{site}"><Name xmlns="{NAMESPACE}">Nara</Name>'
            f"{self._clusters(site)}</RemoteSite>"
            for site in dict.fromkeys(box.site for box in self.boxes if box.site != "1")
        )
        services = "".join(self._service(service) for service in self.services)
        return (
            f'{self.beginning}<TopologyBuilder xmlns="{BUILDER}">'
            f"<OldTopology>{self.before}</OldTopology><NewTopology>"
            f'<PartialTopology IsPublished="{self.published}" xmlns="{WRITABLE}">'
            f'<InternalDomains DefaultDomain="{self.domain}" xmlns="{NAMESPACE}" />'
            f'<CentralSites><CentralSite SiteId="1"><Name xmlns="{NAMESPACE}">Tokyo</Name>'
            f"{self._clusters('1')}<RemoteSites>{branches}</RemoteSites></CentralSite>"
            f"</CentralSites><Services>{services}{self.more}</Services></PartialTopology>"
            "</NewTopology></TopologyBuilder>"
        )

    def _clusters(self, site: str) -> str:
        written = "".join(self._cluster(box) for box in self.boxes if box.site == site)
        return f"<Clusters>{written}</Clusters>"

    def _cluster(self, box: Box) -> str:
        alone = str(box.machines is None).lower()
        machines = "<Machine />" if box.machines is None else box.members()
        return (
            f'<Cluster IsSingleMachineOnly="{alone}" UniqueId="C-{box.site}-{box.number}"'
            f'{box.flags()} Fqdn="{box.fqdn}"><Machines>{machines}</Machines>'
            f"<SqlInstances>{self._instances(box)}</SqlInstances></Cluster>"
        )

    def _instances(self, box: Box) -> str:
        names = dict.fromkeys(
            service.sql
            for service in self.services
            if service.sql is not None and (service.site, service.cluster) == (box.site, box.number)
        )
        nodes = {name: self.nodes.get((box.number, name)) for name in names}
        return "".join(
            f'<SqlInstance UniqueId="S-{box.site}-{box.number}-{name}" Name="{name}"'
            + (f' AlwaysOnPrimaryNodeFqdn="{node}" />' if node else " />")
            for name, node in nodes.items()
        )

    def _service(self, service: On) -> str:
        place = f"{service.site}-{service.cluster}"
        on = f"C-{place}" if service.sql is None else f"S-{place}-{service.sql}"
        needs = "".join(
            f'<Dependency ServiceUniqueId="1-{role}-{number}" Usage="{usage}" />'
            for role, number, usage in service.wanted()
        )
        return (
            f'<Service UniqueId="{service.site}-{service.role}-{service.cluster}" '
            f'RoleName="{service.role}" InstalledOn="{on}" ServiceVersion="{service.version}">'
            f"<DependsOn>{needs}</DependsOn>{service.extra}</Service>"
        )


def saved(document: Document, *, published: str = "false", before: str = "") -> Saved:
    """The document as Topology Builder saves it."""
    return Saved(
        boxes=document.boxes,
        services=document.services,
        nodes=document.nodes,
        more=document.more,
        domain=document.domain,
        published=published,
        before=before,
    )


def whole_estate() -> Document:
    """An Enterprise pool with its SQL, Edge, mediation, gateway, WAC, file store and branch."""
    stores = (("UserStore", "2"),)
    return Document(
        sites=CENTRAL + '<RemoteSite SiteId="2" CentralSiteId="1"><Name>Nara</Name></RemoteSite>',
        boxes=[
            Box("1", "pool01.contoso.com", ("FE01.contoso.com", "fe02.contoso.com")),
            Box("2", "sql01.contoso.com", set_up="false"),
            Box("3", "edgepool.contoso.com", ("edge01.contoso.com", "edge02.contoso.com")),
            Box("4", "med01.contoso.com"),
            Box("5", "sbc01.contoso.com", set_up="false"),
            Box("6", "owa01", set_up="false"),
            Box("7", "contoso.com", set_up="false"),
            Box("8", "director.contoso.com", ("dir01.contoso.com",)),
            Box("9", "se01.contoso.com"),
            Box("10", "chat01.contoso.com"),
            Box("11", "vis01.contoso.com"),
            Box("12", "app01.contoso.com"),
            Box("1", "sba01.contoso.com", site="2"),
        ],
        nodes={("2", ""): "node1.contoso.com"},
        services=[
            *(On(role, "1", needs=stores) for role in FRONT_END),
            registrar("1", needs=(("UserServices", "1"), ("EdgeServer", "3"))),
            central_management("1"),
            On("UserStore", "2", sql=""),
            On("MonitoringStore", "2", sql="mon"),
            On("PersistentChatStore", "2", sql="chat"),
            On("EdgeServer", "3", needs=(("Registrar", "8"),)),
            On("ManagementServices", "3"),
            On("MediationServer", "4", needs=(("Registrar", "1"), ("EdgeServer", "3"))),
            On("PstnGateway", "5", needs=(("MediationServer", "4"),)),
            On("WacService", "6"),
            On("FileStore", "7"),
            registrar("8", director=True, needs=(("EdgeServer", "3"),)),
            On("UserServices", "9", needs=(("UserStore", "9"),), version="6"),
            registrar("9", needs=(("UserServices", "9"),), version="6"),
            On("UserStore", "9", sql="rtc", version="6"),
            On("FileStore", "9", version="6"),
            central_management("9", active="false"),
            On("PersistentChatService", "10", needs=(("PersistentChatStore", "2"),)),
            On("VideoInteropServer", "11"),
            On("ExternalServer", "12"),
            registrar("1", site="2", needs=(("EdgeServer", "3"),)),
            On("MediationServer", "1", site="2"),
        ],
    )
