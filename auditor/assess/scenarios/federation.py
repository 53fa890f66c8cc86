"""Who may federate with this estate: Edge, Access Edge, policies, partners, public providers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.assess.scenarios.evidence import Signal, all_of, quoted
from auditor.assess.scenarios.look import FLAGS, NOTHING, Judged, Look
from auditor.estate.model import InUse, PoolKind
from auditor.rulebook.integration import Service

if TYPE_CHECKING:
    from auditor.facts.estate.access_edge import AccessEdge
    from auditor.facts.estate.external_access import ExternalAccessPolicy
    from auditor.facts.estate.federated_domains import FederatedDomainsFacts
    from auditor.facts.estate.public_providers import PublicProvider


def edge_pool(look: Look) -> Signal:
    """Whether there is an Edge pool; only a published topology is known to be whole."""
    edges = [pool.fqdn for pool in look.estate.pools if pool.kind is PoolKind.EDGE]
    source = look.estate.source
    known = look.known
    if edges:
        more = f" and {len(edges) - 1} more" if len(edges) > 1 else ""
        return known.signal("", InUse.YES, f"there is an Edge pool: {edges[0]}{more}, by {source}")
    if look.estate.lacks(PoolKind.EDGE):
        return known.signal("", InUse.NO, f"there is no Edge pool in {source}")
    sentence = f"{source} names no Edge pool, which does not prove that there is none"
    return known.signal("", InUse.UNKNOWN, sentence)


def federated_users(look: Look) -> Signal:
    """AllowFederatedUsers, without which no partner comes in."""

    def judge(edge: AccessEdge) -> Judged:
        said = {
            True: "federated users are allowed",
            False: "",
            None: "it is not stated whether federated users are allowed",
        }
        return FLAGS[edge.allow_federated_users], said[edge.allow_federated_users]

    return look.known.listed("access_edge", judge, "federated users are not allowed", always=True)


def open_discovery(look: Look) -> Signal:
    """EnablePartnerDiscovery: any organisation may come, those in Office 365 as well."""

    def judge(edge: AccessEdge) -> Judged:
        if edge.partner_discovery:
            return InUse.YES, "open federation is on: partners are discovered in DNS"
        if edge.partner_discovery is None and not edge.default_route_fqdn:
            return InUse.UNKNOWN, "it is not stated whether partners are discovered in DNS"
        if edge.partner_discovery is None:
            return InUse.UNKNOWN, f"all partners go through {quoted(edge.default_route_fqdn)}"
        return NOTHING

    return look.known.listed("access_edge", judge, "open federation is off", always=True)


def federation_policy(look: Look) -> Signal:
    def judge(policy: ExternalAccessPolicy) -> Judged:
        return _policy(policy.identity, policy.federation, "federation")

    return look.known.listed(
        "external_access", judge, "no external access policy allows federation", always=True
    )


def public_policy(look: Look) -> Signal:
    def judge(policy: ExternalAccessPolicy) -> Judged:
        return _policy(policy.identity, policy.public_cloud, "public providers")

    return look.known.listed(
        "external_access", judge, "no external access policy allows public providers", always=True
    )


def _policy(identity: str, flag: bool | None, what: str) -> Judged:
    said = {True: f"allows {what}", False: "", None: f"does not say whether it allows {what}"}
    name = f"external access policy {quoted(identity)}"
    return FLAGS[flag], f"{name} {said[flag]}" if said[flag] else ""


def federation_gate(look: Look) -> Signal:
    """Whether anybody can federate at all: an Edge pool, the Access Edge and a policy agree."""
    return all_of(edge_pool(look), federated_users(look), federation_policy(look))


def allowed_online(look: Look) -> Signal:
    """Allowed domains whose Access Edge is Office 365's."""
    family, known = "federated_domains", look.known
    found: FederatedDomainsFacts | None = known.facts(family)
    if found is None:
        return known.unread(family)
    for proxy in found.proxies.items:
        endpoint = look.integrations.find(proxy.proxy_fqdn, Service.SIP)
        if endpoint is not None:
            by = f"{quoted(proxy.proxy_fqdn)}: {look.named(endpoint)}"
            return known.signal(
                family, InUse.YES, f"allowed domains ({proxy.domains}) go through {by}"
            )
    hosts = [proxy.proxy_fqdn for proxy in found.proxies.items]
    for host in filter(look.integrations.may_be_microsofts, hosts):
        sentence = f"allowed domains go through {quoted(host)}, a name that is not known"
        return known.signal(family, InUse.UNKNOWN, sentence)
    if found.proxies.truncated:
        return known.signal(family, InUse.UNKNOWN, "the list of allowed domains' proxies was cut")
    return known.signal(family, InUse.NO, "no allowed domain goes through a proxy of Office 365")


def allowed_domains(look: Look) -> Signal:
    found: FederatedDomainsFacts | None = look.known.facts("federated_domains")
    if found is None:
        return look.known.unread("federated_domains")
    state = InUse.YES if found.allowed else InUse.NO
    return look.known.signal("federated_domains", state, f"{found.allowed:,} domains are allowed")


def public_provider(look: Look) -> Signal:
    def judge(provider: PublicProvider) -> Judged:
        said = {True: "is enabled", False: "", None: "does not say whether it is enabled"}
        word = said[provider.enabled]
        name = f"public provider {quoted(provider.identity)}"
        return FLAGS[provider.enabled], f"{name} {word}" if word else ""

    return look.known.listed("public_providers", judge, "no public provider is enabled")
