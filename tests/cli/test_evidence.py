"""`[estate] evidence`: what was read of the estate's configuration, weighed by every command."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from auditor.audit import ScenarioEntry
from auditor.errors import ExitCode
from auditor.facts.bundle import bundle_text
from auditor.facts.reading import Reach, ReachState, Reading
from reports.audit_json import read_audit
from tests import estate_kinds as kinds
from tests.cli.command import sfb_audit
from tests.estate_facts import answer_of

Capture = pytest.CaptureFixture[str]
NOW = datetime.now(UTC)
TOO_OLD = NOW - timedelta(days=31)

# Nothing is contacted: what `run` does beside collecting shows here.
ESTATE = """
[estate]
evidence = "contoso"
[[pools]]
fqdn = "fe01.contoso.com"
kind = "standard"
zone = "offline"
edge = "edge01.contoso.com"
servers = ["fe01.contoso.com"]
[[pools]]
fqdn = "edge01.contoso.com"
kind = "edge"
zone = "offline"
next_hop = "fe01.contoso.com"
servers = ["edge01.contoso.com"]
"""


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "400")


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "contoso").mkdir()
    path = tmp_path / "estate.toml"
    path.write_text(ESTATE, "utf-8")
    return path


def _save(folder: Path, shell: kinds.Shell, name: str = "fe01", when: datetime = NOW) -> Path:
    path = folder / "contoso" / f"{name}.contoso.com.json"
    path.write_text(answer_of(shell, fqdn=f"{name}.contoso.com", when=when), "utf-8")
    return path


def _audited(capsys: Capture, config: Path) -> dict[str, ScenarioEntry]:
    out = config.parent / "audit"
    sfb_audit(capsys, "run", "--config", config, "--out", out)
    return {scenario.key: scenario for scenario in read_audit(out / "audit.json").scenarios}


# kind of estate -> in use: hybrid, federation, exchange_online
IN_USE = [
    (kinds.HYBRID, "yes yes no"),
    (kinds.FEDERATED, "no yes no"),
    (kinds.EXCHANGE_ONLINE_ONLY, "no no yes"),
    (kinds.ALL_OFF, "no no no"),
]


@pytest.mark.parametrize(("shell", "in_use"), IN_USE)
def test_a_run_judges_what_the_evidence_says_is_in_use(
    shell: kinds.Shell, in_use: str, config: Path, capsys: Capture
) -> None:
    _save(config.parent, shell)
    assert [s.in_use for s in _audited(capsys, config).values()] == in_use.split()


def test_the_evidence_is_shown_with_cmdlet_server_and_time(config: Path, capsys: Capture) -> None:
    _save(config.parent, kinds.HYBRID)
    told = f"Get-CsHostingProvider, fe01.contoso.com, {NOW:%Y-%m-%d %H:%M} UTC"
    assert told in _audited(capsys, config)["hybrid"].evidence
    assert told in sfb_audit(capsys, "explain", "hybrid", "--run", config.parent / "audit").out


def test_assess_and_scenarios_weigh_it_too(config: Path, capsys: Capture) -> None:
    bundle = _save(config.parent, kinds.FEDERATED)
    out = config.parent / "again"
    sfb_audit(capsys, "assess", bundle, "--config", config, "--out", out)
    found = {s.key: s.in_use for s in read_audit(out / "audit.json").scenarios}
    assert found == {"hybrid": "no", "federation": "yes", "exchange_online": "no"}
    ended = sfb_audit(capsys, "scenarios", "--config", config)
    assert ended.code == ExitCode.READY
    assert "No configuration was read" not in ended.out
    assert "open federation is on" in ended.out


def test_what_is_stated_wins_and_the_contradiction_is_said(config: Path, capsys: Capture) -> None:
    _save(config.parent, kinds.HYBRID)
    config.write_text(f'{ESTATE}\n[scenarios]\nhybrid = "no"\n', "utf-8")
    assert _audited(capsys, config)["hybrid"].in_use == "no"
    notes = read_audit(config.parent / "audit" / "audit.json").estate.notes
    assert any("but what was read says yes" in note for note in notes)


def test_old_evidence_is_as_good_as_unread(config: Path, capsys: Capture) -> None:
    _save(config.parent, kinds.ALL_OFF, when=TOO_OLD)
    found = _audited(capsys, config)
    assert {scenario.in_use for scenario in found.values()} == {"unknown"}
    told = "counts as unread: the facts are 31 days old; the policy allows 30 at most"
    assert told in found["hybrid"].evidence
    assert read_audit(config.parent / "audit" / "audit.json").run.exit_code == 3
    ended = sfb_audit(capsys, "scenarios", "--config", config)
    assert ended.code == ExitCode.INCOMPLETE
    assert "31 days old" in ended.out


def test_of_old_and_new_evidence_the_new_counts(config: Path, capsys: Capture) -> None:
    _save(config.parent, kinds.HYBRID, "edge01", TOO_OLD)
    _save(config.parent, kinds.ALL_OFF, "fe01")
    assert _audited(capsys, config)["hybrid"].in_use == "no"


def test_evidence_of_another_estate_does_not_count(config: Path, capsys: Capture) -> None:
    _save(config.parent, kinds.ALL_OFF, "fe77")
    assert _audited(capsys, config)["hybrid"].in_use == "unknown"
    told = "fe77.contoso.com is not a server of estate file estate.toml"
    notes = read_audit(config.parent / "audit" / "audit.json").estate.notes
    assert any("What fe77.contoso.com reported on its estate does not count" in n for n in notes)
    assert told in sfb_audit(capsys, "scenarios", "--config", config).out


def test_a_server_that_did_not_answer_leaves_it_unknown(config: Path, capsys: Capture) -> None:
    reach = Reach(ReachState.REFUSED, "fe01.contoso.com refused the connection on port 5985.")
    reading = Reading("fe01.contoso.com", reach, finished=NOW)
    path = config.parent / "contoso" / "fe01.contoso.com.json"
    path.write_text(bundle_text(reading, None), "utf-8")
    found = _audited(capsys, config)["hybrid"]
    assert found.in_use == "unknown"
    assert "counts as unread: fe01.contoso.com refused the connection" in found.evidence


def _without_folder(folder: Path) -> None:
    (folder / "contoso").rmdir()


def _empty(folder: Path) -> None:
    (folder / "contoso" / "topology.xml").write_text("<Topology/>", "utf-8")


def _of_a_server_alone(folder: Path) -> None:
    _save(folder, kinds.ALL_OFF)
    path = folder / "contoso" / "fe01.contoso.com.json"
    text = answer_of(kinds.ALL_OFF, fqdn="fe01.contoso.com", when=NOW)
    path.write_text(text.split('"families": ')[0] + '"families": {}}', "utf-8")


def _no_bundle(folder: Path) -> None:
    (folder / "contoso" / "fe01.json").write_text("{}", "utf-8")


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (_without_folder, "EVIDENCE-UNREADABLE"),
        (_empty, "EVIDENCE-EMPTY"),
        (_of_a_server_alone, "EVIDENCE-EMPTY"),
        (_no_bundle, "BUNDLE"),
    ],
)
@pytest.mark.parametrize("command", ["run", "scenarios"])
def test_evidence_that_is_none_is_refused_before_anything_is_done(
    spoil: object, code: str, command: str, config: Path, capsys: Capture
) -> None:
    assert callable(spoil)
    spoil(config.parent)
    out = config.parent / "audit"
    where = ("--out", out) if command == "run" else ()
    ended = sfb_audit(capsys, command, "--config", config, *where)
    assert ended.code == ExitCode.USAGE
    assert f"error {code}:" in ended.err
    assert str(config.parent / "contoso") in ended.err
    assert not out.exists()


REPLICA = {
    "UpToDate": False,
    "ReplicaFqdn": "edge01.contoso.com",
    "LastStatusReport": "2018-07-02T09:00:00Z",
    "LastUpdateCreation": "2018-07-02T09:30:00Z",
    "ProductVersion": "6.0.9319.516",
}


def test_a_replica_that_is_late_is_a_finding_on_a_server_that_nobody_reached(
    config: Path, capsys: Capture
) -> None:
    _save(config.parent, {**kinds.HYBRID, "Get-CsManagementStoreReplicationStatus": [REPLICA]})
    _audited(capsys, config)
    audit = read_audit(config.parent / "audit" / "audit.json")
    found = {f.subject: f for f in audit.findings if f.rule == "SFB-REPL-001"}
    late, missing = found["edge01.contoso.com"], found["fe01.contoso.com"]
    assert (late.status, late.counted, missing.status) == ("advice", False, "advice")
    assert "has no replica of that name" in missing.reason
    ended = sfb_audit(capsys, "explain", "edge01", "--run", config.parent / "audit")
    assert "Advice  SFB-REPL-001" in ended.out
    assert "is older than that change (2018-07-02 09:30 UTC)" in ended.out
    assert "on fe01.contoso.com: edge01.contoso.com UpToDate = False" in ended.out


def test_a_pool_that_is_busy_is_explained(config: Path, capsys: Capture) -> None:
    pool = ESTATE.replace('"fe01.contoso.com"', '"pool01.contoso.com"')
    servers = pool.replace('["pool01.contoso.com"]', '["fe01.contoso.com"]')
    config.write_text(servers.replace("standard", "enterprise"), "utf-8")
    busy = {"PoolFqdn": "pool01.contoso.com", "PoolUpgradeState": "Busy", "UpgradeDomains": []}
    _save(config.parent, {**kinds.HYBRID, "Get-CsPoolUpgradeReadinessState": [busy]})
    out = config.parent / "audit"
    printed = sfb_audit(capsys, "run", "--config", config, "--out", out).out
    assert "Advice SFB-POOL-003" in " ".join(printed.split())
    ended = sfb_audit(capsys, "explain", "pool01", "--run", out)
    assert "Advice  SFB-POOL-003" in ended.out
    assert "Reported by fe01.contoso.com" in ended.out
    assert "PoolUpgradeState = Busy" in ended.out
