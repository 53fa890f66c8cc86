"""A sheet that is one Excel table: named, filtered, frozen, ready to print."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Generic, TypeVar
from unicodedata import east_asian_width

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.table import Table, TableStyleInfo
from openpyxl.worksheet.worksheet import Worksheet

from reports.workbook.cells import CellValue, put
from reports.workbook.text import footer_text

Row = TypeVar("Row")

LINK_LIMIT = 65_000  # Excel repairs a sheet with more than 65,530 hyperlinks
_LINE_POINTS = 15.0
_MOST_LINES = 12
_WORDS_DO_NOT_FILL = 1.06  # a line ends before the next word, not at the edge
_SMALLER = 0.88  # a line of code beside a line of text
_WIDE = {"W": 2, "F": 2}
_A3, _A4 = 8, 9


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """One column: its header, its width in characters, a named style, and what a row has there.

    `pm` columns belong to the project manager and have the coloured header. `detail`
    columns can be folded away with one click.
    """

    header: str
    width: float
    value: Callable[[Row], CellValue]
    style: str = "Audit text"
    link: Callable[[Row], str] | None = None
    pm: bool = False
    detail: bool = False


def add_table(
    book: Workbook,
    title: str,
    columns: Sequence[Column[Row]],
    rows: Sequence[Row],
    frozen: str = "B2",
) -> Worksheet:
    """Add a sheet holding one table, whose name is the title without its spaces.

    A table without rows gets one blank row, because Excel refuses a table that has none.
    """
    sheet: Worksheet = book.create_sheet(title)
    for number, column in enumerate(columns, 1):
        style = "Audit PM header" if column.pm else "Audit tool header"
        put(sheet, 1, number, column.header, style)
        dimension = sheet.column_dimensions[get_column_letter(number)]
        dimension.width = column.width
        if column.detail:
            dimension.outlineLevel = 1
    _write_rows(sheet, columns, rows)
    last = f"{get_column_letter(len(columns))}{max(len(rows), 1) + 1}"
    table = Table(displayName=title.replace(" ", ""), ref=f"A1:{last}")
    table.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=True)
    sheet.add_table(table)
    sheet.row_dimensions[1].height = 32
    sheet.freeze_panes = frozen
    sheet.sheet_view.zoomScale = 90
    return sheet


def _write_rows(sheet: Worksheet, columns: Sequence[Column[Row]], rows: Sequence[Row]) -> None:
    links = 0
    for line, row in enumerate(rows, 2):
        tallest = 1
        for number, column in enumerate(columns, 1):
            value = column.value(row)
            link = column.link(row) if column.link else ""
            links += bool(link)
            style = "Audit link" if link else column.style
            put(sheet, line, number, value, style, link if links <= LINK_LIMIT else "")
            if isinstance(value, str) and column.style != "Audit line":
                lines = lines_of(value, column.width)
                smaller = column.style == "Audit code"
                tallest = max(tallest, ceil(lines * _SMALLER) if smaller else lines)
        set_height(sheet, line, tallest)


def lines_of(text: str, width: float) -> int:
    """About how many lines `text` takes in a cell of `width` characters; counting stops early."""
    lines = 0
    for line in text[:3000].split("\n"):
        length = (
            len(line) if line.isascii() else sum(_WIDE.get(east_asian_width(c), 1) for c in line)
        )
        lines += 1 + int(length * _WORDS_DO_NOT_FILL / width)
        if lines >= _MOST_LINES:
            return _MOST_LINES
    return lines


def set_height(sheet: Worksheet, row: int, lines: int) -> None:
    """Make room for `lines`: not every program finds the height of a row by itself."""
    if lines > 1:
        sheet.row_dimensions[row].height = lines * _LINE_POINTS


def area(columns: Sequence[Column[Row]], header: str, rows: int) -> str:
    """The cells of one column below its header, such as `C2:C40`."""
    letter = column_letter(columns, header)
    return f"{letter}2:{letter}{max(rows, 1) + 1}"


def column_letter(columns: Sequence[Column[Row]], header: str) -> str:
    return get_column_letter([column.header for column in columns].index(header) + 1)


def ready_to_print(sheet: Worksheet, run_id: str, *, wide: bool = False) -> None:
    """Landscape, as wide as the page (A3 where `wide`), header repeated, run id at the foot."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = _A3 if wide else _A4
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.page_margins.top, sheet.page_margins.bottom = 0.5, 0.8
    sheet.page_margins.footer = 0.4
    foot = sheet.oddFooter
    if foot is not None:
        foot.left.text = f"Run {footer_text(run_id)}"
        foot.center.text = "&A"
        foot.right.text = "Page &P of &N"
