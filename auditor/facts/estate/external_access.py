"""Family `external_access`: what each external access policy allows its users."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from auditor.facts.estate.listing import Listing, listing, optional_flag
from auditor.facts.fields import Fields


@dataclass(frozen=True, slots=True)
class ExternalAccessPolicy:
    """`identity` is such as "Global" or "Tag:Sales"; whom it is granted to is not read."""

    identity: str
    federation: bool | None = None
    public_cloud: bool | None = None
    outside: bool | None = None


ExternalAccessFacts = Listing[ExternalAccessPolicy]


def decode(raw: Mapping[str, object]) -> ExternalAccessFacts:
    """What external_access.ps1 returned; AnswerError where it is something else."""
    return listing(Fields(raw), _policy, limit=2000)


def _policy(item: Fields) -> ExternalAccessPolicy:
    return ExternalAccessPolicy(
        identity=item.text("identity"),
        federation=optional_flag(item, "federation"),
        public_cloud=optional_flag(item, "public_cloud"),
        outside=optional_flag(item, "outside"),
    )
