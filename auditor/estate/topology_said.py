"""What a topology document says, element by element, in one shape for both of its forms.

Sites hold clusters of machines; services are installed on clusters and depend on each other
(DOMAIN 7.1). Keys are the document's own: numbers in the published form, UniqueIds in Topology
Builder's. What has no key gave none that can be used.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple
from xml.etree.ElementTree import Element

from auditor.estate.names import host_name

SqlKey = tuple[str, str]
UNNAMED = "unnamed service"

_LONGEST = 200
_VERSIONS = frozenset(str(number) for number in range(1, 100))


@dataclass(frozen=True, slots=True)
class SaidSite:
    """`central` is the key of the site that a branch belongs to; `route` is a service's key."""

    key: str | None
    name: str
    is_branch: bool = False
    central: str | None = None
    route: str | None = None


@dataclass(frozen=True, slots=True)
class Machine:
    """`fqdn` is None where the document gives none that can be used."""

    fqdn: str | None
    upgrade_domain: str | None
    fault_domain: str | None


@dataclass(frozen=True, slots=True)
class SaidCluster:
    """`is_set_up` tells whether the product's own set-up runs there; None where nothing is said.

    `strange` describes the elements among its machines that are none.
    """

    key: str | None
    fqdn: str | None
    site: str | None
    is_set_up: bool | None
    machines: tuple[Machine, ...]
    strange: tuple[str, ...] = ()


class Need(NamedTuple):
    """What a service depends on: a service's key, and its role where the document says that too."""

    usage: str
    key: str
    role: str = ""


@dataclass(frozen=True, slots=True)
class Service:
    """A service on a cluster, or on a SQL instance of one.

    `key` is "" where it gives none. `label` is what people call it. `share` is a file store's.
    """

    key: str
    label: str
    role: str
    version: int | None
    cluster: str | None
    sql_instance: str | None
    depends: tuple[Need, ...] = ()
    is_director: bool = False
    is_active: bool = False
    share: str = ""

    @property
    def is_store(self) -> bool:
        """Databases or a share: on any machine, they do not tell what else runs there."""
        return self.role.endswith("Store")

    @property
    def is_database(self) -> bool:
        """UserStore, ApplicationStore, MonitoringStore ...: databases in a SQL instance."""
        return self.is_store and self.role != "FileStore"

    def __str__(self) -> str:
        return self.label


@dataclass(slots=True)
class Said:
    """One document. `primary_nodes` are those of AlwaysOn, by cluster and SQL instance.

    `is_whole`: it is what is published, and no machine stands where nobody looked for it.
    """

    domain: str
    sites: list[SaidSite]
    clusters: list[SaidCluster]
    services: list[Service]
    primary_nodes: dict[SqlKey, str]
    notes: list[str] = field(default_factory=list)
    is_whole: bool = False


def machine(element: Element, fqdn: str | None) -> Machine:
    """A machine by the element that describes it, called `fqdn`."""
    return Machine(
        fqdn=host_name(fqdn),
        upgrade_domain=words(element.get("UpgradeDomain")) or None,
        fault_domain=words(element.get("FaultDomain")) or None,
    )


def is_set_up(cluster: Element) -> bool | None:
    """Whether a cluster needs the product's set-up or its replica: then it takes updates."""
    said = [flag(cluster.get(name)) for name in ("RequiresSetup", "RequiresReplication")]
    if True in said:
        return True
    return None if None in said else False


def described(element: Element) -> str:
    """An element that nobody understands, for a note: what it is and what it is called."""
    name = words(element.get("Fqdn"))
    kind = f"<{words(local_name(element))}>"
    return f"{kind} called {name}" if name else kind


def strangers(root: Element, known: Iterable[Element]) -> Iterator[Element]:
    """Clusters and machines, or what has a name like theirs, where nobody looked for them."""
    looked_at = set(known)
    for element in root.iter():
        if element in looked_at:
            continue
        if "Fqdn" in element.attrib or local_name(element) in {"Machine", "Cluster"}:
            yield element


def version(service: Element) -> int | None:
    text = service.get("ServiceVersion", "")
    return int(text) if text in _VERSIONS else None


def local_name(element: Element) -> str:
    """The name without its namespace; "" for a comment or an instruction."""
    tag: object = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def flag(text: str | None) -> bool | None:
    """A boolean of XML; None where nothing is said, or something else."""
    return {"true": True, "1": True, "false": False, "0": False}.get((text or "").strip().lower())


def words(text: str | None) -> str:
    """One line of bounded length."""
    return " ".join((text or "")[: 4 * _LONGEST].split())[:_LONGEST]
