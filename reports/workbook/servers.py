"""Servers: every server of the estate, also those that could not be read. Other machines apart."""

from __future__ import annotations

from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from auditor.audit import Audit, MachineEntry, ServerEntry, UnderPolicyEntry
from reports import needs, words
from reports.workbook.style import LOOK_TAB, colour_words, warn
from reports.workbook.table import Column, add_table, area

_READINESS = "Readiness"
_READ = "Read"

_MACHINES: tuple[Column[MachineEntry], ...] = (
    Column("Machine", 34, lambda m: m.fqdn, "Audit line"),
    Column("Kind", 20, lambda m: words.POOL_KIND.get(m.kind, m.kind)),
    Column("Pool", 34, lambda m: m.pool),
    Column("Site", 16, lambda m: m.site),
)


def _read(server: ServerEntry) -> str:
    if server.excluded:
        return "Excluded"
    return "Yes" if server.reached.ok else "No"


def _columns(audit: Audit, others: Sequence[str]) -> tuple[Column[ServerEntry], ...]:
    names = needs.scenario_names(audit)
    return (
        Column("Server", 30, lambda s: s.fqdn, "Audit line"),
        Column(_READINESS, 15, lambda s: words.READINESS[words.standing(s)], "Audit line"),
        Column("Waived until", 13, lambda s: s.by_waiver, "Audit day"),
        Column("Reason", 52, lambda s: s.reason),
        *(column for policy in others for column in _under(policy)),
        Column("Needed by", 30, lambda s: needs.needed_by(s.needed_by, names)),
        Column("Site", 12, lambda s: s.site),
        Column("Pool", 28, lambda s: s.pool),
        Column("Pool kind", 16, lambda s: words.POOL_KIND.get(s.pool_kind, s.pool_kind)),
        Column("Roles", 24, lambda s: ", ".join(s.roles)),
        Column("Product", 30, words.product),
        Column("Build", 14, lambda s: s.build or "", "Audit line"),
        Column("Build label", 26, lambda s: s.build_label or ""),
        Column("Operating system", 28, words.operating_system),
        Column("Upgrade domain", 18, lambda s: s.upgrade_domain or ""),
        Column("Zone", 11, lambda s: s.zone or ""),
        Column(_READ, 9, _read, "Audit line"),
        Column("How reading it went", 46, words.reached),
        Column("Read through", 11, lambda s: "" if s.excluded else s.reached.origin),
        Column("Collected (UTC)", 21, lambda s: s.reached.collected, "Audit instant"),
        Column("Clock off by (s)", 10, lambda s: s.reached.clock_skew_seconds, "Audit decimal"),
    )


def add_servers(book: Workbook, audit: Audit) -> Worksheet:
    rows = audit.servers
    others = [policy.key for policy in audit.run.policies if not policy.main]
    columns = _columns(audit, others)
    sheet = add_table(book, "Servers", columns, rows, frozen="C2")
    sheet.sheet_properties.tabColor = LOOK_TAB
    for header in (_READINESS, *(f"Under {policy}" for policy in others)):
        colour_words(sheet, area(columns, header, len(rows)), tuple(words.READINESS.values()))
    read = area(columns, _READ, len(rows))
    warn(sheet, read, f'{read.partition(":")[0]}="No"')
    return sheet


def _under(policy: str) -> tuple[Column[ServerEntry], Column[ServerEntry]]:
    """Readiness under another policy of the run, and which rules make it differ."""

    def entry(server: ServerEntry) -> UnderPolicyEntry | None:
        return next((under for under in server.also if under.policy == policy), None)

    def readiness(server: ServerEntry) -> str:
        under = entry(server)
        return words.READINESS[words.standing(under)] if under else ""

    def why(server: ServerEntry) -> str:
        under = entry(server)
        return (words.differences(under) or under.reason) if under else ""

    return (
        Column(f"Under {policy}", 15, readiness, "Audit line"),
        Column(f"Why under {policy}", 52, why),
    )


def add_other_machines(book: Workbook, audit: Audit) -> Worksheet:
    """Machines that take no cumulative update: listed, never contacted, never judged."""
    sheet = add_table(book, "Other machines", _MACHINES, audit.estate.other_machines)
    sheet.sheet_properties.tabColor = LOOK_TAB
    return sheet
