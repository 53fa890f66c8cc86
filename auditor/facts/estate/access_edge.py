"""Family `access_edge`: whether partners may come in over the Edge, and how they are found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from auditor.facts.estate.listing import Listing, listing, optional_flag
from auditor.facts.fields import Fields


@dataclass(frozen=True, slots=True)
class AccessEdge:
    """`partner_discovery` is open federation; None where routing goes to a default route."""

    identity: str
    allow_federated_users: bool | None = None
    allow_outside_users: bool | None = None
    allow_anonymous_users: bool | None = None
    partner_discovery: bool | None = None
    routing_method: str | None = None
    default_route_fqdn: str | None = None
    verification_level: str | None = None
    is_public_provider: bool | None = None
    outgoing_tls_count: int | None = None


AccessEdgeFacts = Listing[AccessEdge]


def decode(raw: Mapping[str, object]) -> AccessEdgeFacts:
    """What access_edge.ps1 returned; AnswerError where it is something else."""
    return listing(Fields(raw), _settings, limit=100)


def _settings(item: Fields) -> AccessEdge:
    return AccessEdge(
        identity=item.text("identity"),
        allow_federated_users=optional_flag(item, "allow_federated_users"),
        allow_outside_users=optional_flag(item, "allow_outside_users"),
        allow_anonymous_users=optional_flag(item, "allow_anonymous_users"),
        partner_discovery=optional_flag(item, "partner_discovery"),
        routing_method=item.optional_text("routing_method"),
        default_route_fqdn=item.optional_text("default_route_fqdn"),
        verification_level=item.optional_text("verification_level"),
        is_public_provider=optional_flag(item, "is_public_provider"),
        outgoing_tls_count=item.optional_integer("outgoing_tls_count", 0, 2**31),
    )
