"""Family `hosting_providers`: who else hosts users or mailboxes for this organisation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from auditor.facts.estate.listing import Listing, listing, optional_flag
from auditor.facts.fields import Fields


@dataclass(frozen=True, slots=True)
class HostingProvider:
    """A flag is None where the server said neither true nor false.

    `shared_address_space` is EnabledSharedAddressSpace (a split domain), `hosts_users` is
    HostsOCSUsers; the cmdlet's default view hides both.
    """

    identity: str
    proxy_fqdn: str | None = None
    enabled: bool | None = None
    shared_address_space: bool | None = None
    hosts_users: bool | None = None
    is_local: bool | None = None
    autodiscover_url: str | None = None
    verification_level: str | None = None
    name: str | None = None


HostingProvidersFacts = Listing[HostingProvider]


def decode(raw: Mapping[str, object]) -> HostingProvidersFacts:
    """What hosting_providers.ps1 returned; AnswerError where it is something else."""
    return listing(Fields(raw), _provider, limit=500)


def _provider(item: Fields) -> HostingProvider:
    return HostingProvider(
        identity=item.text("identity"),
        proxy_fqdn=item.optional_text("proxy_fqdn"),
        enabled=optional_flag(item, "enabled"),
        shared_address_space=optional_flag(item, "shared_address_space"),
        hosts_users=optional_flag(item, "hosts_users"),
        is_local=optional_flag(item, "is_local"),
        autodiscover_url=item.optional_text("autodiscover_url"),
        verification_level=item.optional_text("verification_level"),
        name=item.optional_text("name"),
    )
