"""One value into one cell; text stays text whatever it begins with."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import cast

from openpyxl.cell.cell import Cell
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from reports.text import web_address
from reports.words import instant
from reports.workbook.text import cell_text

CellValue = str | int | float | bool | datetime | date | time | timedelta | None

_LOOKS_LIKE_A_FORMULA = tuple("=+-@")


@dataclass(frozen=True, slots=True)
class Place:
    """A cell of this workbook, such as A7 of a sheet, to lead to."""

    sheet: str
    cell: str


Link = str | Place


def put(
    sheet: Worksheet, row: int, column: int, value: CellValue, style: str, link: Link = ""
) -> None:
    """Write `value` in the named style; `link` becomes a hyperlink if it is a place here,
    http or https.

    An instant is written in UTC, because Excel knows no time zones; one before 1900 and a
    number that is none are written as text, because Excel has no such values.
    """
    cell = cast("Cell", sheet.cell(row, column))  # there are no merged cells
    cell.style = style
    value = _storable(value)
    if isinstance(value, str):
        text = cell_text(value)
        cell.value = text
        cell.data_type = "s"  # else "=…" is a formula and "#N/A" an error
        if text.startswith(_LOOKS_LIKE_A_FORMULA):
            cell.quotePrefix = True  # stays text when somebody edits the cell
    else:
        number_format = cell.number_format
        cell.value = value  # openpyxl gives a date its own format here
        if number_format != "General":
            cell.number_format = number_format
    if isinstance(link, Place):
        place = f"'{link.sheet}'!{link.cell}"
        cell.hyperlink = Hyperlink(ref=cell.coordinate, location=place)
    elif address := web_address(link):
        cell.hyperlink = address


def _storable(value: CellValue) -> CellValue:
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, datetime):
        if value.year < 1901:
            return instant(value)
        return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
    if isinstance(value, date) and value.year < 1901:
        return value.isoformat()
    return value
