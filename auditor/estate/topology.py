"""Reads a topology document: as `Get-CsTopology -AsXml` writes it, or as Topology Builder saves it.

What kind of pool a cluster is follows from the services that are installed on it. What is
not understood is named in `Estate.notes`, never dropped in silence.
"""

from __future__ import annotations

from pathlib import Path
from xml.etree.ElementTree import Element

from auditor.estate.model import Estate
from auditor.estate.scenarios import stated_scenarios
from auditor.estate.topology_builder import read_builder
from auditor.estate.topology_document import TOPOLOGY, read_document, read_document_text
from auditor.estate.topology_parts import parts_of
from auditor.estate.topology_pools import pools_of
from auditor.estate.topology_published import read_published


def read_topology(path: Path) -> Estate:
    """The estate in `path`; UsageError (TOPOLOGY-...) where it is no readable topology.

    No scenario is stated in a topology, so all of them are assumed.
    """
    return _estate(read_document(path), str(path), path.name, path.stem)


def read_topology_text(text: str, name: str) -> Estate:
    """The estate in `text`, which came from `name`, such as a server; else as `read_topology`."""
    return _estate(read_document_text(text, name), name, f"of {name}", name)


def _estate(root: Element, place: str, source: str, default_name: str) -> Estate:
    is_published = root.tag == f"{TOPOLOGY}Topology"
    said = read_published(root) if is_published else read_builder(root, place)
    parts = parts_of(said, place)
    pools = pools_of(parts)
    if not any(pool.hosts_cms for pool in pools):
        parts.notes.append("No pool is said to host the Central Management service.")
    return Estate(
        name=parts.domain or default_name,
        source=f"topology {source}",
        sites=tuple(parts.sites.values()),
        pools=pools,
        scenarios=stated_scenarios({}, source),
        notes=tuple(dict.fromkeys(parts.notes)),
        is_whole=said.is_whole,
    )
