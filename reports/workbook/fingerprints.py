"""What the tool wrote into its own columns of the plan, so that an edit of them is noticed.

A hidden sheet keeps a short fingerprint of each cell. White space and Excel's escapes do not
count: programs that save a workbook change line ends, and read `_x000D_` in several ways.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from reports.text import one_line
from reports.workbook.cells import CellValue, put
from reports.workbook.previous import FINGERPRINTS, PLAN_ID, Previous
from reports.workbook.table import Column, Row
from reports.workbook.text import cell_text, typed_text

_SHOWN = 40
_COMPARED = 8000  # characters; a cell that is nearly full may be cut by who saves it
_ESCAPE = re.compile(r"_x[0-9A-Fa-f]{4}_")


@dataclass(frozen=True, slots=True)
class Edit:
    """A cell of the tool's that somebody changed; `value` is what stood there."""

    plan_id: str
    header: str
    value: str

    def __str__(self) -> str:
        return f"{self.header} of {self.plan_id} ({one_line(self.value, _SHOWN) or 'emptied'})"


def fingerprint(value: CellValue) -> str:
    """Eight hexadecimal digits that are the same for what was written and what is read back."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        text = f"{float(value):g}"
    else:
        text = "" if value is None else _ESCAPE.sub("", typed_text(cell_text(str(value))))
    compared = " ".join(text[:_COMPARED].split())
    return hashlib.sha256(compared.encode()).hexdigest()[:8]


def add_fingerprints(
    book: Workbook, columns: Sequence[Column[Row]], rows: Sequence[Row], ids: Sequence[str]
) -> None:
    """Add the hidden sheet for the tool's `columns` of `rows`, whose Plan IDs are `ids`."""
    sheet = book.create_sheet(FINGERPRINTS)
    sheet.sheet_state = "veryHidden"
    kept = [column for column in columns if column.header != PLAN_ID]
    for number, header in enumerate((PLAN_ID, *(column.header for column in kept)), 1):
        put(sheet, 1, number, header, "Audit text")
        sheet.column_dimensions[get_column_letter(number)].width = 12
    for line, (plan_id, row) in enumerate(zip(ids, rows, strict=True), 2):
        put(sheet, line, 1, plan_id, "Audit text")
        for number, column in enumerate(kept, 2):
            put(sheet, line, number, fingerprint(column.told(row)), "Audit text")


def edits(previous: Previous) -> Iterator[Edit]:
    """Every cell of the tool's columns that is not as it was written, in the plan's order.

    A workbook without fingerprints (of an earlier version) tells nothing.
    """
    written = {str(row[PLAN_ID].value): row for row in previous.fingerprints.rows if PLAN_ID in row}
    for row in previous.plan.rows:
        plan_id = str(row[PLAN_ID].value).strip() if PLAN_ID in row else ""
        for header, mark in written.get(plan_id, {}).items():
            if header == PLAN_ID or header not in previous.plan.headers:
                continue
            cell = row.get(header)
            value = cell.value if cell else None
            if fingerprint(value) != str(mark.value):
                yield Edit(plan_id, header, "" if value is None else str(value))
