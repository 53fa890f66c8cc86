"""Family `hosted_voicemail`: where voicemail that is not kept on-premises goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from auditor.facts.estate.listing import Listing, listing
from auditor.facts.fields import Fields


@dataclass(frozen=True, slots=True)
class HostedVoicemailPolicy:
    """The policy that every installation has, Global, names no destination until it is used."""

    identity: str
    destination: str | None = None
    organization: str | None = None


HostedVoicemailFacts = Listing[HostedVoicemailPolicy]


def decode(raw: Mapping[str, object]) -> HostedVoicemailFacts:
    """What hosted_voicemail.ps1 returned; AnswerError where it is something else."""
    return listing(Fields(raw), _policy, limit=2000)


def _policy(item: Fields) -> HostedVoicemailPolicy:
    return HostedVoicemailPolicy(
        identity=item.text("identity"),
        destination=item.optional_text("destination"),
        organization=item.optional_text("organization"),
    )
