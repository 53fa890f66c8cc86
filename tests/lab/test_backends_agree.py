"""The two backends give a client the same answers, and an audit the same findings."""

from __future__ import annotations

import json
import re
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from auditor.cli.main import main
from auditor.collect.runner import collect
from auditor.collect.script import joined_script
from auditor.estate.zone import RunOptions
from auditor.lab.engine_backend import EngineBackend
from auditor.lab.estate_file import read_estate_file
from auditor.lab.model import LabHost
from auditor.lab.server import running_lab
from auditor.lab.shell import ShellBackend
from auditor.lab.state import StateBackend
from tests.lab.engines import engines
from tests.lab_hosts import target

pytestmark = pytest.mark.powershell

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z")
PORT = re.compile(r"\bport \d+")
APART = re.compile(r"\b\d+ seconds (ahead of|behind)|[+-]\d+ s\b")


def demo_hosts(*names: str) -> list[LabHost]:
    with resources.as_file(resources.files("auditor.lab") / "demo.toml") as shipped:
        hosts = read_estate_file(shipped).hosts
    return [host for host in hosts if host.fqdn.partition(".")[0] in names]


def answers(hosts: list[LabHost], backend: StateBackend | ShellBackend) -> dict[str, Any]:
    """What each host answers to the collector, by its FQDN."""
    with running_lab(hosts, backend) as lab:
        options = RunOptions(deadline_seconds=60)
        asked = [target(lab, host, host.zone.user.password) for host in hosts]
        read = list(collect(asked, joined_script(), options))
    return {each.reading.fqdn: json.loads(each.answer or "null") for each in read}


def without_time(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer but for when it was given, and how long each family took."""
    families = {key: {**told, "ms": 0} for key, told in answer["families"].items()}
    return {**answer, "collected_utc": "", "families": families}


def test_a_host_answers_the_same_over_wsman(pwsh: Path) -> None:
    hosts = demo_hosts("fe01", "fe04", "edge01", "sfb-se3")
    assert len(hosts) == 4
    told, ran = answers(hosts, StateBackend()), answers(hosts, EngineBackend(pwsh))
    assert told.keys() == ran.keys() == {host.fqdn for host in hosts}
    for fqdn, answer in told.items():
        assert without_time(ran[fqdn]) == without_time(answer)


def findings(out: Path, backend: str) -> Any:
    """The audit of the demo, but for its run and folder, its instants, ports, measured clocks."""
    with pytest.raises(SystemExit) as caught:
        main(["demo", "--out", str(out), "--backend", backend])
    assert caught.value.code == 0
    audit = json.loads((out / "audit.json").read_text("utf-8").replace(str(out), "out"))
    return _timeless(audit)


def _timeless(value: Any, key: str = "") -> Any:
    if key == "clock_skew_seconds" and value is not None:
        return round(value, -2)  # a server that waits for its turn seems to be ahead
    if isinstance(value, dict):
        return {name: _timeless(each, name) for name, each in value.items()}
    if isinstance(value, list):
        return [_timeless(each) for each in value]
    if isinstance(value, str):
        return APART.sub("apart", PORT.sub("port", INSTANT.sub("then", value)))
    return value


def test_the_demo_finds_the_same(
    pwsh: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUDITOR_PWSH", str(pwsh))
    told, ran = (findings(tmp_path / backend, backend) for backend in ("state", "pwsh"))
    assert engines() == set()
    assert told["run"].pop("id") != ran["run"].pop("id")
    assert len(told["findings"]) > 100
    assert ran == told
