"""A pool or a scenario: its servers, what stands in their way a rule at a time, the steps."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from auditor.audit import FindingEntry, PoolEntry, ScenarioEntry, ServerEntry
from reports import words
from reports.explain_findings import IN_THE_WAY, headline, print_in_full, print_rest
from reports.explain_head import counted, rules_of
from reports.explain_paper import Paper, some, told_of
from reports.explain_plan import print_steps
from reports.explain_subject import pools_of, servers_of, steps_of
from reports.rows import print_paragraph, print_rows
from reports.text import one_line

_MOST_SERVERS, _MOST_NAMED = 40, 20


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
    _left_out(paper, names, groups)
    print_steps(paper, steps_of(paper.audit, pool, paper.wanted))
    _hint(paper, servers)


def print_scenario(paper: Paper, scenario: ScenarioEntry) -> None:
    servers = servers_of(paper.audit, scenario)
    _servers(paper, servers)
    names = {s.fqdn for s in servers} | {p.fqdn for p in pools_of(paper.audit, scenario)}
    groups = _by_rule(_told(paper, names, servers))
    _groups(paper, groups)
    _left_out(paper, names, groups)
    print_steps(paper, steps_of(paper.audit, scenario, paper.wanted))
    _hint(paper, servers)


def _told(paper: Paper, names: set[str], servers: Sequence[ServerEntry]) -> Iterable[FindingEntry]:
    """What keeps them from being ready; of a server that was not read that alone. Or all."""
    unread = {server.fqdn for server in servers if not server.reached.ok}
    for finding in paper.findings(names):
        in_the_way = finding.counted and finding.status in IN_THE_WAY
        if paper.full or (in_the_way and (finding.evidence or finding.subject not in unread)):
            yield finding


def _by_rule(found: Iterable[FindingEntry]) -> list[list[FindingEntry]]:
    """Those of one status and rule together, worst first."""
    order = list(words.STATUS)
    groups: dict[tuple[str, str], list[FindingEntry]] = {}
    for finding in found:
        groups.setdefault((finding.status, finding.rule), []).append(finding)
    return sorted(groups.values(), key=lambda group: order.index(group[0].status))


def _groups(paper: Paper, groups: Iterable[Sequence[FindingEntry]]) -> None:
    most = None if paper.whole else _MOST_NAMED
    for found in groups:
        first = found[0]
        headline(paper, first.status, first.rule, one_line(first.title, 200))
        sources = {source: None for finding in found for source in finding.source}
        print_rows(
            [
                ("on", some((f.subject for f in found), most, ", ")),
                ("observed", told_of(paper, _observed(found)) if paper.whole else ""),
                ("waived until", told_of(paper, [(f.subject, _waived(f)) for f in found])),
                ("required", told_of(paper, [(f.subject, _required(f)) for f in found])),
                ("because", told_of(paper, [(f.subject, f.reason) for f in found])),
                ("to do", told_of(paper, [(f.subject, paper.to_do(f)) for f in found])),
                ("sources", paper.cite(sources)),
            ],
            paper.console,
        )


def _left_out(paper: Paper, names: set[str], groups: Iterable[Sequence[FindingEntry]]) -> None:
    """What the head counts and no block tells, so that the two add up."""
    told = {finding.id for group in groups for finding in group}
    counts = counted([f for f in paper.findings(names) if f.id not in told])
    if counts:
        paper.console.print()
        print_paragraph(f"Not shown here (see its servers, or --full): {counts}.", paper.console)


def _observed(found: Iterable[FindingEntry]) -> list[tuple[str, str]]:
    return [(finding.subject, finding.observed) for finding in found]


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
    most = None if paper.whole else _MOST_SERVERS
    rows = [(s.fqdn, f"{words.readiness(s)}: {s.reason}") for s in waiting[:most]]
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
    most = None if paper.whole else _MOST_NAMED
    return [
        (
            f"{len(names):,} {word.lower()}",
            "; ".join(filter(None, (some(names, most, ", "), *rules))),
        )
        for (word, *rules), names in alike.items()
    ]


def _hint(paper: Paper, servers: Sequence[ServerEntry]) -> None:
    if servers:
        told = "sfb-audit explain with the name of a server shows what was read there."
        paper.console.print()
        print_paragraph(told, paper.console, "dim")
