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


@dataclass(frozen=True, slots=True)
class Command:
    """A cmdlet with its parameters; True is a switch."""

    cmdlet: str
    parameters: Mapping[str, str | bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Part:
    """A listing: one item for each object of `cmdlet`, the first `limit` of them.

    `fields`: name in the answer -> property of the object, and how it is read.
    """

    cmdlet: str
    limit: int
    fields: Mapping[str, tuple[str, Kind]]


def _fields(
    kinds: Mapping[str, Kind] | None = None, **properties: str
) -> dict[str, tuple[str, Kind]]:
    kinds = kinds or {}
    return {name: (said, kinds.get(name, Kind.TEXT)) for name, said in properties.items()}


def _flags(*names: str) -> dict[str, Kind]:
    return dict.fromkeys(names, Kind.FLAG)


# Families that are one listing.
LISTINGS: dict[str, Part] = {
    "hosting_providers": Part(
        "Get-CsHostingProvider",
        500,
        _fields(
            _flags("enabled", "shared_address_space", "hosts_users", "is_local"),
            identity="Identity",
            name="Name",
            proxy_fqdn="ProxyFqdn",
            autodiscover_url="AutodiscoverUrl",
            verification_level="VerificationLevel",
            enabled="Enabled",
            shared_address_space="EnabledSharedAddressSpace",
            hosts_users="HostsOCSUsers",
            is_local="IsLocal",
        ),
    ),
    "access_edge": Part(
        "Get-CsAccessEdgeConfiguration",
        100,
        _fields(
            {
                **_flags("allow_federated_users", "allow_outside_users", "allow_anonymous_users"),
                **_flags("partner_discovery", "is_public_provider"),
                "outgoing_tls_count": Kind.NUMBER,
            },
            identity="Identity",
            allow_federated_users="AllowFederatedUsers",
            allow_outside_users="AllowOutsideUsers",
            allow_anonymous_users="AllowAnonymousUsers",
            partner_discovery="EnablePartnerDiscovery",
            routing_method="RoutingMethod",
            default_route_fqdn="DefaultRouteFqdn",
            verification_level="VerificationLevel",
            is_public_provider="IsPublicProvider",
            outgoing_tls_count="OutgoingTlsCountForFederatedPartners",
        ),
    ),
    "public_providers": Part(
        "Get-CsPublicProvider",
        500,
        _fields(
            _flags("enabled"),
            identity="Identity",
            proxy_fqdn="ProxyFqdn",
            verification_level="VerificationLevel",
            enabled="Enabled",
        ),
    ),
    "external_access": Part(
        "Get-CsExternalAccessPolicy",
        2000,
        _fields(
            _flags("federation", "public_cloud", "outside"),
            identity="Identity",
            federation="EnableFederationAccess",
            public_cloud="EnablePublicCloudAccess",
            outside="EnableOutsideAccess",
        ),
    ),
    "hosted_voicemail": Part(
        "Get-CsHostedVoicemailPolicy",
        2000,
        _fields(identity="Identity", destination="Destination", organization="Organization"),
    ),
    "oauth_servers": Part(
        "Get-CsOAuthServer",
        500,
        _fields(
            identity="Identity",
            issuer_identifier="IssuerIdentifier",
            realm="Realm",
            metadata_url="MetadataUrl",
            type="Type",
        ),
    ),
    "oauth_configuration": Part(
        "Get-CsOAuthConfiguration",
        100,
        _fields(
            identity="Identity",
            realm="Realm",
            service_name="ServiceName",
            exchange_autodiscover_url="ExchangeAutodiscoverUrl",
        ),
    ),
    "partner_applications": Part(
        "Get-CsPartnerApplication",
        500,
        _fields(
            {
                **_flags("enabled"),
                "metadata_url": Kind.TOKEN_ADDRESS,
                "uses_oauth_server": Kind.TOKEN_SERVICE,
            },
            identity="Identity",
            application_identifier="ApplicationIdentifier",
            realm="Realm",
            trust_level="ApplicationTrustLevel",
            enabled="Enabled",
            metadata_url="AuthToken",
            uses_oauth_server="AuthToken",
        ),
    ),
    "replication": Part(
        "Get-CsManagementStoreReplicationStatus",
        5000,
        _fields(
            {
                **_flags("up_to_date"),
                "last_status_report": Kind.INSTANT,
                "last_update_creation": Kind.INSTANT,
            },
            fqdn="ReplicaFqdn",
            up_to_date="UpToDate",
            last_status_report="LastStatusReport",
            last_update_creation="LastUpdateCreation",
            product_version="ProductVersion",
        ),
    ),
    "call_data_connector": Part(
        "Get-CsCloudCallDataConnectorConfiguration",
        100,
        _fields(_flags("enabled"), identity="Identity", enabled="EnableCallDataConnector"),
    ),
}

# Families of several listings, each under a name.
PARTS: dict[str, dict[str, Part]] = {
    "layout": {
        "sites": Part("Get-CsSite", 5000, _fields(identity="Identity", name="DisplayName")),
        "pools": Part(
            "Get-CsPool",
            5000,
            _fields(
                {"services": Kind.TEXTS, "computers": Kind.TEXTS},
                fqdn="Fqdn",
                site="Site",
                services="Services",
                computers="Computers",
            ),
        ),
        "computers": Part("Get-CsComputer", 5000, _fields(fqdn="Fqdn", pool="Pool")),
    },
    "trusted_applications": {
        "pools": Part(
            "Get-CsTrustedApplicationPool",
            2000,
            _fields(fqdn="PoolFqdn", registrar="Registrar", site="SiteId", version="Version"),
        ),
        "applications": Part(
            "Get-CsTrustedApplication",
            2000,
            _fields(application_id="ApplicationId", pool="TrustedApplicationPoolFqdn"),
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
UPGRADE_FIELDS = _fields(
    {"front_ends": Kind.NUMBER, "active_front_ends": Kind.NUMBER},
    pool="PoolFqdn",
    state="PoolUpgradeState",
    front_ends="TotalFrontends",
    active_front_ends="TotalActiveFrontends",
)
UPGRADE_DOMAINS = "UpgradeDomains"
UPGRADE_DOMAIN_FIELDS = _fields(
    {"ready": Kind.FLAG, "front_ends": Kind.TEXTS, "shown": Kind.SHOWN},
    name="UpgradeDomainName",
    ready="IsReadyForUpgrade",
    front_ends="Frontends",
    shown="",
)
