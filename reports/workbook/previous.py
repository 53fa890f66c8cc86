"""The workbook that is already there, read for what people typed into it.

Values only: nothing of the old file but these values, and links that people made, goes
into the new one.
"""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from pathlib import Path

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.worksheet.worksheet import Worksheet

from reports.text import web_address
from reports.workbook.cells import CellValue
from reports.workbook.text import typed_text

PLAN, OWN_TASKS, GONE = "Plan", "Own tasks", "Done or gone"
COMMANDS, FINGERPRINTS = "Commands", "Fingerprints"
PLAN_ID, TASK, STEP_NUMBER = "Plan ID", "Task", "No."

_MOST_BYTES_UNPACKED = 512 * 1024 * 1024
_MOST_CELLS = 3_000_000
_HEADER_WITHIN = 20  # people put a title above the table


class UnreadableWorkbookError(Exception):
    """The file at the target is not a workbook that this program wrote, or not readable."""


@dataclass(frozen=True, slots=True)
class PmCell:
    """What a person left in one cell; `link` is an http(s) address or ""."""

    value: CellValue
    link: str = ""


Cells = Mapping[str, PmCell]  # by column header; cells without a value are left out


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table as it was: its headers and its rows."""

    headers: tuple[str, ...] = ()
    rows: tuple[Cells, ...] = ()


@dataclass(frozen=True, slots=True)
class Previous:
    """The old workbook. `left_behind` names what this program does not carry over."""

    plan: Sheet = Sheet()
    own_tasks: Sheet = Sheet()
    gone: Sheet = Sheet()
    fingerprints: Sheet = Sheet()
    left_behind: tuple[str, ...] = ()


def read_previous(path: Path, our_sheets: frozenset[str]) -> Previous:
    """Read the workbook at `path`; UnreadableWorkbookError where that is not possible."""
    try:
        return _read(path, our_sheets)
    except UnreadableWorkbookError:
        raise
    except Exception as error:  # a broken file may fail anywhere in the reader
        raise UnreadableWorkbookError(f"it cannot be read ({type(error).__name__})") from error


def _read(path: Path, our_sheets: frozenset[str]) -> Previous:
    _refuse_bombs(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about extensions that values do not need
        book = load_workbook(path)
        shown = load_workbook(path, data_only=True) if _has_formulas(book) else book
    if PLAN not in book.sheetnames:
        raise UnreadableWorkbookError(f"it has no sheet {PLAN}")
    return Previous(
        plan=_read_sheet(book, shown, PLAN, PLAN_ID),
        own_tasks=_read_sheet(book, shown, OWN_TASKS, TASK),
        gone=_read_sheet(book, shown, GONE, PLAN_ID),
        fingerprints=_read_sheet(book, shown, FINGERPRINTS, PLAN_ID),
        left_behind=_left_behind(book, our_sheets),
    )


def _refuse_bombs(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > _MOST_BYTES_UNPACKED:
            raise UnreadableWorkbookError("it is too large unpacked")


def _people_sheets(book: Workbook) -> Iterator[Worksheet]:
    for name in (PLAN, OWN_TASKS, GONE, FINGERPRINTS):
        if name in book.sheetnames:
            sheet = book[name]
            if sheet.max_row * sheet.max_column > _MOST_CELLS:
                raise UnreadableWorkbookError(f"its sheet {name} is too large")
            yield sheet


def _has_formulas(book: Workbook) -> bool:
    return any(
        cell.data_type == "f"
        for sheet in _people_sheets(book)
        for row in sheet.iter_rows()
        for cell in row
    )


def _read_sheet(book: Workbook, shown: Workbook, name: str, key_header: str) -> Sheet:
    if name not in book.sheetnames:
        return Sheet()
    sheet, values = book[name], shown[name]
    for number, cells in enumerate(sheet.iter_rows(max_row=_HEADER_WITHIN), 1):
        headers = {c.column: typed_text(str(c.value)).strip() for c in cells if c.value is not None}
        if key_header in headers.values():
            rows = (_read_row(row, values, headers) for row in sheet.iter_rows(min_row=number + 1))
            return Sheet(tuple(headers.values()), tuple(row for row in rows if row))
    raise UnreadableWorkbookError(f"its sheet {name} has no column {key_header}")


def _read_row(
    row: tuple[Cell | MergedCell, ...], values: Worksheet, headers: Mapping[int, str]
) -> Cells:
    cells: dict[str, PmCell] = {}
    for cell in row:
        header = headers.get(cell.column or 0)
        if header is None or header in cells or not isinstance(cell, Cell):
            continue
        value = _value(cell, values)
        if value not in (None, ""):
            link = cell.hyperlink.target if cell.hyperlink else None
            cells[header] = PmCell(value, web_address(link or ""))
    return cells


def _value(cell: Cell, values: Worksheet) -> CellValue:
    """What the cell shows; a formula's own text where no program has calculated it."""
    value: object = cell.value
    if cell.data_type == "f":
        calculated = values.cell(cell.row, cell.column).value
        value = getattr(value, "text", value) if calculated is None else calculated
    if isinstance(value, str):
        return typed_text(value)
    if value is None or isinstance(value, (bool, int, float, date, time, timedelta)):
        return value
    return str(value)


def _left_behind(book: Workbook, our_sheets: frozenset[str]) -> tuple[str, ...]:
    foreign = [
        f"sheet {name}"
        for name in book.sheetnames
        if name not in our_sheets or _namesake(book, name)
    ]
    remarks = [
        f"remarks on sheet {sheet.title}"
        for sheet in _people_sheets(book)
        if any(cell.comment for row in sheet.iter_rows() for cell in row)
    ]
    return (*foreign, *remarks)


def _namesake(book: Workbook, name: str) -> bool:
    """A sheet that a person called Commands, when the workbook had none of that name."""
    return name == COMMANDS and book[name].cell(1, 1).value != STEP_NUMBER
