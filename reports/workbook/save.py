"""A workbook as bytes: the same audit gives the same bytes, formulas carry their results."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from xml.etree import ElementTree as ET

from defusedxml.ElementTree import fromstring
from openpyxl import Workbook
from openpyxl.writer.excel import ExcelWriter

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_FIRST_SHEET = "xl/worksheets/sheet1.xml"
_EARLIEST_IN_ZIP = (1980, 1, 1, 0, 0, 0)


def workbook_bytes(book: Workbook, made: datetime, known: Mapping[str, float]) -> bytes:
    """Pack `book`, dated `made` (UTC); `known` gives the results of the first sheet's formulas."""
    stamp = made.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    book.properties.created = book.properties.modified = stamp
    loose = io.BytesIO()
    with zipfile.ZipFile(loose, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        ExcelWriter(book, archive).write_data()
    packed = io.BytesIO()
    date = max(stamp.timetuple()[:6], _EARLIEST_IN_ZIP)
    with (
        zipfile.ZipFile(loose) as parts,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for name in parts.namelist():
            part = parts.read(name)
            if name == _FIRST_SHEET:
                part = _with_results(part, known)
            entry = zipfile.ZipInfo(name, date_time=date)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, part)
    return packed.getvalue()


def _with_results(sheet: bytes, known: Mapping[str, float]) -> bytes:
    """Put each formula's result beside it: a viewer that does not calculate shows nothing else."""
    ET.register_namespace("", _MAIN)
    ET.register_namespace("r", _RELATIONS)
    root: ET.Element = fromstring(sheet)
    for cell in root.iter(f"{{{_MAIN}}}c"):
        result = known.get(cell.get("r", ""))
        value = cell.find(f"{{{_MAIN}}}v")
        if result is not None and value is not None:
            value.text = str(result)
    filled: bytes = ET.tostring(root, encoding="UTF-8", xml_declaration=True)
    return filled
