"""Why a server, pool or scenario has the status it has: each rule with what was read.

Everything is taken from the audit, so that an explanation a year later is that of the day.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from auditor.audit import (
    Audit,
    PoolEntry,
    ScenarioEntry,
    ServerEntry,
    StepEntry,
    UnderPolicyEntry,
)
from reports import needs, words
from reports.explain_findings import (
    cited,
    print_differences,
    print_findings,
    print_in_the_way,
)
from reports.explain_subject import Subject, pools_of, servers_of
from reports.rows import print_line, print_paragraph, print_rows
from reports.text import one_line

_MOST_SERVERS, _MOST_STEPS = 40, 12
_COLOURS = {
    "ready": "bold green",
    "work_needed": "bold yellow",
    "blocked": "bold red",
    "unknown": "bold magenta",
    "not_in_scope": "bold",
}


def print_explanation(
    audit: Audit, subject: Subject, rules: Sequence[str], console: Console
) -> None:
    """The subject's readiness and every finding on it; `rules` (ids) leaves the others out."""
    wanted = {rule.strip().casefold() for rule in rules}
    if isinstance(subject, ServerEntry):
        _server(audit, subject, console)
        if subject.also:
            told = f"\nUnder the main policy {one_line(audit.run.policy, 60)}"
            print_line(Text(told, "bold"), console)
        print_findings(audit, subject, wanted, console)
    elif isinstance(subject, PoolEntry):
        _pool(audit, subject, console)
        print_findings(audit, subject, wanted, console)
        _members(audit, subject, wanted, console)
    else:
        _scenario(audit, subject, console)
        _members(audit, subject, wanted, console)
    _under_others(audit, subject, wanted, console)
    _judged_by(audit, console)


def _server(audit: Audit, server: ServerEntry, console: Console) -> None:
    _heading(server.fqdn, server.readiness, server.reason, console)
    print_rows(
        [
            ("pool", f"{server.pool} ({words.POOL_KIND.get(server.pool_kind, server.pool_kind)})"),
            ("runs", _runs(server)),
            ("on", words.operating_system(server)),
            ("needed for", _needed_for(audit, server.pool)),
            ("read", words.provenance(server)),
            ("findings", _counts(audit, server)),
            ("also", _also(server.also)),
        ],
        console,
    )


def _runs(server: ServerEntry) -> str:
    told = f"{words.product(server)} {words.build(server)}".strip()
    return told if server.reached.ok or not server.product else f"{told}, by the estate, not read"


def _pool(audit: Audit, pool: PoolEntry, console: Console) -> None:
    _heading(pool.fqdn, pool.readiness, pool.reason, console)
    print_rows(
        [
            ("kind", words.POOL_KIND.get(pool.kind, pool.kind)),
            ("runs", pool.product_title or "not one product, or not identified"),
            ("needed for", _needed_for(audit, pool.fqdn)),
            ("also", _also(pool.also)),
        ],
        console,
    )


def _scenario(audit: Audit, scenario: ScenarioEntry, console: Console) -> None:
    _heading(scenario.title, scenario.readiness, scenario.reason, console)
    print_rows(
        [
            ("in use", words.IN_USE[scenario.in_use]),
            ("because", scenario.evidence),
            ("way", "\n".join((*needs.ways(scenario), *scenario.guessed))),
            ("pools", "\n".join(needs.pools_on(scenario, audit))),
            ("source", cited(scenario.source)),
            ("also", _also(scenario.also)),
        ],
        console,
    )


def _heading(name: str, readiness: str, reason: str, console: Console) -> None:
    word = next(text for key, text in words.READINESS.items() if key == readiness)
    heading = Text(f"{one_line(name, 200)}: ", "bold")
    print_line(heading.append(word, _COLOURS[readiness]), console)
    print_paragraph(reason, console)


def _needed_for(audit: Audit, pool: str) -> str:
    titles = [s.title for s in audit.scenarios if pool in s.pools and s.in_use != "no"]
    return "; ".join(titles) or "no scenario in use"


def _counts(audit: Audit, server: ServerEntry) -> str:
    """Such as "2 fail, 1 advice, 14 pass"."""
    found = [f.status for f in audit.findings if f.subject == server.fqdn]
    return ", ".join(
        f"{found.count(status)} {title.lower()}"
        for status, title in words.STATUS.items()
        if status in found
    )


def _also(also: Sequence[UnderPolicyEntry]) -> str:
    return "\n".join(f"{u.policy}: {words.READINESS[u.readiness]}" for u in also)


def _members(
    audit: Audit, subject: PoolEntry | ScenarioEntry, wanted: set[str], console: Console
) -> None:
    """The servers of a pool or on a scenario's path, what stands in their way, and the steps."""
    servers = servers_of(audit, subject)
    _servers(servers, console)
    pools = () if isinstance(subject, PoolEntry) else pools_of(audit, subject)
    print_in_the_way(audit, servers, pools, wanted, console)
    names = {server.pool for server in servers}
    _steps([step for step in audit.steps if step.pool in names], console)
    if servers:
        told = "sfb-audit explain with the name of a server says what was read there."
        print_line(Text(f"\n{told}", "dim"), console)


def _servers(servers: Sequence[ServerEntry], console: Console) -> None:
    """Those that need somebody first; of many the first ones."""
    if not servers:
        return
    order = list(words.READINESS)
    shown = sorted(servers, key=lambda s: order.index(s.readiness))[:_MOST_SERVERS]
    rows = [(s.fqdn, f"{words.READINESS[s.readiness]}: {s.reason}") for s in shown]
    hidden = len(servers) - len(rows)
    if hidden > 0:
        rows.append(("", f"and {words.count(hidden, 'more server')}; see report.html"))
    print_line(Text("\nServers", "bold"), console)
    print_rows(rows, console, max(len(one_line(name, 60)) for name, _ in rows))


def _steps(steps: Sequence[StepEntry], console: Console) -> None:
    if not steps:
        return
    print_line(Text("\nIn the plan", "bold"), console)
    rows = [(f"step {s.number} ({s.id})", s.title) for s in steps[:_MOST_STEPS]]
    hidden = len(steps) - len(rows)
    if hidden > 0:
        rows.append(("", f"and {words.count(hidden, 'more step')}; see upgrade-plan.xlsx"))
    print_rows(rows, console, max(len(name) for name, _ in rows))


def _under_others(audit: Audit, subject: Subject, wanted: set[str], console: Console) -> None:
    """What the run's other policies make of it, and by which rules."""
    subjects: list[ServerEntry | PoolEntry] = [*servers_of(audit, subject)]
    subjects += pools_of(audit, subject)
    for under in subject.also:
        heading = Text(f"\nUnder the policy {one_line(under.policy, 60)}: ", "bold")
        word = words.READINESS[under.readiness]
        print_line(heading.append(word, _COLOURS[under.readiness]), console)
        print_paragraph(under.reason, console)
        print_differences(under.policy, subjects, wanted, console)


def _judged_by(audit: Audit, console: Console) -> None:
    run = audit.run
    others = ", ".join(policy.key for policy in run.policies if not policy.main)
    beside = f", the main one; beside it: {others}" if others else ""
    told = (
        f"Judged by the policy {run.policy} ({run.policy_title}){beside}. Run {run.id}, "
        f"{words.instant(run.finished)}; sfb-audit {run.tool_version}, "
        f"rulebook of {run.rulebook_date}."
    )
    console.print()
    print_paragraph(one_line(told, 1000), console, "dim")
    for overlay in run.overlays:
        print_paragraph(one_line(words.overlay(overlay), 1000), console, "dim")
