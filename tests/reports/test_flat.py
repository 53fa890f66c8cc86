"""The flat tables, as a spreadsheet program and as a script would read them."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from auditor.audit import Audit
from reports.flat import write_csv
from reports.output import OutputFolder
from tests.reports.entries import empty
from tests.reports.odd_audits import hostile
from tests.reports.sample import sample

NAMES = ["servers.csv", "findings.csv", "plan.csv", "scenarios.csv"]


def _rows(path: Path) -> list[dict[str, str]]:
    text = path.read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_four_tables_that_excel_takes_for_utf_8(tmp_path: Path) -> None:
    paths = write_csv(sample(), tmp_path / "out")
    assert [path.name for path in paths] == NAMES
    for path in paths:
        assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    servers, findings, plan, scenarios = (_rows(path) for path in paths)
    assert [row["fqdn"] for row in servers] == [entry.fqdn for entry in sample().servers]
    assert servers[10]["reached"] == "False"
    assert servers[10]["reach_code"] == "REACH-UNREACHABLE"
    assert servers[0]["build"] == "6.0.9319.516"
    assert servers[0]["collected_utc"] == "2018-08-20T01:02:06+00:00"
    assert len(findings) == len(sample().findings)
    half_patched = next(row for row in findings if row["compared"])
    assert half_patched["subject"] == "fe02.contoso.com"
    assert (
        "Front End Server: 6.0.9319.281, required 6.0.9319.516 (decides)"
        in (half_patched["compared"])
    )
    assert [row["waived_until"] for row in findings if row["waived_until"]] == ["2018-10-31"]
    assert plan[2]["waits_for"].startswith("S-0002 (no. 2)")
    assert [row["in_use"] for row in scenarios] == ["yes", "assumed", "no"]


@pytest.mark.parametrize("audit", [hostile(), sample()], ids=["hostile", "rich"])
def test_no_cell_is_a_formula(audit: Audit, tmp_path: Path) -> None:
    for path in write_csv(audit, tmp_path):
        for row in _rows(path):
            for value in row.values():
                assert not value.lstrip(" \n").startswith(("=", "+", "@", "\t", "\r"))
                assert not value.startswith("-") or float(value) < 0  # a number of ours


def test_a_number_is_not_rounded_nor_an_absent_one_invented(tmp_path: Path) -> None:
    servers = _rows(write_csv(sample(), tmp_path)[0])
    assert servers[8]["clock_skew_seconds"] == "-5412.0"
    assert servers[10]["clock_skew_seconds"] == ""
    assert servers[10]["build"] == ""


def test_tables_without_rows_keep_their_headers(tmp_path: Path) -> None:
    for path in write_csv(empty(), tmp_path):
        assert _rows(path) == []
        assert path.read_bytes().count(b"\r\n") == 1


def test_tables_of_an_earlier_run_are_named_where_they_are_not_written_anew(
    tmp_path: Path,
) -> None:
    """They stay, as somebody may have worked on them, but nobody takes them for this run's."""
    folder = OutputFolder(tmp_path)
    assert not folder.write_reports(sample(), csv=False)[0].note
    first = folder.write_reports(sample(), csv=True)
    assert [report.note for report in first] == [""] * 7
    (tmp_path / "servers.csv").unlink()
    later = folder.write_reports(sample(), csv=False)
    assert later[0].note == (
        "Left of an earlier run: findings.csv, plan.csv, scenarios.csv; --csv writes them anew."
    )
    assert sorted(path.name for path in tmp_path.glob("*.csv")) == sorted(NAMES[1:])
