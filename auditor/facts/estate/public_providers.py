"""Family `public_providers`: public instant messaging providers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from auditor.facts.estate.listing import Listing, listing, optional_flag
from auditor.facts.fields import Fields


@dataclass(frozen=True, slots=True)
class PublicProvider:
    identity: str
    proxy_fqdn: str | None = None
    enabled: bool | None = None
    verification_level: str | None = None


PublicProvidersFacts = Listing[PublicProvider]


def decode(raw: Mapping[str, object]) -> PublicProvidersFacts:
    """What public_providers.ps1 returned; AnswerError where it is something else."""
    return listing(Fields(raw), _provider, limit=500)


def _provider(item: Fields) -> PublicProvider:
    return PublicProvider(
        identity=item.text("identity"),
        proxy_fqdn=item.optional_text("proxy_fqdn"),
        enabled=optional_flag(item, "enabled"),
        verification_level=item.optional_text("verification_level"),
    )
