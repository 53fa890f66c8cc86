"""Reads the published form: `<Topology>`, as `Get-CsTopology -AsXml` writes it (DOMAIN 7.1).

What identifies a cluster or a service is a small element of its own, which others repeat to
refer to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from auditor.estate.topology_document import ROLES, TOPOLOGY
from auditor.estate.topology_said import (
    UNNAMED,
    Need,
    Said,
    SaidCluster,
    SaidSite,
    Service,
    SqlKey,
    described,
    flag,
    is_set_up,
    machine,
    strangers,
    version,
    words,
)


def read_published(root: Element) -> Said:
    """What the document under `root` says."""
    domains = root.find(f"{TOPOLOGY}InternalDomains")
    clusters = list(_children(root, "Clusters"))
    known = [*clusters, *(element for cluster in clusters for element in cluster)]
    left_out = [described(stranger) for stranger in strangers(root, known)]
    return Said(
        domain=words(None if domains is None else domains.get("DefaultDomain")),
        sites=list(_sites(root)),
        clusters=[_cluster(element) for element in clusters],
        services=[_service(element) for element in _children(root, "Services")],
        primary_nodes=dict(_primary_nodes(root)),
        notes=[
            f"The document has {stranger} in a place that is not understood: left out."
            for stranger in left_out
        ],
        is_whole=not left_out,
    )


def _sites(root: Element) -> Iterator[SaidSite]:
    """Branch sites may stand beside the central ones or within them; no sample has any."""
    for element in _children(root, "Sites"):
        if element.tag != f"{TOPOLOGY}CentralSite":
            central = element.get("CentralSiteId") or element.get("ParentSiteId")
            yield _site(element, is_branch=True, central=central)
            continue
        site = _site(element)
        yield site
        for branch in element.iterfind(f"{TOPOLOGY}RemoteSites/*"):
            yield _site(branch, is_branch=True, central=site.key)


def _site(element: Element, *, is_branch: bool = False, central: str | None = None) -> SaidSite:
    # Get-CsSite shows a FederationRoute, the service of an Edge pool; no sample states one.
    route = element.find(f"{TOPOLOGY}FederationRoute")
    return SaidSite(
        key=words(element.get("SiteId")) or None,
        name=words(element.findtext(f"{TOPOLOGY}Name")),
        is_branch=is_branch,
        central=words(central) or None,
        route=None if route is None else _service_key(route),
    )


def _cluster(element: Element) -> SaidCluster:
    key = _cluster_key(element)
    identity = element.find(f"{TOPOLOGY}ClusterId")
    members = [child for child in element if child.tag != f"{TOPOLOGY}ClusterId"]
    return SaidCluster(
        key=key,
        fqdn=element.get("Fqdn"),
        site=None if identity is None else words(identity.get("SiteId")) or None,
        is_set_up=is_set_up(element),
        machines=tuple(
            machine(member, member.get("Fqdn"))
            for member in members
            if member.tag == f"{TOPOLOGY}Machine"
        ),
        strange=tuple(described(m) for m in members if m.tag != f"{TOPOLOGY}Machine"),
    )


def _service(element: Element) -> Service:
    key = _service_key(element)
    role = _role(element)
    installed = element.find(f"{TOPOLOGY}InstalledOn")
    sql = None if installed is None else installed.find(f"{TOPOLOGY}SqlInstanceId")
    place = sql if sql is not None else installed
    registrar = element.find(f"{ROLES}RegistrarService")
    cms = element.find(f"{ROLES}CentralMgmtService")
    files = element.find(f"{ROLES}FileStoreService")
    dependencies = element.iterfind(f"{TOPOLOGY}DependsOn/{TOPOLOGY}Dependency")
    return Service(
        key=key or "",
        label=key or role or UNNAMED,
        role=role or UNNAMED,
        version=version(element),
        cluster=None if place is None else _cluster_key(place),
        sql_instance=None if sql is None else words(sql.get("Name")),
        depends=tuple(
            Need(words(dependency.get("Usage")), target, _role(dependency))
            for dependency in dependencies
            if (target := _service_key(dependency)) is not None
        ),
        is_director=registrar is not None and flag(registrar.get("IsDirector")) is True,
        is_active=cms is None or flag(cms.get("IsActive")) is not False,
        share="" if files is None else words(files.get("ShareName")),
    )


def _primary_nodes(root: Element) -> Iterator[tuple[SqlKey, str]]:
    for element in _children(root, "SqlInstances"):
        identity = element.find(f"{TOPOLOGY}SqlInstanceId")
        key = None if identity is None else _cluster_key(identity)
        node = words(element.get("AlwaysOnPrimaryNodeFqdn"))
        if identity is not None and key and node:
            yield (key, words(identity.get("Name"))), node


def _children(root: Element, name: str) -> Iterator[Element]:
    return root.iterfind(f"{TOPOLOGY}{name}/*")


def _cluster_key(element: Element) -> str | None:
    """Such as 1-2: the second cluster of the first site."""
    identity = element.find(f"{TOPOLOGY}ClusterId")
    if identity is None:
        return None
    site, number = words(identity.get("SiteId")), words(identity.get("Number"))
    return f"{site}-{number}" if site and number else None


def _role(element: Element) -> str:
    identity = element.find(f"{TOPOLOGY}ServiceId")
    return "" if identity is None else words(identity.get("RoleName"))


def _service_key(element: Element) -> str | None:
    """Such as 1-Registrar-3, the ServiceId that Get-CsService shows."""
    identity = element.find(f"{TOPOLOGY}ServiceId")
    if identity is None:
        return None
    site, role = words(identity.get("SiteId")), words(identity.get("RoleName"))
    return f"{site}-{role}-{words(identity.get('Instance'))}" if site and role else None
