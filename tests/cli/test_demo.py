"""The demo, end to end: the lab over real WinRM, the verdicts, the whole plan, every report."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import openpyxl
import pytest

from tests.cli.command import sfb_audit

READINESS = {
    "fe01": "ready",
    "fe02": "work_needed",
    "fe03": "work_needed",
    "fe04": "ready",
    "lync-se1": "work_needed",
    "lync-se2": "ready",
    "sfb-se3": "work_needed",
    "dir01": "ready",
    "med01": "ready",
    "med02": "unknown",
    "chat01": "unknown",
    "edge01": "ready",
    "edge02": "work_needed",
    "edge-osaka": "ready",
    "lync2010": "blocked",
    "exch01": "not_in_scope",
}

PLAN = """
     1 restore-access                med02
     1 restore-access                chat01
     1 back-up-configuration         Contoso
     1 migrate-product               lync2010
     1 drain-server                  sfb-se3
     2 install-kb3140245             sfb-se3
     3 set-default-secure-protocols  sfb-se3
     4 enable-schannel-tls12         sfb-se3
     5 return-server                 sfb-se3
     6 verify-pool                   sfb-se3
     2 prepare-pool                  lync-se1
     3 drain-server                  lync-se1
     4 install-cu                    lync-se1
     5 return-server                 lync-se1
     6 update-databases              lync-se1
     7 verify-pool                   lync-se1
     8 prepare-pool                  pool01
     9 check-pool                    pool01
    10 drain-server                  fe01
    11 install-cu                    fe01
    12 return-server                 fe01
    13 drain-server                  fe02
    14 install-cu                    fe02
    15 return-server                 fe02
    16 drain-server                  fe03
    17 install-cu                    fe03
    18 return-server                 fe03
    19 update-databases              sql01
    20 update-cms-database           sql01
    21 verify-pool                   pool01
    22 drain-server                  edge02
    23 install-kb3140245             edge02
    24 set-default-secure-protocols  edge02
    25 return-server                 edge02
    26 verify-pool                   edgepool01
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `sfb-audit demo` leaves behind."""
    from auditor.cli.main import main

    out = tmp_path_factory.mktemp("demo")
    with pytest.raises(SystemExit) as ended:
        main(["demo", "--out", str(out)])
    assert ended.value.code == 0
    return out


@pytest.fixture(scope="module")
def audit(folder: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((folder / "audit.json").read_text("utf-8"))
    return loaded


def short(name: str) -> str:
    return name.removesuffix(".contoso.com")


def test_every_server_gets_its_verdict(audit: dict[str, Any]) -> None:
    assert {short(s["fqdn"]): s["readiness"] for s in audit["servers"]} == READINESS


def test_the_whole_plan(audit: dict[str, Any]) -> None:
    expected = [tuple(line.split()) for line in PLAN.strip().splitlines()]
    steps = [(str(s["wave"]), s["action"], short(s["target"])) for s in audit["steps"]]
    assert steps == expected


def again(audit: dict[str, Any]) -> set[str]:
    """What "audit again" says, wherever the plan says it."""
    texts = [command["text"] for step in audit["steps"] for command in step["commands"]]
    return {t for t in texts if t.startswith("sfb-audit") or "same call of sfb-audit" in t}


def test_the_plan_says_how_this_audit_is_done_again(audit: dict[str, Any], folder: Path) -> None:
    config = folder / "lab" / "estate.toml"
    assert again(audit) == {f"sfb-audit run --config {config} --out {folder}"}


def test_something_unknown_makes_the_audit_incomplete(audit: dict[str, Any]) -> None:
    assert audit["run"]["exit_code"] == 3


def test_a_wrong_clock_is_advice_and_not_a_verdict(audit: dict[str, Any]) -> None:
    (finding,) = [
        f
        for f in audit["findings"]
        if f["rule"] == "SFB-CLOCK-001" and f["subject"] == "med01.contoso.com"
    ]
    assert finding["status"] == "advice"


def test_why_a_server_was_not_read(audit: dict[str, Any]) -> None:
    codes = {short(s["fqdn"]): s["reached"]["code"] for s in audit["servers"]}
    assert codes["med02"] == "REACH-AUTH"
    assert codes["chat01"] == "REACH-REFUSED"
    assert set(codes.values()) == {"REACH-READ", "REACH-AUTH", "REACH-REFUSED"}


def test_machines_that_take_no_update_are_kept_apart(audit: dict[str, Any]) -> None:
    others = {short(m["fqdn"]): m["kind"] for m in audit["estate"]["other_machines"]}
    assert others == {"owas01": "wac", "sql01": "sql"}


def test_a_scenario_that_nobody_stated_is_assumed(audit: dict[str, Any]) -> None:
    in_use = {s["key"]: s["in_use"] for s in audit["scenarios"]}
    assert in_use == {"hybrid": "yes", "federation": "yes", "exchange_online": "assumed"}


def test_audit_json_keeps_its_schema(audit: dict[str, Any], root: Path) -> None:
    schema = json.loads((root / "reports" / "audit.schema.json").read_text("utf-8"))
    jsonschema.validate(audit, schema)


def test_every_counted_failure_has_a_step(audit: dict[str, Any]) -> None:
    planned = {(rule, step["target"]) for step in audit["steps"] for rule in step["rules"]}
    for finding in audit["findings"]:
        if finding["status"] == "fail" and finding["counted"]:
            assert (finding["rule"], finding["subject"]) in planned


def test_the_workbook_is_one_that_excel_opens(folder: Path, workbook_check: Path) -> None:
    checked = subprocess.run(
        [workbook_check, folder / "upgrade-plan.xlsx"], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_workbook_has_a_row_for_every_step(folder: Path, audit: dict[str, Any]) -> None:
    with contextlib.closing(openpyxl.load_workbook(folder / "upgrade-plan.xlsx")) as workbook:
        rows = workbook["Plan"].iter_rows(min_row=2, max_col=1, values_only=True)
        ids = [row[0] for row in rows]
    assert ids == [step["id"] for step in audit["steps"]]


def test_the_page_names_every_server(folder: Path) -> None:
    page = (folder / "report.html").read_text("utf-8")
    for name in READINESS:
        assert f"{name}.contoso.com" in page


def test_no_password_is_left_anywhere(folder: Path) -> None:
    secrets = [path.read_text().strip() for path in (folder / "lab").glob("*.password")]
    assert len(secrets) == 2
    for path in folder.rglob("*"):
        if path.is_file() and path.suffix != ".password":
            content = path.read_bytes()
            assert not any(secret.encode() in content for secret in secrets), path


def test_saved_facts_are_judged_alike_without_a_network(
    folder: Path, audit: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundles = sorted((folder / "facts").glob("*.facts.json"))
    config = folder / "lab" / "estate.toml"
    ended = sfb_audit(capsys, "assess", *bundles, "--config", config, "--out", tmp_path, "--csv")
    assert ended.code == 3
    judged = json.loads((tmp_path / "audit.json").read_text("utf-8"))
    assert {short(s["fqdn"]): s["readiness"] for s in judged["servers"]} == READINESS
    assert [s["id"] for s in judged["steps"]] == [s["id"] for s in audit["steps"]]
    (sentence,) = again(judged)
    assert "is collected anew first" in sentence
    assert {p.name for p in tmp_path.glob("*.csv")} >= {"servers.csv", "findings.csv", "plan.csv"}


def test_a_bundle_alone_is_judged_as_if_every_scenario_were_in_use(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = folder / "facts" / "fe01.contoso.com.facts.json"
    ended = sfb_audit(capsys, "assess", bundle, "--out", tmp_path)
    assert ended.code == 0
    alone = json.loads((tmp_path / "audit.json").read_text("utf-8"))
    assert {s["in_use"] for s in alone["scenarios"]} == {"assumed"}
    assert [s["readiness"] for s in alone["servers"]] == ["ready"]
    assert "Assumed" in ended.out
    assert "ssumed" in (tmp_path / "report.html").read_text("utf-8")


def test_a_workbook_that_is_open_elsewhere_loses_nothing(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bundle = folder / "facts" / "fe01.contoso.com.facts.json"
    (tmp_path / "upgrade-plan.xlsx").write_bytes(b"not a workbook at all")
    ended = sfb_audit(capsys, "assess", bundle, "--out", tmp_path)
    assert ended.code == 0
    assert (tmp_path / "upgrade-plan.xlsx").read_bytes() == b"not a workbook at all"
    (beside,) = tmp_path.glob("upgrade-plan.*.xlsx")
    assert beside.name in ended.err


def test_a_closed_pipe_does_not_change_the_exit_code(folder: Path, tmp_path: Path) -> None:
    bundle = folder / "facts" / "med02.contoso.com.facts.json"
    command = [sys.executable, "-c", "from auditor.cli.main import main; main()"]
    with subprocess.Popen(
        [*command, "assess", bundle, "--out", tmp_path],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.wait() == 3
    assert (tmp_path / "upgrade-plan.xlsx").exists()
