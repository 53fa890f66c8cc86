"""`sfb-audit run --bundle`: facts carried by hand beside servers that are asked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from auditor.collect.script import joined_script
from auditor.lab.model import LabHost
from auditor.lab.server import Lab, running_lab
from auditor.lab.state import StateBackend
from auditor.lab.windows import build_windows
from auditor.lab.windows_description import WindowsDescription
from tests.cli.command import Ended, sfb_audit
from tests.lab_hosts import NTLM_HTTP, PASSWORD, USER

WINDOWS = WindowsDescription.model_validate(
    {"os": "2012r2", "products": [{"set": "sfb2015-edge", "version": "6.0.9319.516"}]}
)


def _host(fqdn: str, address: str = "127.31.0.1") -> LabHost:
    return LabHost(fqdn, NTLM_HTTP, address, build_windows(WINDOWS, fqdn))


FE01 = _host("fe01.contoso.com")


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with running_lab([FE01], StateBackend()) as running:
        yield running


@pytest.fixture
def estate(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A front end that the lab answers for, and an Edge that nothing reaches."""
    monkeypatch.setenv("SFB_AUDIT_TEST_PASSWORD", PASSWORD)
    path = tmp_path / "estate.toml"
    path.write_text(
        f"""
[zones.lan]
auth = "ntlm"
port = {lab.ports["ntlm-http"]}
credential = "me"
[credentials.me]
username = '{USER.username}'
source = "env"
variable = "SFB_AUDIT_TEST_PASSWORD"
[[pools]]
fqdn = "fe01.contoso.com"
zone = "lan"
servers = [{{ fqdn = "fe01.contoso.com", address = "{FE01.address}" }}]
[[pools]]
fqdn = "edge01.contoso.com"
kind = "edge"
zone = "offline"
servers = ["edge01.contoso.com"]
""",
        "utf-8",
    )
    return path


def _bundle(folder: Path, fqdn: str) -> Path:
    """What the offline collector leaves on a server of that name, now."""
    (text,) = StateBackend().run(_host(fqdn), joined_script().text, {}).output
    digest = hashlib.sha256(text.encode()).hexdigest()
    path = folder / f"{fqdn}.facts.json"
    path.write_text(f'{text[:-1]},"sha256":"{digest}"}}', "utf-8")
    return path


def _run(
    capsys: pytest.CaptureFixture[str], estate: Path, *bundles: Path
) -> tuple[Ended, dict[str, Any]]:
    """How the run ended, and its servers by host name."""
    out = estate.parent / "audit"
    options = [part for bundle in bundles for part in ("--bundle", bundle)]
    ended = sfb_audit(capsys, "run", "--config", estate, "--out", out, *options)
    if not (out / "audit.json").exists():
        return ended, {}
    audit = json.loads((out / "audit.json").read_text("utf-8"))
    return ended, {server["fqdn"].partition(".")[0]: server for server in audit["servers"]}


def test_an_offline_server_without_a_bundle_is_unknown(
    capsys: pytest.CaptureFixture[str], estate: Path
) -> None:
    ended, servers = _run(capsys, estate)
    assert ended.code == 3
    assert servers["edge01"]["readiness"] == "unknown"
    assert servers["edge01"]["reached"]["code"] == "REACH-NOT-ASKED"
    assert servers["fe01"]["reached"]["ok"]


# An Edge outside any domain names itself alone; one with a suffix in full.
@pytest.mark.parametrize("name", ["edge01.contoso.com", "edge01"])
@pytest.mark.parametrize("as_folder", [False, True])
def test_a_bundle_stands_for_its_server_and_is_marked(
    capsys: pytest.CaptureFixture[str], estate: Path, name: str, as_folder: bool
) -> None:
    folder = estate.parent / "carried"
    folder.mkdir()
    bundle = _bundle(folder, name)
    ended, servers = _run(capsys, estate, folder if as_folder else bundle)
    edge = servers["edge01"]
    assert edge["fqdn"] == "edge01.contoso.com"
    assert edge["reached"]["ok"]
    assert edge["product"] == "sfb2015"
    assert (edge["reached"]["origin"], edge["reached"]["unauthenticated"]) == ("bundle", True)
    assert edge["reached"]["age_days"] == 0
    assert not servers["fe01"]["reached"]["unauthenticated"]
    told = " ".join(ended.out.split())
    assert "carried by hand, whose authors are not verified: edge01.contoso.com (0 days" in told


def test_it_is_kept_with_the_run_and_judged_alike_again(
    capsys: pytest.CaptureFixture[str], estate: Path
) -> None:
    _, servers = _run(capsys, estate, _bundle(estate.parent, "edge01"))
    facts = sorted((estate.parent / "audit" / "facts").iterdir())
    again = estate.parent / "again"
    sfb_audit(capsys, "assess", *facts, "--config", estate, "--out", again)
    audit = json.loads((again / "audit.json").read_text("utf-8"))
    first = {s["fqdn"]: (s["readiness"], s["reached"]["origin"]) for s in servers.values()}
    assert {s["fqdn"]: (s["readiness"], s["reached"]["origin"]) for s in audit["servers"]} == first


def test_assess_takes_a_host_name_for_the_estates_server(
    capsys: pytest.CaptureFixture[str], estate: Path
) -> None:
    out = estate.parent / "assessed"
    bundle = _bundle(estate.parent, "edge01")
    sfb_audit(capsys, "assess", bundle, "--config", estate, "--out", out)
    audit = json.loads((out / "audit.json").read_text("utf-8"))
    read = [s["fqdn"] for s in audit["servers"] if s["reached"]["ok"]]
    assert read == ["edge01.contoso.com"]
    assert len(audit["servers"]) == 2


@pytest.mark.parametrize("name", ["edge09.contoso.com", "edge01.fabrikam.com", "edge09"])
def test_a_bundle_of_no_server_of_the_estate(
    capsys: pytest.CaptureFixture[str], estate: Path, name: str
) -> None:
    ended, servers = _run(capsys, estate, _bundle(estate.parent, name))
    assert (ended.code, servers) == (2, {})
    assert "error BUNDLE-STRANGER" in ended.err
    assert name in ended.err


def test_two_bundles_of_one_server(capsys: pytest.CaptureFixture[str], estate: Path) -> None:
    bundles = [_bundle(estate.parent, name) for name in ("edge01", "edge01.contoso.com")]
    ended, servers = _run(capsys, estate, *bundles)
    assert (ended.code, servers) == (2, {})
    assert "are both of edge01.contoso.com" in ended.err


def test_a_bundle_of_a_server_that_could_be_asked_wins(
    capsys: pytest.CaptureFixture[str], estate: Path, lab: Lab
) -> None:
    before = lab.connections["fe01.contoso.com"]
    _, servers = _run(capsys, estate, _bundle(estate.parent, "fe01.contoso.com"))
    assert servers["fe01"]["reached"]["origin"] == "bundle"
    assert lab.connections["fe01.contoso.com"] == before


def test_a_carried_file_cannot_claim_to_have_been_asked_for(
    capsys: pytest.CaptureFixture[str], estate: Path
) -> None:
    bundle = _bundle(estate.parent, "edge01")
    answer = json.loads(bundle.read_text("utf-8"))
    del answer["sha256"]
    now = answer["collected_utc"]
    runner = {"target": "edge01.contoso.com", "started": now, "finished": now, "origin": "winrm"}
    bundle.write_text(json.dumps({**answer, "runner": runner}), "utf-8")
    _, servers = _run(capsys, estate, bundle)
    assert servers["edge01"]["reached"]["unauthenticated"]
    assert servers["edge01"]["reached"]["clock_skew_seconds"] is None
