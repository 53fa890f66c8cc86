"""`--waivers`: what somebody has accepted, from the file to every report that speaks of it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
from openpyxl import load_workbook

from auditor.audit import Audit
from auditor.errors import ExitCode
from reports.audit_json import read_audit
from tests.cli.carried import write_bundles
from tests.cli.command import Ended, sfb_audit

_OLD = {"os": "2012r2", "products": [{"set": "sfb2015-front-end", "version": "6.0.9319.281"}]}
FE01, FE02, SE01 = "fe01.contoso.com", "fe02.contoso.com", "se01.contoso.com"
TODAY = datetime.now(UTC).date()
LATER = TODAY + timedelta(days=30)


@pytest.fixture(scope="module")
def bundles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three servers whose only fail is the cumulative update."""
    folder = tmp_path_factory.mktemp("bundles")
    pools = {"pool01.contoso.com": [FE01, FE02], SE01: [SE01]}
    write_bundles(folder, {FE01: _OLD, FE02: _OLD, SE01: _OLD}, pools)
    return folder


def _waiver(subject: str, until: date, rule: str = "SFB-CU-001") -> str:
    return (
        f'[[waivers]]\nrule = "{rule}"\nsubject = "{subject}"\nwho = "J. Doe, CAB 4711"\n'
        f'why = "replaced in March"\nuntil = {until}\n'
    )


def _assessed(
    capsys: pytest.CaptureFixture[str], bundles: Path, out: Path, *waivers: str
) -> tuple[Ended, Audit]:
    (out / "waivers.toml").write_text("".join(waivers), "utf-8")
    files = sorted(bundles.glob("*.json"))
    options = ("--config", bundles / "estate.toml", "--waivers", out / "waivers.toml")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", "200")
        told = sfb_audit(capsys, "assess", *files, *options, "--out", out)
    return told, read_audit(out / "audit.json")


def _notes(out: str) -> str:
    return " ".join(out.partition("Read with care")[2].split())


@pytest.mark.parametrize(
    ("subject", "days", "waived"),
    [
        (FE01, 2, {FE01}),
        (FE01, -2, set()),
        ("FE01.Contoso.COM", 2, {FE01}),
        ("fe0*.contoso.com", 2, {FE01, FE02}),
        ("fe0?.contoso.com", 2, {FE01, FE02}),
        ("*", 2, {FE01, FE02, SE01}),
        ("fe01", 2, set()),  # no part of a name, but the name or a pattern
        ("nobody*", 2, set()),
    ],
)
def test_which_servers_a_waiver_covers(
    capsys: pytest.CaptureFixture[str],
    bundles: Path,
    tmp_path: Path,
    subject: str,
    days: int,
    waived: set[str],
) -> None:
    until = TODAY + timedelta(days=days)
    told, audit = _assessed(capsys, bundles, tmp_path, _waiver(subject, until))
    covered = [finding for finding in audit.findings if finding.status == "waived"]
    assert {finding.subject for finding in covered} == waived
    for finding in covered:
        assert finding.waiver
        assert (finding.waiver.who, finding.waiver.until) == ("J. Doe, CAB 4711", until)
        assert finding.waiver.why == "replaced in March"
    ready = {server.fqdn for server in audit.servers if server.readiness == "ready"}
    assert ready == waived
    assert (told.code == ExitCode.WORK_NEEDED) == (len(waived) < 3)
    assert not [
        step for step in audit.steps if step.target in waived and step.action == "install-cu"
    ]


def test_every_report_says_who_why_and_until_when(
    capsys: pytest.CaptureFixture[str], bundles: Path, tmp_path: Path
) -> None:
    until = LATER
    told, _ = _assessed(capsys, bundles, tmp_path, _waiver("fe0*", until))
    said = (
        f"Waived until {until} by J. Doe, CAB 4711 (replaced in March), and not counted: "
        f"SFB-CU-001 on {FE01}, {FE02}."
    )
    assert said in _notes(told.out)
    assert said in (tmp_path / "report.html").read_text("utf-8")
    book = load_workbook(tmp_path / "upgrade-plan.xlsx")
    cells = [str(cell.value) for row in book["Summary"] for cell in row]
    assert said in cells
    headers = [cell.value for cell in book["Findings"][1]]
    column = headers.index("Waived until")
    days = [row[column].value for row in book["Findings"].iter_rows(min_row=2)]
    assert [day.date() for day in days if isinstance(day, datetime)] == [until, until]
    explained = sfb_audit(capsys, "explain", FE01, "--run", tmp_path, "--rule", "SFB-CU-001").out
    assert "Waived  SFB-CU-001" in explained
    assert f"waived until  {until}, by J. Doe, CAB 4711" in explained
    assert "replaced in March" in explained


def test_the_exit_code_is_0_and_every_report_says_that_it_is_by_waivers(
    capsys: pytest.CaptureFixture[str], bundles: Path, tmp_path: Path
) -> None:
    """They are ready for whoever accepted their fails, and do not meet the policy."""
    sooner = TODAY + timedelta(days=7)
    (tmp_path / "waivers.toml").write_text(
        _waiver("fe0*", LATER) + _waiver("se01*", sooner), "utf-8"
    )
    estate = tmp_path / "estate.toml"  # the way to Exchange Online needs no Edge pool
    text = (bundles / "estate.toml").read_text("utf-8")
    estate.write_text(text.replace('hybrid = "yes"', 'hybrid = "no"\nexchange_online = "yes"'))
    options = ("--config", estate, "--waivers", tmp_path / "waivers.toml", "--out", tmp_path)
    told = sfb_audit(capsys, "assess", *sorted(bundles.glob("*.json")), *options)
    audit = read_audit(tmp_path / "audit.json")
    assert told.code == ExitCode.READY
    of_them = f"every server in scope is ready, 3 of them by a waiver (the first until {sooner})."
    ended = " ".join(told.out.split())
    assert f"3 servers: {of_them}" in ended
    assert ended.endswith(f"{of_them} What is waived does not meet the policy.")
    until = {server.fqdn: server.by_waiver for server in audit.servers}
    assert until == {FE01: LATER, FE02: LATER, SE01: sooner}
    assert {pool.fqdn: pool.by_waiver for pool in audit.pools} == {
        "pool01.contoso.com": LATER,
        SE01: sooner,
    }
    in_scope = [each for each in audit.scenarios if each.readiness == "ready"]
    assert in_scope
    assert {scenario.by_waiver for scenario in in_scope} == {sooner}
    for of_estate in ([], ["--config", estate]):
        told = sfb_audit(capsys, "scenarios", *of_estate, "--run", tmp_path)
        assert f"The path is: Ready (waived until {sooner})" in told.out
        assert f"- {SE01}: Ready (waived until {sooner})" in told.out


def test_a_waiver_may_make_ready_under_one_policy_and_not_under_another(
    capsys: pytest.CaptureFixture[str], bundles: Path, tmp_path: Path
) -> None:
    (tmp_path / "waivers.toml").write_text(_waiver("*", LATER), "utf-8")
    files = sorted(bundles.glob("*.json"))
    policies = ("--policy", "supported-today", "--policy", "cloud-moves-2022")
    options = ("--config", bundles / "estate.toml", "--waivers", tmp_path / "waivers.toml")
    sfb_audit(capsys, "assess", *files, *options, *policies, "--out", tmp_path)
    audit = read_audit(tmp_path / "audit.json")
    for server in audit.servers:
        (under,) = server.also
        assert (server.readiness, server.by_waiver) == ("blocked", None)
        assert (under.readiness, under.by_waiver) == ("ready", LATER)
    page = (tmp_path / "report.html").read_text("utf-8")
    assert f"3 servers ready by a waiver (until {LATER})" in page


@pytest.mark.parametrize(
    ("waiver", "said"),
    [
        (
            _waiver(FE01, TODAY - timedelta(days=2)),
            "An expired waiver no longer counts: SFB-CU-001",
        ),
        (
            _waiver("nobody*", LATER),
            "A waiver matches no server and no pool: SFB-CU-001 on nobody*",
        ),
        (_waiver("nobody", LATER), "replaced in March)."),
        (_waiver("FE02", LATER), f"replaced in March); did you mean '{FE02}'?"),
        (_waiver("fe02.contoso.co", LATER), f"replaced in March); did you mean '{FE02}'?"),
        (
            _waiver(FE01, LATER, "SFB-TLS-001"),
            "A waiver covers no fail of the main policy (pass): SFB-TLS-001",
        ),
    ],
)
def test_a_waiver_that_does_nothing_is_said_aloud(
    capsys: pytest.CaptureFixture[str], bundles: Path, tmp_path: Path, waiver: str, said: str
) -> None:
    told, _ = _assessed(capsys, bundles, tmp_path, waiver)
    assert said in _notes(told.out)
    assert said in unescape((tmp_path / "report.html").read_text("utf-8"))
    book = load_workbook(tmp_path / "upgrade-plan.xlsx")
    assert any(said in str(cell.value) for row in book["Summary"] for cell in row)


def test_a_rule_that_does_not_exist_stops_it_before_anything_is_written(
    capsys: pytest.CaptureFixture[str], bundles: Path, tmp_path: Path
) -> None:
    (tmp_path / "waivers.toml").write_text(_waiver(FE01, LATER, "SFB-CU-01"), "utf-8")
    options = ("--waivers", tmp_path / "waivers.toml", "--out", tmp_path / "out")
    told = sfb_audit(capsys, "assess", *bundles.glob("*.json"), *options)
    assert (told.code, told.out) == (2, "")
    assert "did you mean 'SFB-CU-001'" in told.err
    assert not (tmp_path / "out").exists()
