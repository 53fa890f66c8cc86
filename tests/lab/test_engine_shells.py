"""A shell that is a real PowerShell, as unmodified pypsrp meets it."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pypsrp.complex_objects import PSInvocationState
from pypsrp.exceptions import WSManFaultError
from pypsrp.powershell import PowerShell, RunspacePool
from pypsrp.shell import SignalCode

from auditor.lab.engine_backend import EngineBackend
from auditor.lab.fragments import POOL_STATE, kind_of
from auditor.lab.model import LabHost
from auditor.lab.server import Lab, running_lab
from auditor.lab.windows import build_windows
from auditor.lab.windows_description import WindowsDescription
from tests.lab.clients import begun, connected, ran
from tests.lab.engines import engines, until
from tests.lab_hosts import BASIC_HTTPS, NTLM_HTTP, lab_host

pytestmark = pytest.mark.powershell

PLAIN = lab_host(1, BASIC_HTTPS)
SEALED = lab_host(2, NTLM_HTTP)
FAST_CLOCK = lab_host(3, BASIC_HTTPS, clock_offset=7200.0)
SLOW = lab_host(4, BASIC_HTTPS, think=30.0)
OLD = LabHost(
    "old.contoso.com",
    BASIC_HTTPS,
    "127.30.9.1",
    build_windows(WindowsDescription(os="2008r2"), "old.contoso.com"),
)
HOSTS = (PLAIN, SEALED, FAST_CLOCK, SLOW, OLD)
SESSION_CAPABILITY, APPLICATION_PRIVATE_DATA = 0x00010002, 0x00021009
SECRET = "a password of whoever starts the lab"


@pytest.fixture(scope="module")
def lab(pwsh: Path) -> Iterator[Lab]:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SFB_AUDIT_SECRET", SECRET)
        with running_lab(HOSTS, EngineBackend(pwsh)) as running:
            yield running
    assert engines() == set()


@pytest.fixture(scope="module")
def shared(lab: Lab) -> Iterator[RunspacePool]:
    """A pool that stays open: its pipelines run one after the other."""
    with connected(lab, PLAIN) as wsman, RunspacePool(wsman) as pool:
        yield pool


def invoked(pool: RunspacePool, script: str, given: Any = None) -> PowerShell:
    pipeline = PowerShell(pool)
    pipeline.add_script(script)
    pipeline.invoke(given)
    return pipeline


def test_objects_come_as_the_engine_writes_them(shared: RunspacePool) -> None:
    assert ran(shared, "1; 'a'; $true; 1.5; @(1, 2); [guid]::Empty.ToString()") == [
        *(1, "a", True, 1.5, 1, 2),
        "00000000-0000-0000-0000-000000000000",
    ]


def test_every_stream_arrives(shared: RunspacePool) -> None:
    done = invoked(
        shared,
        "$VerbosePreference = $DebugPreference = 'Continue'; 'out'; Write-Error 'first'; "
        "Write-Warning 'careful'; Write-Verbose 'chatty'; Write-Debug 'deep'",
    )
    assert done.state == PSInvocationState.COMPLETED
    assert done.output == ["out"]
    streams = done.streams
    told = [str(*stream) for stream in (streams.error, streams.warning, streams.verbose)]
    assert told == ["first", "careful", "chatty"]
    assert [str(each) for each in streams.debug] == ["deep"]


def test_a_terminating_error_fails_the_pipeline_and_nothing_else(shared: RunspacePool) -> None:
    failed = invoked(shared, "'kept'; throw 'no'")
    assert failed.state == PSInvocationState.FAILED
    assert failed.output == ["kept"]
    assert [str(error) for error in failed.streams.error] == ["no"]
    assert invoked(shared, "if (").streams.error[0].fq_error == "IfStatementMissingCondition"
    assert ran(shared, "'alive'") == ["alive"]


def test_parameters_and_input_reach_the_pipeline(shared: RunspacePool) -> None:
    pipeline = PowerShell(shared)
    pipeline.add_script('param($Number, $Words) foreach ($word in $Words) { "$word $Number" }')
    pipeline.add_parameters({"Number": 7, "Words": ["one", "two"]})
    assert pipeline.invoke() == ["one 7", "two 7"]
    assert invoked(shared, "foreach ($item in $input) { $item * 2 }", [1, 2, 3]).output == [2, 4, 6]


def test_pipelines_of_a_pool_share_its_session(shared: RunspacePool) -> None:
    assert ran(shared, "$kept = 41") == []
    assert ran(shared, "$kept + 1") == [42]


def test_a_pool_opens_with_the_messages_of_windows_alone(lab: Lab) -> None:
    told: list[bytes] = []
    with connected(lab, PLAIN) as wsman:
        send = wsman.transport.send

        def heard(message: bytes, **options: Any) -> bytes:
            told.append(answer := send(message, **options))
            return answer

        wsman.transport.send = heard  # type: ignore[method-assign]
        with RunspacePool(wsman) as pool:
            assert pool.protocol_version == "2.3"
    streams = re.findall(rb"<rsp:Stream[^>]*>([^<]*)<", b"".join(told))
    assert [kind_of(base64.b64decode(stream)) for stream in streams] == [
        *(SESSION_CAPABILITY, APPLICATION_PRIVATE_DATA, POOL_STATE)
    ]


@pytest.mark.parametrize("host", [PLAIN, SEALED], ids=["https", "sealed http"])
def test_long_texts_come_whole(lab: Lab, host: LabHost) -> None:
    with connected(lab, host) as wsman, RunspacePool(wsman) as pool:
        sent = "\u00e4\u20ac" * 100_000
        assert ran(pool, f"'{sent}'; 'end'") == [sent, "end"]


def test_a_session_is_the_hosts(lab: Lab, shared: RunspacePool) -> None:
    windows = "(Get-WmiObject -Class Win32_OperatingSystem).Version"
    asked = f"{windows}; [string]$PSVersionTable.PSVersion; $env:COMPUTERNAME"
    assert ran(shared, asked) == ["6.3.9600", "4.0", "H0001"]
    with connected(lab, OLD) as wsman, RunspacePool(wsman) as pool:
        assert ran(pool, asked) == ["6.1.7601", "3.0", "OLD"]


def test_a_session_knows_nothing_of_who_started_the_lab(shared: RunspacePool) -> None:
    told = ran(shared, "Get-ChildItem env: | ForEach-Object { $_.Name + '=' + $_.Value }")
    assert any(line.startswith("PWSH_STATE=") for line in told)
    assert [line for line in told if SECRET in line or "SFB_AUDIT" in line] == []
    assert ran(shared, "Get-Variable Version, ClockOffset -ErrorAction SilentlyContinue") == []


def test_the_clock_is_the_hosts(lab: Lab) -> None:
    with connected(lab, FAST_CLOCK) as wsman, RunspacePool(wsman) as pool:
        before = datetime.now(UTC) + timedelta(hours=2)
        now, hour, given = ran(
            pool, "$a = Get-Date; $a.ToString('o'); $a.Hour; (Get-Date '2018-11-01').Year"
        )
        after = datetime.now(UTC) + timedelta(hours=2)
    told = datetime.fromisoformat(f"{now[:26]}+00:00")
    assert before - timedelta(seconds=1) < told < after + timedelta(seconds=1)
    assert (hour, given) == (told.hour, 2018)


def test_ctrl_c_stops_a_pipeline_and_the_next_one_runs(shared: RunspacePool) -> None:
    pipeline = begun(shared, "'begun'; while ($true) { }")
    shared.shell.signal(SignalCode.PS_CTRL_C, command_id=pipeline.id)
    pipeline.end_invoke()
    assert pipeline.state == PSInvocationState.STOPPED
    assert ran(shared, "'next'") == ["next"]


def test_terminate_ends_a_pipeline_for_good(shared: RunspacePool) -> None:
    pipeline = begun(shared, "while ($true) { 'x' * 30000 }")
    shared.shell.signal(SignalCode.TERMINATE, command_id=pipeline.id)
    with pytest.raises(WSManFaultError) as caught:
        shared.shell.receive("stdout", command_id=pipeline.id)
    assert caught.value.code == 2150858843
    assert ran(shared, "'next'") == ["next"]


@pytest.mark.parametrize("code", [SignalCode.PS_CTRL_C, SignalCode.TERMINATE])
def test_a_pipeline_stops_while_its_host_still_thinks(lab: Lab, code: str) -> None:
    with connected(lab, SLOW) as wsman, RunspacePool(wsman) as pool:
        pipeline = begun(pool, "'never'")
        pool.shell.signal(code, command_id=pipeline.id)
        if code == SignalCode.TERMINATE:
            with pytest.raises(WSManFaultError):
                pool.shell.receive("stdout", command_id=pipeline.id)
        else:
            pipeline.end_invoke()
            assert pipeline.state == PSInvocationState.STOPPED
            assert pipeline.output == []


def test_what_a_client_does_not_take_holds_the_engine_up(lab: Lab, shared: RunspacePool) -> None:
    pipeline = begun(shared, "while ($true) { 'x' * 30000 }")
    (shell,) = lab._services[PLAIN.fqdn].shells.values()
    command = shell.commands[pipeline.id.upper()]
    until(lambda: not command.mailbox._roomy.is_set())
    with connected(lab, OLD) as wsman, RunspacePool(wsman) as pool:
        assert ran(pool, "'time enough to write on'") == ["time enough to write on"]
    assert command.mailbox._held < 5 * 1024 * 1024
    shared.shell.signal(SignalCode.TERMINATE, command_id=pipeline.id)
    assert ran(shared, "'next'") == ["next"]


def test_a_script_that_writes_to_the_console_breaks_nothing(shared: RunspacePool) -> None:
    assert ran(shared, "[Console]::Out.WriteLine('hello'); 'out'") == ["out"]


def test_an_engine_that_dies_is_a_fault_of_its_shell(lab: Lab) -> None:
    with connected(lab, OLD) as wsman:
        pool = RunspacePool(wsman)
        pool.open()
        for script in ("[Environment]::Exit(1)", "'too late'"):
            with pytest.raises(WSManFaultError) as caught:
                ran(pool, script)
            assert caught.value.code == 1726
        pool.close()
    assert lab.open_shells(OLD.fqdn) == 0
