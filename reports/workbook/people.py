"""The sheets that belong to people: their own tasks, and rows whose step is gone."""

from __future__ import annotations

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from reports.workbook.carry_over import (
    GONE_SINCE,
    GONE_TOOL_COLUMNS,
    TASK_COLUMNS,
    CarriedOver,
)
from reports.workbook.cells import CellValue
from reports.workbook.plan import help_with_pm_columns, pm_columns
from reports.workbook.previous import GONE, OWN_TASKS, Cells
from reports.workbook.style import PM_TAB
from reports.workbook.table import Column, add_table

_BLANK_ROWS = 15
_WIDTHS = {"Task": 60, "Target": 30, "Plan ID": 12, "Action": 40, "Why": 50, GONE_SINCE: 12}


def add_own_tasks(book: Workbook, carried: CarriedOver) -> Worksheet:
    """The manager's own lines, and blank ones to type into."""
    blank: tuple[Cells, ...] = ({},) * _BLANK_ROWS
    rows = (*carried.own_tasks, *blank)
    columns = (
        *(_column(header, pm=True) for header in TASK_COLUMNS),
        *pm_columns(_itself, carried.task_columns),
    )
    sheet = add_table(book, OWN_TASKS, columns, rows)
    sheet.sheet_properties.tabColor = PM_TAB
    help_with_pm_columns(sheet, columns, len(rows))
    return sheet


def add_gone(book: Workbook, carried: CarriedOver) -> Worksheet:
    """What people wrote beside steps that are no longer in the plan."""
    columns = (
        *(_column(header, pm=False) for header in GONE_TOOL_COLUMNS),
        *pm_columns(_itself, carried.own_columns),
    )
    sheet = add_table(book, GONE, columns, carried.gone)
    sheet.sheet_properties.tabColor = PM_TAB
    help_with_pm_columns(sheet, columns, len(carried.gone))
    return sheet


def _itself(row: Cells) -> Cells:
    return row


def _column(header: str, *, pm: bool) -> Column[Cells]:
    def value(row: Cells) -> CellValue:
        cell = row.get(header)
        return cell.value if cell else None

    style = "Audit day" if header == GONE_SINCE else "Audit text"
    return Column(header, _WIDTHS.get(header, 22), value, style, pm=pm)
