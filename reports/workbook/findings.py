"""Findings: one row for each rule's word on each subject, fails first, with what was read.

Components: what of a subject a finding compares, one row for each.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from auditor.audit import Audit, ComparedEntry, FindingEntry
from reports import needs, words
from reports.workbook.plan import first_address
from reports.workbook.style import LOOK_TAB, colour_words
from reports.workbook.table import Column, add_table, area

COMPONENTS = "Components"
_STATUS = "Status"
_WORST_FIRST: tuple[words.FindingStatus, ...] = (
    "fail", "unknown", "waived", "advice", "pass", "not_applicable",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ComponentRow:
    """One thing compared on a subject, and what the rules that compare it say of the whole."""

    subject: str
    compared: ComparedEntry
    status: words.FindingStatus
    rules: str


_COMPONENTS: tuple[Column[ComponentRow], ...] = (
    Column("Subject", 30, lambda row: row.subject, "Audit line"),
    Column("Component", 34, lambda row: row.compared.name),
    Column("Observed", 20, lambda row: row.compared.observed),
    Column("Required", 20, lambda row: row.compared.required),
    Column("Note", 56, lambda row: row.compared.note),
    Column(_STATUS, 14, lambda row: words.STATUS[row.status], "Audit line"),
    Column("Rules", 26, lambda row: row.rules),
)


def _columns(audit: Audit) -> tuple[Column[FindingEntry], ...]:
    names = needs.scenario_names(audit)
    return (
        Column("Subject", 30, lambda f: f.subject, "Audit line"),
        Column(_STATUS, 14, lambda f: words.STATUS[f.status], "Audit line"),
        Column("Rule", 17, lambda f: f.rule, "Audit line"),
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
        Column("Counts", 8, words.counts, "Audit line"),
        Column("Waived until", 13, lambda f: f.waiver.until if f.waiver else None, "Audit day"),
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


def add_components(book: Workbook, audit: Audit) -> None:
    """The sheet, fails first; left out where no finding compares anything."""
    rows = sorted(_component_rows(audit), key=lambda row: _WORST_FIRST.index(row.status))
    if not rows:
        return
    sheet = add_table(book, COMPONENTS, _COMPONENTS, rows, frozen="C2")
    sheet.sheet_properties.tabColor = LOOK_TAB
    status = area(_COMPONENTS, _STATUS, len(rows))
    colour_words(sheet, status, tuple(words.STATUS.values()))


def _component_rows(audit: Audit) -> Iterator[ComponentRow]:
    """A table that several rules show of one subject stands once, under the worst of them."""
    tables: dict[tuple[str, tuple[ComparedEntry, ...]], list[FindingEntry]] = {}
    for finding in audit.findings:
        if finding.compared:
            tables.setdefault((finding.subject, finding.compared), []).append(finding)
    for (subject, compared), findings in tables.items():
        status = min((finding.status for finding in findings), key=_WORST_FIRST.index)
        rules = ", ".join(finding.rule for finding in findings)
        for entry in compared:
            yield ComponentRow(subject, entry, status, rules)
