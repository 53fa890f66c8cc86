"""The workbook as Excel will find it."""

from __future__ import annotations

import subprocess
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from auditor.audit import Audit
from reports import words
from reports.summary import summarise
from reports.workbook import write_workbook
from reports.workbook.text import CELL_LIMIT, cell_text, typed_text
from tests.reports.entries import ARTICLE, FINISHED, KB, empty, finding, server
from tests.reports.odd_audits import HOSTILE, hostile, large
from tests.reports.sample import HALF_PATCHED, sample, several, waived

AUDITS: dict[str, Callable[[], Audit]] = {
    "rich": sample,
    "empty": empty,
    "hostile": hostile,
    "large": lambda: large(400),
    "several policies": several,
    "waived": waived,
    "hostile policy": lambda: several(HOSTILE["formula"]),
}


def _written(audit: Audit, folder: Path, **options: bool) -> Workbook:
    return load_workbook(write_workbook(audit, folder / "upgrade-plan.xlsx").path, **options)


def _column(sheet: Worksheet, header: str) -> list[object]:
    headers = [cell.value for cell in sheet[1]]
    return [row[headers.index(header)].value for row in sheet.iter_rows(min_row=2)]


@pytest.mark.workbook_check
@pytest.mark.parametrize("kind", AUDITS)
def test_excel_opens_it_without_a_repair(kind: str, tmp_path: Path, workbook_check: Path) -> None:
    path = write_workbook(AUDITS[kind](), tmp_path / "plan.xlsx").path
    check = subprocess.run([workbook_check, path], capture_output=True, text=True, check=False)
    assert check.returncode == 0, check.stdout[:3000] + check.stderr[:1000]


def test_sheets_tables_and_frozen_headers(tmp_path: Path) -> None:
    book = _written(sample(), tmp_path)
    assert [sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible"] == [
        "Summary", "Plan", "Commands", "Own tasks", "Servers", "Findings", "Components",
        "Scenarios", "Other machines", "Sources",
    ]  # fmt: skip
    for sheet in book.worksheets[1:10]:
        (table,) = sheet.tables.values()
        headers = [cell.value for cell in sheet[1]]
        assert table.displayName == sheet.title.replace(" ", "")
        assert table.autoFilter is not None
        assert len({str(header).casefold() for header in headers}) == len(headers)
        assert sheet.freeze_panes
        assert sheet.print_title_rows == "$1:$1"
    for sheet in book.worksheets:
        assert not sheet.merged_cells.ranges
        assert not sheet.protection.sheet
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.sheet_properties.pageSetUpPr
        assert sheet.sheet_properties.pageSetUpPr.fitToPage is (sheet.title != "Plan")
        assert sheet.oddFooter
        assert sheet.oddFooter.left.text == "Run 20180820T010203Z-3fa9"


def test_the_managers_columns_are_last_and_empty_with_a_list_for_the_status(
    tmp_path: Path,
) -> None:
    plan = _written(sample(), tmp_path)["Plan"]
    assert [cell.value for cell in plan[1]][-5:] == [
        "Owner", "Planned date", "Status", "Ticket", "Notes",
    ]  # fmt: skip
    assert plan["A1"].value == "Plan ID"
    assert _column(plan, "Status") == [None] * 8
    lists = {str(v.sqref): v.formula1 for v in plan.data_validations.dataValidation}
    assert lists["S2:S9"] == '"Not started,In progress,Done,Deferred,Not needed"'
    assert plan["S1"].value == "Status"
    assert {cell.fill.start_color.rgb for cell in plan[1][:16]} == {"00D9D9D9"}
    assert {cell.fill.start_color.rgb for cell in plan[1][16:]} == {"001F6F8B"}


def test_status_colours_are_conditional_never_fixed(tmp_path: Path) -> None:
    book = _written(sample(), tmp_path)
    for sheet in ("Plan", "Servers", "Findings", "Components", "Scenarios", "Own tasks"):
        assert book[sheet].conditional_formatting
        for row in book[sheet].iter_rows(min_row=2):
            assert {cell.fill.fill_type for cell in row} == {None}


def test_every_server_is_there_with_the_reason_why_it_was_not_read(tmp_path: Path) -> None:
    servers = _written(sample(), tmp_path)["Servers"]
    assert _column(servers, "Server") == [entry.fqdn for entry in sample().servers]
    row = _column(servers, "Server").index("edge02.contoso.com")
    assert _column(servers, "Read")[row] == "No"
    assert "No answer on port 5986" in str(_column(servers, "How reading it went")[row])
    assert _column(servers, "Readiness")[row] == "Unknown"


def test_the_plan_says_what_to_do_after_what_and_on_which_ground(tmp_path: Path) -> None:
    plan = _written(sample(), tmp_path)["Plan"]
    assert _column(plan, "Plan ID") == [step.id for step in sample().steps]
    assert _column(plan, "Commands")[1] == "4 on sheet Commands"
    assert _column(plan, "Waits for")[2] == (
        "S-0002 (no. 2): one front end at a time keeps the pool's quorum [official]"
    )
    assert _column(plan, "Wave")[-1] == 5


def test_what_findings_compare_has_a_sheet_of_its_own(tmp_path: Path) -> None:
    sheet = _written(sample(), tmp_path)["Components"]
    assert _column(sheet, "Subject") == ["fe02.contoso.com"] * 3
    assert _column(sheet, "Component") == [entry.name for entry in HALF_PATCHED]
    assert _column(sheet, "Observed") == [entry.observed for entry in HALF_PATCHED]
    assert _column(sheet, "Required") == [entry.required for entry in HALF_PATCHED]
    assert _column(sheet, "Note") == [entry.note for entry in HALF_PATCHED]
    assert _column(sheet, "Status") == ["Fail"] * 3
    assert "Components" not in _written(empty(), tmp_path / "none").sheetnames


@pytest.mark.parametrize(
    ("statuses", "worst"),
    [
        (("pass", "fail"), "Fail"),
        (("waived", "advice"), "Waived"),
        (("unknown", "waived"), "Unknown"),
        (("advice", "pass"), "Advice"),
    ],
)
def test_a_table_that_two_rules_show_stands_once_under_the_worst(
    statuses: tuple[str, str], worst: str, tmp_path: Path
) -> None:
    both = tuple(
        finding(rule, "fe02.contoso.com", status, compared=HALF_PATCHED)
        for rule, status in zip(("SFB-CU-001", "SFB-CU-002"), statuses, strict=True)
    )
    other = finding("SFB-CU-001", "fe03.contoso.com", "pass", compared=HALF_PATCHED[:1])
    audit = sample().model_copy(update={"findings": (other, *both)})
    sheet = _written(audit, tmp_path)["Components"]
    assert _column(sheet, "Subject") == ["fe02.contoso.com"] * 3 + ["fe03.contoso.com"]
    assert _column(sheet, "Status") == [worst] * 3 + ["Pass"]
    assert _column(sheet, "Rules") == ["SFB-CU-001, SFB-CU-002"] * 3 + ["SFB-CU-001"]


def test_the_day_on_which_a_waiver_ends_is_a_date(tmp_path: Path) -> None:
    sheet = _written(sample(), tmp_path)["Findings"]
    days = [day for day in _column(sheet, "Waived until") if day]
    assert days == [datetime(2018, 10, 31)]  # noqa: DTZ001 - Excel knows no zones


def test_formulas_carry_the_results_that_they_will_give(tmp_path: Path) -> None:
    path = write_workbook(sample(), tmp_path / "plan.xlsx").path
    formulas, shown = load_workbook(path)["Summary"], load_workbook(path, data_only=True)["Summary"]
    by_title = {
        str(formulas[f"A{row}"].value): (formulas[f"B{row}"].value, shown[f"B{row}"].value)
        for row in range(5, 45)
    }
    assert by_title["Blocked"] == ('=COUNTIF(Servers[Readiness],"Blocked")', 1)
    assert by_title["Fail"] == ('=COUNTIF(Findings[Status],"Fail")', 6)
    assert by_title["All steps"][1] == by_title["Not started"][1] == 8
    assert by_title["Wave 4"][1] == 2
    for row in formulas.iter_rows():
        for cell in row:
            if cell.data_type == "f":
                assert isinstance(shown[cell.coordinate].value, (int, float))


def test_two_native_charts_with_their_numbers(tmp_path: Path) -> None:
    path = write_workbook(sample(), tmp_path / "plan.xlsx").path
    with zipfile.ZipFile(path) as archive:
        charts = [archive.read(n).decode() for n in archive.namelist() if "charts/chart" in n]
    assert len(charts) == 2
    for chart in charts:
        assert "numCache" in chart
        assert "strCache" in chart


def test_the_summary_says_what_is_unknown_and_what_was_assumed(tmp_path: Path) -> None:
    sheet = _written(sample(), tmp_path)["Summary"]
    text = "\n".join(str(c.value) for row in sheet.iter_rows() for c in row if c.value)
    for said in (
        "12 of 14 servers read",
        "Exit code 3 means",
        "Not read: edge02.contoso.com",
        "Unknown: fe04.contoso.com",
        "Assumed, because nobody stated it; judged as if in use: Federation with Office 365",
        "its clock is 90 minutes behind",
    ):
        assert said in text


def test_no_text_becomes_a_formula_an_error_or_a_link(tmp_path: Path) -> None:
    book = _written(hostile(), tmp_path)
    for sheet in book.worksheets[1:]:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type in ("s", "inlineStr", "n", "d"), (
                    sheet.title,
                    cell.coordinate,
                )
                if cell.hyperlink and cell.hyperlink.location is None:
                    assert cell.hyperlink.target in (KB.url, ARTICLE.url)
    formulas = [c for r in book["Summary"].iter_rows() for c in r if c.data_type == "f"]
    assert all(str(cell.value).startswith(("=COUNTIF", "=SUM", "=C")) for cell in formulas)
    quoted = [c for c in book["Servers"]["A"] if str(c.value).startswith("=")]
    assert len(quoted) >= 2
    assert all(cell.quotePrefix for cell in quoted)


def test_cells_hold_the_text_visibly(tmp_path: Path) -> None:
    servers = _written(hostile(), tmp_path)["Servers"]
    shown = dict(zip(HOSTILE, _column(servers, "Reason"), strict=True))
    assert shown["formula"] == HOSTILE["formula"]
    assert shown["terminal"] == "\\x1b[2J\\x1b[31mred\\x07\\x9b31m"
    assert shown["error value"] == "#N/A"
    assert typed_text(str(shown["excel escape"])) == HOSTILE["excel escape"]
    assert str(shown["long"]).endswith("[cut: 40,000 characters; audit.json has them all]")


@pytest.mark.parametrize("text", ["x" * 40_000, "_x0041_" * 6_000, "\x00" * 20_000, "💣" * 20_000])
def test_a_cell_never_holds_more_than_excel_can(text: str) -> None:
    stored = cell_text(text)
    assert len(stored.encode("utf-16-le")) // 2 <= CELL_LIMIT
    assert f"[cut: {len(text):,} characters" in stored


@pytest.mark.parametrize("text", ["_x0041_", "_x005F_", "a_x000D_b", "_xyz_", "plain"])
def test_excel_escapes_come_back_as_they_were_written(text: str) -> None:
    assert typed_text(cell_text(text)) == text


def test_values_that_excel_does_not_have_are_text(tmp_path: Path) -> None:
    odd = server("s", "p")
    reached = odd.reached.model_copy(
        update={"collected": FINISHED.replace(year=1601), "clock_skew_seconds": float("nan")}
    )
    audit = empty().model_copy(update={"servers": (odd.model_copy(update={"reached": reached}),)})
    servers = _written(audit, tmp_path)["Servers"]
    assert _column(servers, "Collected (UTC)") == ["1601-08-20 01:06 UTC"]
    assert _column(servers, "Clock off by (s)") == ["nan"]


def test_instants_are_real_dates_in_utc(tmp_path: Path) -> None:
    servers = _written(sample(), tmp_path)["Servers"]
    collected = sample().servers[0].reached.collected
    assert collected
    assert _column(servers, "Collected (UTC)")[0] == collected.replace(tzinfo=None)
    assert 'yyyy-mm-dd hh:mm" UTC"' in {cell.number_format for cell in servers[2]}


def test_the_same_audit_gives_the_same_bytes(tmp_path: Path) -> None:
    first = write_workbook(sample(), tmp_path / "1.xlsx").path.read_bytes()
    second = write_workbook(sample(), tmp_path / "2.xlsx").path.read_bytes()
    assert first == second


def test_summary_counts_are_those_of_the_other_reports(tmp_path: Path) -> None:
    path = write_workbook(sample(), tmp_path / "plan.xlsx").path
    shown = load_workbook(path, data_only=True)["Summary"]
    summary = summarise(sample())
    counts = {shown[f"A{row}"].value: shown[f"B{row}"].value for row in range(6, 12)}
    assert counts == {words.READINESS[word]: number for word, number in summary.servers.items()}
