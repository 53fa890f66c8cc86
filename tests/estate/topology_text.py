"""Small topology documents, written by hand in the shape that `Get-CsTopology -AsXml` has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

NAMESPACE = "urn:schema:Microsoft.Rtc.Management.Deploy.Topology.2008"
ROLES = "urn:schema:Microsoft.Rtc.Management.Deploy.ServiceRoles.2008"

CENTRAL = '<CentralSite SiteId="1"><Name>Tokyo</Name></CentralSite>'

# What a front end of Enterprise Edition runs, besides its registrar.
FRONT_END = ("UserServices", "WebServices", "ConfServices", "ApplicationServer")


@dataclass(frozen=True)
class On:
    """A service: role, cluster number, where SQL holds it, what it depends on as (role, cluster).

    The instance number of a service is the number of its cluster.
    """

    role: str
    cluster: str
    sql: str | None = None
    needs: tuple[tuple[str, str], ...] = ()
    usage: str = "Default"
    version: str = "7"
    extra: str = ""
    site: str = "1"


@dataclass(frozen=True)
class Box:
    """A cluster: number, name, machines (one of the same name unless stated)."""

    number: str
    fqdn: str
    machines: tuple[str, ...] | None = None
    set_up: str | None = "true"
    site: str = "1"

    def xml(self) -> str:
        flags = (
            ""
            if self.set_up is None
            else f' RequiresReplication="{self.set_up}" RequiresSetup="{self.set_up}"'
        )
        names = (self.fqdn,) if self.machines is None else self.machines
        machines = "".join(
            name
            if name.startswith("<")
            else f'<Machine OrdinalInCluster="{number}" Fqdn="{name}" FaultDomain="F{number}" '
            f'UpgradeDomain="U{number}"><NetInterface InterfaceNumber="1" /></Machine>'
            for number, name in enumerate(names, start=1)
        )
        return (
            f'<Cluster{flags} Fqdn="{self.fqdn}">'
            f'<ClusterId SiteId="{self.site}" Number="{self.number}" />{machines}</Cluster>'
        )


def service_xml(service: On) -> str:
    place = f'<ClusterId SiteId="{service.site}" Number="{service.cluster}" />'
    if service.sql is not None:
        place = f'<SqlInstanceId Name="{service.sql}">{place}</SqlInstanceId>'
    needs = "".join(
        f'<Dependency Usage="{service.usage}">'
        f'<ServiceId SiteId="1" RoleName="{role}" Instance="{number}" /></Dependency>'
        for role, number in service.needs
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
    boxes: Sequence[Box]
    services: Sequence[On] = ()
    sites: str = CENTRAL
    sql: str = ""
    more: str = ""
    namespace: str = NAMESPACE
    domain: str = "contoso.com"
    beginning: str = field(default="")

    def __str__(self) -> str:
        return (
            f'{self.beginning}<Topology xmlns="{self.namespace}" Signature="x">'
            f'<InternalDomains DefaultDomain="{self.domain}" />'
            f"<Sites>{self.sites}</Sites>"
            f"<Clusters>{''.join(box.xml() for box in self.boxes)}</Clusters>"
            f"<SqlInstances>{self.sql}</SqlInstances>"
            f"<Services>{''.join(service_xml(service) for service in self.services)}{self.more}"
            "</Services></Topology>"
        )

    def written(self, folder: Path, encoding: str = "utf-8") -> Path:
        path = folder / "topology.xml"
        path.write_bytes(str(self).encode(encoding))
        return path


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
        sql='<SqlInstance AlwaysOnPrimaryNodeFqdn="node1.contoso.com">'
        '<SqlInstanceId Name=""><ClusterId SiteId="1" Number="2" /></SqlInstanceId></SqlInstance>',
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
