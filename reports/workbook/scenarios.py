"""Scenarios: the ways in which the estate touches Office 365, and the sources of it all."""

from __future__ import annotations

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from auditor.audit import Audit, ScenarioEntry, SourceRef
from reports import needs, words
from reports.workbook.plan import first_address
from reports.workbook.style import LOOK_TAB, colour_words
from reports.workbook.table import Column, add_table, area

_IN_USE, _READINESS = "In use", "Readiness"


def _columns(audit: Audit) -> tuple[Column[ScenarioEntry], ...]:
    return (
        Column("Scenario", 30, lambda s: s.title),
        Column(_IN_USE, 12, lambda s: words.IN_USE[s.in_use], "Audit line"),
        Column(_READINESS, 15, lambda s: words.READINESS[words.standing(s)], "Audit line"),
        Column("Waived until", 13, lambda s: s.by_waiver, "Audit day"),
        Column("Reason", 40, lambda s: s.reason),
        Column("How we know it is in use", 46, lambda s: s.evidence),
        Column("Way to Office 365", 60, lambda s: "\n".join((*needs.ways(s), *s.guessed))),
        Column("Pools on its path", 38, lambda s: "\n".join(needs.pools_on(s, audit))),
        Column(
            "Source", 36, lambda s: words.sources(s.source), link=lambda s: first_address(s.source)
        ),
    )


_SOURCES: tuple[Column[SourceRef], ...] = (
    Column("Source", 24, lambda s: s.key, "Audit line"),
    Column("Title", 90, lambda s: s.title),
    Column("Address", 90, lambda s: s.url, link=lambda s: s.url),
)


def add_scenarios(book: Workbook, audit: Audit) -> Worksheet:
    rows, columns = audit.scenarios, _columns(audit)
    sheet = add_table(book, "Scenarios", columns, rows)
    sheet.sheet_properties.tabColor = LOOK_TAB
    colour_words(sheet, area(columns, _IN_USE, len(rows)), (words.IN_USE["assumed"],))
    readiness = area(columns, _READINESS, len(rows))
    colour_words(sheet, readiness, tuple(words.READINESS.values()))
    return sheet


def add_sources(book: Workbook, audit: Audit) -> Worksheet:
    sheet = add_table(book, "Sources", _SOURCES, audit.sources)
    sheet.sheet_properties.tabColor = LOOK_TAB
    return sheet
