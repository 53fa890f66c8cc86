"""`sfb-audit discover` against a whole simulated estate, over both ways in."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from auditor.errors import ExitCode
from auditor.facts.bundle import read_bundle
from auditor.facts.estate.families import POOL_FAMILIES
from auditor.facts.reading import ReachState, Reading
from auditor.lab.estate_file import build_estate
from auditor.lab.inventory import write_inventory
from auditor.lab.server import Lab, running_lab
from auditor.lab.state import StateBackend
from tests.cli.command import Ended, sfb_audit

Capture = pytest.CaptureFixture[str]
FE, POOL = "fe01.contoso.com", "pool01.contoso.com"
ESTATE = r"""
[lab]
name = "Contoso"
[users.domain]
username = 'CONTOSO\svc-sfbaudit'
password = "Lab-only.Fabrikam.2018"
[zones.internal]
transport = "http"
auth = "ntlm"
port = 0
user = "domain"
[windows.fe2015]
os = "2012r2"
products = [{ set = "sfb2015-front-end", version = "6.0.9319.516" }]
[windows.fe2013]
os = "2012r2"
products = [{ set = "lync2013-front-end", version = "5.0.8308.1001" }]
[windows.edge2015]
os = "2012r2"
products = [{ set = "sfb2015-edge", version = "6.0.9319.516" }]
[[sites]]
name = "Tokyo"
[[pools]]
fqdn = "pool01.contoso.com"
kind = "enterprise"
site = "Tokyo"
service_version = 7
hosts_cms = true
edge = "edgepool.contoso.com"
backends = [{ fqdn = "sql01.contoso.com", instance = "rtc" }]
[[pools.servers]]
fqdn = "fe01.contoso.com"
zone = "internal"
windows = "fe2015"
upgrade_domain = "UpgradeDomain1"
[[pools.servers]]
fqdn = "fe02.contoso.com"
zone = "internal"
windows = "fe2015"
upgrade_domain = "UpgradeDomain2"
[[pools]]
fqdn = "se01.contoso.com"
kind = "standard"
site = "Tokyo"
service_version = 6
edge = "edgepool.contoso.com"
backends = [{ fqdn = "se01.contoso.com", instance = "rtc", collocated = true }]
[[pools.servers]]
fqdn = "se01.contoso.com"
zone = "internal"
windows = "fe2013"
[[pools]]
fqdn = "edgepool.contoso.com"
kind = "edge"
site = "Tokyo"
service_version = 7
next_hop = "pool01.contoso.com"
[[pools.servers]]
fqdn = "edge01.contoso.com"
zone = "internal"
windows = "edge2015"
[[pools]]
fqdn = "sql01.contoso.com"
kind = "sql"
site = "Tokyo"
[[pools.servers]]
fqdn = "sql01.contoso.com"
"""
WAYS = {"winrm": FE, "ocspowershell": POOL}


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")


@contextmanager
def estate(folder: Path, **configuration: Any) -> Iterator[tuple[Lab, Path]]:
    raw = {**tomllib.loads(ESTATE), "configuration": configuration}
    described = build_estate(raw, "test")
    with running_lab(described.hosts, StateBackend()) as lab:
        yield lab, write_inventory(described, lab.ports, lab.ca_file, folder / "lab")


def ask(capsys: Capture, lab: Lab, config: Path, via: str, *more: object) -> Ended:
    ways: tuple[object, ...] = ()
    if via == "ocspowershell":
        ways = ("--port", lab.ocs_port, "--ca-file", config.parent / "lab-ca.pem")
    return sfb_audit(
        capsys, "discover", "--from", WAYS[via], "--via", via, "--config", config, *ways, *more
    )


def _mark(ended: Ended, title: str) -> str:
    line = next(line for line in ended.out.splitlines() if title in line)
    return line.partition(title)[0].strip()


TITLES = (
    "Hybrid (shared SIP address space",
    "Federation with organisations in Office 365",
    "Exchange Online (voicemail, OAuth, calendar)",
)
KINDS = [
    ({"like": "hybrid"}, [">", ">", ""]),
    ({"like": "federation"}, ["", ">", ""]),
    ({"like": "exchange_online"}, ["", "", ">"]),
    ({"like": "all_off"}, ["", "", ""]),
    ({"like": "hybrid", "refused": ["Get-CsHostingProvider"]}, ["?", ">", "?"]),
]


@pytest.mark.parametrize("via", WAYS)
@pytest.mark.parametrize(("kind", "marks"), KINDS, ids=lambda each: str(each)[:40])
def test_the_row_that_is_this_estates_is_marked(
    kind: dict[str, Any], marks: list[str], via: str, tmp_path: Path, capsys: Capture
) -> None:
    with estate(tmp_path, **kind) as (lab, config):
        ended = ask(capsys, lab, config, via)
    assert [_mark(ended, title) for title in TITLES] == marks, ended
    refused = "?" in marks
    assert ended.code == (ExitCode.INCOMPLETE if refused else ExitCode.READY), ended
    assert ("Get-CsHostingProvider on" in ended.out) is refused


def _readings(folder: Path) -> dict[str, Reading]:
    return {path.name: read_bundle(path) for path in folder.glob("*.json")}


def _same_state(commands: Any, script: Any) -> None:
    """Remoting sends what lies within an object's property as its text alone."""
    for name in ("pool", "state", "front_ends", "active_front_ends"):
        assert getattr(commands, name) == getattr(script, name)
    shown = [[domain.shown for domain in each.domains.items] for each in (commands, script)]
    assert shown[0] == shown[1]


def test_both_ways_give_the_same_facts(tmp_path: Path, capsys: Capture) -> None:
    with estate(tmp_path, like="exchange_online", second_hop=True) as (lab, config):
        for via in WAYS:
            ended = ask(capsys, lab, config, via, "--save", tmp_path / f"{via}.toml")
            assert ended.code == ExitCode.READY, ended
            assert "They name the same pools and computers." in ended.out
    direct = _readings(tmp_path / "winrm")
    commands = _readings(tmp_path / "ocspowershell")
    assert set(direct) == {f"{FE}.json", "se01.contoso.com.json"}
    assert set(commands) == {f"{POOL}.json", "se01.contoso.com.json"}
    compared = 0
    for one, other in ((f"{FE}.json", f"{POOL}.json"), ("se01.contoso.com.json",) * 2):
        assert commands[other].origin == "ocspowershell"
        for result in direct[one].families:
            if result.family in POOL_FAMILIES and one == f"{FE}.json":
                continue  # whichever front end of the pool answers
            same = commands[other].family(result.family)
            assert same is not None, result.family
            if result.family == "pool_upgrade":
                _same_state(same.facts, result.facts)
            else:
                assert same.facts == result.facts, result.family
            kinds = {e.kind.rpartition(".")[2] for e in (same.error, result.error) if e}
            assert (same.error is None) is (result.error is None), result.family
            assert len(kinds) < 2, kinds
            compared += 1
    assert compared >= 14
    topologies = {(tmp_path / via / "topology.xml").read_bytes() for via in WAYS}
    assert len(topologies) == 1


def test_what_winrm_is_refused_the_endpoint_reads(tmp_path: Path, capsys: Capture) -> None:
    with estate(tmp_path, like="hybrid") as (lab, config):
        ended = {via: ask(capsys, lab, config, via) for via in WAYS}
    assert "Get-CsSite, Get-CsPool, Get-CsComputer on fe01" in ended["winrm"].out
    assert "second hop" in ended["winrm"].out
    assert "second hop" not in ended["ocspowershell"].out
    assert "They name the same pools and computers." in ended["ocspowershell"].out


def test_an_audit_goes_on_with_what_was_saved(tmp_path: Path, capsys: Capture) -> None:
    save = tmp_path / "estate.toml"
    with estate(tmp_path, like="hybrid") as (lab, config):
        ask(capsys, lab, config, "ocspowershell", "--save", save)
        ended = sfb_audit(capsys, "run", "--config", save, "--out", tmp_path / "audit")
    assert ended.code == ExitCode.READY, ended.err
    assert "REACH-READ: edge01.contoso.com" in ended.err
    read = _readings(tmp_path / "audit" / "facts")
    assert {reading.reach.state for reading in read.values()} == {ReachState.READ}
