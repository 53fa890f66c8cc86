"""Family `replication`: whether each server's replica of the configuration is up to date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from auditor.facts.estate.listing import Listing, listing, optional_flag
from auditor.facts.fields import Fields


@dataclass(frozen=True, slots=True)
class Replica:
    """Instants are UTC. `product_version` is empty on a server that never reported."""

    fqdn: str
    up_to_date: bool | None = None
    last_status_report: datetime | None = None
    last_update_creation: datetime | None = None
    product_version: str | None = None


ReplicationFacts = Listing[Replica]


def decode(raw: Mapping[str, object]) -> ReplicationFacts:
    """What replication.ps1 returned; AnswerError where it is something else."""
    return listing(Fields(raw), _replica, limit=5000)


def _replica(item: Fields) -> Replica:
    return Replica(
        fqdn=item.text("fqdn"),
        up_to_date=optional_flag(item, "up_to_date"),
        last_status_report=item.optional_instant("last_status_report"),
        last_update_creation=item.optional_instant("last_update_creation"),
        product_version=item.optional_text("product_version"),
    )
