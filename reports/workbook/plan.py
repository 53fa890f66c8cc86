"""Plan: one row for each step; grey columns are the tool's, coloured ones the manager's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from openpyxl import Workbook
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.pagebreak import Break
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from auditor.audit import Audit, SourceRef, StepEntry
from reports import needs, words
from reports.text import web_address
from reports.workbook.carry_over import (
    NEEDED_BY,
    PLANNED_DATE,
    PM_COLUMNS,
    STATUS,
    CarriedOver,
)
from reports.workbook.cells import CellValue, Link
from reports.workbook.commands import first_commands
from reports.workbook.fingerprints import add_fingerprints
from reports.workbook.previous import COMMANDS, PLAN, PLAN_ID, STEP_NUMBER, Cells
from reports.workbook.room import row_ends
from reports.workbook.style import (
    DONE,
    NOT_NEEDED,
    PM_TAB,
    STEP_STATES,
    colour_words,
    grey_out,
    warn,
)
from reports.workbook.table import A4, Column, Row, add_table, area, column_letter

_PM_WIDTHS = {"Owner": 16, PLANNED_DATE: 13, STATUS: 13, "Ticket": 14, "Notes": 34}
_LAST_ROW = 1_048_575  # as page breaks count them
_TALLEST = 120.0  # points, but for what a person wrote: several rows are seen at once
_RULES = 60.0  # those of a server that was not read are all there are
_IN_EVERY_PART = (STEP_NUMBER, "Minutes")
_PARTS_END_WITH = ("Why", "Rollback", "Source")
_PRINTED_PERCENT = 62  # a part is as wide as A4 then, in fonts of other widths too


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A step and what the project manager wrote beside it.

    `commands` is where they begin on the sheet Commands, "" where it has none.
    """

    step: StepEntry
    commands: Link
    waits: str
    needed_by: str
    pm: Cells


def add_plan(book: Workbook, audit: Audit, carried: CarriedOver) -> Worksheet:
    rows = _rows(audit, carried)
    columns = (*_tool_columns(), *pm_columns(_pm_of_row, carried.own_columns))
    sheet = add_table(book, PLAN, columns, rows, frozen="G2")
    sheet.sheet_properties.tabColor = PM_TAB
    help_with_pm_columns(sheet, columns, len(rows))
    return sheet


def print_in_parts(sheet: Worksheet) -> None:
    """On A4, large enough to be read, in parts that each name the step.

    They tell what and why, with what effect, after what, and (the manager's) by whom and when.
    """
    columns = _tool_columns()
    sheet.page_setup.paperSize = A4
    sheet.page_setup.fitToWidth = sheet.page_setup.fitToHeight = None
    sheet.page_setup.scale = _PRINTED_PERCENT
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=False)
    sheet.print_title_cols = ":".join(column_letter(columns, end) for end in _IN_EVERY_PART)
    for header in _PARTS_END_WITH:
        letter = column_letter(columns, header)
        sheet.col_breaks.append(Break(column_index_from_string(letter), max=_LAST_ROW))


def add_plan_fingerprints(book: Workbook, audit: Audit) -> None:
    """What the plan's own columns hold, for the next run to compare with."""
    rows = _rows(audit, CarriedOver(plan={}))
    add_fingerprints(book, _tool_columns(), rows, [row.step.id for row in rows])


def _rows(audit: Audit, carried: CarriedOver) -> list[PlanRow]:
    numbers = {step.id: step.number for step in audit.steps}
    names = needs.scenario_names(audit)
    commands = first_commands(audit)
    return [
        PlanRow(
            step,
            commands.get(step.id, ""),
            words.waits(step, numbers),
            needs.needed_by(step.needed_by, names),
            carried.plan.get(step.id, {}),
        )
        for step in audit.steps
    ]


def _pm_of_row(row: PlanRow) -> Cells:
    return row.pm


def _tool_columns() -> tuple[Column[PlanRow], ...]:
    return (
        Column(PLAN_ID, 12, lambda row: row.step.id, "Audit line"),
        Column("Wave", 7, lambda row: row.step.wave, "Audit number"),
        _text("Site", 10, lambda row: row.step.site),
        _text("Pool", 22, lambda row: row.step.pool),
        Column(STEP_NUMBER, 6, lambda row: row.step.number, "Audit number"),
        _text("Target", 22, lambda row: row.step.target),
        _text("Action", 30, lambda row: row.step.title),
        Column("Minutes", 9, lambda row: row.step.minutes, "Audit number"),
        _detail("Why", 62, lambda row: row.step.reason),
        _detail(NEEDED_BY, 28, lambda row: row.needed_by),
        _detail(COMMANDS, 20, _commands, lambda row: row.commands),
        _detail("Impact", 36, lambda row: row.step.impact),
        _detail("Rollback", 29, lambda row: row.step.rollback),
        _detail("Waits for", 52, lambda row: row.waits),
        replace(_detail("Rules", 22, lambda row: ", ".join(row.step.rules)), tallest=_RULES),
        _detail(
            "Source",
            39,
            lambda row: words.sources(row.step.source),
            lambda row: first_address(row.step.source),
        ),
    )


def _text(header: str, width: float, value: Callable[[PlanRow], str]) -> Column[PlanRow]:
    return Column(header, width, value, rest=_rest, tallest=_TALLEST)


def _detail(
    header: str,
    width: float,
    value: Callable[[PlanRow], str],
    link: Callable[[PlanRow], Link] | None = None,
) -> Column[PlanRow]:
    return replace(_text(header, width, value), link=link, detail=True)


def _rest(row: PlanRow) -> str:
    return row_ends(row.step.number)


def _commands(row: PlanRow) -> str:
    """How many there are; they stand on a sheet of their own, to which this leads."""
    number = len(row.step.commands)
    return f"{number:,} on sheet {COMMANDS}" if number else ""


def first_address(sources: Sequence[SourceRef]) -> str:
    """The first source that has an address to link to, or ""."""
    return next((source.url for source in sources if web_address(source.url)), "")


def pm_columns(
    cells_of: Callable[[Row], Cells], own_columns: Sequence[str] = ()
) -> tuple[Column[Row], ...]:
    """The manager's columns, then those the manager added."""

    def column(header: str) -> Column[Row]:
        def value(row: Row) -> CellValue:
            cell = cells_of(row).get(header)
            return cell.value if cell else None

        def link(row: Row) -> str:
            cell = cells_of(row).get(header)
            return cell.link if cell else ""

        style = "Audit day" if header == PLANNED_DATE else "Audit text"
        return Column(header, _PM_WIDTHS.get(header, 20), value, style, link, pm=True)

    return tuple(column(header) for header in (*PM_COLUMNS, *own_columns))


def help_with_pm_columns(sheet: Worksheet, columns: Sequence[Column[Row]], rows: int) -> None:
    """Lists and dates to choose from, and colours that follow the status a person sets."""
    status, planned = area(columns, STATUS, rows), area(columns, PLANNED_DATE, rows)
    choice = DataValidation("list", formula1=f'"{",".join(STEP_STATES)}"', allow_blank=True)
    choice.errorTitle, choice.error = "Status", f"One of: {', '.join(STEP_STATES)}"
    choice.showErrorMessage = True
    day = DataValidation("date", operator="greaterThan", formula1="36526", allow_blank=True)
    day.errorStyle, day.errorTitle = "warning", "Planned date"
    day.error, day.showErrorMessage = (
        "This is not a date, so nothing can sort or count by it.",
        True,
    )
    for validation, cells in ((choice, status), (day, planned)):
        validation.add(cells)
        sheet.add_data_validation(validation)
    colour_words(sheet, status, STEP_STATES)
    state = f"${column_letter(columns, STATUS)}2"
    date = f"${column_letter(columns, PLANNED_DATE)}2"
    over = f'OR({state}="{DONE}",{state}="{NOT_NEEDED}")'
    warn(sheet, planned, f"AND(ISNUMBER({date}),{date}<TODAY(),NOT({over}))")
    whole = f"A2:{get_column_letter(len(columns))}{max(rows, 1) + 1}"
    grey_out(sheet, whole, over)
