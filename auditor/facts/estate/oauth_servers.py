"""Family `oauth_servers`: the token services that are trusted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from auditor.facts.estate.listing import Listing, listing
from auditor.facts.fields import Fields


@dataclass(frozen=True, slots=True)
class OAuthServer:
    """`realm` is the tenant's id where the service is Office 365's; `type` came with 2015."""

    identity: str
    metadata_url: str | None = None
    realm: str | None = None
    issuer_identifier: str | None = None
    type: str | None = None


OAuthServersFacts = Listing[OAuthServer]


def decode(raw: Mapping[str, object]) -> OAuthServersFacts:
    """What oauth_servers.ps1 returned; AnswerError where it is something else."""
    return listing(Fields(raw), _server, limit=500)


def _server(item: Fields) -> OAuthServer:
    return OAuthServer(
        identity=item.text("identity"),
        metadata_url=item.optional_text("metadata_url"),
        realm=item.optional_text("realm"),
        issuer_identifier=item.optional_text("issuer_identifier"),
        type=item.optional_text("type"),
    )
