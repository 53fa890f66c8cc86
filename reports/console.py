"""The end of a run on a terminal: what is wrong, where, and what comes first.

Every text goes through `rich.text.Text`, never through markup, and `visible`: a server
cannot colour, link or clear anything.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from auditor.audit import Audit, FindingEntry, ScenarioEntry, ServerEntry, UnderPolicyEntry
from reports import needs, words
from reports.summary import Summary, summarise
from reports.text import one_line

_STYLES: dict[words.Standing, str] = {
    "ready": "green",
    "ready_waived": "cyan",
    "work_needed": "yellow",
    "blocked": "bold red",
    "unknown": "bold magenta",
    "not_in_scope": "dim",
}
_ABBREVIATIONS = (
    ("Skype for Business Server", "SfB"),
    ("Lync Server", "Lync"),
    ("Windows Server", "Windows"),
)
_READINESS_WIDTH = 13  # such as "Ready (waived", "until", "2027-03-31)"
_MOST_SERVERS, _FIRST_STEPS, _MOST_NOTES, _MOST_WAYS = 40, 6, 12, 3


def make_console() -> Console:
    """A console on stdout that interprets nothing in what it prints."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")  # a code page must not end an audit
    return Console(markup=False, highlight=False, emoji=False)


def print_summary(audit: Audit, console: Console) -> None:
    """Counts, servers (those that need somebody first), scenarios, first steps, notes."""
    summary = summarise(audit)
    console.print(Text(one_line(f"{audit.estate.name}: {audit.run.policy_title}", 200), "bold"))
    console.print(Text(summary.headline))
    if summary.judged_by:
        console.print(Text(one_line(summary.judged_by)))
    console.print(_counts(summary))
    if audit.servers:
        console.print(_servers(audit.servers))
        _more(console, len(audit.servers) - _MOST_SERVERS, "server", "report.html")
    if summary.policies:
        _policies(audit, summary, console)
    _pools(audit, console)
    if audit.scenarios:
        console.print(_scenarios(audit))
    if audit.steps:
        _plan(audit, summary, console)
    _care(summary, console)
    console.print(Text(summary.exit_meaning, "bold"))


def _word(judged: words.Judged, before: str = "") -> Text:
    return Text(before + words.readiness(judged), _STYLES[words.standing(judged)])


def _counts(summary: Summary) -> Text:
    parts = [Text(summary.coverage)]
    for word, number in summary.servers.items():
        if number:
            parts.append(Text(f"{words.READINESS[word]} {number:,}", _STYLES[word]))
    return Text("   ").join(parts)


def _table(title: str, *headers: str) -> Table:
    table = Table(*headers, title=Text(title, "bold"), title_justify="left", box=None)
    table.header_style, table.expand, table.padding = "bold dim", True, (0, 2, 0, 0)
    return table


def _servers(servers: Sequence[ServerEntry]) -> Table:
    """Those that need somebody first; what all names end in is said once, in the title."""
    domain = _common_domain([name for s in servers for name in (s.fqdn, s.pool)])
    title = f"\nServers of {domain[1:]}" if domain else "\nServers"
    table = _table(title, "Server, pool", "Runs", "Readiness", "Reason")
    table.columns[2].max_width = _READINESS_WIDTH
    table.columns[0].overflow = "fold"
    for column, share in zip((0, 1, 3), (4, 5, 10), strict=True):
        table.columns[column].ratio = share
    order = list(words.READINESS)
    for entry in sorted(servers, key=lambda s: order.index(words.standing(s)))[:_MOST_SERVERS]:
        name = Text(one_line(entry.fqdn.removesuffix(domain), 120))
        if entry.pool != entry.fqdn:
            name.append(f"\n{one_line(entry.pool.removesuffix(domain), 120)}", "dim")
        runs = Text(one_line(_short_product(entry), 120))
        runs.append(f"\n{one_line(_abbreviated(words.operating_system(entry)), 120)}", "dim")
        told = entry.reached.ok or entry.readiness == "not_in_scope"
        reason = entry.reason if told else words.reached(entry) or entry.reason
        table.add_row(name, runs, _word(entry), Text(one_line(reason, 240)))
    return table


def _common_domain(names: Sequence[str]) -> str:
    """`.contoso.com` where every name is `something.contoso.com`, else ""."""
    domains = {name.partition(".")[2] for name in names}
    return f".{domains.pop()}" if len(domains) == 1 and "" not in domains else ""


def _abbreviated(name: str) -> str:
    for long, short in _ABBREVIATIONS:
        name = name.replace(long, short)
    return name


def _short_product(server: ServerEntry) -> str:
    """Such as `SfB 2015 CU6 HF2`; month and KB numbers are in the other reports."""
    label = re.sub(r" \([^()]*\)", "", (server.build_label or "")[:200]) or server.build or ""
    return f"{_abbreviated(words.product(server))} {label}".strip()


def _policies(audit: Audit, summary: Summary, console: Console) -> None:
    """Counts under each policy, and the servers on which they differ, if only in their rules."""
    table = _table("\nPolicies", "Policy", "Title", "Servers and pools")
    table.columns[0].no_wrap = True
    for policy in summary.policies:
        name = Text(one_line(policy.key, 60), "bold" if policy.main else "")
        table.add_row(name, Text(one_line(policy.title, 120)), Text(policy.told))
    console.print(table)
    differing = [server for server in audit.servers if _is_judged_otherwise(server)]
    if differing:
        console.print(_differences(audit, differing))
        _more(console, len(differing) - _MOST_SERVERS, "server", "report.html")
    alike = [
        server
        for server in audit.servers
        if not _is_judged_otherwise(server) and any(under.differs for under in server.also)
    ]
    if alike:
        one = len(alike) == 1
        told = f"{words.count(len(alike), 'server')} {'differs' if one else 'differ'} in rules only"
        named = ", ".join(one_line(server.fqdn, 120) for server in alike[:_MOST_NOTES])
        console.print(Text(f"\n{told}: {named}", "dim"))
        _more(console, len(alike) - _MOST_NOTES, "server", "report.html")


def _is_judged_otherwise(server: ServerEntry) -> bool:
    return any(words.readiness(under) != words.readiness(server) for under in server.also)


def _differences(audit: Audit, differing: Sequence[ServerEntry]) -> Table:
    table = _table("\nWhere they differ", "Server", "Readiness by policy", "Rules that differ")
    table.columns[0].overflow = "fold"
    for server in differing[:_MOST_SERVERS]:
        judged: dict[str, ServerEntry | UnderPolicyEntry] = {audit.run.policy: server}
        judged |= {under.policy: under for under in server.also}
        cell = Text("\n").join(_word(by, f"{one_line(key, 60)}: ") for key, by in judged.items())
        table.add_row(Text(one_line(server.fqdn, 120)), cell, Text(_rules_that_differ(server)))
    return table


def _rules_that_differ(server: ServerEntry) -> str:
    """Such as "tls10-disable: SFB-CU-001 fail, SFB-PRE-001 unknown"."""
    return "\n".join(
        f"{one_line(under.policy, 60)}: "
        + ", ".join(
            f"{d.rule} {words.status_there(d.status, counted=d.counted)}" for d in under.differs
        )
        for under in server.also
        if under.differs
    )


def _pools(audit: Audit, console: Console) -> None:
    """What only a pool as a whole shows: the readiness of its servers is above."""
    told = [f for f in audit.findings if f.subject_kind == "pool" and _is_spoken(f)]
    if not told:
        return
    table = _table("\nPools", "Pool", "Finding", "Reason")
    for column, share in zip((0, 2), (4, 10), strict=True):
        table.columns[column].ratio = share
    table.columns[0].overflow = "fold"
    for finding in told[:_MOST_NOTES]:
        word = f"{words.STATUS[finding.status]} {one_line(finding.rule, 40)}"
        reason = f"{finding.observed}. {finding.reason}"
        table.add_row(Text(one_line(finding.subject, 120)), Text(word), Text(one_line(reason, 300)))
    console.print(table)
    _more(console, len(told) - _MOST_NOTES, "finding", "report.html")


def _is_spoken(finding: FindingEntry) -> bool:
    of_weight = finding.counted and finding.status in ("unknown", "waived")
    return of_weight or finding.status in ("fail", "advice")


def _scenarios(audit: Audit) -> Table:
    table = _table("\nScenarios", "Scenario", "In use", "Readiness", "Reason")
    table.columns[1].no_wrap = True
    table.columns[2].max_width = _READINESS_WIDTH
    table.columns[0].ratio, table.columns[3].ratio = 4, 6
    for scenario in audit.scenarios:
        table.add_row(
            Text(one_line(scenario.title, 120)),
            Text(words.IN_USE[scenario.in_use], "magenta" if scenario.in_use == "assumed" else ""),
            _word(scenario),
            _path(scenario, audit),
        )
    return table


def _path(scenario: ScenarioEntry, audit: Audit) -> Text:
    """The reason; for what may be in use also how the way goes, and what on it is not."""
    told = Text(one_line(scenario.reason, 240))
    if scenario.in_use != "no":
        for way in needs.ways(scenario, _MOST_WAYS):
            told.append(f"\n{one_line(way, 200)}", "dim")
        for pool in needs.unready(scenario, audit, _MOST_WAYS):
            told.append(f"\n- {one_line(pool, 160)}")
    return told


def _plan(audit: Audit, summary: Summary, console: Console) -> None:
    steps, waves = len(audit.steps), len(summary.steps_by_wave)
    title = (
        f"\nPlan: {words.count(steps, 'step')} in {words.count(waves, 'wave')}, "
        f"{words.duration(summary.minutes)} of work (assumed)"
    )
    table = _table(title, "Wave", "Target", "First to do")
    table.columns[0].no_wrap, table.columns[1].ratio, table.columns[2].ratio = True, 4, 7
    table.columns[1].overflow = "fold"
    for step in audit.steps[:_FIRST_STEPS]:
        target, action = Text(one_line(step.target, 120)), Text(one_line(step.title, 160))
        table.add_row(Text(str(step.wave)), target, action)
    console.print(table)
    _more(console, steps - _FIRST_STEPS, "step", "upgrade-plan.xlsx")


def _care(summary: Summary, console: Console) -> None:
    lines = [_unknown(server) for server in summary.unknown[:_MOST_NOTES]]
    hidden = len(summary.unknown) - len(lines)
    if hidden > 0:
        lines.append(f"and {words.count(hidden, 'more unknown server')}; see report.html")
    lines += [one_line(note, 300) for note in summary.notes[:_MOST_NOTES]]
    hidden = len(summary.notes) - _MOST_NOTES
    if hidden > 0:
        lines.append(f"and {words.count(hidden, 'more note')}; see report.html")
    if lines:
        console.print(Text("\nRead with care", "bold"))
    for line in lines:
        console.print(Text(f"- {line}"))
    console.print()


def _unknown(server: ServerEntry) -> str:
    word = "Unknown" if server.reached.ok else f"Not read ({server.reached.code})"
    return f"{word}: {one_line(server.fqdn, 120)}"


def _more(console: Console, number: int, noun: str, where: str) -> None:
    if number > 0:
        console.print(Text(f"… and {words.count(number, f'more {noun}')}; see {where}", "dim"))
