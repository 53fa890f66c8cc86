"""The estate's fact families: one entry each, with the cmdlets that its snippet reads."""

from __future__ import annotations

from auditor.facts.estate import (
    access_edge,
    call_data_connector,
    external_access,
    federated_domains,
    hosted_voicemail,
    hosting_providers,
    layout,
    oauth_configuration,
    oauth_servers,
    partner_applications,
    pool_fabric,
    pool_upgrade,
    public_providers,
    replication,
    topology,
    trusted_applications,
)
from auditor.facts.families import Family, FamilyError

ESTATE_FAMILIES: tuple[Family, ...] = (
    Family("topology", "estate/topology.ps1", topology.decode),
    Family("layout", "estate/layout.ps1", layout.decode),
    Family("hosting_providers", "estate/hosting_providers.ps1", hosting_providers.decode),
    Family("access_edge", "estate/access_edge.ps1", access_edge.decode),
    Family("federated_domains", "estate/federated_domains.ps1", federated_domains.decode),
    Family("public_providers", "estate/public_providers.ps1", public_providers.decode),
    Family("external_access", "estate/external_access.ps1", external_access.decode),
    Family("hosted_voicemail", "estate/hosted_voicemail.ps1", hosted_voicemail.decode),
    Family("oauth_servers", "estate/oauth_servers.ps1", oauth_servers.decode),
    Family("oauth_configuration", "estate/oauth_configuration.ps1", oauth_configuration.decode),
    Family("partner_applications", "estate/partner_applications.ps1", partner_applications.decode),
    Family("trusted_applications", "estate/trusted_applications.ps1", trusted_applications.decode),
    Family("replication", "estate/replication.ps1", replication.decode),
    Family("call_data_connector", "estate/call_data_connector.ps1", call_data_connector.decode),
    Family("pool_upgrade", "estate/pool_upgrade.ps1", pool_upgrade.decode),
    Family("pool_fabric", "estate/pool_fabric.ps1", pool_fabric.decode),
)

# What a family is read by, for people: the sentence of an evidence names it.
CMDLETS: dict[str, str] = {
    "topology": "Get-CsTopology",
    "layout": "Get-CsSite, Get-CsPool, Get-CsComputer",
    "hosting_providers": "Get-CsHostingProvider",
    "access_edge": "Get-CsAccessEdgeConfiguration",
    "federated_domains": "Get-CsAllowedDomain, Get-CsBlockedDomain",
    "public_providers": "Get-CsPublicProvider",
    "external_access": "Get-CsExternalAccessPolicy",
    "hosted_voicemail": "Get-CsHostedVoicemailPolicy",
    "oauth_servers": "Get-CsOAuthServer",
    "oauth_configuration": "Get-CsOAuthConfiguration",
    "partner_applications": "Get-CsPartnerApplication",
    "trusted_applications": "Get-CsTrustedApplicationPool, Get-CsTrustedApplication",
    "replication": "Get-CsManagementStoreReplicationStatus",
    "call_data_connector": "Get-CsCloudCallDataConnectorConfiguration",
    "pool_upgrade": "Get-CsPoolUpgradeReadinessState",
    "pool_fabric": "Get-CsComputer, Get-CsPoolFabricState",
}

# Families that speak of the pool of the computer on which they are read, not of the estate.
POOL_FAMILIES = frozenset({"pool_upgrade", "pool_fabric"})

# The kind of error of a family that was asked for and has no facts that may be used.
NOT_READ = "not read"

_NOT_THERE = ("CommandNotFoundException", "ParameterBindingException")


def not_available(error: FamilyError) -> bool:
    """Whether the cmdlet, or a parameter of it, does not exist where it was asked.

    Its product may not have it, or the session may not show it: that is no refusal, and no
    answer either.
    """
    return error.kind.rpartition(".")[2] in _NOT_THERE
