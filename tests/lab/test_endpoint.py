"""The lab's endpoint, as unmodified pypsrp meets it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from pypsrp.complex_objects import PSInvocationState
from pypsrp.exceptions import AuthenticationError, WinRMTransportError, WSManFaultError
from pypsrp.negotiate import HTTPNegotiateAuth
from pypsrp.powershell import PowerShell, RunspacePool
from pypsrp.shell import WinRS
from pypsrp.wsman import WSMan

from auditor.errors import UsageError
from auditor.estate.zone import Auth, Transport
from auditor.lab.model import LabHost, LabZone, ScriptResult
from auditor.lab.server import Lab, running_lab
from tests.lab_hosts import (
    BASIC_HTTPS,
    NEGOTIATE_HTTP,
    NEGOTIATE_HTTPS,
    NTLM_HTTP,
    NTLM_HTTPS,
    PASSWORD,
    USER,
    lab_host,
)

LONG = 1_000_000
BASIC_HTTP = LabZone("basic-http", Transport.HTTP, Auth.BASIC, 0, USER)
ZONES = (NTLM_HTTP, NTLM_HTTPS, NEGOTIATE_HTTP, NEGOTIATE_HTTPS, BASIC_HTTPS, BASIC_HTTP)
HOSTS = {zone.name: lab_host(number, zone) for number, zone in enumerate(ZONES)}
SLOW = lab_host(50, NTLM_HTTP, think=30.0)


class Scripts:
    """What the hosts of these tests know to do, by the script's text."""

    def run(self, host: LabHost, script: str, arguments: Mapping[str, object]) -> ScriptResult:
        match script:
            case "hostname":
                return ScriptResult((host.fqdn,))
            case "arguments":
                shown = (f"{name}={value!r}" for name, value in sorted(arguments.items()))
                return ScriptResult(tuple(shown))
            case "long":
                return ScriptResult(("\u00e4" * LONG, "end"))
            case "errors":
                return ScriptResult(("kept",), errors=("first", "second"))
            case "throw":
                return ScriptResult(("kept",), errors=("first", "last"), failed=True)
            case "backend":
                raise LookupError("no such state")
            case _:
                return ScriptResult((str(len(script)),))


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with running_lab([*HOSTS.values(), SLOW], Scripts()) as running:
        yield running


@pytest.fixture
def connect(lab: Lab) -> Iterator[Callable[..., WSMan]]:
    opened: list[WSMan] = []

    def open_one(host: LabHost, **changes: Any) -> WSMan:
        https = host.zone.transport is Transport.HTTPS
        known: dict[str, Any] = {
            "port": lab.ports[host.zone.name],
            "ssl": https,
            "auth": host.zone.auth.value,
            "username": USER.username,
            "password": PASSWORD,
            "cert_validation": str(lab.ca_file) if https else True,
            "operation_timeout": 5,
            "read_timeout": 10,
            "no_proxy": True,
        }
        opened.append(WSMan(host.address, **{**known, **changes}))
        return opened[-1]

    yield open_one
    for wsman in opened:
        wsman.close()


@pytest.fixture
def pool(connect: Callable[..., WSMan]) -> Iterator[RunspacePool]:
    with RunspacePool(connect(HOSTS["ntlm-http"])) as opened:
        yield opened


def invoke(pool: RunspacePool, script: str, **arguments: object) -> tuple[PowerShell, list[Any]]:
    pipeline = PowerShell(pool)
    pipeline.add_script(script)
    if arguments:
        pipeline.add_parameters(arguments)
    return pipeline, list(pipeline.invoke())


@pytest.mark.parametrize(
    ("zone", "requests"),
    [
        ("ntlm-http", 9),
        ("ntlm-https", 8),
        ("negotiate-http", 9),
        ("negotiate-https", 8),
        ("basic-https", 6),
    ],
)
def test_pypsrp_runs_a_script_over_every_kind_of_sign_in(
    lab: Lab, connect: Callable[..., WSMan], zone: str, requests: int
) -> None:
    host = HOSTS[zone]
    before = lab.requests[host.fqdn], lab.connections[host.fqdn]
    with RunspacePool(connect(host)) as pool:
        assert invoke(pool, "hostname")[1] == [host.fqdn]
        assert lab.open_shells(host.fqdn) == 1
    assert lab.open_shells(host.fqdn) == 0
    assert lab.requests[host.fqdn] - before[0] == requests
    assert lab.connections[host.fqdn] - before[1] == 1


def test_over_https_messages_may_be_sealed_as_well(connect: Callable[..., WSMan]) -> None:
    host = HOSTS["ntlm-https"]
    with RunspacePool(connect(host, encryption="always")) as pool:
        assert invoke(pool, "hostname")[1] == [host.fqdn]


def test_named_parameters_reach_the_script(pool: RunspacePool) -> None:
    _, output = invoke(pool, "arguments", Path="C:\\\u00fc", Count=3, Deep=True)
    assert output == ["Count=3", "Deep=True", "Path='C:\\\\\u00fc'"]


def test_output_larger_than_one_answer_comes_in_pieces(lab: Lab, pool: RunspacePool) -> None:
    before = lab.requests[HOSTS["ntlm-http"].fqdn]
    assert invoke(pool, "long")[1] == ["\u00e4" * LONG, "end"]
    receives = lab.requests[HOSTS["ntlm-http"].fqdn] - before - 1
    assert receives == -(-2 * LONG // (128 * 1024))


def test_a_script_larger_than_one_message_comes_in_pieces(pool: RunspacePool) -> None:
    assert invoke(pool, "#" * 400_000)[1] == ["400000"]


def test_a_runspace_runs_one_script_after_another(pool: RunspacePool) -> None:
    assert [invoke(pool, "#" * n)[1] for n in (1, 2, 3)] == [["1"], ["2"], ["3"]]


def test_errors_that_do_not_end_a_script(pool: RunspacePool) -> None:
    pipeline, output = invoke(pool, "errors")
    assert output == ["kept"]
    assert pipeline.state == PSInvocationState.COMPLETED
    assert [str(error) for error in pipeline.streams.error] == ["first", "second"]


def test_an_error_that_ends_a_script(pool: RunspacePool) -> None:
    pipeline, output = invoke(pool, "throw")
    assert output == ["kept"]
    assert pipeline.state == PSInvocationState.FAILED
    assert str(pipeline.streams.error[-1]) == "last"


def test_a_backend_that_fails_is_a_script_that_fails(pool: RunspacePool) -> None:
    pipeline, _ = invoke(pool, "backend")
    assert pipeline.state == PSInvocationState.FAILED
    assert "no such state" in str(pipeline.streams.error[-1])


def test_a_running_script_can_be_stopped(connect: Callable[..., WSMan]) -> None:
    with RunspacePool(connect(SLOW)) as pool:
        pipeline = PowerShell(pool)
        pipeline.add_script("hostname")
        pipeline.begin_invoke()
        began = time.monotonic()
        pipeline.stop()
        assert pipeline.state == PSInvocationState.STOPPED
        assert time.monotonic() - began < 5


def test_a_receive_without_news_times_out_as_on_windows(connect: Callable[..., WSMan]) -> None:
    with RunspacePool(connect(SLOW)) as pool:
        pipeline = PowerShell(pool)
        pipeline.add_script("hostname")
        pipeline.begin_invoke()
        with pytest.raises(WSManFaultError) as caught:
            pool.shell.receive("stdout", command_id=pipeline.id, timeout=1)
        assert caught.value.code == 2150858793
        pipeline.stop()


def test_no_more_shells_than_the_quota(lab: Lab, connect: Callable[..., WSMan]) -> None:
    host = HOSTS["basic-https"]
    lab._services[host.fqdn].max_shells = 2
    first, second, third = (RunspacePool(connect(host)) for _ in range(3))
    first.open()
    second.open()
    with pytest.raises(WSManFaultError) as caught:
        third.open()
    assert caught.value.code == 2150859173
    assert "maximum number of 2 concurrent shells" in str(caught.value.reason)
    first.close()
    third.open()
    second.close()
    third.close()


def test_a_shell_that_is_gone_is_told_as_windows_does(connect: Callable[..., WSMan]) -> None:
    wsman = connect(HOSTS["ntlm-http"])
    pool = RunspacePool(wsman)
    pool.open()
    pool.shell.close()
    with pytest.raises(WSManFaultError) as caught:
        invoke(pool, "hostname")
    assert caught.value.code == 2150858843


def test_a_resource_that_no_windows_has(connect: Callable[..., WSMan]) -> None:
    with pytest.raises(WSManFaultError) as caught:
        WinRS(connect(HOSTS["ntlm-http"]), "http://schemas.example.com/nothing").open()
    assert caught.value.code == 2150858811


@pytest.mark.parametrize("zone", ["ntlm-http", "ntlm-https", "negotiate-http", "basic-https"])
@pytest.mark.parametrize(
    "wrong",
    [
        {"password": "Wrong.1"},
        {"username": r"CONTOSO\somebody"},
        {"username": r"OTHER\svc-sfbaudit"},
    ],
    ids=["password", "user", "domain"],
)
def test_only_the_zones_account_gets_in(
    lab: Lab, connect: Callable[..., WSMan], zone: str, wrong: dict[str, str]
) -> None:
    with pytest.raises(AuthenticationError):
        RunspacePool(connect(HOSTS[zone], **wrong)).open()
    assert lab.open_shells(HOSTS[zone].fqdn) == 0


def test_over_http_messages_must_be_sealed(lab: Lab, connect: Callable[..., WSMan]) -> None:
    host = HOSTS["ntlm-http"]
    with pytest.raises(WinRMTransportError) as caught:
        RunspacePool(connect(host, encryption="never")).open()
    assert caught.value.code == 500
    assert lab.open_shells(host.fqdn) == 0


def test_basic_is_not_accepted_over_http(connect: Callable[..., WSMan]) -> None:
    with pytest.raises(AuthenticationError):
        RunspacePool(connect(HOSTS["basic-http"], encryption="never")).open()


def test_another_kind_of_sign_in_than_the_zones_is_not_accepted(
    connect: Callable[..., WSMan],
) -> None:
    with pytest.raises(AuthenticationError):
        RunspacePool(connect(HOSTS["ntlm-https"], auth="basic")).open()


@pytest.mark.parametrize("zone", ["ntlm-https", "negotiate-https"])
def test_a_sign_in_bound_to_another_tls_channel_is_refused(
    connect: Callable[..., WSMan], monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    """As when somebody in between passes the handshake on."""
    monkeypatch.setattr(
        HTTPNegotiateAuth,
        "_get_cbt_data",
        staticmethod(lambda _: b"tls-server-end-point:" + bytes(32)),
    )
    with pytest.raises(AuthenticationError):
        RunspacePool(connect(HOSTS[zone])).open()


def test_another_path_is_not_winrm(connect: Callable[..., WSMan]) -> None:
    with pytest.raises(WinRMTransportError) as caught:
        RunspacePool(connect(HOSTS["ntlm-http"], path="powershell", encryption="never")).open()
    assert caught.value.code == 404


def test_a_fault_that_nobody_knows_is_refused() -> None:
    with (
        pytest.raises(UsageError, match="no fault 'tired'") as caught,
        running_lab([lab_host(1, fault="tired")], Scripts()),
    ):
        pass
    assert caught.value.code == "LAB-FAULT"
    assert "shell_quota" in caught.value.hint


def test_a_port_that_is_taken_is_told(lab: Lab) -> None:
    host = HOSTS["ntlm-http"]
    zone = LabZone("taken", Transport.HTTP, Auth.NTLM, lab.ports[host.zone.name], USER)
    with pytest.raises(UsageError) as caught, running_lab([lab_host(0, zone)], Scripts()):
        pass
    assert caught.value.code == "LAB-PORT"
