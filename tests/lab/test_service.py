"""Shells of a host: whose they are, how many, for how long, and how each Windows tells of them."""

from __future__ import annotations

import base64
import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from pypsrp.complex_objects import PSInvocationState
from pypsrp.exceptions import AuthenticationError, WSManFaultError
from pypsrp.powershell import RunspacePool
from pypsrp.shell import SignalCode

from auditor.lab.model import LabHost, LabUser, LabZone, ScriptResult
from auditor.lab.server import running_lab
from auditor.lab.stack import Stack
from auditor.lab.windows import build_windows
from auditor.lab.windows_description import WindowsDescription
from tests.lab.clients import begun, connected, ran
from tests.lab_hosts import BASIC_HTTPS, NTLM_HTTP, lab_host

ENGINE = r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\PowerShell\3\PowerShellEngine"
POWERSHELL_2 = build_windows(WindowsDescription(os="2008r2", remove=[ENGINE]), "old.contoso.com")
STATES: dict[str, Mapping[str, Any]] = {
    "2008r2": POWERSHELL_2,
    "2012r2": build_windows(WindowsDescription(os="2012r2"), "mid.contoso.com"),
    "2016": build_windows(WindowsDescription(os="2016"), "new.contoso.com"),
}
RECORDED = {"2008r2": "2.1", "2012r2": "2.2", "2016": "2.3"}


class Held:
    """Scripts that say when they began and wait until they are let go."""

    def __init__(self) -> None:
        self.began = threading.Event()
        self.let_go = threading.Event()

    def run(self, host: LabHost, script: str, arguments: Mapping[str, object]) -> ScriptResult:
        if script == "wait":
            self.began.set()
            assert self.let_go.wait(10)
        return ScriptResult((script,))


@pytest.mark.parametrize(("windows", "shells"), [("2008r2", 5), ("2012r2", 30), ("2016", 30)])
def test_the_quota_is_that_of_the_windows(windows: str, shells: int) -> None:
    assert Stack.of(STATES[windows]).max_shells == shells


def test_a_state_that_says_nothing_is_taken_for_a_recent_windows() -> None:
    assert Stack.of({}) == Stack()


def test_the_sixth_shell_on_windows_2008_r2_is_one_too_many() -> None:
    host = replace(lab_host(1, BASIC_HTTPS), windows=POWERSHELL_2)
    with running_lab([host], Held()) as lab, connected(lab, host) as wsman:
        pools = [RunspacePool(wsman) for _ in range(6)]
        for pool in pools[:5]:
            pool.open()
        with pytest.raises(WSManFaultError, match="maximum number of 5 concurrent shells"):
            pools[5].open()
        assert lab.open_shells(host.fqdn) == 5
        pools[0].close()
        pools[5].open()
        for pool in pools[1:]:
            pool.close()
        assert lab.asked(host.fqdn)["Create"] == 7


def test_a_shell_that_nobody_uses_is_closed_after_its_idle_timeout() -> None:
    now = 1000.0
    host = lab_host(1, BASIC_HTTPS)
    with running_lab([host], Held()) as lab, connected(lab, host) as wsman:
        lab._services[host.fqdn].clock = lambda: now
        pool = RunspacePool(wsman, idle_timeout=60)
        pool.open()
        now += 59
        assert ran(pool, "early") == ["early"]
        now += 59
        assert lab.open_shells(host.fqdn) == 1
        now += 1
        assert lab.open_shells(host.fqdn) == 0
        with pytest.raises(WSManFaultError, match="shell was not found"):
            ran(pool, "late")


def test_a_shell_whose_client_waits_is_not_idle() -> None:
    now = 1000.0
    host = lab_host(1, BASIC_HTTPS)
    held = Held()
    with running_lab([host], held) as lab, connected(lab, host) as wsman:
        lab._services[host.fqdn].clock = lambda: now
        pool = RunspacePool(wsman, idle_timeout=60)
        pool.open()
        pipeline = begun(pool, "wait")
        assert held.began.wait(5)
        waiting = threading.Thread(target=pipeline.end_invoke)
        waiting.start()
        _until(lambda: lab.asked(host.fqdn)["Receive"] == 3)
        now += 3600
        assert lab.open_shells(host.fqdn) == 1
        held.let_go.set()
        waiting.join()
        pool.close()


def _until(reached: Callable[[], bool]) -> None:
    for _ in range(1000):
        if reached():
            return
        threading.Event().wait(0.005)
    raise AssertionError("it was not reached in time")


def test_what_a_vanished_client_waited_for_is_kept_for_the_next_receive() -> None:
    host = lab_host(1, BASIC_HTTPS)
    held = Held()
    with running_lab([host], held) as lab, connected(lab, host) as wsman:
        pool = RunspacePool(wsman)
        pool.open()
        pipeline = begun(pool, "wait")
        send = wsman.transport.send
        wsman.transport.send = lambda message, **_: send(message, timeout=0.2)  # type: ignore[method-assign]
        with pytest.raises(requests.ReadTimeout):
            pipeline.poll_invoke()
        wsman.transport.send = send  # type: ignore[method-assign]
        # Until the host knows that nobody waits any more, its answer goes to whoever did.
        _until(lambda: not lab.open_connections(host.fqdn))
        held.let_go.set()
        pipeline.end_invoke()
        assert pipeline.output == ["wait"]
        pool.close()


@pytest.mark.parametrize("code", [SignalCode.CTRL_C, SignalCode.TERMINATE])
def test_a_signal_ends_a_script(code: str) -> None:
    host = lab_host(1, BASIC_HTTPS, think=30.0)
    with running_lab([host], Held()) as lab, connected(lab, host) as wsman:
        pool = RunspacePool(wsman)
        pool.open()
        pipeline = begun(pool, "never")
        pool.shell.signal(code, command_id=pipeline.id)
        if code == SignalCode.CTRL_C:
            pipeline.end_invoke()
            assert pipeline.state == PSInvocationState.STOPPED
        else:
            with pytest.raises(WSManFaultError) as caught:
                pool.shell.receive("stdout", command_id=pipeline.id)
            assert caught.value.code == 2150858843
        pool.close()


def test_each_zone_has_its_own_account_and_refusals_are_counted() -> None:
    users = [LabUser(rf"{domain}\auditor", f"{domain}-only.1") for domain in ("CONTOSO", "EDGE01")]
    zones = [replace(NTLM_HTTP, name=user.username, user=user) for user in users]
    here, there = (lab_host(number, zone) for number, zone in enumerate(zones))
    with running_lab([here, there], Held()) as lab:
        with connected(lab, here) as wsman, RunspacePool(wsman) as pool:
            assert ran(pool, "mine") == ["mine"]
        foreign = {"username": users[0].username, "password": users[0].password}
        with connected(lab, there, **foreign) as wsman, pytest.raises(AuthenticationError):
            RunspacePool(wsman).open()
        assert (lab.rejected[here.fqdn], lab.rejected[there.fqdn]) == (0, 1)


def test_shells_of_another_account_cannot_be_used_or_closed() -> None:
    host = lab_host(1, BASIC_HTTPS)
    with running_lab([host], Held()) as lab, connected(lab, host) as wsman:
        pool = RunspacePool(wsman)
        pool.open()
        (shell,) = lab._services[host.fqdn].shells.values()
        shell.owner = r"CONTOSO\somebody"
        with pytest.raises(WSManFaultError, match="shell was not found"):
            ran(pool, "stolen")
        assert lab.open_shells(host.fqdn) == 1


def test_hosts_are_many() -> None:
    """A host costs nothing until somebody asks it."""
    zone = LabZone("many", BASIC_HTTPS.transport, BASIC_HTTPS.auth, 0, BASIC_HTTPS.user)
    first = lab_host(0, zone)
    hosts = [
        replace(first, fqdn=f"m{n}.contoso.com", address=f"127.40.{n // 250}.{n % 250 + 1}")
        for n in range(1000)
    ]
    with running_lab(hosts, Held()) as lab:
        for host in (hosts[0], hosts[-1]):
            with connected(lab, host) as wsman, RunspacePool(wsman) as pool:
                assert ran(pool, host.fqdn) == [host.fqdn]


def _versions(answers: list[str]) -> dict[str, str]:
    """The versions that a pool's first Receives tell, by name."""
    told = ""
    for answer in answers:
        for stream in re.findall(r"<rsp:Stream[^>]*>([^<]*)<", answer):
            told += base64.b64decode(stream).decode("utf-8", "replace")
    pairs = re.findall(r'N="(protocolversion)">([\d.]+)<', told)
    pairs += re.findall(r'>(\w+Version)</S><Version N="Value">([\d.]+)<', told)
    return {name: version for name, version in pairs if name != "CLRVersion"}


@pytest.mark.realdata
@pytest.mark.parametrize("windows", STATES)
def test_each_windows_tells_its_versions_as_recorded(windows: str, realdata: Path) -> None:
    recorded = yaml.safe_load(
        (
            realdata / f"wsman/pypsrp/test_psrp_run_protocol_version_{RECORDED[windows]}.yml"
        ).read_text("utf-8")
    )["messages"]
    host = replace(lab_host(1, BASIC_HTTPS), windows=STATES[windows])
    answers: list[str] = []
    with running_lab([host], Held()) as lab, connected(lab, host) as wsman:
        send = wsman.transport.send

        def heard(message: bytes, **options: Any) -> bytes:
            answers.append((answer := send(message, **options)).decode())
            return answer

        wsman.transport.send = heard  # type: ignore[method-assign]
        with RunspacePool(wsman) as pool:
            assert pool.protocol_version == RECORDED[windows]
            assert ran(pool, "x" * 200_000) == ["x" * 200_000]
    theirs = [each["response"] for each in recorded]
    assert ("<rsp:Shell " in answers[0]) == ("<rsp:Shell " in theirs[0])
    mine, told = _versions(answers[1:3]), _versions(theirs[1:3])
    assert mine.keys() == told.keys()
    same = ("protocolversion", "PSRemotingProtocolVersion", "WSManStackVersion")
    assert {name: mine[name] for name in same} == {name: told[name] for name in same}
