"""Session configurations of lab hosts, and what the restricted one allows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from pypsrp.complex_objects import PSInvocationState
from pypsrp.exceptions import InvalidPSRPOperation, WSManFaultError
from pypsrp.powershell import PowerShell, RunspacePool

from auditor.errors import UsageError
from auditor.facts.families import FAMILIES
from auditor.lab.engine_backend import EngineBackend
from auditor.lab.model import LabHost
from auditor.lab.registration import NOT_REGISTERED, register
from auditor.lab.server import running_lab
from auditor.lab.shell import ShellBackend
from auditor.lab.state import StateBackend
from tests.lab.clients import connected
from tests.lab_hosts import BASIC_HTTPS, lab_host

HOST = lab_host(1, BASIC_HTTPS, configurations={"SfbAudit": NOT_REGISTERED})
PLAIN = lab_host(2, BASIC_HTTPS)


@dataclass(frozen=True)
class Asked:
    """A pipeline of a client, and the id of the error it ends with."""

    commands: tuple[str, ...]
    error: str
    parameters: dict[str, Any] = field(default_factory=dict)
    script: bool = False


REFUSED = {
    "a script": Asked(("1 + 1",), "ScriptsNotAllowed", script=True),
    "the one command, as a script": Asked(("Get-SfbFacts",), "ScriptsNotAllowed", script=True),
    "another command": Asked(("Get-Item",), "CommandNotFoundException", {"Path": "C:\\"}),
    "a program": Asked(("whoami.exe",), "CommandNotFoundException"),
    "a command after it": Asked(("Get-SfbFacts", "Get-Item"), "CommandNotFoundException"),
    "a family that is none": Asked(
        ("Get-SfbFacts",),
        "ParameterArgumentValidationError,Get-SfbFacts",
        {"Family": ["os", "secrets"]},
    ),
    "another parameter": Asked(
        ("Get-SfbFacts",), "NamedParameterNotFound,Get-SfbFacts", {"ComputerName": "DC01"}
    ),
}


@pytest.fixture(
    scope="module", params=["state", pytest.param("pwsh", marks=pytest.mark.powershell)]
)
def pool(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunspacePool]:
    """A pool in the restricted configuration, by each backend."""
    (host,) = register([HOST], tmp_path_factory.mktemp("endpoint"))
    state = request.param == "state"
    backend = StateBackend() if state else EngineBackend(request.getfixturevalue("pwsh"))
    with opened(host, backend, "sfbaudit") as pool:
        yield pool


@contextmanager
def opened(
    host: LabHost, backend: StateBackend | ShellBackend, configuration: str
) -> Iterator[RunspacePool]:
    with (
        running_lab([host], backend) as lab,
        connected(lab, host) as wsman,
        RunspacePool(wsman, configuration_name=configuration) as pool,
    ):
        yield pool


def invoked(pool: RunspacePool, asked: Asked) -> PowerShell:
    pipeline = PowerShell(pool)
    for command in asked.commands:
        (pipeline.add_script if asked.script else pipeline.add_cmdlet)(command)
    if asked.parameters:
        pipeline.add_parameters(asked.parameters)
    pipeline.invoke()
    return pipeline


@pytest.mark.parametrize("wanted", [None, ["os"], ["winhttp", "os"]])
def test_the_one_command_answers_what_it_is_asked(
    pool: RunspacePool, wanted: list[str] | None
) -> None:
    done = invoked(pool, Asked(("get-sfbfacts",), "", {"Family": wanted} if wanted else {}))
    assert done.state == PSInvocationState.COMPLETED
    answer = json.loads(done.output[0])
    assert answer["computer_name"] == "h0001"
    assert set(answer["families"]) == set(wanted or (family.key for family in FAMILIES))
    assert all(told["ok"] for told in answer["families"].values())


@pytest.mark.parametrize("asked", REFUSED.values(), ids=REFUSED)
def test_nothing_else_is_allowed(pool: RunspacePool, asked: Asked) -> None:
    done = invoked(pool, asked)
    assert done.state == PSInvocationState.FAILED
    assert done.output == []
    assert [error.fq_error for error in done.streams.error] == [asked.error]


@pytest.mark.parametrize("name", ["SfbAudit", "Microsoft.PowerShell32", "", "../x"])
def test_a_host_has_no_configuration_but_its_own(name: str) -> None:
    with (
        running_lab([PLAIN], StateBackend()) as lab,
        connected(lab, PLAIN) as wsman,
        pytest.raises(WSManFaultError) as caught,
    ):
        RunspacePool(wsman, configuration_name=name).open()
    assert caught.value.code == 2150858811


@pytest.mark.powershell
def test_the_engine_opens_no_other_configuration_either(pwsh: Path) -> None:
    with (
        pytest.raises(WSManFaultError, match="resource URI"),
        opened(PLAIN, EngineBackend(pwsh), "SfbAudit"),
    ):
        pass


@pytest.mark.powershell
@pytest.mark.parametrize("command", [NOT_REGISTERED, "if ("])
def test_a_configuration_that_cannot_be_made_opens_no_session(pwsh: Path, command: str) -> None:
    host = replace(HOST, configurations={"SfbAudit": command})
    with (
        pytest.raises(InvalidPSRPOperation, match="broken"),
        opened(host, EngineBackend(pwsh), "SfbAudit"),
    ):
        pass


def test_nothing_is_written_where_no_host_has_a_configuration(tmp_path: Path) -> None:
    assert register([PLAIN], tmp_path / "endpoint") == (PLAIN,)
    assert not (tmp_path / "endpoint").exists()


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "endpoint").write_text("a file")
    with pytest.raises(UsageError, match="cannot be written") as caught:
        register([HOST], tmp_path / "endpoint")
    assert caught.value.code == "LAB-FOLDER"
