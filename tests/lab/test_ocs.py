"""The RBAC endpoint of the lab's front ends, by unmodified pypsrp: commands, and nothing else."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography import x509
from pypsrp.complex_objects import GenericComplexObject
from pypsrp.exceptions import AuthenticationError, WSManFaultError
from pypsrp.powershell import PowerShell, RunspacePool

from auditor.estate.topology_document import TOPOLOGY
from auditor.lab.estate_file import LabEstate
from auditor.lab.model import LabHost
from auditor.lab.server import Lab, running_lab
from auditor.lab.state import StateBackend
from tests.lab.clients import connected
from tests.lab.configured import configured, host_of

BUSY = """
[[Get-CsPoolUpgradeReadinessState]]
PoolFqdn = "pool01.contoso.com"
PoolUpgradeState = "Busy"
"""


@pytest.fixture(scope="module")
def estate() -> LabEstate:
    return configured(BUSY, like="hybrid", refused=["Get-CsOAuthServer"])


@pytest.fixture(scope="module")
def lab(estate: LabEstate) -> Iterator[Lab]:
    hosts = [host_of(estate, name) for name in ("fe01", "se13", "dir01", "edge01")]
    with running_lab(hosts, StateBackend()) as lab:
        yield lab


def at_ocs(lab: Lab, **changes: Any) -> dict[str, Any]:
    return {
        "port": lab.ocs_port,
        "ssl": True,
        "path": "OcsPowerShell",
        "auth": "negotiate",
        "cert_validation": str(lab.ca_file),
        **changes,
    }


def host(lab: Lab, name: str = "fe01") -> LabHost:
    return next(host for host in lab.hosts if host.fqdn.startswith(name))


@pytest.fixture(scope="module")
def pool(lab: Lab) -> Iterator[RunspacePool]:
    with connected(lab, host(lab), **at_ocs(lab)) as wsman, RunspacePool(wsman) as pool:
        yield pool


def invoked(pool: RunspacePool, cmdlet: str, **given: Any) -> PowerShell:
    shell = PowerShell(pool)
    shell.add_cmdlet(cmdlet)
    for name, value in given.items():
        shell.add_parameter(name, value)
    shell.invoke()
    return shell


def objects(pool: RunspacePool, cmdlet: str, **given: Any) -> list[Any]:
    shell = invoked(pool, cmdlet, **given)
    assert not shell.had_errors, [str(error) for error in shell.streams.error]
    return list(shell.output)


def properties(found: Any) -> dict[str, Any]:
    assert isinstance(found, GenericComplexObject)
    return dict(found.adapted_properties)


def test_objects_come_with_their_properties(pool: RunspacePool) -> None:
    (provider,) = objects(pool, "Get-CsHostingProvider")
    said = properties(provider)
    assert said["ProxyFqdn"] == "sipfed.online.lync.com"
    assert said["EnabledSharedAddressSpace"] is True
    assert said["IsLocal"] is False
    assert str(said["VerificationLevel"]) == "UseSourceVerification"
    (edge,) = objects(pool, "Get-CsAccessEdgeConfiguration")
    assert properties(edge)["OutgoingTlsCountForFederatedPartners"] == 4


def test_lists_instants_and_enumerations(pool: RunspacePool) -> None:
    first = properties(objects(pool, "Get-CsPool")[0])
    assert first["Computers"] == ["fe01.contoso.com", "fe02.contoso.com"]
    replica = properties(objects(pool, "Get-CsManagementStoreReplicationStatus")[0])
    assert replica["LastStatusReport"] == "2018-07-02T09:00:00Z"
    (state,) = map(properties, objects(pool, "Get-CsPoolUpgradeReadinessState"))
    assert str(state["PoolUpgradeState"]) == "Busy"
    assert state["PoolUpgradeState"].property_sets == [1]
    assert state["TotalFrontends"] == 2
    assert state["UpgradeDomains"][0].startswith("@{UpgradeDomainName=UD1")


def test_the_topology_is_a_document(pool: RunspacePool) -> None:
    (document,) = objects(pool, "Get-CsTopology", AsXml=True)
    assert document.startswith("<Topology xmlns=")
    assert TOPOLOGY.strip("{}") in document


def test_parameters_choose(pool: RunspacePool) -> None:
    (computer,) = objects(pool, "Get-CsComputer", Local=True)
    assert properties(computer)["Pool"] == "pool01.contoso.com"
    shell = PowerShell(pool)
    shell.add_cmdlet("Get-CsPool").add_argument("med.contoso.com")
    (found,) = shell.invoke()
    assert properties(found)["Site"] == "Site:Tokyo"
    report = objects(pool, "Get-CsPoolFabricState", PoolFqdn="pool01.contoso.com")
    assert report[-1] == "No replica is missing."


def test_the_second_hop_is_the_servers_own(pool: RunspacePool, estate: LabEstate) -> None:
    assert len(objects(pool, "Get-CsPool")) == len(estate.estate.pools)


def test_several_statements_run_in_their_order(pool: RunspacePool) -> None:
    shell = PowerShell(pool)
    shell.add_cmdlet("Get-CsSite").add_statement()
    shell.add_cmdlet("Get-CsExternalAccessPolicy")
    assert [properties(each)["Identity"] for each in shell.invoke()] == [
        "Site:Tokyo",
        "Site:Nagoya",
        "Global",
    ]


@pytest.mark.parametrize(
    ("cmdlet", "given", "error_id", "words"),
    [
        ("Get-CsWindowsService", {}, "CommandNotFoundException", "is not recognized as the name"),
        ("Get-ChildItem", {}, "CommandNotFoundException", "is not recognized as the name"),
        (
            "Get-CsCloudCallDataConnectorConfiguration",
            {},
            "CommandNotFoundException",
            "is not recognized as the name",
        ),
        (
            "Get-CsPool",
            {"LocalStore": True},
            "NamedParameterNotFound,Get-CsPool",
            "matches parameter name 'LocalStore'",
        ),
        ("Get-CsOAuthServer", {}, "SqlException", "ANONYMOUS LOGON"),
    ],
)
def test_what_fails_says_so_as_powershell_does(
    pool: RunspacePool, cmdlet: str, given: dict[str, Any], error_id: str, words: str
) -> None:
    shell = invoked(pool, cmdlet, **given)
    assert shell.had_errors
    (error,) = shell.streams.error
    assert error.fq_error == error_id
    assert words in str(error)


@pytest.mark.parametrize("script", ["Get-CsPool", "1 + 1", "Get-CsPool | Select-Object Fqdn"])
def test_a_script_is_refused(pool: RunspacePool, script: str) -> None:
    shell = PowerShell(pool)
    shell.add_script(script)
    shell.invoke()
    (error,) = shell.streams.error
    assert error.fq_error == "ScriptsNotAllowed"
    assert "no-language mode" in str(error)


def test_a_command_takes_nothing_from_the_one_before(pool: RunspacePool) -> None:
    shell = PowerShell(pool)
    shell.add_cmdlet("Get-CsPool").add_cmdlet("Get-CsComputer")
    shell.invoke()
    (error,) = shell.streams.error
    assert error.fq_error == "InputObjectNotBound,Get-CsComputer"


def test_paths_are_not_mixed_up(lab: Lab) -> None:
    for changes in ({"path": "wsman"}, {"path": "OcsPowerShell", **_usual_door(lab)}):
        with (
            connected(lab, host(lab), **{**at_ocs(lab), **changes}) as wsman,
            pytest.raises(Exception, match="404") as caught,
        ):
            RunspacePool(wsman).open()
        assert not isinstance(caught.value, WSManFaultError)


def _usual_door(lab: Lab) -> dict[str, Any]:
    return {"port": lab.ports["internal"], "ssl": False, "cert_validation": True}


def test_the_path_is_good_in_any_case(lab: Lab) -> None:
    path = at_ocs(lab, path="ocspowershell/")
    with connected(lab, host(lab), **path) as wsman, RunspacePool(wsman) as pool:
        assert objects(pool, "Get-CsSite")


def test_front_ends_have_it_and_no_other_server(lab: Lab) -> None:
    with connected(lab, host(lab, "se13"), **at_ocs(lab)) as wsman, RunspacePool(wsman) as pool:
        (computer,) = objects(pool, "Get-CsComputer", Local=True)
        assert properties(computer)["Fqdn"] == "se13.contoso.com"
    for name in ("dir01", "edge01"):
        address = (host(lab, name).address, lab.ocs_port)
        with pytest.raises(ConnectionError), socket.create_connection(address) as connection:
            connection.recv(1)


def test_its_certificate_carries_its_names(lab: Lab) -> None:
    pem = ssl.get_server_certificate((host(lab).address, lab.ocs_port), ca_certs=str(lab.ca_file))
    names = x509.load_pem_x509_certificate(pem.encode()).extensions.get_extension_for_class(
        x509.SubjectAlternativeName
    )
    assert names.value.get_values_for_type(x509.DNSName) == [
        "fe01.contoso.com",
        "pool01.contoso.com",
    ]
    assert [str(ip) for ip in names.value.get_values_for_type(x509.IPAddress)] == [
        host(lab).address
    ]


def test_a_wrong_password_is_refused(lab: Lab) -> None:
    with (
        connected(lab, host(lab), **at_ocs(lab, password="wrong")) as wsman,
        pytest.raises(AuthenticationError),
    ):
        RunspacePool(wsman).open()


def test_an_account_without_a_role_is_refused() -> None:
    estate = configured(rbac=False)
    with running_lab([host_of(estate, "fe01")], StateBackend()) as lab:
        with (
            connected(lab, host(lab), **at_ocs(lab)) as wsman,
            pytest.raises(WSManFaultError, match="Access is denied") as caught,
        ):
            RunspacePool(wsman).open()
        assert caught.value.code == 5


def test_a_lab_without_a_front_end_has_none() -> None:
    with running_lab([host_of(configured(), "edge01")], StateBackend()) as lab:
        assert lab.ocs_port == 0
