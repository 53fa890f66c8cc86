"""A sheet that is one Excel table: named, filtered, frozen, ready to print."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.table import Table, TableStyleInfo
from openpyxl.worksheet.worksheet import Worksheet

from reports.workbook.cells import CellValue, Link, put
from reports.workbook.room import (
    CODE_LINE_POINTS,
    LINE_POINTS,
    TALLEST_ROW,
    all_lines_of,
    cut_to,
    lines_of,
)
from reports.workbook.text import footer_text

Row = TypeVar("Row")

LINK_LIMIT = 65_000  # Excel repairs a sheet with more than 65,530 hyperlinks
_CODE = "Audit code"
_NARROWER = 0.95  # fewer characters fit than Excel counts, where letters are broad
A3, A4 = 8, 9


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """One column: its header, its width in characters, a named style, and what a row has there.

    `pm` columns belong to the project manager and have the coloured header. `detail`
    columns can be folded away with one click. Of a column with `rest` all text is shown that
    `tallest` points have room for; what is longer ends with the sentence that `rest` gives.
    """

    header: str
    width: float
    value: Callable[[Row], CellValue]
    style: str = "Audit text"
    link: Callable[[Row], Link] | None = None
    pm: bool = False
    detail: bool = False
    rest: Callable[[Row], str] | None = None
    tallest: float = TALLEST_ROW

    def told(self, row: Row) -> CellValue:
        """What the cell of a row holds."""
        value = self.value(row)
        if self.rest is None or not isinstance(value, str):
            return value
        most = int(self.tallest / self._line)
        return cut_to(value, self.width * _NARROWER, most, self.rest(row))

    def height(self, value: CellValue) -> float:
        """The points that a value takes, about."""
        if not isinstance(value, str) or self.style == "Audit line":
            return LINE_POINTS
        if self.rest is None and not self.pm:
            return lines_of(value, self.width) * self._line
        return min(all_lines_of(value, self.width * _NARROWER) * self._line, self.tallest)

    @property
    def _line(self) -> float:
        return CODE_LINE_POINTS if self.style == _CODE else LINE_POINTS


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
        tallest = LINE_POINTS
        for number, column in enumerate(columns, 1):
            value = column.told(row)
            link = column.link(row) if column.link else ""
            links += bool(link)
            style = "Audit link" if link else column.style
            put(sheet, line, number, value, style, link if links <= LINK_LIMIT else "")
            tallest = max(tallest, column.height(value))
        if tallest > LINE_POINTS:
            sheet.row_dimensions[line].height = min(tallest, TALLEST_ROW)


def set_height(sheet: Worksheet, row: int, lines: int) -> None:
    """Make room for `lines`: not every program finds the height of a row by itself."""
    if lines > 1:
        sheet.row_dimensions[row].height = lines * LINE_POINTS


def area(columns: Sequence[Column[Row]], header: str, rows: int) -> str:
    """The cells of one column below its header, such as `C2:C40`."""
    letter = column_letter(columns, header)
    return f"{letter}2:{letter}{max(rows, 1) + 1}"


def column_letter(columns: Sequence[Column[Row]], header: str) -> str:
    return get_column_letter([column.header for column in columns].index(header) + 1)


def ready_to_print(sheet: Worksheet, run_id: str, *, wide: bool = False) -> None:
    """Landscape, as wide as the page (A3 where `wide`), header repeated, run id at the foot."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = A3 if wide else A4
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
