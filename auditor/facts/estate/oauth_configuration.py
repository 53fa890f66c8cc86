"""Family `oauth_configuration`: where Exchange is looked for, and this estate's own realm."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from auditor.facts.estate.listing import Listing, listing
from auditor.facts.fields import Fields


@dataclass(frozen=True, slots=True)
class OAuthConfiguration:
    identity: str
    realm: str | None = None
    service_name: str | None = None
    exchange_autodiscover_url: str | None = None


OAuthConfigurationFacts = Listing[OAuthConfiguration]


def decode(raw: Mapping[str, object]) -> OAuthConfigurationFacts:
    """What oauth_configuration.ps1 returned; AnswerError where it is something else."""
    return listing(Fields(raw), _settings, limit=100)


def _settings(item: Fields) -> OAuthConfiguration:
    return OAuthConfiguration(
        identity=item.text("identity"),
        realm=item.optional_text("realm"),
        service_name=item.optional_text("service_name"),
        exchange_autodiscover_url=item.optional_text("exchange_autodiscover_url"),
    )
