"""The sheet Summary as a page of four columns: a label, two counts, and words."""

from __future__ import annotations

from dataclasses import dataclass, field

from openpyxl.worksheet.worksheet import Worksheet

from reports.workbook.cells import CellValue, put
from reports.workbook.room import lines_of
from reports.workbook.table import set_height

LABEL_WIDTH, TEXT_WIDTH = 26, 64
_SECTION = (
    ("A", "Audit section"),
    ("B", "Audit section count"),
    ("C", "Audit section count"),
    ("D", "Audit section text"),
)


@dataclass(slots=True)
class Page:
    """The sheet as it is filled from top to bottom. `known` holds what each formula gives."""

    sheet: Worksheet
    line: int = 1
    known: dict[str, float] = field(default_factory=dict)

    def put(self, column: str, value: CellValue, style: str) -> None:
        put(self.sheet, self.line, "ABCD".index(column) + 1, value, style)

    def formula(self, column: str, formula: str, result: float, style: str = "Audit count") -> None:
        """A formula, and its result for viewers that do not calculate (Protected View)."""
        cell = self.sheet[f"{column}{self.line}"]
        cell.style = style
        cell.value = formula
        self.known[cell.coordinate] = result

    def row(self, title: str, value: CellValue, style: str) -> None:
        """A label, which may run into the two columns beside it, and its text."""
        self.put("A", title, "Audit label")
        self.put("B", None, "Audit label")
        self.put("C", None, "Audit label")
        self.put("D", value, style)
        if isinstance(value, str):
            set_height(self.sheet, self.line, lines_of(value, TEXT_WIDTH))
        self.line += 1

    def section(self, *headers: str) -> None:
        self.line += 1
        for (column, style), header in zip(_SECTION, (*headers, "", "", "")[:4], strict=True):
            self.put(column, header, style)
        self.line += 1
