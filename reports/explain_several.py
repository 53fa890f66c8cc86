"""A pool or a scenario: its servers, what stands in their way a rule at a time, the steps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from auditor.audit import FindingEntry, PoolEntry, ScenarioEntry, ServerEntry, StepEntry
from reports import words
from reports.explain_findings import IN_THE_WAY, headline, print_in_full, print_rest
from reports.explain_head import rules_of
from reports.explain_paper import Paper, some, told_of
from reports.explain_subject import pools_of, servers_of
from reports.rows import print_paragraph, print_rows
from reports.text import one_line

_MOST_SERVERS, _MOST_STEPS, _MOST_NAMED = 40, 12, 20


def print_pool(paper: Paper, pool: PoolEntry) -> None:
    """What stands in the way, of its servers and of the pool itself, before all else."""
    servers = servers_of(paper.audit, pool)
    _servers(paper, servers)
    names = {server.fqdn for server in servers} - {pool.fqdn}
    groups = _by_rule(_told(paper, names, servers))
    for status in IN_THE_WAY:
        _groups(paper, [group for group in groups if group[0].status == status])
        print_in_full(paper, pool, status)
    print_rest(paper, pool)
    _groups(paper, [group for group in groups if group[0].status not in IN_THE_WAY])
    _steps(paper, [step for step in paper.audit.steps if step.pool == pool.fqdn])
    _hint(paper, servers)


def print_scenario(paper: Paper, scenario: ScenarioEntry) -> None:
    servers = servers_of(paper.audit, scenario)
    _servers(paper, servers)
    names = {s.fqdn for s in servers} | {p.fqdn for p in pools_of(paper.audit, scenario)}
    _groups(paper, _by_rule(_told(paper, names, servers)))
    pools = {server.pool for server in servers}
    _steps(paper, [step for step in paper.audit.steps if step.pool in pools])
    _hint(paper, servers)


def _told(paper: Paper, names: set[str], servers: Sequence[ServerEntry]) -> Iterable[FindingEntry]:
    """What keeps them from being ready; of a server that was not read that alone."""
    unread = {server.fqdn for server in servers if not server.reached.ok}
    for finding in paper.findings(names):
        in_the_way = finding.counted and finding.status in IN_THE_WAY
        if paper.wanted or (in_the_way and (finding.evidence or finding.subject not in unread)):
            yield finding


def _by_rule(found: Iterable[FindingEntry]) -> list[list[FindingEntry]]:
    """Those of one status and rule together, worst first."""
    order = list(words.STATUS)
    groups: dict[tuple[str, str], list[FindingEntry]] = {}
    for finding in found:
        groups.setdefault((finding.status, finding.rule), []).append(finding)
    return sorted(groups.values(), key=lambda group: order.index(group[0].status))


def _groups(paper: Paper, groups: Iterable[Sequence[FindingEntry]]) -> None:
    for found in groups:
        first = found[0]
        headline(paper, first.status, first.rule, one_line(first.title, 200))
        sources = {source: None for finding in found for source in finding.source}
        print_rows(
            [
                ("on", some([finding.subject for finding in found], _MOST_NAMED, ", ")),
                ("waived until", told_of(paper, [(f.subject, _waived(f)) for f in found])),
                ("required", told_of(paper, [(f.subject, _required(f)) for f in found])),
                ("because", told_of(paper, [(f.subject, f.reason) for f in found])),
                ("to do", told_of(paper, [(f.subject, f.remediation) for f in found])),
                ("sources", paper.cite(sources)),
            ],
            paper.console,
        )


def _waived(finding: FindingEntry) -> str:
    waiver = finding.waiver
    return f"{waiver.until:%Y-%m-%d}, by {waiver.who}" if waiver else ""


def _required(finding: FindingEntry) -> str:
    return "" if finding.required == finding.title else finding.required


def _servers(paper: Paper, servers: Sequence[ServerEntry]) -> None:
    """Those that need somebody, of many the first ones; what is ready, those of a kind together."""
    if not servers or paper.wanted:
        return
    order = list(words.READINESS)
    waiting = [s for s in servers if s.readiness != "ready"]
    waiting.sort(key=lambda server: order.index(server.readiness))
    rows = [(s.fqdn, f"{words.readiness(s)}: {s.reason}") for s in waiting[:_MOST_SERVERS]]
    hidden = len(waiting) - len(rows)
    if hidden > 0:
        rows.append(("", f"and {words.count(hidden, 'more server')}; see report.html"))
    paper.title("Servers")
    width = max((len(one_line(name, 60)) for name, _ in rows), default=0)
    print_rows(rows + _ready(paper, servers), paper.console, max(10, min(width, 30)))


def _ready(paper: Paper, servers: Iterable[ServerEntry]) -> list[tuple[str, str]]:
    """Such as ("2 ready", "fe01, fe04; advice: SFB-SUP-001")."""
    ready = {server.fqdn: server for server in servers if server.readiness == "ready"}
    found: dict[str, list[FindingEntry]] = {fqdn: [] for fqdn in ready}
    for finding in paper.findings(ready):
        found[finding.subject].append(finding)
    alike: dict[tuple[str, ...], list[str]] = {}
    for fqdn, those in found.items():
        told = (words.readiness(ready[fqdn]), rules_of(those, "waived"), rules_of(those, "advice"))
        alike.setdefault(told, []).append(fqdn)
    return [
        (
            f"{len(names):,} {word.lower()}",
            "; ".join(filter(None, (some(names, _MOST_NAMED, ", "), *rules))),
        )
        for (word, *rules), names in alike.items()
    ]


def _steps(paper: Paper, steps: Sequence[StepEntry]) -> None:
    if not steps:
        return
    paper.title("In the plan")
    rows = [(f"step {s.number} ({s.id})", s.title) for s in steps[:_MOST_STEPS]]
    hidden = len(steps) - len(rows)
    if hidden > 0:
        rows.append(("", f"and {words.count(hidden, 'more step')}; see upgrade-plan.xlsx"))
    print_rows(rows, paper.console, max(len(name) for name, _ in rows))


def _hint(paper: Paper, servers: Sequence[ServerEntry]) -> None:
    if servers:
        told = "sfb-audit explain with the name of a server says what was read there."
        paper.console.print()
        print_paragraph(told, paper.console, "dim")
