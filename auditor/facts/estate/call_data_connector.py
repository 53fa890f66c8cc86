"""Family `call_data_connector`: whether call quality data goes to Office 365 (from 2019 on)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from auditor.facts.estate.listing import Listing, listing, optional_flag
from auditor.facts.fields import Fields


@dataclass(frozen=True, slots=True)
class CallDataConnector:
    identity: str
    enabled: bool | None = None


CallDataConnectorFacts = Listing[CallDataConnector]


def decode(raw: Mapping[str, object]) -> CallDataConnectorFacts:
    """What call_data_connector.ps1 returned; AnswerError where it is something else."""
    return listing(Fields(raw), _settings, limit=100)


def _settings(item: Fields) -> CallDataConnector:
    return CallDataConnector(item.text("identity"), optional_flag(item, "enabled"))
