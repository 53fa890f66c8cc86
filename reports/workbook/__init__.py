"""The Excel workbook. Importing this loads openpyxl."""

from __future__ import annotations

from reports.workbook.write import Written, write_workbook

__all__ = ["Written", "write_workbook"]
