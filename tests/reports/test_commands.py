"""Sheet Commands: every command of the plan once, in order, and whole; the plan leads to it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from auditor.audit import Audit, CommandEntry
from reports import words
from reports.workbook import write_workbook
from reports.workbook.text import cell_text
from tests.reports.entries import empty
from tests.reports.odd_audits import HOSTILE, hostile, large
from tests.reports.sample import STEPS, sample

MARK = "... The row ends here: the rest is at step 1 in report.html."
LINE = "New-ItemProperty -Path 'HKLM:\\SYSTEM' -Name 'Enabled'"
TOO_LONG = {HOSTILE["long"], HOSTILE["one word"]}


def _of(*commands: CommandEntry) -> Audit:
    """A plan of one step with these commands, and one step without any."""
    steps = (
        STEPS[0].model_copy(update={"commands": commands}),
        STEPS[1].model_copy(update={"commands": ()}),
    )
    return sample().model_copy(update={"steps": steps})


def _written(audit: Audit, folder: Path) -> Workbook:
    return load_workbook(write_workbook(audit, folder / "upgrade-plan.xlsx").path)


def _rows(sheet: Worksheet) -> list[dict[str, object]]:
    headers = [str(cell.value) for cell in sheet[1]]
    return [
        dict(zip(headers, values, strict=True))
        for values in sheet.iter_rows(min_row=2, values_only=True)
    ]


@pytest.mark.parametrize("kind", [sample, hostile, lambda: large(200)])
def test_every_command_of_the_audit_once_in_the_plans_order(
    kind: Callable[[], Audit], tmp_path: Path
) -> None:
    audit = kind()
    rows = _rows(_written(audit, tmp_path)["Commands"])
    expected = [
        (step, line, command)
        for step in audit.steps
        for line, command in enumerate(step.commands, 1)
    ]
    assert len(rows) == len(expected)
    for row, (step, line, command) in zip(rows, expected, strict=True):
        assert (row["No."], row["Wave"], row["Line"]) == (step.number, step.wave, line)
        assert row["Shell"] == words.SHELL[command.shell]
        if command.text not in TOO_LONG:
            assert (row["Command"] or "") == cell_text(command.text)
            assert (row["Target"] or "") == cell_text(step.target)
            assert (row["Action"] or "") == cell_text(step.title)
            assert (row["Run on"] or "") == cell_text(command.run_on)
        else:
            assert str(row["Command"]).endswith(f"at step {step.number} in report.html.")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-Verbose", "@('fe01')", "#N/A"])
def test_a_command_stays_text_whatever_it_begins_with(text: str, tmp_path: Path) -> None:
    sheet = _written(_of(CommandEntry(text=text, shell="powershell")), tmp_path)["Commands"]
    cell = sheet["H2"]
    assert (cell.value, cell.data_type, cell.font.name) == (text, "s", "Consolas")
    assert cell.quotePrefix is (text[0] in "=+-@")


@pytest.mark.parametrize(
    ("shell", "told"),
    [("powershell", "PowerShell"), ("cmd", "cmd"), ("gui", "By hand"), ("wmic", "wmic")],
)
def test_a_command_says_where_it_is_typed(shell: str, told: str, tmp_path: Path) -> None:
    command = CommandEntry(text="x", shell=shell, run_on="fe01.contoso.com")
    (row,) = _rows(_written(_of(command), tmp_path)["Commands"])
    assert (row["Shell"], row["Run on"]) == (told, "fe01.contoso.com")


# lines of one command -> whether the row holds them
LENGTHS = [(1, True), (2, True), (12, True), (30, True), (40, False), (2_000, False)]


@pytest.mark.parametrize(("number", "whole"), LENGTHS)
def test_a_command_is_whole_or_says_where_the_rest_is(
    number: int, whole: bool, tmp_path: Path
) -> None:
    lines = [f"{LINE} # {n}" for n in range(number)]
    command = CommandEntry(text="\n".join(lines), shell="powershell")
    sheet = _written(_of(command), tmp_path)["Commands"]
    (row,) = _rows(sheet)
    shown = str(row["Command"]).split("\n")
    height = sheet.row_dimensions[2].height or 15
    assert 13 * min(number, 30) <= height <= 409
    assert shown == lines if whole else shown == [*lines[: len(shown) - 1], MARK]
    assert len(shown) >= min(number, 30)


def test_an_empty_plan_has_an_empty_sheet(tmp_path: Path) -> None:
    sheet = _written(empty(), tmp_path)["Commands"]
    assert [cell.value for cell in sheet[1]] == [
        "No.", "Wave", "Target", "Action", "Line", "Run on", "Shell", "Command",
    ]  # fmt: skip
    assert all(value is None for row in _rows(sheet) for value in row.values())


@pytest.mark.parametrize("kind", [sample, hostile, lambda: large(200)])
def test_a_row_of_the_plan_leads_to_its_first_command(
    kind: Callable[[], Audit], tmp_path: Path
) -> None:
    book = _written(kind(), tmp_path)
    plan, commands = book["Plan"], _rows(book["Commands"])
    for row, step in enumerate(kind().steps, 2):
        cell = plan.cell(row, 11)
        assert cell.value == f"{len(step.commands)} on sheet Commands"
        assert cell.hyperlink
        sheet, place = str(cell.hyperlink.location).split("!A")
        assert sheet == "'Commands'"
        first = commands[int(place) - 2]
        assert (first["No."], first["Line"]) == (step.number, 1)


def test_a_step_without_commands_has_no_row_and_leads_nowhere(tmp_path: Path) -> None:
    book = _written(_of(CommandEntry(text="x", shell="cmd")), tmp_path)
    assert [row["No."] for row in _rows(book["Commands"])] == [1]
    assert book["Plan"]["K2"].value == "1 on sheet Commands"
    assert book["Plan"]["K3"].value is None
    assert book["Plan"]["K3"].hyperlink is None


def test_it_prints_on_a4_as_wide_as_the_page_and_large_enough_to_be_read(tmp_path: Path) -> None:
    sheet = _written(sample(), tmp_path)["Commands"]
    setup = sheet.page_setup
    assert (setup.orientation, setup.paperSize) == ("landscape", 9)
    assert (setup.fitToWidth, setup.fitToHeight) == (1, 0)
    assert sheet.print_title_rows == "$1:$1"
    assert sheet.freeze_panes == "B2"
    pixels = sum(7 * column.width + 5 for column in sheet.column_dimensions.values())
    assert (11.69 - 0.8) * 96 / pixels >= 0.75
