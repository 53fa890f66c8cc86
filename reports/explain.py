"""Why a server, pool or scenario has the status it has: each rule with what was read.

Everything is taken from the audit, so that an explanation a year later is that of the day.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from rich.console import Console
from rich.table import Table
from rich.text import Text

from auditor.audit import (
    Audit,
    ComparedEntry,
    EvidenceEntry,
    FindingEntry,
    PoolEntry,
    ScenarioEntry,
    ServerEntry,
    SourceRef,
    UnderPolicyEntry,
)
from auditor.errors import UsageError
from reports import needs, words
from reports.text import one_line, visible

Subject = ServerEntry | PoolEntry | ScenarioEntry

_STYLES = {
    "fail": "bold red",
    "unknown": "bold magenta",
    "advice": "yellow",
    "waived": "cyan",
    "pass": "green",
    "not_applicable": "dim",
}
_ORDER = tuple(words.STATUS)


def find_subject(audit: Audit, name: str) -> Subject:
    """The server, pool or scenario that `name` means: an FQDN, a host name, or a scenario's key.

    A pool of one server of the same name (Standard Edition) is that server. Raises UsageError
    for a name that means nothing (SUBJECT-UNKNOWN) or several (SUBJECT-AMBIGUOUS).
    """
    wanted = name.strip().casefold()
    known: dict[str, list[Subject]] = {}
    for server in audit.servers:
        known.setdefault(server.fqdn.casefold(), []).append(server)
    for pool in audit.pools:
        known.setdefault(pool.fqdn.casefold(), []).append(pool)
    for scenario in audit.scenarios:
        known.setdefault(scenario.key.casefold(), []).append(scenario)
    if wanted in known:
        return known[wanted][0]
    short = [full for full in known if full.partition(".")[0] == wanted]
    if len(short) == 1:
        return known[short[0]][0]
    if short:
        raise UsageError(
            "SUBJECT-AMBIGUOUS",
            f"{one_line(name, 100)} could be any of {', '.join(sorted(short))}.",
            "Give the whole name.",
        )
    near = get_close_matches(wanted, [*known, *(full.partition(".")[0] for full in known)], n=3)
    raise UsageError(
        "SUBJECT-UNKNOWN",
        f"the audit has no server, pool or scenario {one_line(name, 100)!r}.",
        f"Did you mean {' or '.join(dict.fromkeys(near))}?"
        if near
        else f"Scenarios: {', '.join(scenario.key for scenario in audit.scenarios)}; "
        "servers and pools go by their FQDN.",
    )


def print_explanation(
    audit: Audit, subject: Subject, rules: Sequence[str], console: Console
) -> None:
    """The subject's readiness and every finding on it; `rules` (ids) leaves the others out."""
    run = audit.run
    if isinstance(subject, ServerEntry):
        _server(audit, subject, console)
        _also(subject.also, console)
        _findings(audit, subject.fqdn, rules, console)
    elif isinstance(subject, PoolEntry):
        _pool(audit, subject, console)
        _also(subject.also, console, of_pool=True)
        _findings(audit, subject.fqdn, rules, console)
    else:
        _scenario(audit, subject, console)
        _also(subject.also, console)
    told = (
        f"Judged by the policy {run.policy}: {run.policy_title}. Run {run.id}, "
        f"{words.instant(run.finished)}, rulebook of {run.rulebook_date}."
    )
    console.print(Text(f"\n{one_line(told)}", "dim"))
    for overlay in run.overlays:
        console.print(Text(one_line(words.overlay(overlay), 1000), "dim"))


def _server(audit: Audit, server: ServerEntry, console: Console) -> None:
    _heading(server.fqdn, server.readiness, server.reason, console)
    _facts(
        [
            ("pool", f"{server.pool} ({words.POOL_KIND.get(server.pool_kind, server.pool_kind)})"),
            ("runs", f"{words.product(server)} {words.build(server)}".strip()),
            ("on", words.operating_system(server)),
            ("needed for", _needed_for(audit, server.pool)),
            ("read", _reached(server)),
        ],
        console,
    )


def _pool(audit: Audit, pool: PoolEntry, console: Console) -> None:
    _heading(pool.fqdn, pool.readiness, pool.reason, console)
    members = [server for server in audit.servers if server.fqdn in pool.servers]
    _facts(
        [
            ("kind", words.POOL_KIND.get(pool.kind, pool.kind)),
            ("runs", pool.product_title or "not one product, or not identified"),
            ("needed for", _needed_for(audit, pool.fqdn)),
        ],
        console,
    )
    _members(members, console)


def _also(also: Sequence[UnderPolicyEntry], console: Console, *, of_pool: bool = False) -> None:
    """What the run's other policies make of it, and by which rules."""
    if not also:
        return
    console.print(Text("\nUnder the other policies", "bold"))
    for under in also:
        differs = words.differences(under, of_pool=of_pool)
        told = f"{words.READINESS[under.readiness]}: {under.reason}"
        _facts([(under.policy, "\n".join(filter(None, (told, differs))))], console)


def _scenario(audit: Audit, scenario: ScenarioEntry, console: Console) -> None:
    _heading(scenario.title, scenario.readiness, scenario.reason, console)
    _facts(
        [
            ("in use", words.IN_USE[scenario.in_use]),
            ("because", scenario.evidence),
            ("way", "\n".join((*needs.ways(scenario), *scenario.guessed))),
            ("pools", "\n".join(needs.pools_on(scenario, audit))),
            ("source", _cited(scenario.source)),
        ],
        console,
    )
    _members([s for s in audit.servers if s.pool in scenario.pools], console)


def _needed_for(audit: Audit, pool: str) -> str:
    titles = [s.title for s in audit.scenarios if pool in s.pools and s.in_use != "no"]
    return "; ".join(titles) or "no scenario in use"


def _members(servers: Iterable[ServerEntry], console: Console) -> None:
    table = Table.grid(padding=(0, 2, 0, 0))
    for server in servers:
        table.add_row(
            Text(f"  {one_line(server.fqdn, 120)}"),
            Text(words.READINESS[server.readiness]),
            Text(one_line(server.reason, 300)),
        )
    if table.row_count:
        console.print(Text("\nServers", "bold"))
        console.print(table)


def _heading(name: str, readiness: str, reason: str, console: Console) -> None:
    word = next(text for key, text in words.READINESS.items() if key == readiness)
    console.print(Text(f"{one_line(name, 200)}: {word}", "bold"))
    console.print(Text(visible(reason)))


def _reached(server: ServerEntry) -> str:
    reached = server.reached
    when = words.instant(reached.collected or reached.finished)
    return " ".join(filter(None, (words.reached(server), f"({when})" if when else "")))


def _findings(audit: Audit, fqdn: str, rules: Sequence[str], console: Console) -> None:
    wanted = {rule.casefold() for rule in rules}
    found = [f for f in audit.findings if f.subject == fqdn]
    if wanted:
        found = [f for f in found if f.rule.casefold() in wanted]
    found.sort(key=lambda finding: _ORDER.index(finding.status))
    for finding in found:
        if finding.status == "not_applicable" and not wanted:
            continue
        _finding(audit, finding, console)
    rest = [f for f in found if f.status == "not_applicable"]
    if rest and not wanted:
        console.print(Text("\nNot applicable", "bold"))
        _facts([(finding.rule, finding.reason) for finding in rest], console)


def _finding(audit: Audit, finding: FindingEntry, console: Console) -> None:
    heading = Text(f"\n{words.STATUS[finding.status]}", _STYLES[finding.status])
    heading.append(f"  {one_line(finding.rule, 40)}  {one_line(finding.title, 200)}", "bold")
    console.print(heading)
    steps = [s for s in audit.steps if finding.rule in s.rules and s.target == finding.subject]
    spared = "no scenario in use needs it" if not finding.needed_by else "not by this policy"
    aside = "" if finding.counted else f"no: {spared}"
    _facts(
        [
            ("observed", finding.observed),
            ("required", finding.required),
            ("compared", _compared(finding.compared)),
            ("because", finding.reason),
            ("read", _evidence(finding.evidence)),
            ("to do", finding.remediation),
            ("in the plan", "\n".join(f"step {s.number} ({s.id}): {s.title}" for s in steps)),
            ("counts", aside),
            ("source", _cited(finding.source)),
        ],
        console,
    )


def _evidence(entries: Sequence[EvidenceEntry]) -> str:
    """What was read, under the family that read it and the server's own instant."""
    lines: list[str] = []
    before = ""
    for entry in entries:
        by = ", ".join(filter(None, (entry.family, words.instant(entry.when))))
        if by and by != before:
            lines.append(f"by {by}:")
        before = by
        lines.append(f"{entry.path} = {entry.value}")
    return "\n".join(lines)


def _compared(entries: Sequence[ComparedEntry]) -> str:
    """One line for each, in columns."""
    rows = [(one_line(e.name, 60), one_line(e.observed, 40), e.required) for e in entries]
    widths = [max((len(row[number]) for row in rows), default=0) for number in range(3)]
    return "\n".join(
        "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True))
        + f"  {entry.note}"
        for row, entry in zip(rows, entries, strict=True)
    )


def _cited(sources: Iterable[SourceRef]) -> str:
    return "\n".join(f"{s.title} {s.url}".strip() for s in sources)


def _facts(pairs: Iterable[tuple[str, str]], console: Console) -> None:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True, min_width=13)
    table.add_column(overflow="fold")
    for name, text in pairs:
        if text:
            table.add_row(Text(f"  {one_line(name, 40)}", "dim"), Text(visible(text)[:4000]))
    console.print(table)
