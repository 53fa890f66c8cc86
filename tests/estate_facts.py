"""A front end's answer to the estate's script, made from what its Management Shell says."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from auditor.facts.answer import decode_answer
from auditor.facts.estate.families import CMDLETS, ESTATE_FAMILIES
from auditor.facts.reading import Reading
from tests.estate_kinds import Shell

WHEN = datetime(2018, 9, 1, 11, 0, tzinfo=UTC)
REFUSED = {
    "type": "System.Data.SqlClient.SqlException",
    "message": "Login failed for user 'NT AUTHORITY\\ANONYMOUS LOGON'.",
    "category": "NotSpecified",
}
ABSENT = {
    "type": "System.Management.Automation.CommandNotFoundException",
    "message": "The term is not recognized as the name of a cmdlet.",
    "category": "ObjectNotFound",
}

# Names of fields in an answer -> properties of the cmdlet's objects.
_FIELDS: dict[str, dict[str, str]] = {
    "hosting_providers": {
        "identity": "Identity",
        "name": "Name",
        "proxy_fqdn": "ProxyFqdn",
        "autodiscover_url": "AutodiscoverUrl",
        "verification_level": "VerificationLevel",
        "enabled": "Enabled",
        "shared_address_space": "EnabledSharedAddressSpace",
        "hosts_users": "HostsOCSUsers",
        "is_local": "IsLocal",
    },
    "access_edge": {
        "identity": "Identity",
        "allow_federated_users": "AllowFederatedUsers",
        "partner_discovery": "EnablePartnerDiscovery",
        "routing_method": "RoutingMethod",
        "default_route_fqdn": "DefaultRouteFqdn",
    },
    "public_providers": {"identity": "Identity", "proxy_fqdn": "ProxyFqdn", "enabled": "Enabled"},
    "external_access": {
        "identity": "Identity",
        "federation": "EnableFederationAccess",
        "public_cloud": "EnablePublicCloudAccess",
        "outside": "EnableOutsideAccess",
    },
    "hosted_voicemail": {
        "identity": "Identity",
        "destination": "Destination",
        "organization": "Organization",
    },
    "oauth_servers": {
        "identity": "Identity",
        "realm": "Realm",
        "metadata_url": "MetadataUrl",
    },
    "oauth_configuration": {
        "identity": "Identity",
        "realm": "Realm",
        "exchange_autodiscover_url": "ExchangeAutodiscoverUrl",
    },
    "partner_applications": {
        "identity": "Identity",
        "application_identifier": "ApplicationIdentifier",
        "enabled": "Enabled",
    },
    "call_data_connector": {"identity": "Identity", "enabled": "EnableCallDataConnector"},
}


def front_end(
    shell: Shell,
    *,
    refused: Collection[str] = (),
    absent: Collection[str] = ("call_data_connector",),
    truncated: Collection[str] = (),
    fqdn: str = "fe01.contoso.com",
    when: datetime = WHEN,
) -> Reading:
    """The reading of a front end whose cmdlets return `shell`; as `answer_of`."""
    text = answer_of(
        shell, refused=refused, absent=absent, truncated=truncated, fqdn=fqdn, when=when
    )
    return decode_answer(text, fqdn=fqdn, started=None, finished=None)


def answer_of(
    shell: Shell,
    *,
    refused: Collection[str] = (),
    absent: Collection[str] = ("call_data_connector",),
    truncated: Collection[str] = (),
    fqdn: str = "fe01.contoso.com",
    when: datetime = WHEN,
    topology: str | None = None,
) -> str:
    """The answer's text. Families in `refused` and `absent` end in an error.

    Families that no scenario is read from are left out.
    """
    families: dict[str, object] = {}
    for family in [*_FIELDS, "federated_domains"]:
        if family in refused or family in absent:
            error = REFUSED if family in refused else ABSENT
            families[family] = {"ok": False, "ms": 1, "error": error}
        else:
            data = _data(family, shell)
            data.get("proxies", data)["truncated"] = family in truncated
            families[family] = {"ok": True, "ms": 1, "data": data}
    if topology is not None:
        families["topology"] = {"ok": True, "ms": 1, "data": {"xml": topology}}
    answer = {
        "schema": 1,
        "computer_name": fqdn.partition(".")[0],
        "domain": fqdn.partition(".")[2],
        "collected_utc": when.isoformat(),
        "families": families,
    }
    return json.dumps(answer)


def _data(family: str, shell: Shell) -> dict[str, Any]:
    if family == "federated_domains":
        allowed = shell.get("Get-CsAllowedDomain", ())
        named = [str(domain["ProxyFqdn"]) for domain in allowed if domain["ProxyFqdn"]]
        proxies = [{"proxy_fqdn": name, "domains": named.count(name)} for name in set(named)]
        blocked = len(shell.get("Get-CsBlockedDomain", ()))
        listing = {"items": proxies, "truncated": False}
        return {"allowed": len(allowed), "blocked": blocked, "proxies": listing}
    return {"items": [_item(family, found) for found in shell.get(CMDLETS[family], ())]}


def _item(family: str, found: Mapping[str, object]) -> dict[str, object]:
    item = {name: found.get(source) for name, source in _FIELDS[family].items()}
    if family == "partner_applications":
        token = str(found["AuthToken"])
        item["uses_oauth_server"] = "UseOAuthServer" in token
        item["metadata_url"] = token.removeprefix("Value=") if "://" in token else None
    return item


assert set(_FIELDS) < {family.key for family in ESTATE_FAMILIES}
