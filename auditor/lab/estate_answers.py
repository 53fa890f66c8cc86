"""What the estate's snippets return on a host, made from what its Management Shell says.

Held equal, by tests, to what the snippets return in a real engine beside the same cmdlets.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from auditor.lab import values
from auditor.lab.management_shell import ManagementShell, not_found
from auditor.lab.simulated import PowerShellError, limited

Data = dict[str, Any]

_LONGEST_TOPOLOGY = 16_000_000
_LOCAL = {"LocalStore": True}


def estate_data(shell: ManagementShell | None, family: str) -> Data:
    """The data of a family; PowerShellError as its snippet fails, KeyError for no family."""
    return _FAMILIES[family](Session(shell))


class Session:
    """Where a snippet runs: on a host with a Management Shell or without one."""

    def __init__(self, shell: ManagementShell | None) -> None:
        self._shell = shell

    def run(self, cmdlet: str, arguments: Mapping[str, object] = _LOCAL) -> list[Any]:
        if self._shell is None:
            raise not_found(cmdlet)
        return self._shell.run(cmdlet, arguments)

    def ask(self, cmdlet: str) -> list[Any]:
        """Without a local replica."""
        return self.run(cmdlet, {})


def _listing(items: Sequence[Any], limit: int) -> Data:
    return {"items": list(items[:limit]), "truncated": len(items) > limit}


_Read = Callable[[Mapping[str, Any], str], Any]
_Field = str | tuple[str, _Read]


def _item(found: Mapping[str, Any], fields: Mapping[str, _Field]) -> Data:
    """`fields`: by name in the answer, the property; with how it is read where it is no text."""
    item = {}
    for name, field in fields.items():
        said, read = (field, values.text) if isinstance(field, str) else field
        item[name] = read(found, said)
    return item


def _listed(cmdlet: str, limit: int, **fields: _Field) -> Callable[[Session], Data]:
    """A family that is one listing of what a cmdlet returns of the local replica."""

    def read(session: Session) -> Data:
        return _listing([_item(found, fields) for found in session.run(cmdlet)], limit)

    return read


def _asked(cmdlet: str, limit: int, **fields: _Field) -> Callable[[Session], Data]:
    """As `_listed`, of the Central Management store."""

    def read(session: Session) -> Data:
        return _listing([_item(found, fields) for found in session.ask(cmdlet)], limit)

    return read


def _together(**parts: Callable[[Session], Data]) -> Callable[[Session], Data]:
    return lambda session: {name: read(session) for name, read in parts.items()}


def _topology(session: Session) -> Data:
    (document,) = session.run("Get-CsTopology", {"AsXml": True, **_LOCAL})
    xml = document.text
    if len(xml) > _LONGEST_TOPOLOGY:
        raise _thrown("The topology is too long to be sent: export it to a file, and read that.")
    return {"xml": xml}


def _federated_domains(session: Session) -> Data:
    allowed, blocked = (session.run(f"Get-Cs{kind}Domain") for kind in ("Allowed", "Blocked"))
    counted: dict[str, Data] = {}
    for domain in allowed:
        if proxy := values.text(domain, "ProxyFqdn"):
            entry = counted.setdefault(proxy.casefold(), {"proxy_fqdn": proxy, "domains": 0})
            entry["domains"] += 1
    proxies = _listing(list(counted.values()), 500)
    return {"allowed": len(allowed), "blocked": len(blocked), "proxies": proxies}


def _pool_upgrade(session: Session) -> Data:
    states = session.ask("Get-CsPoolUpgradeReadinessState")
    if len(states) != 1:
        raise _thrown("The cmdlet did not answer for one pool.")
    (state,) = states
    domains = [
        {
            "name": values.text(domain, "UpgradeDomainName"),
            "ready": values.flag(domain, "IsReadyForUpgrade"),
            "front_ends": values.texts(domain, "Frontends"),
            "shown": limited(values.shown(domain)),
        }
        for domain in state.get("UpgradeDomains") or ()
    ]
    return {
        "pool": values.text(state, "PoolFqdn"),
        "state": values.text(state, "PoolUpgradeState"),
        "front_ends": values.number(state, "TotalFrontends"),
        "active_front_ends": values.number(state, "TotalActiveFrontends"),
        "domains": _listing(domains, 100),
    }


def _pool_fabric(session: Session) -> Data:
    computers = session.run("Get-CsComputer", {"Local": True})
    if len(computers) != 1:
        raise _thrown("This computer is in no pool of the topology.")
    pool = values.text(computers[0], "Pool")
    lines = session.run("Get-CsPoolFabricState", {"PoolFqdn": pool})
    return {"pool": pool, "report": _listing([limited(values.shown(line)) for line in lines], 200)}


def _thrown(message: str) -> PowerShellError:
    return PowerShellError(
        "System.Management.Automation.RuntimeException", message, "OperationStopped"
    )


_FAMILIES: Mapping[str, Callable[[Session], Data]] = {
    "topology": _topology,
    "layout": _together(
        sites=_asked("Get-CsSite", 5000, identity="Identity", name="DisplayName"),
        pools=_asked(
            "Get-CsPool",
            5000,
            fqdn="Fqdn",
            site="Site",
            services=("Services", values.texts),
            computers=("Computers", values.texts),
        ),
        computers=_asked("Get-CsComputer", 5000, fqdn="Fqdn", pool="Pool"),
    ),
    "hosting_providers": _listed(
        "Get-CsHostingProvider",
        500,
        identity="Identity",
        name="Name",
        proxy_fqdn="ProxyFqdn",
        autodiscover_url="AutodiscoverUrl",
        verification_level="VerificationLevel",
        enabled=("Enabled", values.flag),
        shared_address_space=("EnabledSharedAddressSpace", values.flag),
        hosts_users=("HostsOCSUsers", values.flag),
        is_local=("IsLocal", values.flag),
    ),
    "access_edge": _listed(
        "Get-CsAccessEdgeConfiguration",
        100,
        identity="Identity",
        allow_federated_users=("AllowFederatedUsers", values.flag),
        allow_outside_users=("AllowOutsideUsers", values.flag),
        allow_anonymous_users=("AllowAnonymousUsers", values.flag),
        partner_discovery=("EnablePartnerDiscovery", values.flag),
        routing_method="RoutingMethod",
        default_route_fqdn="DefaultRouteFqdn",
        verification_level="VerificationLevel",
        is_public_provider=("IsPublicProvider", values.flag),
        outgoing_tls_count=("OutgoingTlsCountForFederatedPartners", values.number),
    ),
    "federated_domains": _federated_domains,
    "public_providers": _listed(
        "Get-CsPublicProvider",
        500,
        identity="Identity",
        proxy_fqdn="ProxyFqdn",
        verification_level="VerificationLevel",
        enabled=("Enabled", values.flag),
    ),
    "external_access": _listed(
        "Get-CsExternalAccessPolicy",
        2000,
        identity="Identity",
        federation=("EnableFederationAccess", values.flag),
        public_cloud=("EnablePublicCloudAccess", values.flag),
        outside=("EnableOutsideAccess", values.flag),
    ),
    "hosted_voicemail": _listed(
        "Get-CsHostedVoicemailPolicy",
        2000,
        identity="Identity",
        destination="Destination",
        organization="Organization",
    ),
    "oauth_servers": _listed(
        "Get-CsOAuthServer",
        500,
        identity="Identity",
        issuer_identifier="IssuerIdentifier",
        realm="Realm",
        metadata_url="MetadataUrl",
        type="Type",
    ),
    "oauth_configuration": _listed(
        "Get-CsOAuthConfiguration",
        100,
        identity="Identity",
        realm="Realm",
        service_name="ServiceName",
        exchange_autodiscover_url="ExchangeAutodiscoverUrl",
    ),
    "partner_applications": _listed(
        "Get-CsPartnerApplication",
        500,
        identity="Identity",
        application_identifier="ApplicationIdentifier",
        realm="Realm",
        trust_level="ApplicationTrustLevel",
        enabled=("Enabled", values.flag),
        metadata_url=("AuthToken", values.address),
        uses_oauth_server=("AuthToken", values.names_oauth_server),
    ),
    "trusted_applications": _together(
        pools=_asked(
            "Get-CsTrustedApplicationPool",
            2000,
            fqdn="PoolFqdn",
            registrar="Registrar",
            site="SiteId",
            version="Version",
        ),
        applications=_asked(
            "Get-CsTrustedApplication",
            2000,
            application_id="ApplicationId",
            pool="TrustedApplicationPoolFqdn",
        ),
    ),
    "replication": _asked(
        "Get-CsManagementStoreReplicationStatus",
        5000,
        fqdn="ReplicaFqdn",
        up_to_date=("UpToDate", values.flag),
        last_status_report=("LastStatusReport", values.instant),
        last_update_creation=("LastUpdateCreation", values.instant),
        product_version="ProductVersion",
    ),
    "call_data_connector": _listed(
        "Get-CsCloudCallDataConnectorConfiguration",
        100,
        identity="Identity",
        enabled=("EnableCallDataConnector", values.flag),
    ),
    "pool_upgrade": _pool_upgrade,
    "pool_fabric": _pool_fabric,
}
ESTATE_FAMILIES = frozenset(_FAMILIES)
