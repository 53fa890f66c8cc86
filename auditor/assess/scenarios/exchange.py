"""Where Exchange is: token services and partner applications."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.assess.scenarios.evidence import Signal, quoted
from auditor.assess.scenarios.look import FLAGS, NOTHING, Judged, Look, host_of
from auditor.estate.model import InUse
from auditor.rulebook.integration import Service

if TYPE_CHECKING:
    from auditor.facts.estate.oauth_servers import OAuthServer
    from auditor.facts.estate.partner_applications import PartnerApplication

_EXCHANGE_METADATA = "/autodiscover/metadata/json"


def token_service(look: Look) -> Signal:
    def judge(server: OAuthServer) -> Judged:
        endpoint = look.integrations.find(host_of(server.metadata_url), Service.TOKEN)
        if endpoint is None:
            return NOTHING
        name = f"{quoted(server.identity)} (tenant {quoted(server.realm)})"
        return InUse.YES, f"tokens of {name} are trusted: {look.named(endpoint)}"

    return look.known.listed("oauth_servers", judge, "no token service of Office 365 is trusted")


def exchange_online_application(look: Look) -> Signal:
    """Exchange has one application id everywhere: who issues its tokens tells where it is."""

    def judge(application: PartnerApplication) -> Judged:
        name = f"partner application {quoted(application.identity)}"
        if _is_beside(look, application):
            return InUse.NO, f"{name} is Exchange on-premises"
        online = look.integrations.find(host_of(application.metadata_url), Service.EXCHANGE)
        doubt = _doubt(look, application) if online is None else ""
        if doubt and application.enabled is not False:
            return InUse.UNKNOWN, f"{name} {doubt}"
        if online is None and not _is_exchange(look, application):
            return NOTHING
        said = {
            True: "is enabled: Exchange Online",
            False: "is disabled: Exchange Online",
            None: "does not say whether it is enabled: Exchange Online",
        }
        return FLAGS[application.enabled], f"{name} {said[application.enabled]}"

    return look.known.listed(
        "partner_applications", judge, "Exchange Online is not a partner application"
    )


def exchange_beside(look: Look) -> Signal:
    """Exchange on-premises; no sign of it proves nothing, for it needs none."""

    def judge(application: PartnerApplication) -> Judged:
        if not _is_beside(look, application) or application.enabled is False:
            return NOTHING
        address = quoted(application.metadata_url)
        return InUse.YES, f"partner application {quoted(application.identity)}: {address}"

    found = look.known.listed(
        "partner_applications", judge, "no partner application is Exchange on-premises"
    )
    return Signal(InUse.UNKNOWN, found.clues) if found.state is InUse.NO else found


def _is_beside(look: Look, application: PartnerApplication) -> bool:
    address = application.metadata_url or ""
    return not _may_be_online(look, address) and _EXCHANGE_METADATA in address.casefold()


def _may_be_online(look: Look, address: str | None) -> bool:
    """Whether the host is Microsoft's, be it one that a document names or not."""
    host = host_of(address)
    return host is not None and look.integrations.may_be_microsofts(host)


def _is_exchange(look: Look, application: PartnerApplication) -> bool:
    return _identifier(application) == look.integrations.exchange_application


def _identifier(application: PartnerApplication) -> str:
    return (application.application_identifier or "").strip().strip("{}").casefold()


def _doubt(look: Look, application: PartnerApplication) -> str:
    """Why one without an address of Exchange Online's may be that all the same, "" where not."""
    if _may_be_online(look, application.metadata_url):
        return "gets its tokens from a name that is not known"
    if not _identifier(application):
        return "does not say what application it is"
    told = application.uses_oauth_server or not _is_exchange(look, application)
    return "" if told else "is Exchange; its tokens do not show whether online"
