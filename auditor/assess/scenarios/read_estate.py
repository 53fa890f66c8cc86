"""The estate's structure from the topology that a front end answered with."""

from __future__ import annotations

from collections.abc import Iterable

from auditor.assess.scenarios.evidence import Known
from auditor.estate.model import Estate
from auditor.estate.topology import read_topology_text
from auditor.facts.estate.topology import TopologyFacts
from auditor.facts.reading import Reading


def read_estate(readings: Iterable[Reading]) -> Estate | None:
    """The estate of the newest topology among `readings`, None where none has one.

    Raises UsageError (TOPOLOGY-...) where the server's text is no topology.
    """
    known = Known(readings)
    facts: TopologyFacts | None = known.facts("topology")
    if facts is None:
        return None
    return read_topology_text(facts.xml, known.server("topology") or "server")
