"""Findings: one row for each rule's word on each subject, fails first, with what was read."""

from __future__ import annotations

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from auditor.audit import Audit, FindingEntry
from reports import needs, words
from reports.workbook.plan import first_address
from reports.workbook.style import LOOK_TAB, colour_words
from reports.workbook.table import Column, add_table, area

_STATUS = "Status"


def _columns(audit: Audit) -> tuple[Column[FindingEntry], ...]:
    names = needs.scenario_names(audit)
    return (
        Column("Subject", 30, lambda f: f.subject, "Audit line"),
        Column(_STATUS, 14, lambda f: words.STATUS[f.status], "Audit line"),
        Column("Rule", 14, lambda f: f.rule, "Audit line"),
        Column("Title", 34, lambda f: f.title),
        Column("Observed", 34, lambda f: f.observed),
        Column("Required", 34, lambda f: f.required),
        Column("Reason", 46, lambda f: f.reason),
        Column("What to do", 46, lambda f: f.remediation),
        Column("Evidence", 64, lambda f: words.evidence(f.evidence), detail=True),
        Column(
            "Source", 36, lambda f: words.sources(f.source), link=lambda f: first_address(f.source)
        ),
        Column("Needed by", 30, lambda f: needs.needed_by(f.needed_by, names)),
        Column("Counts", 8, lambda f: "Yes" if f.counted else "No", "Audit line"),
        Column("Kind", 10, lambda f: f.subject_kind, "Audit line"),
        Column("Finding ID", 14, lambda f: f.id, "Audit line"),
    )


def add_findings(book: Workbook, audit: Audit) -> Worksheet:
    order = list(words.STATUS)
    rows = sorted(audit.findings, key=lambda finding: order.index(finding.status))
    columns = _columns(audit)
    sheet = add_table(book, "Findings", columns, rows, frozen="C2")
    sheet.sheet_properties.tabColor = LOOK_TAB
    status = area(columns, _STATUS, len(rows))
    colour_words(sheet, status, tuple(words.STATUS.values()))
    return sheet
