"""What the estate's families are made of where no script may run: commands, and their objects.

A table in place of `ps_snippets/estate`: which cmdlet, with which parameters, and which
property of its objects becomes which field. No parameter asks for the local replica here: the
endpoint acts with the server's own rights, and so reads the Central Management store.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """How a property is read; as the functions in ps_snippets/estate/values.ps1 read it."""

    TEXT = "text"
    FLAG = "flag"
    NUMBER = "number"
    INSTANT = "instant"
    TEXTS = "texts"
    SHOWN = "shown"  # the whole object as the server prints it
    TOKEN_ADDRESS = "token address"  # noqa: S105 - the address in it, never the rest
    TOKEN_SERVICE = "token service"  # noqa: S105 - whether it names the OAuth server


# A property, and how it is read; by the name of the field in the answer.
Field = tuple[str, Kind]
Fields = Mapping[str, Field]


@dataclass(frozen=True, slots=True)
class Command:
    """A cmdlet with its parameters; True is a switch."""

    cmdlet: str
    parameters: Mapping[str, str | bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Part:
    """A listing: one item for each object of `cmdlet`, the first `limit` of them."""

    cmdlet: str
    limit: int
    fields: Fields


def text(name: str) -> Field:
    return name, Kind.TEXT


def flag(name: str) -> Field:
    return name, Kind.FLAG


def number(name: str) -> Field:
    return name, Kind.NUMBER


def instant(name: str) -> Field:
    return name, Kind.INSTANT


def texts(name: str) -> Field:
    return name, Kind.TEXTS


def token_address(name: str) -> Field:
    return name, Kind.TOKEN_ADDRESS


def token_service(name: str) -> Field:
    return name, Kind.TOKEN_SERVICE


def shown() -> Field:
    return "", Kind.SHOWN


# Families that are one listing.
LISTINGS: dict[str, Part] = {
    "hosting_providers": Part(
        "Get-CsHostingProvider",
        500,
        {
            "identity": text("Identity"),
            "name": text("Name"),
            "proxy_fqdn": text("ProxyFqdn"),
            "autodiscover_url": text("AutodiscoverUrl"),
            "verification_level": text("VerificationLevel"),
            "enabled": flag("Enabled"),
            "shared_address_space": flag("EnabledSharedAddressSpace"),
            "hosts_users": flag("HostsOCSUsers"),
            "is_local": flag("IsLocal"),
        },
    ),
    "access_edge": Part(
        "Get-CsAccessEdgeConfiguration",
        100,
        {
            "identity": text("Identity"),
            "allow_federated_users": flag("AllowFederatedUsers"),
            "allow_outside_users": flag("AllowOutsideUsers"),
            "allow_anonymous_users": flag("AllowAnonymousUsers"),
            "partner_discovery": flag("EnablePartnerDiscovery"),
            "routing_method": text("RoutingMethod"),
            "default_route_fqdn": text("DefaultRouteFqdn"),
            "verification_level": text("VerificationLevel"),
            "is_public_provider": flag("IsPublicProvider"),
            "outgoing_tls_count": number("OutgoingTlsCountForFederatedPartners"),
        },
    ),
    "public_providers": Part(
        "Get-CsPublicProvider",
        500,
        {
            "identity": text("Identity"),
            "proxy_fqdn": text("ProxyFqdn"),
            "verification_level": text("VerificationLevel"),
            "enabled": flag("Enabled"),
        },
    ),
    "external_access": Part(
        "Get-CsExternalAccessPolicy",
        2000,
        {
            "identity": text("Identity"),
            "federation": flag("EnableFederationAccess"),
            "public_cloud": flag("EnablePublicCloudAccess"),
            "outside": flag("EnableOutsideAccess"),
        },
    ),
    "hosted_voicemail": Part(
        "Get-CsHostedVoicemailPolicy",
        2000,
        {
            "identity": text("Identity"),
            "destination": text("Destination"),
            "organization": text("Organization"),
        },
    ),
    "oauth_servers": Part(
        "Get-CsOAuthServer",
        500,
        {
            "identity": text("Identity"),
            "issuer_identifier": text("IssuerIdentifier"),
            "realm": text("Realm"),
            "metadata_url": text("MetadataUrl"),
            "type": text("Type"),
        },
    ),
    "oauth_configuration": Part(
        "Get-CsOAuthConfiguration",
        100,
        {
            "identity": text("Identity"),
            "realm": text("Realm"),
            "service_name": text("ServiceName"),
            "exchange_autodiscover_url": text("ExchangeAutodiscoverUrl"),
        },
    ),
    "partner_applications": Part(
        "Get-CsPartnerApplication",
        500,
        {
            "identity": text("Identity"),
            "application_identifier": text("ApplicationIdentifier"),
            "realm": text("Realm"),
            "trust_level": text("ApplicationTrustLevel"),
            "enabled": flag("Enabled"),
            "metadata_url": token_address("AuthToken"),
            "uses_oauth_server": token_service("AuthToken"),
        },
    ),
    "replication": Part(
        "Get-CsManagementStoreReplicationStatus",
        5000,
        {
            "fqdn": text("ReplicaFqdn"),
            "up_to_date": flag("UpToDate"),
            "last_status_report": instant("LastStatusReport"),
            "last_update_creation": instant("LastUpdateCreation"),
            "product_version": text("ProductVersion"),
        },
    ),
    "call_data_connector": Part(
        "Get-CsCloudCallDataConnectorConfiguration",
        100,
        {
            "identity": text("Identity"),
            "enabled": flag("EnableCallDataConnector"),
        },
    ),
}

# Families of several listings, each under a name.
PARTS: dict[str, dict[str, Part]] = {
    "layout": {
        "sites": Part(
            "Get-CsSite",
            5000,
            {
                "identity": text("Identity"),
                "name": text("DisplayName"),
            },
        ),
        "pools": Part(
            "Get-CsPool",
            5000,
            {
                "fqdn": text("Fqdn"),
                "site": text("Site"),
                "services": texts("Services"),
                "computers": texts("Computers"),
            },
        ),
        "computers": Part(
            "Get-CsComputer",
            5000,
            {
                "fqdn": text("Fqdn"),
                "pool": text("Pool"),
            },
        ),
    },
    "trusted_applications": {
        "pools": Part(
            "Get-CsTrustedApplicationPool",
            2000,
            {
                "fqdn": text("PoolFqdn"),
                "registrar": text("Registrar"),
                "site": text("SiteId"),
                "version": text("Version"),
            },
        ),
        "applications": Part(
            "Get-CsTrustedApplication",
            2000,
            {
                "application_id": text("ApplicationId"),
                "pool": text("TrustedApplicationPoolFqdn"),
            },
        ),
    },
}

# The other families, whose answers are put together in `cs_answers`.
TOPOLOGY = Command("Get-CsTopology", {"AsXml": True})
ALLOWED = Command("Get-CsAllowedDomain")
BLOCKED = Command("Get-CsBlockedDomain")
UPGRADE = Command("Get-CsPoolUpgradeReadinessState")
COMPUTER = Command("Get-CsComputer", {"Local": True})
FABRIC = "Get-CsPoolFabricState"

DOMAIN_PROXY = "ProxyFqdn"
UPGRADE_FIELDS: Fields = {
    "pool": text("PoolFqdn"),
    "state": text("PoolUpgradeState"),
    "front_ends": number("TotalFrontends"),
    "active_front_ends": number("TotalActiveFrontends"),
}
UPGRADE_DOMAINS = "UpgradeDomains"
UPGRADE_DOMAIN_FIELDS: Fields = {
    "name": text("UpgradeDomainName"),
    "ready": flag("IsReadyForUpgrade"),
    "front_ends": texts("Frontends"),
    "shown": shown(),
}
