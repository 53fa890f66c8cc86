"""Family `federated_domains`: how many partners are allowed or blocked, and by which proxies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from auditor.facts.estate.listing import Listing, listing
from auditor.facts.fields import Fields

_MOST = 10_000_000


@dataclass(frozen=True, slots=True)
class DomainProxy:
    """An Access Edge that was given for `domains` of the allowed domains."""

    proxy_fqdn: str
    domains: int


@dataclass(frozen=True, slots=True)
class FederatedDomainsFacts:
    """Numbers of domains; their names are not read. A domain without a proxy is found in DNS."""

    allowed: int
    blocked: int
    proxies: Listing[DomainProxy]


def decode(raw: Mapping[str, object]) -> FederatedDomainsFacts:
    """What federated_domains.ps1 returned; AnswerError where it is something else."""
    data = Fields(raw)
    return FederatedDomainsFacts(
        allowed=data.integer("allowed", 0, _MOST),
        blocked=data.integer("blocked", 0, _MOST),
        proxies=listing(data.fields("proxies"), _proxy, limit=500),
    )


def _proxy(item: Fields) -> DomainProxy:
    return DomainProxy(item.text("proxy_fqdn"), item.integer("domains", 1, _MOST))
