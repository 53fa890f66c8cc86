"""Family `partner_applications`: applications that may act for users, such as Exchange."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from auditor.facts.estate.listing import Listing, listing, optional_flag
from auditor.facts.fields import Fields


@dataclass(frozen=True, slots=True)
class PartnerApplication:
    """Its tokens come from a token service (`uses_oauth_server`) or from `metadata_url`."""

    identity: str
    application_identifier: str | None = None
    realm: str | None = None
    trust_level: str | None = None
    enabled: bool | None = None
    metadata_url: str | None = None
    uses_oauth_server: bool = False


PartnerApplicationsFacts = Listing[PartnerApplication]


def decode(raw: Mapping[str, object]) -> PartnerApplicationsFacts:
    """What partner_applications.ps1 returned; AnswerError where it is something else."""
    return listing(Fields(raw), _application, limit=500)


def _application(item: Fields) -> PartnerApplication:
    return PartnerApplication(
        identity=item.text("identity"),
        application_identifier=item.optional_text("application_identifier"),
        realm=item.optional_text("realm"),
        trust_level=item.optional_text("trust_level"),
        enabled=optional_flag(item, "enabled"),
        metadata_url=item.optional_text("metadata_url"),
        uses_oauth_server=item.flag("uses_oauth_server"),
    )
