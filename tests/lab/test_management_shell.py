"""What the cmdlets of a lab's hosts say, to the estate's script and to who asks them by name."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from auditor.collect.script import estate_script
from auditor.errors import UsageError
from auditor.facts.answer import decode_answer
from auditor.facts.estate.families import ESTATE_FAMILIES, not_available
from auditor.facts.reading import Reading
from auditor.lab.cmdlets import cmdlets_of, known_cmdlets
from auditor.lab.configuration import shipped_kinds
from auditor.lab.estate_file import LabEstate
from auditor.lab.management_shell import Document, Output
from auditor.lab.simulated import PowerShellError
from auditor.lab.state import StateBackend
from tests import estate_kinds as kinds
from tests.assess.scenarios.weighing_cases import in_use, weighed
from tests.estate_facts import front_end
from tests.lab.configured import configured, host_of
from tests.powershell.management_shell import LYNC2013, SFB2015, SFB2019, Cmdlets

NEEDS_THE_STORE = {"layout", "trusted_applications", "replication", "pool_fabric"}
KINDS = {
    "all_off": kinds.ALL_OFF,
    "hybrid": kinds.HYBRID,
    "federation": kinds.FEDERATED,
    "partners": kinds.PARTNERS_ONLY,
    "exchange_online": kinds.EXCHANGE_ONLINE_ONLY,
    "exchange_beside": kinds.EXCHANGE_BESIDE,
}


def reading(lab: LabEstate, name: str) -> Reading:
    host = host_of(lab, name)
    (text,) = StateBackend().run(host, estate_script().text, {}).output
    return decode_answer(text, fqdn=host.fqdn, started=None, finished=None)


def failed(read: Reading) -> set[str]:
    return {result.family for result in read.families if result.error is not None}


def absent(read: Reading) -> set[str]:
    return {r.family for r in read.families if r.error is not None and not_available(r.error)}


def facts(read: Reading, family: str) -> Any:
    result = read.family(family)
    assert result is not None
    assert result.error is None, result.error
    return result.facts


def run(lab: LabEstate, name: str, cmdlet: str, **given: object) -> list[Output]:
    shell = host_of(lab, name).shell
    assert shell is not None
    return shell.run(cmdlet, given, as_server=True)


def one(found: list[Output]) -> Mapping[str, Any]:
    (only,) = found
    assert isinstance(only, Mapping)
    return only


@pytest.mark.parametrize(
    ("name", "missing"),
    [
        ("fe01", {"call_data_connector"}),
        ("se13", {"call_data_connector"}),
        ("se19", {"pool_upgrade"}),
        (
            "se10",
            {
                "call_data_connector",
                "pool_upgrade",
                "pool_fabric",
                "oauth_servers",
                "oauth_configuration",
                "partner_applications",
            },
        ),
        ("app01", {family.key for family in ESTATE_FAMILIES}),
    ],
)
def test_a_product_has_its_cmdlets(name: str, missing: set[str]) -> None:
    assert absent(reading(configured(like="hybrid"), name)) == missing


@pytest.mark.parametrize("name", ["fe01", "fe02", "se13", "dir01", "med01", "chat01", "sba"])
def test_the_second_hop_is_refused(name: str) -> None:
    read = reading(configured(like="hybrid"), name)
    assert failed(read) - absent(read) - {"pool_upgrade"} == NEEDS_THE_STORE
    error = read.family("layout")
    assert error is not None
    assert error.error is not None
    assert error.error.message == r"Login failed for user 'NT AUTHORITY\ANONYMOUS LOGON'."


def test_the_second_hop_works_where_it_is_said_so() -> None:
    read = reading(configured(like="hybrid", second_hop=True), "fe01")
    assert failed(read) == {"call_data_connector"}
    pools = facts(read, "layout").pools.items
    assert pools[0].computers == ("fe01.contoso.com", "fe02.contoso.com")
    assert pools[0].services[:2] == (
        "Registrar:pool01.contoso.com",
        "UserServer:pool01.contoso.com",
    )
    assert len(pools) == len(configured().estate.pools)
    (trusted,) = facts(read, "trusted_applications").pools.items
    assert (trusted.fqdn, trusted.registrar) == ("app.contoso.com", "Registrar:pool01.contoso.com")
    assert facts(read, "pool_fabric").pool == "pool01.contoso.com"


def test_an_edge_reads_its_replica_and_reaches_no_store() -> None:
    read = reading(configured(like="hybrid", second_hop=True), "edge01")
    assert failed(read) - absent(read) == {*NEEDS_THE_STORE, "pool_upgrade"}
    assert facts(read, "hosting_providers").items


@pytest.mark.parametrize("kind", KINDS)
def test_each_shipped_kind_is_weighed_as_its_settings_are(kind: str) -> None:
    real = weighed(reading(configured(like=kind), "fe01"))
    assert in_use(real) == in_use(weighed(front_end(KINDS[kind])))


def test_every_shipped_kind_is_tested() -> None:
    assert set(shipped_kinds()) == set(KINDS)


def test_a_refused_cmdlet_fails_alone() -> None:
    lab = configured(
        like="hybrid",
        refused=["Get-CsHostingProvider", {"cmdlet": "Get-CsOAuthServer", "message": "No."}],
    )
    read = reading(lab, "fe01")
    assert failed(read) == {
        *NEEDS_THE_STORE,
        "call_data_connector",
        "hosting_providers",
        "oauth_servers",
    }
    result = read.family("oauth_servers")
    assert result is not None
    assert result.error is not None
    assert result.error.message == "No."


def test_a_pool_says_whether_it_can_be_updated() -> None:
    ready = facts(reading(configured(), "fe02"), "pool_upgrade")
    assert (ready.pool, ready.state) == ("pool01.contoso.com", "Ready")
    assert [(d.name, d.ready) for d in ready.domains.items] == [("UD1", True), ("UD2", True)]
    lab = configured(
        """
        [[Get-CsPoolUpgradeReadinessState]]
        PoolFqdn = "pool01.contoso.com"
        PoolUpgradeState = "InsufficientActiveFrontEnds"
        TotalActiveFrontends = 1
        """
    )
    busy = facts(reading(lab, "fe02"), "pool_upgrade")
    assert (busy.state, busy.active_front_ends) == ("InsufficientActiveFrontEnds", 1)
    assert not any(domain.ready for domain in busy.domains.items)
    assert facts(reading(lab, "se13"), "pool_upgrade").state == "Ready"


def test_a_replica_can_be_behind() -> None:
    lab = configured(
        """
        second_hop = true
        [[Get-CsManagementStoreReplicationStatus]]
        ReplicaFqdn = "edge01.contoso.com"
        UpToDate = false
        """
    )
    replicas = {r.fqdn: r for r in facts(reading(lab, "fe01"), "replication").items}
    assert [name for name, replica in replicas.items() if not replica.up_to_date] == [
        "edge01.contoso.com"
    ]
    assert replicas["fe01.contoso.com"].product_version == "6.0.9319.516"
    assert replicas.keys() == {server.fqdn for server in lab.estate.servers()}


def test_the_server_itself_reaches_the_store() -> None:
    lab = configured(like="hybrid")
    assert len(run(lab, "fe01", "get-cspool")) == len(lab.estate.pools)
    assert one(run(lab, "fe01", "Get-CsComputer", Local=True))["Pool"] == "pool01.contoso.com"
    assert one(run(lab, "fe01", "Get-CsPool", Identity="MED.contoso.com"))["Site"] == "Site:Tokyo"
    assert one(run(lab, "fe01", "Get-CsPool", Site="Nagoya"))["Fqdn"] == "sba.contoso.com"
    assert len(run(lab, "fe01", "Get-CsComputer", Filter="fe0*")) == 2
    assert one(run(lab, "fe01", "Get-CsTopology"))["Sites"] == ["Tokyo", "Nagoya"]
    (document,) = run(lab, "fe01", "Get-CsTopology", AsXml=True)
    assert isinstance(document, Document)
    report = run(lab, "fe01", "Get-CsPoolFabricState", PoolFqdn="se13.contoso.com")
    assert report[-1] == "No replica is missing."


@pytest.mark.parametrize(
    ("cmdlet", "given", "error_id"),
    [
        ("Get-CsWindowsService", {}, "CommandNotFoundException"),
        ("Get-CsPool", {"LocalStore": True}, "NamedParameterNotFound,Get-CsPool"),
        ("Get-CsHostingProvider", {"Proxy": 1}, "NamedParameterNotFound,Get-CsHostingProvider"),
    ],
)
def test_what_is_not_there_is_refused_as_powershell_does(
    cmdlet: str, given: dict[str, object], error_id: str
) -> None:
    with pytest.raises(PowerShellError) as caught:
        run(configured(), "fe01", cmdlet, **given)
    assert caught.value.error_id == error_id


def test_the_cmdlets_are_those_of_the_documents(realdata: Path) -> None:
    documented = Cmdlets(realdata / "powershell" / "sfb-cmdlets.tsv")
    for version, product in ((5, "L2010"), (6, LYNC2013), (7, SFB2015), (8, SFB2019)):
        here = cmdlets_of(version)
        assert set(here) == {name for name in known_cmdlets() if documented.known(name, product)}
        for name, cmdlet in here.items():
            kinds_of = documented.parameters(name, product)
            switches = {p for p, kind in kinds_of.items() if kind.endswith("SwitchParameter")}
            assert set(cmdlet.switches) == switches - {"Confirm", "WhatIf"}
            assert set(cmdlet.parameters) == set(kinds_of) - switches


@pytest.mark.parametrize(
    ("configuration", "message"),
    [
        ({"like": "hybird"}, "there is no 'hybird'; there are all_off, hybrid"),
        ({"Get-CsHostingProviders": []}, "did you mean 'Get-CsHostingProvider'?"),
        ({"refuse": []}, "no cmdlet 'refuse'; did you mean 'refused'?"),
        ({"refused": ["Get-CsOauth"]}, "no cmdlet 'Get-CsOauth'"),
        ({"refused": "Get-CsPool"}, "should be a list of cmdlets"),
        ({"refused": [{"cmdlet": "Get-CsPool", "why": "x"}]}, "unknown key 'why'"),
        ({"second_hop": "yes"}, "second_hop: input should be true or false"),
        ({"Get-CsPool": {"Fqdn": "x"}}, "should be tables, [[configuration.Get-CsPool]]"),
        ({"Get-CsPool": [{"Fqdn": 1.5}]}, "Get-CsPool: Fqdn is a float"),
    ],
)
def test_mistakes_are_named(configuration: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        configured(**configuration)
    assert caught.value.code == "LAB-ESTATE"
    assert message in caught.value.message


def test_what_is_derived_is_made_once_for_all_hosts() -> None:
    lab = configured()
    texts = [json.dumps(run(lab, name, "Get-CsPool")) for name in ("fe01", "se13")]
    assert texts[0] == texts[1]
