"""`[[overrides]]` in a run: another credential than the zone's, and servers that are left out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from auditor.lab.model import LabHost
from auditor.lab.server import Lab, running_lab
from auditor.lab.state import StateBackend
from auditor.lab.windows import build_windows
from auditor.lab.windows_description import WindowsDescription
from reports.audit_json import read_audit
from tests.cli.command import sfb_audit
from tests.lab_hosts import NTLM_HTTP, PASSWORD, USER

WINDOWS = WindowsDescription.model_validate(
    {"os": "2012r2", "products": [{"set": "sfb2015-front-end", "version": "6.0.9319.516"}]}
)
REASON = "being decommissioned, CHG1234"


def _host(name: str, number: int) -> LabHost:
    fqdn = f"{name}.contoso.com"
    return LabHost(fqdn, NTLM_HTTP, f"127.33.0.{number}", build_windows(WINDOWS, fqdn))


FE01, FE02, FE03 = _host("fe01", 1), _host("fe02", 2), _host("fe03", 3)


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with running_lab([FE01, FE02, FE03], StateBackend()) as running:
        yield running


@pytest.fixture
def config(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The zone's account is refused everywhere; fe01 has another one, fe03 is left out."""
    monkeypatch.setenv("SFB_AUDIT_TEST_WRONG", "not it")
    monkeypatch.setenv("SFB_AUDIT_TEST_PASSWORD", PASSWORD)
    servers = ", ".join(
        f'{{ fqdn = "{host.fqdn}", address = "{host.address}" }}' for host in (FE01, FE02, FE03)
    )
    path = tmp_path / "estate.toml"
    path.write_text(
        f"""
[zones.lan]
auth = "ntlm"
port = {lab.ports["ntlm-http"]}
credential = "wrong"
[credentials.wrong]
username = 'CONTOSO\\nobody'
source = "env"
variable = "SFB_AUDIT_TEST_WRONG"
[credentials.right]
username = '{USER.username}'
source = "env"
variable = "SFB_AUDIT_TEST_PASSWORD"
[[pools]]
fqdn = "pool01.contoso.com"
kind = "enterprise"
servers = [{servers}]
[[overrides]]
server = "fe01.contoso.com"
credential = "right"
[[overrides]]
server = "fe03.contoso.com"
exclude = "{REASON}"
""",
        "utf-8",
    )
    return path


def test_who_signs_in_and_who_is_left_out(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = config.parent / "audit"
    ended = sfb_audit(capsys, "run", "--config", config, "--out", out)
    servers = {server.fqdn: server for server in read_audit(out / "audit.json").servers}
    assert {name: server.reached.code for name, server in servers.items()} == {
        "fe01.contoso.com": "REACH-READ",
        "fe02.contoso.com": "REACH-AUTH",
        "fe03.contoso.com": "REACH-NOT-ASKED",
    }
    assert servers["fe01.contoso.com"].zone == "lan"
    left_out = servers["fe03.contoso.com"]
    assert (left_out.readiness, left_out.excluded) == ("not_in_scope", REASON)
    assert left_out.reason == f"excluded: {REASON}"
    assert not (out / "facts" / "fe03.contoso.com.facts.json").exists()
    # Nobody tried to contact it.
    assert "fe03" not in ended.err
    assert "1 of 2 servers read, 1 excluded" in ended.out
    assert f"Not audited, excluded: fe03.contoso.com ({REASON})" in " ".join(ended.out.split())


def test_a_zone_of_any_name_leaves_a_servers_own_credential_alone(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of two zones that could be taken for one another, each server signs in as it says."""
    text = config.read_text("utf-8")
    lan = text.partition("[zones.lan]\n")[2].partition("[credentials")[0]
    text += f'[[overrides]]\nserver = "{FE02.fqdn}"\nzone = "lan as right"\n'
    text += '[[overrides]]\npool = "pool01.contoso.com"\nzone = "lan"\n'
    config.write_text(f'[zones."lan as right"]\n{lan}{text}', "utf-8")
    sfb_audit(capsys, "run", "--config", config, "--out", config.parent / "audit")
    servers = read_audit(config.parent / "audit" / "audit.json").servers
    assert {server.fqdn: server.reached.code for server in servers} == {
        "fe01.contoso.com": "REACH-READ",
        "fe02.contoso.com": "REACH-AUTH",
        "fe03.contoso.com": "REACH-NOT-ASKED",
    }


def test_a_bundle_of_a_server_that_is_left_out_is_refused(
    config: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out = config.parent / "audit"
    sfb_audit(capsys, "run", "--config", config, "--out", out)
    bundle = tmp_path / "fe03.facts.json"
    text = (out / "facts" / "fe01.contoso.com.facts.json").read_text("utf-8")
    answer = json.loads(text.replace("fe01", "fe03").replace("FE01", "FE03"))
    del answer["sha256"]
    bundle.write_text(json.dumps(answer), "utf-8")
    ended = sfb_audit(capsys, "run", "--config", config, "--bundle", bundle, "--out", out)
    assert "error BUNDLE-EXCLUDED: fe03.contoso.com is excluded" in ended.err
    again = tmp_path / "again"
    sfb_audit(capsys, "assess", bundle, "--config", config, "--out", again)
    audit = read_audit(again / "audit.json")
    assert (
        f"fe03.contoso.com is excluded ({REASON}): its bundle is not judged." in audit.estate.notes
    )
    assert [s.fqdn for s in audit.servers] == [f"fe0{n}.contoso.com" for n in (1, 2, 3)]
