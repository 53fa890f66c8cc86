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
        identifier = (application.application_identifier or "").casefold()
        if online is None and identifier != look.integrations.exchange_application:
            return NOTHING
        said = {
            True: "is enabled: Exchange Online",
            False: "is disabled: Exchange Online",
            None: "does not say whether it is enabled: Exchange Online",
        }
        if application.enabled and online is None and not application.uses_oauth_server:
            return InUse.UNKNOWN, f"{name} is Exchange; whether online, its tokens do not tell"
        return FLAGS[application.enabled], f"{name} {said[application.enabled]}"

    return look.known.listed(
        "partner_applications", judge, "Exchange Online is no partner application"
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
    online = look.integrations.find(host_of(address), Service.EXCHANGE)
    return online is None and _EXCHANGE_METADATA in address.casefold()
