"""Reads the form in which Topology Builder saves: `<TopologyBuilder>`, a file `.tbxml`.

Clusters stand within their site, and what refers to a cluster, a SQL instance or a service
names its UniqueId. The new topology counts: it may never have been published. One such file
was seen; of it the elements are that are read here, but for branch sites, mirrors and the like.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from auditor.errors import UsageError
from auditor.estate.topology_document import BUILDER, EXPORT, ROLES, TOPOLOGY, WRITABLE
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

_PUBLISHED = (
    "Topology Builder saved this file. What it says was published then, but may have changed since."
)
_UNPUBLISHED = (
    "Topology Builder saved this file, and says that it was not published: servers may differ. "
    f"For what is published: {EXPORT}"
)
_SAID_NOTHING = (
    f"Topology Builder saved this file; it may never have been published. For what is: {EXPORT}"
)


def read_builder(root: Element, name: str) -> Said:
    """What the new topology in the file `name` says.

    Raises UsageError, TOPOLOGY-BUILDER-FILE, where the file has none.
    """
    new = root.find(f"{BUILDER}NewTopology/{WRITABLE}PartialTopology")
    if new is None:
        raise UsageError(
            "TOPOLOGY-BUILDER-FILE",
            f"{name} is a file of Topology Builder, but has no new topology in it.",
            EXPORT,
        )
    domains = new.find(f"{TOPOLOGY}InternalDomains")
    is_published = flag(new.get("IsPublished"))
    said = Said(
        domain=words(None if domains is None else domains.get("DefaultDomain")),
        sites=[],
        clusters=[],
        services=[],
        primary_nodes={},
        notes=[{True: _PUBLISHED, False: _UNPUBLISHED, None: _SAID_NOTHING}[is_published]],
    )
    reader = _Reader(said)
    for central in new.iterfind(f"{WRITABLE}CentralSites/*"):
        reader.site(central, None)
    said.services = [reader.service(s) for s in new.iterfind(f"{WRITABLE}Services/*")]
    said.notes += [
        f"The file has {stranger} in a place that is not the new topology: left out."
        for stranger in _elsewhere(root, reader)
    ]
    return said


def _elsewhere(root: Element, reader: _Reader) -> Iterator[str]:
    """What the old topology has and the new one has too, or that has no name there, is no loss."""
    known = {words(element.get("Fqdn")).lower() for element in reader.known} | {""}
    before = root.find(f"{BUILDER}OldTopology")
    old = set() if before is None else set(before.iter())
    for element in strangers(root, reader.known):
        if element not in old or words(element.get("Fqdn")).lower() not in known:
            yield described(element)


class _Reader:
    """One file; `known` are the clusters and machines that were read."""

    def __init__(self, said: Said) -> None:
        self.said = said
        self.known: list[Element] = []
        self.instances: dict[str, SqlKey] = {}

    def site(self, element: Element, central: SaidSite | None) -> None:
        """A site with its clusters and, in a central one, its branches. No sample has a branch."""
        key = _id(element, "SiteId") or f"?{len(self.said.sites) + 1}"
        site = SaidSite(
            key=key,
            name=words(element.findtext(f"{TOPOLOGY}Name")),
            is_branch=central is not None,
            central=None if central is None else central.key,
            # Get-CsSite shows a FederationRoute; no sample states one.
            route=_id(element, "FederationRoute"),
        )
        self.said.sites.append(site)
        for cluster in element.iterfind(f"{WRITABLE}Clusters/*"):
            self._cluster(cluster, key)
        for branch in element.iterfind(f"{WRITABLE}RemoteSites/*") if central is None else ():
            self.site(branch, site)

    def _cluster(self, element: Element, site: str) -> None:
        key, fqdn = _id(element, "UniqueId"), element.get("Fqdn")
        members = list(element.iterfind(f"{WRITABLE}Machines/*"))
        self.known += [element, *members]
        machines = [m for m in members if m.tag == f"{WRITABLE}Machine"]
        # The machine of such a cluster is called like it, and mostly not by a name of its own.
        alone = len(machines) == 1 and flag(element.get("IsSingleMachineOnly")) is True
        cluster = SaidCluster(
            key=key,
            fqdn=fqdn,
            site=site,
            is_set_up=is_set_up(element),
            machines=tuple(machine(m, m.get("Fqdn", fqdn if alone else None)) for m in machines),
            strange=tuple(described(m) for m in members if m.tag != f"{WRITABLE}Machine"),
        )
        self.said.clusters.append(cluster)
        for instance in element.iterfind(f"{WRITABLE}SqlInstances/*"):
            self._instance(instance, key)

    def _instance(self, element: Element, cluster: str | None) -> None:
        key = _id(element, "UniqueId")
        if key is None or cluster is None:
            return
        place = (cluster, words(element.get("Name")))
        self.instances[key] = place
        if node := words(element.get("AlwaysOnPrimaryNodeFqdn")):
            self.said.primary_nodes[place] = node

    def service(self, element: Element) -> Service:
        key, role = _id(element, "UniqueId") or "", words(element.get("RoleName")) or UNNAMED
        place = _id(element, "InstalledOn")
        cluster, instance = self.instances.get(place or "", (place, None))
        registrar = element.find(f"{ROLES}RegistrarService")
        cms = element.find(f"{ROLES}CentralMgmtService")
        files = element.find(f"{ROLES}FileStoreService")
        dependencies = element.iterfind(f"{WRITABLE}DependsOn/{WRITABLE}Dependency")
        return Service(
            key=key,
            label=f"{role} {key[:8]}".rstrip(),
            role=role,
            version=version(element),
            cluster=cluster,
            sql_instance=instance,
            depends=tuple(
                Need(words(dependency.get("Usage")), target)
                for dependency in dependencies
                if (target := _id(dependency, "ServiceUniqueId")) is not None
            ),
            is_director=registrar is not None and flag(registrar.get("IsDirector")) is True,
            is_active=cms is None or flag(cms.get("IsActive")) is not False,
            share="" if files is None else words(files.get("ShareName")),
        )


def _id(element: Element, name: str) -> str | None:
    return words(element.get(name)).lower() or None
