"""`sfb-audit scenarios`: the matrices with this estate's rows, from files alone."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from auditor.errors import ExitCode
from reports.audit_json import read_audit, write_audit
from tests import estate_kinds as kinds
from tests.cli.command import Ended, sfb_audit
from tests.estate.topology_text import whole_estate
from tests.estate_facts import answer_of
from tests.reports.sample import sample

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def topology(tmp_path: Path) -> Path:
    return whole_estate().written(tmp_path)


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")


def _bundle(folder: Path, shell: kinds.Shell, **differs: object) -> Path:
    path = folder / "fe01.json"
    differs = {"when": datetime.now(UTC), **differs}
    path.write_text(answer_of(shell, **differs), "utf-8")  # type: ignore[arg-type]
    return path


def _row(ended: Ended, title: str) -> list[str]:
    """The cells of the row that begins with `title`, its mark first."""
    line = next(line for line in ended.out.splitlines() if title in line)
    return line.replace(title, " ").split()


# kind of estate -> marks of hybrid, federation, Exchange Online; exit code
ROWS = [
    (kinds.HYBRID, [], [">", ">", ""], ExitCode.READY),
    (kinds.FEDERATED, [], ["", ">", ""], ExitCode.READY),
    (kinds.EXCHANGE_ONLINE_ONLY, [], ["", "", ">"], ExitCode.READY),
    (kinds.ALL_OFF, [], ["", "", ""], ExitCode.READY),
    (kinds.HYBRID, ["hosting_providers"], ["?", ">", "?"], ExitCode.INCOMPLETE),
]
TITLES = (
    "Hybrid (shared SIP address space with Skype for Business Online or Teams)",
    "Federation with organisations in Office 365",
    "Exchange Online (voicemail, OAuth, calendar)",
)


@pytest.mark.parametrize(("shell", "refused", "marks", "code"), ROWS)
def test_the_row_that_is_this_estates_is_marked(
    shell: kinds.Shell,
    refused: list[str],
    marks: list[str],
    code: ExitCode,
    topology: Path,
    tmp_path: Path,
    capsys: Capture,
) -> None:
    bundle = _bundle(tmp_path, shell, refused=refused)
    ended = sfb_audit(capsys, "scenarios", bundle, "--topology", topology)
    assert ended.code == code
    for title, mark in zip(TITLES, marks, strict=True):
        assert _row(ended, title)[0] == (mark or "Yes")  # an unmarked row begins with its need


@pytest.mark.parametrize("also", [(), ("fe02.json",)], ids=["one bundle", "two"])
def test_a_folder_of_bundles_is_read_as_its_bundles_are(
    also: tuple[str, ...], topology: Path, tmp_path: Path, capsys: Capture
) -> None:
    folder = tmp_path / "estate"
    folder.mkdir()
    bundle = _bundle(folder, kinds.HYBRID)
    copies = [folder / name for name in also]
    for copy in copies:
        copy.write_bytes(bundle.read_bytes())
    (folder / "topology.xml").write_text("no bundle")
    by_name = sfb_audit(capsys, "scenarios", bundle, *copies, "--topology", topology)
    by_folder = sfb_audit(capsys, "scenarios", folder, "--topology", topology)
    assert by_folder.code == ExitCode.READY
    assert by_folder.out == by_name.out
    assert _row(by_folder, TITLES[0])[0] == ">"


def test_a_folder_without_bundles_is_refused(tmp_path: Path, capsys: Capture) -> None:
    ended = sfb_audit(capsys, "scenarios", tmp_path)
    assert ended.code == ExitCode.USAGE
    assert "error EVIDENCE-EMPTY" in ended.err


def test_evidence_path_and_servers(topology: Path, tmp_path: Path, capsys: Capture) -> None:
    bundle = _bundle(tmp_path, kinds.HYBRID)
    out = sfb_audit(capsys, "scenarios", bundle, "--topology", topology).out
    assert "shares the SIP address space and hosts users: Office 365 (Get-CsHostingProvider" in out
    assert "Path: director.contoso.com > edgepool.contoso.com" in out
    assert "edge01.contoso.com, edge02.contoso.com" in out
    assert "its own table is an image that no archive kept" in out


def test_the_topology_may_come_from_the_same_server(tmp_path: Path, capsys: Capture) -> None:
    bundle = _bundle(tmp_path, kinds.HYBRID, topology=str(whole_estate()))
    ended = sfb_audit(capsys, "scenarios", bundle)
    assert "How contoso.com touches Office 365" in ended.out
    assert "director.contoso.com > edgepool.contoso.com" in ended.out


def test_where_no_topology_is_known_what_was_read_counts(tmp_path: Path, capsys: Capture) -> None:
    ended = sfb_audit(capsys, "scenarios", _bundle(tmp_path, kinds.HYBRID))
    assert _row(ended, TITLES[0])[0] == ">"


@pytest.mark.parametrize(
    ("fqdn", "who"), [("fe01.contoso.com", "fe01.contoso.com"), ("", "server")]
)
def test_a_server_that_sends_no_topology_is_told(
    fqdn: str, who: str, tmp_path: Path, capsys: Capture
) -> None:
    bundle = _bundle(tmp_path, kinds.HYBRID, topology="<html><body/></html>", fqdn=fqdn)
    ended = sfb_audit(capsys, "scenarios", bundle)
    assert ended.code == ExitCode.USAGE
    assert f"error TOPOLOGY-HTML: {who} is a web page" in ended.err


def test_a_statement_wins_and_is_contradicted_aloud(
    topology: Path, tmp_path: Path, capsys: Capture
) -> None:
    config = tmp_path / "estate.toml"
    config.write_text('[estate]\ntopology = "topology.xml"\n[scenarios]\nhybrid = "no"\n')
    bundle = _bundle(tmp_path, kinds.HYBRID)
    ended = sfb_audit(capsys, "scenarios", bundle, "--config", config)
    assert _row(ended, TITLES[0])[0] == "Yes"
    assert 'estate.toml states hybrid = "no", but what was read says yes' in ended.out


def test_without_evidence_what_is_stated_and_what_is_assumed(
    topology: Path, tmp_path: Path, capsys: Capture
) -> None:
    ended = sfb_audit(capsys, "scenarios", "--topology", topology)
    assert ended.code == ExitCode.READY
    assert "No configuration was read" in ended.out
    assert "Assumed" in _row(ended, TITLES[0])


def test_whether_the_path_is_ready_comes_from_a_run(
    topology: Path, tmp_path: Path, capsys: Capture
) -> None:
    write_audit(sample(), tmp_path / "audit.json")
    bundle = _bundle(tmp_path, kinds.HYBRID)
    arguments = ("scenarios", bundle, "--topology", topology, "--run", tmp_path)
    ended = sfb_audit(capsys, *arguments)
    assert "The path is: " in ended.out
    assert _row(ended, TITLES[0])[-1] in {"Unknown", "needed", "Blocked"}


def test_an_audit_of_bundles_takes_the_evidence_up(
    topology: Path, tmp_path: Path, capsys: Capture
) -> None:
    out = tmp_path / "audit"
    bundle = _bundle(tmp_path, kinds.EXCHANGE_ONLINE_ONLY)
    sfb_audit(capsys, "assess", bundle, "--topology", topology, "--out", out)
    found = {scenario.key: scenario for scenario in read_audit(out / "audit.json").scenarios}
    used = {key: scenario.in_use for key, scenario in found.items()}
    assert used == {"hybrid": "no", "federation": "no", "exchange_online": "yes"}
    assert "Get-CsPartnerApplication" in found["exchange_online"].evidence


def test_of_a_run_alone_its_own_scenarios_are_shown(tmp_path: Path, capsys: Capture) -> None:
    write_audit(sample(), tmp_path / "audit.json")
    ended = sfb_audit(capsys, "scenarios", "--run", tmp_path)
    assert ended.code == ExitCode.READY
    assert _row(ended, TITLES[0])[0] == ">"
    assert _row(ended, TITLES[0])[-2:] == ["Work", "needed"]
    assert _row(ended, TITLES[1])[0] == "?"
    assert "Path: pool01.contoso.com > dir01.contoso.com > edgepool01.contoso.com" in ended.out
    assert "- edgepool01.contoso.com: Work needed" in ended.out
    assert "a reconstruction" in ended.out


def test_of_a_run_alone_a_pool_that_needs_no_work_holds_no_path_up(
    tmp_path: Path, capsys: Capture
) -> None:
    """As with the estate beside the run: an Exchange server's pool does not, an unused one does."""
    audit = sample()
    reasons = {
        "dir01.contoso.com": "1 server not in scope",
        "edgepool01.contoso.com": "no scenario in use runs through its pool",
    }
    pools = [
        pool.model_copy(update={"readiness": "not_in_scope", "reason": reasons[pool.fqdn]})
        if pool.fqdn in reasons
        else pool
        for pool in audit.pools
    ]
    assert {pool.fqdn for pool in pools} >= set(reasons)
    write_audit(audit.model_copy(update={"pools": tuple(pools)}), tmp_path / "audit.json")
    ended = sfb_audit(capsys, "scenarios", "--run", tmp_path)
    assert "> dir01.contoso.com > " in ended.out
    assert "- dir01.contoso.com" not in ended.out
    assert "not in the rulebook" not in ended.out
    assert "- edgepool01.contoso.com: Unknown" in ended.out


def test_a_scenario_of_a_run_that_the_rulebook_no_longer_has_is_named(
    tmp_path: Path, capsys: Capture
) -> None:
    audit = sample()
    gone = audit.scenarios[0].model_copy(update={"key": "push", "title": "Push notifications"})
    scenarios = (gone, *audit.scenarios[1:])
    write_audit(audit.model_copy(update={"scenarios": scenarios}), tmp_path / "audit.json")
    ended = sfb_audit(capsys, "scenarios", "--run", tmp_path)
    assert "not in the rulebook of this version: Push notifications." in ended.out


def test_what_is_excluded_is_named_on_the_path(
    topology: Path, tmp_path: Path, capsys: Capture
) -> None:
    config = tmp_path / "estate.toml"
    config.write_text(
        '[estate]\ntopology = "topology.xml"\n'
        '[[overrides]]\npool = "edgepool.contoso.com"\nexclude = "CHG1234"\n'
    )
    bundle = _bundle(tmp_path, kinds.FEDERATED)
    out = tmp_path / "audit"
    sfb_audit(capsys, "assess", bundle, "--config", config, "--out", out)
    ended = sfb_audit(capsys, "scenarios", bundle, "--config", config, "--run", out)
    assert "Not audited, excluded: edge01.contoso.com (CHG1234)" in ended.out
    assert _row(ended, TITLES[1])[-1] == "Unknown"


def test_without_configuration_it_is_said_where_that_comes_from(
    topology: Path, capsys: Capture
) -> None:
    assert "[estate] evidence" in sfb_audit(capsys, "scenarios", "--topology", topology).out


def test_of_nothing_is_refused(capsys: Capture) -> None:
    ended = sfb_audit(capsys, "scenarios")
    assert ended.code == ExitCode.USAGE
    assert "SCENARIOS-SOURCES" in ended.err


def test_what_a_server_says_is_neither_markup_nor_an_escape(
    topology: Path, tmp_path: Path, capsys: Capture
) -> None:
    hostile = {**kinds.ONLINE, "Identity": "[red]x[/red] \x1b[2J"}
    bundle = _bundle(tmp_path, {**kinds.HYBRID, "Get-CsHostingProvider": [hostile]})
    ended = sfb_audit(capsys, "scenarios", bundle, "--topology", topology)
    assert "[red]x[/red]" in ended.out
    assert "\x1b" not in ended.out
