"""What single settings say of a scenario: providers, federation, Exchange."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from auditor.assess.scenarios.matrix import matrices
from auditor.assess.scenarios.weighing import weigh
from auditor.estate.model import InUse, Pool, PoolKind
from tests import estate_kinds as kinds
from tests.assess.scenarios.weighing_cases import (
    BOOK,
    EDGE,
    FRONT,
    GATEWAY,
    estate,
    pool,
    weighed,
)
from tests.estate_facts import front_end


def _provider(**differs: object) -> kinds.Shell:
    return {**kinds.HYBRID, "Get-CsHostingProvider": [{**kinds.ONLINE, **differs}]}


# what differs from a hybrid estate's hosting provider -> hybrid, federation
PROVIDERS = [
    ({}, "yes", "yes"),
    ({"Enabled": False}, "no", "yes"),  # federation is open
    ({"EnabledSharedAddressSpace": False}, "no", "yes"),
    ({"EnabledSharedAddressSpace": None}, "unknown", "yes"),  # a view that hides it
    ({"HostsOCSUsers": None}, "unknown", "yes"),
    ({"HostsOCSUsers": False}, "unknown", "yes"),
    ({"IsLocal": True}, "unknown", "yes"),  # with the proxy of Office 365
    ({"IsLocal": True, "HostsOCSUsers": None}, "unknown", "yes"),
    ({"IsLocal": True, "HostsOCSUsers": False}, "no", "yes"),
    ({"IsLocal": True, "Enabled": False}, "no", "yes"),
    ({"IsLocal": True, "EnabledSharedAddressSpace": False}, "no", "yes"),
    ({"IsLocal": True, "ProxyFqdn": None}, "no", "yes"),
    ({"IsLocal": True, "ProxyFqdn": "exap.um.outlook.com"}, "no", "yes"),  # of voicemail
    ({"Enabled": None}, "unknown", "yes"),
    ({"ProxyFqdn": "SIPFED.ONLINE.LYNC.COM."}, "yes", "yes"),
    ({"ProxyFqdn": "sipfed1a.online.lync.com"}, "yes", "yes"),
    ({"ProxyFqdn": "sipfed.online.gov.skypeforbusiness.us"}, "yes", "yes"),
    ({"ProxyFqdn": "sipfed.online.dod.skypeforbusiness.us"}, "yes", "yes"),
    ({"ProxyFqdn": "sipfed.online.partner.lync.cn"}, "yes", "yes"),
    ({"ProxyFqdn": "sipfed.online.lync.de"}, "yes", "yes"),
    ({"ProxyFqdn": "sipfed.resources.lync.com"}, "unknown", "yes"),  # meetings, no accounts
    ({"ProxyFqdn": "sipfed.resources.lync.com", "EnabledSharedAddressSpace": False}, "no", "yes"),
    ({"ProxyFqdn": "sipfed.online.lync.com.evil.org"}, "unknown", "yes"),
    ({"ProxyFqdn": "sip.hoster.com"}, "unknown", "yes"),
    ({"ProxyFqdn": "sip.hoster.com", "HostsOCSUsers": False}, "no", "yes"),
    ({"ProxyFqdn": None}, "unknown", "yes"),
]


@pytest.mark.parametrize(("differs", "hybrid", "federation"), PROVIDERS)
def test_hosting_providers(differs: dict[str, object], hybrid: str, federation: str) -> None:
    found = weighed(_provider(**differs))
    assert (found["hybrid"].in_use, found["federation"].in_use) == (hybrid, federation)


def test_voicemail_in_exchange_online_is_not_hybrid() -> None:
    shell = {**kinds.HYBRID, "Get-CsHostingProvider": [kinds.EXCHANGE_UM]}
    found = weighed(shell)["hybrid"]
    assert found.in_use is InUse.NO
    assert "is Exchange Online voicemail, which is not hybrid" in found.evidence


BROADCAST = {
    **kinds.ONLINE,
    "Identity": "LyncOnlineResources",
    "ProxyFqdn": "sipfed.resources.lync.com",
}


def test_meetings_that_are_broadcast_put_nothing_else_in_doubt() -> None:
    """Beside the usual provider the one of Skype Meeting Broadcast changes no scenario."""
    closed = {**kinds.HYBRID, "Get-CsAccessEdgeConfiguration": [kinds.NOT_OPEN]}
    both = {**closed, "Get-CsHostingProvider": [kinds.ONLINE, BROADCAST]}
    before, after = weighed(closed), weighed(both)
    assert after["exchange_online"].in_use is InUse.NO
    assert {k: w.in_use for k, w in after.items()} == {k: w.in_use for k, w in before.items()}
    alone = weighed({**closed, "Get-CsHostingProvider": [BROADCAST]})
    assert alone["hybrid"].in_use is InUse.UNKNOWN
    assert "for no accounts: Office 365" in alone["hybrid"].evidence
    assert alone["federation"].in_use is InUse.YES


# what differs from a hybrid estate's hosting provider -> federation that is not open
UNLISTED = [
    ({"ProxyFqdn": "sipfed.online.lync.us"}, "unknown"),
    ({"ProxyFqdn": "SIPFED.online.skypeforbusiness.CN."}, "unknown"),
    ({"ProxyFqdn": "sipfed.online.lync.us", "Enabled": None}, "unknown"),
    ({"ProxyFqdn": "sipfed.online.lync.us", "Enabled": False}, "no"),
    ({"ProxyFqdn": None}, "unknown"),
    ({"ProxyFqdn": ""}, "unknown"),
    ({"ProxyFqdn": None, "Enabled": False}, "no"),
    ({"ProxyFqdn": None, "IsLocal": True}, "no"),
    ({"ProxyFqdn": "sip.hoster.net"}, "no"),
    ({"ProxyFqdn": "lync.hoster.net"}, "no"),
    ({"ProxyFqdn": "sipfed.online.lync.com.evil.org"}, "no"),
    ({"ProxyFqdn": "exap.um.outlook.com"}, "no"),  # known, and for voicemail
]


@pytest.mark.parametrize(("differs", "federation"), UNLISTED)
def test_a_provider_whose_name_is_not_listed(differs: dict[str, object], federation: str) -> None:
    shell = {**_provider(**differs), "Get-CsAccessEdgeConfiguration": [kinds.NOT_OPEN]}
    assert weighed(shell)["federation"].in_use == federation


@pytest.mark.parametrize(
    ("proxy", "why"),
    [
        ("sipfed.online.lync.us", "a name that is not known"),
        (None, "and where it leads is not known"),
    ],
)
def test_why_a_provider_leaves_federation_open_to_doubt(proxy: str | None, why: str) -> None:
    shell = {**_provider(ProxyFqdn=proxy), "Get-CsAccessEdgeConfiguration": [kinds.NOT_OPEN]}
    assert f"is not disabled: {why} (Get-Cs" in weighed(shell)["federation"].evidence


ALLOWED_UNLISTED = [{"Domain": "fabrikam.com", "ProxyFqdn": "sipfed.online.lync.us"}]
ALLOWED_ONLINE = [{"Domain": "fabrikam.com", "ProxyFqdn": "sipfed.online.lync.com"}]
OFF = [{**kinds.ONLINE, "Enabled": False}]

UNSAID = {**kinds.ACCESS_EDGE, "EnablePartnerDiscovery": None}

# what differs from a hybrid estate -> federation with Office 365, with partners only
FEDERATION: list[tuple[kinds.Shell, str, str]] = [
    ({}, "yes", "no"),
    ({"Get-CsHostingProvider": []}, "yes", "no"),  # open
    ({"Get-CsHostingProvider": [], "Get-CsAccessEdgeConfiguration": [kinds.NOT_OPEN]}, "no", "no"),
    ({"Get-CsAccessEdgeConfiguration": [kinds.NOT_OPEN]}, "yes", "no"),  # provider only
    (
        {
            "Get-CsHostingProvider": OFF,
            "Get-CsAccessEdgeConfiguration": [kinds.NOT_OPEN],
            "Get-CsAllowedDomain": ALLOWED_ONLINE,
        },
        "yes",
        "no",
    ),
    (
        {
            "Get-CsHostingProvider": OFF,
            "Get-CsAccessEdgeConfiguration": [kinds.NOT_OPEN],
            "Get-CsAllowedDomain": ALLOWED_UNLISTED,
        },
        "unknown",
        "unknown",
    ),
    ({"Get-CsExternalAccessPolicy": [kinds.CLOSED_POLICY]}, "no", "no"),
    ({"Get-CsExternalAccessPolicy": [kinds.CLOSED_POLICY, kinds.POLICY]}, "yes", "no"),
    ({"Get-CsAccessEdgeConfiguration": [kinds.CLOSED_EDGE]}, "no", "no"),
    ({"Get-CsAccessEdgeConfiguration": []}, "unknown", "no"),  # there always is one
    ({"Get-CsExternalAccessPolicy": []}, "unknown", "no"),  # and one of these
    # Where something is not said, nothing is known.
    ({"Get-CsHostingProvider": [], "Get-CsAccessEdgeConfiguration": [UNSAID]}, "unknown", "no"),
    (
        {
            "Get-CsHostingProvider": [{**kinds.ONLINE, "Enabled": None}],
            "Get-CsAccessEdgeConfiguration": [kinds.NOT_OPEN],
        },
        "unknown",
        "no",
    ),
]


@pytest.mark.parametrize(("differs", "online", "partners"), FEDERATION)
def test_federation(differs: kinds.Shell, online: str, partners: str) -> None:
    found = weighed({**kinds.HYBRID, **differs})
    assert found["federation"].in_use == online
    assert found["federation_partners"].in_use == partners


def test_a_default_route_decides_for_all_partners_and_is_named() -> None:
    routed = {
        **kinds.ACCESS_EDGE,
        "EnablePartnerDiscovery": None,
        "RoutingMethod": "UseDefaultRouting",
        "DefaultRouteFqdn": "clearing.contoso.net",
    }
    shell = {**kinds.HYBRID, "Get-CsHostingProvider": [], "Get-CsAccessEdgeConfiguration": [routed]}
    found = weighed(shell)["federation"]
    assert found.in_use is InUse.UNKNOWN
    assert 'all partners go through "clearing.contoso.net"' in found.evidence


STRANGE = pool("x.contoso.com", PoolKind.UNKNOWN)

# pools, whether they are all that is published -> federation of an estate that allows it
EDGES = [
    ((FRONT, EDGE), True, "yes"),
    ((FRONT,), True, "no"),
    ((FRONT,), False, "unknown"),  # a list, or a file of Topology Builder
    ((FRONT, STRANGE), True, "unknown"),
    ((FRONT, EDGE), False, "yes"),
]


@pytest.mark.parametrize(("pools", "whole", "federation"), EDGES)
def test_federation_needs_an_edgepool(
    pools: tuple[Pool, ...], whole: bool, federation: str
) -> None:
    found = weighed(kinds.HYBRID, replace(estate(*pools), is_whole=whole))
    assert found["federation"].in_use == federation


def _exchange(**shell: object) -> kinds.Shell:
    keys = {
        "provider": "Get-CsHostingProvider",
        "policy": "Get-CsHostedVoicemailPolicy",
        "tokens": "Get-CsOAuthServer",
        "application": "Get-CsPartnerApplication",
    }
    differs = {keys[name]: objects for name, objects in shell.items()}
    return {**kinds.EXCHANGE_ONLINE_ONLY, **differs}  # type: ignore[dict-item]


DISABLED = {**kinds.EXCHANGE_ONLINE, "Enabled": False}
METADATA = {**kinds.EXCHANGE_ONLINE, "AuthToken": "Value=https://outlook.office365.com/x"}
CERTIFICATE = {**kinds.EXCHANGE_ONLINE, "AuthToken": "Certificate=..."}
OTHER_TOKENS = {**kinds.TOKEN_SERVICE, "MetadataUrl": "https://sts.contoso.com/metadata/json/1"}
OTHER_ID = {"ApplicationIdentifier": "00000004-0000-0ff1-ce00-000000000000"}
IN_CAPITALS = {"ApplicationIdentifier": "00000002-0000-0FF1-CE00-000000000000"}
NO_ID = {"ApplicationIdentifier": None}
IN_BRACES = {"ApplicationIdentifier": " {00000002-0000-0FF1-CE00-000000000000} "}
UNLISTED_METADATA = "Value=https://outlook.office.com/autodiscover/metadata/json/1"
TENANTS = "Value=https://contoso.onmicrosoft.com/autodiscover/metadata/json/1"
ONLINE_METADATA = "Value=https://outlook.office365.com/autodiscover/metadata/json/1"
BESIDE = {
    **kinds.EXCHANGE_ON_PREMISES,
    "AuthToken": "Value=https://mail.contoso.com/Autodiscover/Metadata/JSON/1",
}

ELSEWHERE = {**kinds.VOICEMAIL_ONLINE, "Destination": "um.hoster.net"}

# what differs from an estate with Exchange Online -> voicemail, OAuth
EXCHANGE = [
    ({}, "yes", "yes"),
    ({"provider": []}, "unknown", "yes"),  # a policy without its provider
    ({"policy": [kinds.VOICEMAIL]}, "unknown", "yes"),
    ({"provider": [], "policy": [kinds.VOICEMAIL]}, "no", "yes"),
    ({"policy": [ELSEWHERE]}, "unknown", "yes"),
    ({"provider": [], "policy": [ELSEWHERE]}, "unknown", "yes"),
    ({"policy": [ELSEWHERE, kinds.VOICEMAIL_ONLINE]}, "yes", "yes"),
    ({"provider": [{**kinds.EXCHANGE_UM, "ProxyFqdn": None}]}, "unknown", "yes"),
    ({"tokens": []}, "yes", "unknown"),
    ({"application": []}, "yes", "no"),  # OAuth for something else
    ({"application": [DISABLED]}, "yes", "no"),
    ({"application": [METADATA]}, "yes", "yes"),
    ({"application": [CERTIFICATE]}, "yes", "unknown"),
    ({"tokens": [OTHER_TOKENS]}, "yes", "unknown"),
    ({"application": [{**kinds.EXCHANGE_ONLINE, **OTHER_ID}]}, "yes", "no"),
    # What it is is not told; an application that is disabled does nothing, whatever it is.
    ({"application": [{**kinds.EXCHANGE_ONLINE, **NO_ID}]}, "yes", "unknown"),
    ({"application": [{**kinds.EXCHANGE_ONLINE, "ApplicationIdentifier": " "}]}, "yes", "unknown"),
    ({"application": [{**kinds.EXCHANGE_ONLINE, **NO_ID, "Enabled": None}]}, "yes", "unknown"),
    ({"application": [{**kinds.EXCHANGE_ONLINE, **NO_ID, "Enabled": False}]}, "yes", "no"),
    ({"application": [{**kinds.EXCHANGE_ONLINE, **IN_BRACES}]}, "yes", "yes"),
    # Names of Microsoft's that no document here lists, be they where Exchange says it is.
    ({"application": [{**METADATA, "AuthToken": UNLISTED_METADATA}]}, "yes", "unknown"),
    ({"application": [{**METADATA, "AuthToken": UNLISTED_METADATA, **OTHER_ID}]}, "yes", "unknown"),
    (
        {"application": [{**METADATA, "AuthToken": UNLISTED_METADATA, "Enabled": False}]},
        "yes",
        "no",
    ),
    ({"application": [{**METADATA, "AuthToken": TENANTS}]}, "yes", "unknown"),
    (
        {"application": [{**METADATA, "AuthToken": UNLISTED_METADATA, "Enabled": None}]},
        "yes",
        "unknown",
    ),
    ({"application": [{**kinds.EXCHANGE_ONLINE, **IN_CAPITALS}]}, "yes", "yes"),
    ({"application": [{**METADATA, **OTHER_ID}]}, "yes", "yes"),
    ({"application": [{**METADATA, "AuthToken": ONLINE_METADATA}]}, "yes", "yes"),
    ({"application": [{**CERTIFICATE, "Enabled": False}]}, "yes", "no"),
    ({"application": [{**CERTIFICATE, **OTHER_ID}]}, "yes", "no"),
    ({"application": [BESIDE]}, "yes", "no"),
    ({"provider": [], "policy": []}, "unknown", "yes"),  # there always is a policy
    # The same application id: only where its tokens come from tells it from Exchange Online.
    ({"application": [kinds.EXCHANGE_ON_PREMISES]}, "yes", "no"),
]


def test_a_destination_that_is_not_known_is_quoted() -> None:
    found = weighed(_exchange(policy=[ELSEWHERE]))["exchange_voicemail"]
    assert 'sends voicemail to "um.hoster.net", a name that is not known' in found.evidence


@pytest.mark.parametrize(("differs", "voicemail", "oauth"), EXCHANGE)
def test_exchange_online(differs: dict[str, object], voicemail: str, oauth: str) -> None:
    found = weighed(_exchange(**differs))
    assert found["exchange_voicemail"].in_use == voicemail
    assert found["exchange_oauth"].in_use == oauth


# the partner application of an estate without Exchange Online -> Exchange on-premises
ON_PREMISES = [
    (kinds.EXCHANGE_ON_PREMISES, "yes"),
    (BESIDE, "yes"),
    ({**BESIDE, "Enabled": False}, "unknown"),  # no sign of it proves nothing
    ({**BESIDE, "Enabled": None}, "yes"),
    ({**BESIDE, "AuthToken": ONLINE_METADATA}, "unknown"),
    ({**BESIDE, "AuthToken": UNLISTED_METADATA}, "unknown"),
]


@pytest.mark.parametrize(("application", "state"), ON_PREMISES)
def test_exchange_on_premises(application: dict[str, object], state: str) -> None:
    found = weighed(
        {**kinds.ALL_OFF, "Get-CsPartnerApplication": [application]},
        estate(exchange_online="no"),
    )
    assert found["exchange_on_premises"].in_use == state


# what 2019 says of its connector -> whether call data goes online
CALL_DATA: list[tuple[object, str]] = [(True, "yes"), (False, "no"), (None, "unknown")]


@pytest.mark.parametrize(("enabled", "state"), CALL_DATA)
def test_call_data(enabled: object, state: str) -> None:
    settings = {"Identity": "Global", "EnableCallDataConnector": enabled}
    shell = {**kinds.HYBRID, "Get-CsCloudCallDataConnectorConfiguration": [settings]}
    assert weighed(shell, absent=())["call_data_connector"].in_use == state


FRONT_2019 = replace(FRONT, service_version=8)
FRONT_UNSAID = replace(FRONT, service_version=None)
APPLICATION = pool("app.contoso.com", PoolKind.TRUSTED_APPLICATION, "app01.contoso.com")

# pools of an estate whose front end does not have the connector's cmdlet -> call data goes online
WITHOUT_CMDLET = [
    ((FRONT, EDGE), "no"),
    ((FRONT, EDGE, GATEWAY), "no"),
    ((replace(FRONT, service_version=6), EDGE), "no"),
    ((FRONT_2019, EDGE), "unknown"),  # a role may not show it, or it was asked on another pool
    ((FRONT, replace(EDGE, service_version=8)), "unknown"),
    ((FRONT_UNSAID, EDGE), "unknown"),
    ((replace(FRONT_UNSAID, product="sfb2015"), EDGE), "no"),
    ((replace(FRONT_UNSAID, product="sfb2019"), EDGE), "unknown"),
    ((FRONT, replace(EDGE, service_version=99)), "unknown"),
    ((FRONT, replace(APPLICATION, service_version=8)), "no"),  # no number of a server's
    ((GATEWAY,), "unknown"),
]


@pytest.mark.parametrize(("pools", "state"), WITHOUT_CMDLET)
def test_a_cmdlet_that_is_not_there_says_no_of_older_products_alone(
    pools: tuple[Pool, ...], state: str
) -> None:
    found = weighed(kinds.HYBRID, estate(*pools))["call_data_connector"]
    assert found.in_use == state
    assert found.clues[0].family == "call_data_connector"


def test_a_setting_of_every_product_is_ruled_out_by_none() -> None:
    key = "call_data_connector"
    entry = replace(BOOK.scenarios[key], since=None)
    book = replace(BOOK, scenarios={**BOOK.scenarios, key: entry})
    reading = front_end(kinds.HYBRID, absent=(key,))
    found = {each.key: each for each in weigh(estate(), [reading], book)}
    assert found[key].in_use is InUse.UNKNOWN


def test_a_refused_setting_is_not_one_that_the_product_does_not_have() -> None:
    family = "call_data_connector"
    assert weighed(kinds.HYBRID)[family].in_use is InUse.NO
    assert weighed(kinds.HYBRID, refused=(family,), absent=())[family].in_use is InUse.UNKNOWN


# pools, whether they are all that is published -> voice of a hybrid estate
VOICE = [
    ((FRONT, GATEWAY), True, "unknown"),  # it can only be asked for
    ((FRONT,), True, "no"),
    ((FRONT,), False, "unknown"),
    ((FRONT, STRANGE), True, "unknown"),
]


@pytest.mark.parametrize(("pools", "whole", "state"), VOICE)
def test_hybrid_voice(pools: tuple[Pool, ...], whole: bool, state: str) -> None:
    found = weighed(kinds.HYBRID, replace(estate(*pools), is_whole=whole))["hybrid_voice"]
    assert found.in_use == state


# what differs from an estate with a public provider -> public providers
SKYPE = {**kinds.PUBLIC[1], "Enabled": True}
WITH_SKYPE: kinds.Shell = {
    **kinds.HYBRID,
    "Get-CsPublicProvider": [SKYPE],
    "Get-CsExternalAccessPolicy": [{**kinds.POLICY, "EnablePublicCloudAccess": True}],
}
GATES: list[tuple[kinds.Shell, tuple[Pool, ...], str]] = [
    ({}, (FRONT, EDGE), "yes"),
    ({}, (FRONT,), "no"),
    ({"Get-CsAccessEdgeConfiguration": [kinds.CLOSED_EDGE]}, (FRONT, EDGE), "no"),
    ({"Get-CsExternalAccessPolicy": []}, (FRONT, EDGE), "unknown"),
    ({"Get-CsExternalAccessPolicy": [kinds.POLICY]}, (FRONT, EDGE), "no"),
    ({"Get-CsPublicProvider": [{**SKYPE, "Enabled": False}]}, (FRONT, EDGE), "no"),
    ({"Get-CsPublicProvider": [{**SKYPE, "Enabled": None}]}, (FRONT, EDGE), "unknown"),
]


@pytest.mark.parametrize(("differs", "pools", "state"), GATES)
def test_each_gate_before_public_providers(
    differs: kinds.Shell, pools: tuple[Pool, ...], state: str
) -> None:
    found = weighed({**WITH_SKYPE, **differs}, estate(*pools))
    assert found["public_providers"].in_use == state


def test_a_list_of_allowed_domains_that_was_cut_is_no_no() -> None:
    shell: kinds.Shell = {
        **kinds.HYBRID,
        "Get-CsHostingProvider": [],
        "Get-CsAccessEdgeConfiguration": [kinds.NOT_OPEN],
        "Get-CsAllowedDomain": [{"Domain": "fabrikam.com", "ProxyFqdn": "sip.fabrikam.com"}],
    }
    assert weighed(shell)["federation"].in_use is InUse.NO
    cut = weighed(shell, truncated=("federated_domains",))
    assert cut["federation"].in_use is InUse.UNKNOWN


# stated of hybrid -> in use, where nothing was read
UNREAD = [({}, "assumed"), ({"hybrid": "unknown"}, "unknown"), ({"hybrid": "yes"}, "yes")]


@pytest.mark.parametrize(("stated", "state"), UNREAD)
def test_where_nothing_was_read_the_statement_or_an_assumption_stands(
    stated: dict[str, str], state: str
) -> None:
    found = {each.key: each for each in weigh(estate(**stated), [], BOOK)}["hybrid"]
    assert found.in_use == state
    assert found.evidence


def test_an_estate_that_states_nothing_is_assumed_to_use_it_and_no_matrix_says_so() -> None:
    silent = replace(estate(), scenarios=())
    found = {each.key: each for each in weigh(silent, [], BOOK)}["hybrid"]
    assert found.in_use is InUse.ASSUMED
    marks = matrices(silent, [], BOOK).clients
    states = {getattr(mark, each.name) for mark in marks for each in fields(mark)[1:]}
    assert InUse.UNKNOWN in states
    assert InUse.ASSUMED not in states


def test_public_providers_need_provider_policy_and_edge() -> None:
    skype = {**kinds.PUBLIC[1], "Enabled": True}
    allows = {**kinds.POLICY, "EnablePublicCloudAccess": True}
    shell: kinds.Shell = {**kinds.HYBRID, "Get-CsPublicProvider": [skype]}
    assert weighed(shell)["public_providers"].in_use is InUse.NO
    shell["Get-CsExternalAccessPolicy"] = [allows]
    assert weighed(shell)["public_providers"].in_use is InUse.YES
