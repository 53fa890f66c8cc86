"""Who hosts users or voicemail for this estate: hosting providers and voicemail policies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.assess.scenarios.evidence import Signal, quoted
from auditor.assess.scenarios.look import FLAGS, NOTHING, Judged, Look
from auditor.estate.model import InUse
from auditor.rulebook.integration import Service

if TYPE_CHECKING:
    from auditor.facts.estate.hosted_voicemail import HostedVoicemailPolicy
    from auditor.facts.estate.hosting_providers import HostingProvider
    from auditor.rulebook.integration import Endpoint


def shared_address_space(look: Look) -> Signal:
    """A split domain with Office 365: enabled, shared address space and users hosted there.

    A provider with a shared address space that hosts no users is Exchange Online voicemail.
    """

    def judge(provider: HostingProvider) -> Judged:
        shown = _provider(provider)
        endpoint = look.integrations.find(provider.proxy_fqdn, Service.SIP, Service.VOICEMAIL)
        if provider.is_local:
            return _local(provider, endpoint)
        if endpoint is not None and endpoint.service is Service.VOICEMAIL:
            return InUse.NO, f"{shown} is Exchange Online voicemail, which is not hybrid"
        flags = (provider.enabled, provider.shared_address_space, provider.hosts_users)
        if provider.enabled is False:
            return InUse.NO, f"{shown} is disabled" if endpoint else ""
        if endpoint is None:
            odd = all(flag is not False for flag in flags)
            return (InUse.UNKNOWN, f"{shown} hosts users and is not known") if odd else NOTHING
        if all(flags):
            return _sharing(look, shown, endpoint)
        if None in flags:
            return InUse.UNKNOWN, f"{shown} does not say whether it shares the address space"
        if provider.shared_address_space:
            return InUse.UNKNOWN, f"{shown} shares the SIP address space and hosts no users"
        return InUse.NO, f"{shown} does not share the SIP address space: federation only"

    return look.known.listed(
        "hosting_providers", judge, "no hosting provider shares the SIP address space"
    )


def _sharing(look: Look, shown: str, endpoint: Endpoint) -> Judged:
    """A provider that says it hosts users; behind some names there are no accounts to host."""
    where = look.named(endpoint)
    if not endpoint.accounts:
        return InUse.UNKNOWN, f"{shown} shares the SIP address space, for no accounts: {where}"
    return InUse.YES, f"{shown} shares the SIP address space and hosts users: {where}"


def _local(provider: HostingProvider, endpoint: Endpoint | None) -> Judged:
    """A provider on-premises hosts nobody online; with a proxy of Office 365 it contradicts."""
    flags = (provider.enabled, provider.shared_address_space, provider.hosts_users)
    if endpoint is None or endpoint.service is not Service.SIP or False in flags:
        return NOTHING
    return InUse.UNKNOWN, f"{_provider(provider)} is marked as local, with Office 365's proxy"


def online_provider(look: Look) -> Signal:
    """A hosting provider for the organisations of Office 365, shared address space or not."""
    return _enabled_provider(look, Service.SIP, "no hosting provider of Office 365 is enabled")


def voicemail_provider(look: Look) -> Signal:
    return _enabled_provider(
        look, Service.VOICEMAIL, "no hosting provider of Exchange Online voicemail is enabled"
    )


def _enabled_provider(look: Look, service: Service, nothing: str) -> Signal:
    def judge(provider: HostingProvider) -> Judged:
        endpoint = look.integrations.find(provider.proxy_fqdn, service)
        if endpoint is None:
            return _unlisted(look, provider)
        said = {
            True: "is enabled",
            False: "is disabled",
            None: "does not say whether it is enabled",
        }
        sentence = f"{_provider(provider)} {said[provider.enabled]}: {look.named(endpoint)}"
        return FLAGS[provider.enabled], sentence

    return look.known.listed("hosting_providers", judge, nothing)


def _unlisted(look: Look, provider: HostingProvider) -> Judged:
    """A hoster's own name is no; one that is missing, or may be Microsoft's, is unknown."""
    host = (provider.proxy_fqdn or "").strip()
    other = look.integrations.find(host, Service.SIP, Service.VOICEMAIL)
    if provider.is_local or provider.enabled is False or other is not None:
        return NOTHING
    if host and not look.integrations.may_be_microsofts(host):
        return NOTHING
    why = "a name that is not known" if host else "and where it leads is not known"
    return InUse.UNKNOWN, f"{_provider(provider)} is not disabled: {why}"


def voicemail_policy(look: Look) -> Signal:
    def judge(policy: HostedVoicemailPolicy) -> Judged:
        if not (policy.destination or "").strip():
            return NOTHING
        endpoint = look.integrations.find(policy.destination, Service.VOICEMAIL)
        name = f"voicemail policy {quoted(policy.identity)}"
        if endpoint is None:
            to = quoted(policy.destination)
            return InUse.UNKNOWN, f"{name} sends voicemail to {to}, a name that is not known"
        to = f"{quoted(policy.destination)}: {look.named(endpoint)}"
        return InUse.YES, f"{name} sends voicemail to {to}"

    return look.known.listed(
        "hosted_voicemail",
        judge,
        "no voicemail policy sends voicemail to Exchange Online",
        always=True,
    )


def _provider(provider: HostingProvider) -> str:
    return f"hosting provider {quoted(provider.identity)} ({provider.proxy_fqdn or 'no proxy'})"
