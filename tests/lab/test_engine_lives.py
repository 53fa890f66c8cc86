"""Engines are few, take turns, and none outlives its shell."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from pypsrp.complex_objects import PSInvocationState
from pypsrp.exceptions import WSManFaultError
from pypsrp.powershell import PowerShell, RunspacePool
from pypsrp.wsman import SelectorSet

from auditor.lab.engine_backend import EngineBackend
from auditor.lab.model import LabHost
from auditor.lab.server import running_lab
from tests.lab.clients import begun, connected, ran
from tests.lab.engines import engines, most_engines, runs, until
from tests.lab_hosts import BASIC_HTTPS, lab_host

pytestmark = pytest.mark.powershell

HOST = lab_host(1, BASIC_HTTPS)
BUSY = {
    "idle": "'done'",
    "computing": "'begun'; while ($true) { }",
    "sleeping": "'begun'; Start-Sleep -Seconds 1000",
    "writing": "while ($true) { 'x' * 30000 }",
}


@pytest.fixture(autouse=True)
def nothing_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever a test does: no process and no file of an engine remains when its lab ends."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    yield
    assert engines() == set()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("script", BUSY.values(), ids=BUSY)
def test_deleting_a_shell_ends_its_engine(pwsh: Path, script: str) -> None:
    with running_lab([HOST], EngineBackend(pwsh)) as lab, connected(lab, HOST) as wsman:
        pool = RunspacePool(wsman)
        pool.open()
        begun(pool, script).poll_invoke()
        assert len(engines()) == 1
        pool.shell.close()
        until(lambda: not engines())
        assert lab.open_shells(HOST.fqdn) == 0


@pytest.mark.parametrize("script", BUSY.values(), ids=BUSY)
def test_stopping_the_lab_ends_every_engine(pwsh: Path, script: str) -> None:
    with running_lab([HOST], EngineBackend(pwsh)) as lab, connected(lab, HOST) as wsman:
        pools = [RunspacePool(wsman) for _ in range(2)]
        for pool in pools:
            pool.open()
            begun(pool, script)
        assert len(engines()) == 2
    assert engines() == set()


LAB_OF_ITS_OWN = """
import sys
from pathlib import Path
from pypsrp.powershell import RunspacePool
from auditor.lab.engine_backend import EngineBackend
from auditor.lab.server import running_lab
from tests.lab.clients import begun, connected
from tests.lab.engines import engines
from tests.lab.test_engine_lives import HOST

backend = EngineBackend(Path(sys.argv[1]))
with running_lab([HOST], backend) as lab, connected(lab, HOST) as wsman:
    pool = RunspacePool(wsman)
    pool.open()
    begun(pool, sys.argv[2])
    print(*engines(), flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize("script", BUSY.values(), ids=BUSY)
def test_a_lab_that_is_killed_leaves_no_engine(
    pwsh: Path, root: Path, tmp_path_factory: pytest.TempPathFactory, script: str
) -> None:
    lab = subprocess.Popen(
        [sys.executable, "-c", LAB_OF_ITS_OWN, pwsh, script],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root), "TMPDIR": str(tmp_path_factory.mktemp("lab"))},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with lab:
        assert lab.stdout is not None
        engine = int(lab.stdout.readline())
        assert runs(engine)
        lab.kill()
    until(lambda: not runs(engine))


def test_an_engine_that_does_not_listen_any_more_is_killed(pwsh: Path) -> None:
    with running_lab([HOST], EngineBackend(pwsh)) as lab, connected(lab, HOST) as wsman:
        RunspacePool(wsman).open()
        (engine,) = engines()
        os.kill(engine, signal.SIGSTOP)
    assert engines() == set()


@pytest.mark.parametrize("script", [BUSY["idle"], BUSY["writing"]], ids=["idle", "writing"])
def test_the_engine_of_a_client_that_vanished_ends_soon(pwsh: Path, script: str) -> None:
    now = 1000.0
    with running_lab([HOST], EngineBackend(pwsh)) as lab:
        lab._services[HOST.fqdn].clock = lambda: now
        with connected(lab, HOST) as wsman:
            pool = RunspacePool(wsman)
            pool.open()
            begun(pool, script)
            now += 3600
            assert lab.open_shells(HOST.fqdn) == 1  # connected, if silent
        until(lambda: not lab.open_connections(HOST.fqdn))
        now += 4.9
        assert lab.open_shells(HOST.fqdn) == 1  # it may come back
        now += 0.2
        until(lambda: not engines())
        assert lab.open_shells(HOST.fqdn) == 0


def test_a_client_that_comes_back_in_time_finds_its_shell(pwsh: Path) -> None:
    now = 1000.0
    with running_lab([HOST], EngineBackend(pwsh)) as lab:
        lab._services[HOST.fqdn].clock = lambda: now
        with connected(lab, HOST) as wsman:
            pool = RunspacePool(wsman)
            pool.open()
            assert ran(pool, "$kept = 41") == []
        until(lambda: not lab.open_connections(HOST.fqdn))
        with connected(lab, HOST) as wsman:
            pool.connection = pool.shell.wsman = wsman
            assert ran(pool, "$kept + 1") == [42]
            now += 3600
            assert ran(pool, "$kept + 1") == [42]
            pool.close()


def test_an_engine_whose_shell_is_idle_for_too_long_ends(pwsh: Path) -> None:
    now = 1000.0
    with running_lab([HOST], EngineBackend(pwsh)) as lab, connected(lab, HOST) as wsman:
        lab._services[HOST.fqdn].clock = lambda: now
        pool = RunspacePool(wsman, idle_timeout=60)
        pool.open()
        now += 59
        assert ran(pool, "'early'") == ["early"]
        now += 60
        until(lambda: not engines())
        with pytest.raises(WSManFaultError, match="shell was not found"):
            ran(pool, "'late'")


def test_engines_take_turns(pwsh: Path) -> None:
    hosts = [lab_host(number, BASIC_HTTPS) for number in range(6)]
    with (
        running_lab(hosts, EngineBackend(pwsh, engines=2)) as lab,
        most_engines() as seen,
        ThreadPoolExecutor(len(hosts)) as clients,
    ):

        def ask(host: LabHost) -> list[str]:
            with connected(lab, host) as wsman, RunspacePool(wsman) as pool:
                return ran(pool, "$env:COMPUTERNAME")

        answers = list(clients.map(ask, hosts))
    assert answers == [[host.fqdn.partition(".")[0].upper()] for host in hosts]
    assert seen[-1] == 2


def test_who_gives_up_waiting_leaves_its_turn_to_the_next(pwsh: Path) -> None:
    hosts = [lab_host(number, BASIC_HTTPS) for number in range(3)]
    with (
        running_lab(hosts, EngineBackend(pwsh, engines=1)) as lab,
        connected(lab, hosts[0]) as first,
        connected(lab, hosts[1]) as second,
        connected(lab, hosts[1]) as hand,
        connected(lab, hosts[2]) as third,
    ):
        holder, waiting = RunspacePool(first), RunspacePool(second)
        holder.open()
        with ThreadPoolExecutor(1) as threads:
            opening = threads.submit(waiting.open)
            until(lambda: lab.asked(hosts[1].fqdn)["Receive"] == 1)
            assert len(engines()) == 1
            shell = SelectorSet()
            shell.add_option("ShellId", waiting.id)
            hand.delete(waiting.shell.resource_uri, selector_set=shell)
            with pytest.raises(WSManFaultError, match="shell was not found"):
                opening.result()
        holder.close()
        with RunspacePool(third) as pool:
            assert ran(pool, "'mine'") == ["mine"]


FAULTS = {
    "access_denied": "Access is denied",
    "shell_quota": "concurrent shells",
    "malformed_soap": "unclosed token",
    "status_503": "503",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_faults_of_the_transport_start_no_engine(pwsh: Path, fault: str) -> None:
    host = replace(HOST, fault=fault)
    with running_lab([host], EngineBackend(pwsh)) as lab, connected(lab, host) as wsman:
        with pytest.raises(Exception, match=FAULTS[fault]):
            RunspacePool(wsman).open()
        assert engines() == set()


def test_a_connection_that_is_reset_leaves_no_engine(pwsh: Path) -> None:
    host = replace(HOST, fault="die_receive")
    with running_lab([host], EngineBackend(pwsh)) as lab:
        with connected(lab, host) as wsman:
            pool = RunspacePool(wsman)
            pool.open()
            with pytest.raises(OSError, match="Connection aborted"):
                ran(pool, "'never'")
            assert len(engines()) == 1
        until(lambda: not lab.open_connections(host.fqdn))
        service = lab._services[host.fqdn]
        (shell,) = service.shells.values()
        service.clock = lambda: shell.left + 5
        until(lambda: not engines())


def test_a_fault_of_the_script_needs_no_engine(pwsh: Path) -> None:
    host = replace(HOST, fault="script_throws")
    with running_lab([host], EngineBackend(pwsh)) as lab, connected(lab, host) as wsman:
        with RunspacePool(wsman) as pool:
            pipeline = PowerShell(pool)
            pipeline.add_script("'never'")
            pipeline.invoke()
            assert pipeline.state == PSInvocationState.FAILED
            assert str(pipeline.streams.error[0]) == "Access to the registry is denied."
        assert engines() == set()


def test_a_program_that_cannot_be_started_is_a_fault_of_the_shell(tmp_path: Path) -> None:
    with (
        running_lab([HOST], EngineBackend(tmp_path / "none")) as lab,
        connected(lab, HOST) as wsman,
        pytest.raises(WSManFaultError) as caught,
    ):
        RunspacePool(wsman).open()
    assert caught.value.code == 1726
