"""The estate's snippets in the real engine, with the cmdlets of each product around them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from auditor.collect.script import estate_script, joined_script
from auditor.facts.answer import decode_answer
from auditor.facts.estate.families import CMDLETS, ESTATE_FAMILIES, not_available
from auditor.facts.reading import Reading
from auditor.lab.expressions import Code
from tests import estate_kinds as kinds
from tests.assess.scenarios.weighing_cases import in_use, weighed
from tests.estate_facts import front_end
from tests.powershell.engine import Engine
from tests.powershell.management_shell import (
    LYNC2013,
    SFB2015,
    SFB2019,
    Answer,
    Cmdlets,
    Refused,
    management_shell,
)

pytestmark = pytest.mark.powershell

FQDN = "fe01.contoso.com"
_PARAMETERS = "SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters"
STATE = {
    "registry": {
        f"HKEY_LOCAL_MACHINE\\{_PARAMETERS}": {"Hostname": "fe01", "Domain": "contoso.com"}
    },
    "environment": {"COMPUTERNAME": "FE01", "PROCESSOR_ARCHITECTURE": "AMD64"},
}
EVERY = sorted({word for said in CMDLETS.values() for word in said.split(", ")})
TOPOLOGY = '<Topology xmlns="urn:schema:Microsoft.Rtc.Management.Deploy.Topology.2008" />'


@pytest.fixture(scope="module")
def engine(pwsh: Path, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    return Engine(pwsh, tmp_path_factory.mktemp("estate"))


@pytest.fixture(scope="module")
def cmdlets(realdata: Path) -> Cmdlets:
    return Cmdlets(realdata / "powershell" / "sfb-cmdlets.tsv")


class Shell:
    """One front end of a product."""

    def __init__(self, engine: Engine, cmdlets: Cmdlets) -> None:
        self._engine = engine
        self._cmdlets = cmdlets

    def answer(self, product: str, answers: Mapping[str, Answer], before: str = "") -> str:
        shell = management_shell(self._cmdlets, product, EVERY, answers)
        script = f"{shell}\n{before}\n{estate_script().text}"
        lines = self._engine.run(script, STATE).splitlines()
        assert len(lines) == 1
        return lines[0]

    def read(self, product: str, answers: Mapping[str, Answer], before: str = "") -> Reading:
        text = self.answer(product, answers, before)
        return decode_answer(text, fqdn=FQDN, started=None, finished=None)


@pytest.fixture(scope="module")
def shell(engine: Engine, cmdlets: Cmdlets) -> Shell:
    return Shell(engine, cmdlets)


def _facts(reading: Reading, family: str) -> Any:
    result = reading.family(family)
    assert result is not None
    assert result.error is None, result.error
    return result.facts


def _error(reading: Reading, family: str) -> Any:
    result = reading.family(family)
    assert result is not None
    assert result.error is not None
    return result.error


_STATE = {
    "PoolFqdn": "pool01.contoso.com",
    "PoolUpgradeState": "Ready",
    "TotalFrontends": 3,
    "TotalActiveFrontends": 3,
    "UpgradeDomains": [
        {
            "UpgradeDomainName": "UpgradeDomain1",
            "IsReadyForUpgrade": True,
            "Frontends": ["fe01.contoso.com"],
        }
    ],
}
ALWAYS: dict[str, Answer] = {
    "Get-CsTopology": Code(f"'{TOPOLOGY}'"),
    "Get-CsPoolUpgradeReadinessState": [_STATE],
    "Get-CsComputer": [
        {"Identity": FQDN, "Pool": "pool01.contoso.com", "Fqdn": FQDN},
    ],
    "Get-CsPool": [
        {
            "Identity": "pool01.contoso.com",
            "Services": ["Registrar:pool01.contoso.com", "UserServer:pool01.contoso.com"],
            "Computers": [FQDN],
            "Fqdn": "pool01.contoso.com",
            "Site": "Site:Tokyo",
        }
    ],
    "Get-CsSite": [{"Identity": "Site:Tokyo", "DisplayName": "Tokyo"}],
    "Get-CsPoolFabricState": Code("'Service: Routing'; 'No replicas are missing.'"),
    "Get-CsManagementStoreReplicationStatus": [
        {
            "UpToDate": True,
            "ReplicaFqdn": FQDN,
            "LastStatusReport": datetime(2018, 7, 2, 9, 0, tzinfo=UTC),
            "LastUpdateCreation": datetime(2018, 7, 2, 8, 59, tzinfo=UTC),
            "ProductVersion": "6.0.9319.510",
        },
        {
            "UpToDate": False,
            "ReplicaFqdn": "edge01.contoso.com",
            "LastStatusReport": None,
            "LastUpdateCreation": None,
            "ProductVersion": "",
        },
    ],
    "Get-CsTrustedApplicationPool": [
        {
            "Identity": "TrustedApplicationPool:app.contoso.com",
            "Registrar": "Registrar:pool01.contoso.com",
            "SiteId": "Site:Tokyo",
            "PoolFqdn": "app.contoso.com",
            "Version": 6,
        }
    ],
    "Get-CsTrustedApplication": [
        {
            "Identity": "app.contoso.com/urn:application:helpdesk",
            "ApplicationId": "urn:application:helpdesk",
            "TrustedApplicationPoolFqdn": "app.contoso.com",
        }
    ],
}


@pytest.mark.parametrize("product", [LYNC2013, SFB2015])
def test_all_families_answer_on_both_products(shell: Shell, product: str) -> None:
    reading = shell.read(product, {**kinds.HYBRID, **ALWAYS})
    failed = {result.family: result.error for result in reading.families if result.error}
    assert set(failed) == {"call_data_connector"}
    assert not_available(_error(reading, "call_data_connector"))
    assert _facts(reading, "topology").xml == TOPOLOGY
    (domain,) = _facts(reading, "pool_upgrade").domains.items
    assert (domain.name, domain.ready, domain.front_ends) == ("UpgradeDomain1", True, (FQDN,))
    assert _facts(reading, "pool_fabric").report[1] == "No replicas are missing."
    current, silent = _facts(reading, "replication").items
    assert current.last_status_report == datetime(2018, 7, 2, 9, 0, tzinfo=UTC)
    assert (silent.up_to_date, silent.last_status_report) == (False, None)
    (pool,) = _facts(reading, "layout").pools.items
    assert pool.services[0] == "Registrar:pool01.contoso.com"
    assert _facts(reading, "trusted_applications").pools.items[0].version == "6"


KINDS = {
    "all off": kinds.ALL_OFF,
    "hybrid": kinds.HYBRID,
    "federation only": kinds.FEDERATED,
    "partners only": kinds.PARTNERS_ONLY,
    "Exchange Online only": kinds.EXCHANGE_ONLINE_ONLY,
    "hybrid beside Exchange": kinds.EXCHANGE_BESIDE,
}


@pytest.mark.parametrize(
    ("kind", "refused"),
    [*((kind, "") for kind in KINDS), ("hybrid", "Get-CsHostingProvider")],
)
def test_each_kind_of_estate_is_weighed_as_its_settings_are(
    shell: Shell, kind: str, refused: str
) -> None:
    """The tables of the weighing hold for what the snippets really return."""
    answers: dict[str, Answer] = {**KINDS[kind], **({refused: Refused()} if refused else {})}
    named = [family for family, said in CMDLETS.items() if said == refused]
    real = weighed(shell.read(LYNC2013, answers))
    assert in_use(real) == in_use(weighed(front_end(KINDS[kind], refused=named)))


def test_properties_that_the_default_view_hides_are_read(shell: Shell) -> None:
    (provider,) = _facts(
        shell.read(LYNC2013, {**ALWAYS, **kinds.HYBRID}), "hosting_providers"
    ).items
    assert (provider.shared_address_space, provider.hosts_users) == (True, True)


def test_an_object_without_a_property_gives_null_and_no_error(shell: Shell) -> None:
    bare = {"Identity": "Old", "ProxyFqdn": "sip.old.com", "Enabled": True}
    reading = shell.read(LYNC2013, {"Get-CsHostingProvider": [bare]})
    (provider,) = _facts(reading, "hosting_providers").items
    assert (provider.identity, provider.enabled) == ("Old", True)
    assert (provider.shared_address_space, provider.autodiscover_url) == (None, None)


def test_the_connector_is_there_from_2019_on(shell: Shell) -> None:
    answers: dict[str, Answer] = {
        "Get-CsCloudCallDataConnectorConfiguration": [
            {"Identity": "Global", "EnableCallDataConnector": True}
        ]
    }
    reading = shell.read(SFB2019, answers)
    assert _facts(reading, "call_data_connector").items[0].enabled is True
    assert not_available(_error(reading, "pool_upgrade"))


def test_a_cmdlet_that_is_refused_takes_no_other_with_it(shell: Shell) -> None:
    reading = shell.read(SFB2015, {**kinds.HYBRID, "Get-CsHostingProvider": Refused()})
    error = _error(reading, "hosting_providers")
    assert "ANONYMOUS LOGON" in error.message
    assert not not_available(error)
    assert _facts(reading, "access_edge").items[0].partner_discovery is True


def test_a_server_without_the_management_shell_says_so_in_every_family(
    engine: Engine,
) -> None:
    text = engine.run(estate_script().text, STATE)
    reading = decode_answer(text, fqdn=FQDN, started=None, finished=None)
    assert {not_available(_error(reading, f.key)) for f in ESTATE_FAMILIES} == {True}


def test_a_parameter_that_is_not_there_is_not_available_either(engine: Engine) -> None:
    older = "function global:Get-CsHostingProvider { [CmdletBinding()] param($Identity) }"
    text = engine.run(f"{older}\n{estate_script(['hosting_providers']).text}", STATE)
    reading = decode_answer(text, fqdn=FQDN, started=None, finished=None)
    assert not_available(_error(reading, "hosting_providers"))


def test_a_thousand_domains_are_counted_and_not_named(shell: Shell) -> None:
    many = Code(
        'foreach ($n in 1..1000) { [pscustomobject]@{ Domain = "d$n.com"; ProxyFqdn = '
        "$(if ($n % 2) { 'sipfed.online.lync.com' } else { \"sip$n.fabrikam.com\" }) } }"
    )
    answer = shell.answer(LYNC2013, {"Get-CsAllowedDomain": many})
    assert "d77.com" not in answer
    reading = decode_answer(answer, fqdn=FQDN, started=None, finished=None)
    domains = _facts(reading, "federated_domains")
    assert (domains.allowed, domains.blocked) == (1000, 0)
    assert len(domains.proxies.items) == 500
    assert domains.proxies.truncated


def test_a_certificate_in_a_token_never_leaves_the_server(shell: Shell) -> None:
    secret = {**kinds.EXCHANGE_ONLINE, "AuthToken": "Certificate=MIIC8DCCAdigAwIBAgIQ"}
    answers: dict[str, Answer] = {
        "Get-CsPartnerApplication": [secret, kinds.EXCHANGE_ON_PREMISES, kinds.EXCHANGE_ONLINE]
    }
    answer = shell.answer(SFB2015, answers)
    assert "MIIC8" not in answer
    reading = decode_answer(answer, fqdn=FQDN, started=None, finished=None)
    certificate, beside, online = _facts(reading, "partner_applications").items
    assert (certificate.metadata_url, certificate.uses_oauth_server) == (None, False)
    assert beside.metadata_url == "https://autodiscover.contoso.com/autodiscover/metadata/json/1"
    assert (online.metadata_url, online.uses_oauth_server) == (None, True)


def test_hostile_text_stays_text(shell: Shell) -> None:
    hostile = {
        **kinds.ONLINE,
        "Identity": Code("\"=cmd|' /C calc'!A0$([char]27)[2J\" + ('x' * 9000)"),
    }
    reading = shell.read(SFB2015, {"Get-CsHostingProvider": [hostile]})
    (provider,) = _facts(reading, "hosting_providers").items
    assert len(provider.identity) == 500
    assert "\x1b" not in provider.identity


def test_a_topology_that_is_a_document_is_its_text(shell: Shell) -> None:
    document = Code(f"[xml]'{TOPOLOGY}'")
    reading = shell.read(SFB2015, {"Get-CsTopology": document})
    assert _facts(reading, "topology").xml == TOPOLOGY


@pytest.mark.parametrize(
    "before",
    [
        "$ExecutionContext.SessionState.LanguageMode = 'ConstrainedLanguage'",
        "Set-StrictMode -Version Latest",
        "$PSDefaultParameterValues = @{ 'Get-Cs*:Filter' = 'none' }",
    ],
)
def test_sessions_make_no_difference(shell: Shell, before: str) -> None:
    plain = shell.read(SFB2015, {**ALWAYS, **kinds.EXCHANGE_ONLINE_ONLY})
    other = shell.read(SFB2015, {**ALWAYS, **kinds.EXCHANGE_ONLINE_ONLY}, before)
    assert [(r.family, r.facts) for r in other.families] == [
        (r.family, r.facts) for r in plain.families
    ]


def test_the_estates_script_has_its_own_families_and_the_servers_has_none() -> None:
    assert estate_script().families == tuple(family.key for family in ESTATE_FAMILIES)
    assert "Get-Cs" not in joined_script().text
    with pytest.raises(ValueError, match="no such fact family: os"):
        estate_script(["os"])
