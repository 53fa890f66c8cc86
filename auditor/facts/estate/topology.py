"""Family `topology`: the topology document as the Management Shell gave it.

The text stays as it came: the reader of topology documents judges it, with its own bounds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from auditor.facts.fields import AnswerError

MAX_CHARACTERS = 16_000_000
_BLANK = "\ufeff \t\r\n\0"


@dataclass(frozen=True, slots=True)
class TopologyFacts:
    """`xml` is hostile text: up to 16 million characters, neither cleaned nor parsed."""

    xml: str = field(repr=False)


def decode(raw: Mapping[str, object]) -> TopologyFacts:
    """What topology.ps1 returned; AnswerError where it is something else."""
    xml = raw.get("xml")
    if not isinstance(xml, str):
        raise AnswerError("xml", "a text was expected")
    if len(xml) > MAX_CHARACTERS:
        raise AnswerError("xml", f"longer than {MAX_CHARACTERS} characters")
    if not xml.strip(_BLANK):
        raise AnswerError("xml", "is empty")
    if not xml.lstrip(_BLANK).startswith("<"):
        raise AnswerError("xml", "is no XML")
    return TopologyFacts(xml)
