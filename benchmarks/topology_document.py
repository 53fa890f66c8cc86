"""Topology documents of any size, as dense as real ones: interfaces, ports, dependencies.

In both forms: as `Get-CsTopology -AsXml` writes them, and as Topology Builder saves them. An
Edge pool, a SQL Server, and as many Enterprise pools of six front ends as wanted, on one site.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_SCHEMA = "urn:schema:Microsoft.Rtc.Management.Deploy"
_TOPOLOGY = f"{_SCHEMA}.Topology.2008"
_ROLES = f"{_SCHEMA}.ServiceRoles.2008"
_BUILDER = f"{_SCHEMA}.TopologyBuilder.2008"
_WRITABLE = f"{_SCHEMA}.WritableTopology.2008"

MACHINES = 6
# Role, how many ports it listens on, and what of its own pool it depends on.
_SERVICES = (
    ("UserServices", 3, ("ConfServices",)),
    ("Registrar", 10, ("UserServices", "WebServices")),
    ("WebServices", 16, ("UserServices",)),
    ("ConfServices", 9, ("MediationServer",)),
    ("ApplicationServer", 12, ("Registrar",)),
    ("MediationServer", 3, ("Registrar",)),
    ("ManagementServices", 2, ()),
)
_EDGE, _SQL = "edge", "sql"


@dataclass(frozen=True, slots=True)
class _Cluster:
    """`name` is also the stem of its services' ids in the form of Topology Builder."""

    number: int
    name: str
    machines: int
    services: tuple[tuple[str, int, tuple[str, ...]], ...]

    @property
    def set_up(self) -> str:
        return str(self.name != _SQL).lower()

    @property
    def fqdn(self) -> str:
        return f"{self.name}.contoso.com"


def _clusters(pools: int) -> Iterator[_Cluster]:
    yield _Cluster(1, _EDGE, 2, (("EdgeServer", 9, ()),))
    yield _Cluster(2, _SQL, 1, (("UserStore", 0, ()), ("FileStore", 0, ())))
    for number in range(3, pools + 1):
        yield _Cluster(number, f"pool{number:03}", MACHINES, _SERVICES)


def published(pools: int) -> Iterator[str]:
    """The document in pieces, of `pools` clusters, three at least."""
    yield f'<Topology xmlns="{_TOPOLOGY}" Signature="b2af3192-c411-44c8-93e5-30bced09eba1">\n'
    yield '  <InternalDomains AllowAllDomains="false" DefaultDomain="contoso.com" />\n'
    yield '  <Sites><CentralSite SiteId="1"><Name>Tokyo</Name></CentralSite></Sites>\n'
    yield "  <Clusters>\n"
    for cluster in _clusters(pools):
        yield f"    <Cluster {_flags(cluster)}>\n      {_cluster_id(cluster)}\n"
        yield from _machines(cluster, "")
        yield "    </Cluster>\n"
    yield "  </Clusters>\n  <Services>\n"
    for cluster in _clusters(pools):
        for role, ports, needs in cluster.services:
            yield '    <Service RoleVersion="2" ServiceVersion="7">\n'
            yield f"      {_service_id(role, cluster.number)}\n      <DependsOn>\n"
            for wanted, number, _ in _needed(cluster, role, needs):
                key = _service_id(wanted, number)
                yield f'        <Dependency Usage="Default">\n          {key}\n'
                yield "        </Dependency>\n"
            place = _cluster_id(cluster)
            if role == "UserStore":
                place = f'<SqlInstanceId Name="rtc">{place}</SqlInstanceId>'
            yield f"      </DependsOn>\n      <InstalledOn>\n        {place}\n"
            yield f"      </InstalledOn>\n{_ports(ports)}    </Service>\n"
    yield "  </Services>\n</Topology>\n"


def saved(pools: int) -> Iterator[str]:
    """The same as a file `.tbxml`."""
    yield f'<?xml version="1.0" encoding="utf-8"?>\n<TopologyBuilder xmlns="{_BUILDER}">\n'
    yield '  <OldTopology />\n  <NewTopology><PartialTopology IsPublished="true" '
    yield f'xmlns="{_WRITABLE}">\n'
    yield f'    <InternalDomains DefaultDomain="contoso.com" xmlns="{_TOPOLOGY}" />\n'
    yield f'    <CentralSites><CentralSite SiteId="1"><Name xmlns="{_TOPOLOGY}">Tokyo</Name>\n'
    yield "    <Clusters>\n"
    for cluster in _clusters(pools):
        yield f'      <Cluster IsSingleMachineOnly="false" UniqueId="{_id(cluster.name)}" '
        yield f"{_flags(cluster)}>\n        <Machines>\n"
        yield from _machines(cluster, f' xmlns="{_TOPOLOGY}"')
        yield "        </Machines>\n        <SqlInstances>"
        if cluster.name == _SQL:
            yield f'<SqlInstance UniqueId="{_id("rtc")}" Name="rtc" />'
        yield "</SqlInstances>\n      </Cluster>\n"
    yield "    </Clusters><RemoteSites /></CentralSite></CentralSites>\n    <Services>\n"
    for cluster in _clusters(pools):
        for role, ports, needs in cluster.services:
            place = _id("rtc" if role == "UserStore" else cluster.name)
            yield f'      <Service UniqueId="{_id(cluster.name + role)}" RoleName="{role}" '
            yield f'RoleVersion="2" InstalledOn="{place}" ServiceVersion="7">\n'
            yield "        <DependsOn>\n"
            for wanted, _, name in _needed(cluster, role, needs):
                yield f'          <Dependency ServiceUniqueId="{_id(name + wanted)}" '
                yield 'Usage="Default" />\n'
            yield f"        </DependsOn>\n{_ports(ports)}      </Service>\n"
    yield "    </Services>\n  </PartialTopology></NewTopology>\n</TopologyBuilder>\n"


def _needed(cluster: _Cluster, role: str, own: Iterable[str]) -> Iterator[tuple[str, int, str]]:
    """Role, cluster's number and cluster's name of what a service depends on."""
    for wanted in own:
        yield wanted, cluster.number, cluster.name
    if cluster.name not in {_EDGE, _SQL}:
        yield from (("UserStore", 2, _SQL), ("FileStore", 2, _SQL), ("EdgeServer", 1, _EDGE))
    if role == "EdgeServer":
        yield "Registrar", 3, "pool003"


def _flags(cluster: _Cluster) -> str:
    set_up = cluster.set_up
    return f'RequiresReplication="{set_up}" RequiresSetup="{set_up}" Fqdn="{cluster.fqdn}"'


def _machines(cluster: _Cluster, namespace: str) -> Iterator[str]:
    for number in range(1, cluster.machines + 1):
        yield (
            f'      <Machine OrdinalInCluster="{number}" Fqdn="fe{number:02}.{cluster.fqdn}" '
            f'FaultDomain="FaultDomain{number}" UpgradeDomain="UpgradeDomain{number}">\n'
        )
        for side in ("Primary", "External", "Pstn"):
            yield f'        <NetInterface InterfaceSide="{side}" InterfaceNumber="1" '
            yield f'IPAddress="0.0.0.0"{namespace} />\n'
        yield "      </Machine>\n"


def _cluster_id(cluster: _Cluster) -> str:
    return f'<ClusterId SiteId="1" Number="{cluster.number}" />'


def _service_id(role: str, number: int) -> str:
    return f'<ServiceId SiteId="1" RoleName="{role}" Instance="{number}" />'


def _ports(count: int) -> str:
    listed = "".join(
        f'        <Port Owner="urn:component:Component{number}" Usage="WebServer" '
        f'InterfaceSide="Primary" InterfaceNumber="1" Port="{5060 + number}" Protocol="Mtls" '
        f'UrlPath="/LiveServer/Component{number}/" AuthorizesRequests="false" />\n'
        for number in range(count)
    )
    return f'      <Ports xmlns="{_ROLES}">\n{listed}      </Ports>\n'


def _id(name: str) -> str:
    """An id of its own for each name, as long as a GUID."""
    return name.encode().hex().rjust(32, "0")
