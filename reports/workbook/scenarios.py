"""Scenarios: the ways in which the estate touches Office 365, and the sources of it all."""

from __future__ import annotations

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from auditor.audit import Audit, ScenarioEntry, SourceRef
from reports import words
from reports.workbook.plan import first_address
from reports.workbook.style import LOOK_TAB, colour_words
from reports.workbook.table import Column, add_table, area

_IN_USE, _READINESS = "In use", "Readiness"

_COLUMNS: tuple[Column[ScenarioEntry], ...] = (
    Column("Scenario", 34, lambda s: s.title),
    Column(_IN_USE, 12, lambda s: words.IN_USE[s.in_use], "Audit line"),
    Column(_READINESS, 14, lambda s: words.READINESS[s.readiness], "Audit line"),
    Column("Reason", 50, lambda s: s.reason),
    Column("How we know it is in use", 50, lambda s: s.evidence),
    Column("Pools on its path", 34, lambda s: "\n".join(s.pools)),
    Column("Source", 40, lambda s: words.sources(s.source), link=lambda s: first_address(s.source)),
)

_SOURCES: tuple[Column[SourceRef], ...] = (
    Column("Source", 24, lambda s: s.key, "Audit line"),
    Column("Title", 90, lambda s: s.title),
    Column("Address", 90, lambda s: s.url, link=lambda s: s.url),
)


def add_scenarios(book: Workbook, audit: Audit) -> Worksheet:
    rows = audit.scenarios
    sheet = add_table(book, "Scenarios", _COLUMNS, rows)
    sheet.sheet_properties.tabColor = LOOK_TAB
    colour_words(sheet, area(_COLUMNS, _IN_USE, len(rows)), (words.IN_USE["assumed"],))
    readiness = area(_COLUMNS, _READINESS, len(rows))
    colour_words(sheet, readiness, tuple(words.READINESS.values()))
    return sheet


def add_sources(book: Workbook, audit: Audit) -> Worksheet:
    sheet = add_table(book, "Sources", _SOURCES, audit.sources)
    sheet.sheet_properties.tabColor = LOOK_TAB
    return sheet
