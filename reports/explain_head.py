"""The head of an explanation: the verdict, what it is about, what to do, how it was read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from auditor.audit import (
    FindingEntry,
    PoolEntry,
    ScenarioEntry,
    ServerEntry,
    StepEntry,
    UnderPolicyEntry,
)
from reports import needs, words
from reports.explain_paper import Paper, some
from reports.explain_subject import servers_of, steps_of
from reports.rows import print_heading, print_paragraph, print_rows
from reports.text import one_line

_COLOURS = {
    "ready": "bold green",
    "ready_waived": "bold cyan",
    "work_needed": "bold yellow",
    "blocked": "bold red",
    "unknown": "bold magenta",
    "not_in_scope": "bold",
}
_MOST_STEPS, _MOST_TO_DO, _MOST_NAMES = 6, 6, 5

Judged = ServerEntry | PoolEntry | ScenarioEntry | UnderPolicyEntry


def print_server_head(paper: Paper, server: ServerEntry) -> None:
    found = [f for f in paper.audit.findings if f.subject == server.fqdn]
    print_verdict(paper, server.fqdn, server, server.reason)
    print_rows(
        [
            ("what", _what(paper, server)),
            ("runs", f"{words.product(server)} {words.build(server)}".strip()),
            ("on", words.operating_system(server)),
            ("needed for", needed_for(paper, server.pool)),
            ("to do", to_do(paper, found)),
            ("in the plan", _planned(steps_of(paper.audit, server))),
            ("its pool", _of_pool(paper, server)),
            ("read", _read(server)),
            ("findings", counted(found)),
            ("also", also(server.also)),
        ],
        paper.console,
    )


def print_pool_head(paper: Paper, pool: PoolEntry) -> None:
    servers = servers_of(paper.audit, pool)
    about = {pool.fqdn, *(server.fqdn for server in servers)}
    found = [f for f in paper.audit.findings if f.subject in about]
    print_verdict(paper, pool.fqdn, pool, _verdict(pool, found))
    runs = pool.product_title or "not one product, or not identified"
    unread = bool(servers) and not any(server.reached.ok for server in servers)
    print_rows(
        [
            ("what", f"{_kind(pool.kind)} pool of {words.count(len(pool.servers), 'server')}"),
            (
                "runs",
                f"{runs}, per the estate, not read" if pool.product and unread else runs,
            ),
            ("needed for", needed_for(paper, pool.fqdn)),
            ("to do", to_do(paper, found)),
            ("in the plan", _range(steps_of(paper.audit, pool))),
            ("read", _read_of(servers)),
            ("findings", counted(found)),
            ("also", also(pool.also)),
        ],
        paper.console,
    )


def print_machine_head(paper: Paper, pool: PoolEntry) -> None:
    """Of machines that take no cumulative update there is only what is done on them."""
    print_verdict(paper, pool.fqdn, pool, pool.reason)
    planned = _range(steps_of(paper.audit, pool)) or "no step concerns it"
    print_rows([("what", _kind(pool.kind)), ("in the plan", planned)], paper.console)


def print_scenario_head(paper: Paper, scenario: ScenarioEntry) -> None:
    servers = servers_of(paper.audit, scenario)
    pools = set(scenario.pools)
    about = pools | {server.fqdn for server in servers}
    found = [f for f in paper.audit.findings if f.subject in about]
    print_verdict(paper, scenario.title, scenario, _verdict(scenario, found))
    print_rows(
        [
            ("in use", words.IN_USE[scenario.in_use]),
            ("because", scenario.evidence),
            ("way", "\n".join((*needs.ways(scenario), *scenario.guessed))),
            ("pools", "\n".join(needs.pools_on(scenario, paper.audit))),
            ("in the plan", _range(steps_of(paper.audit, scenario))),
            ("read", _read_of(servers)),
            ("findings", counted(found)),
            ("sources", paper.cite(scenario.source)),
            ("also", also(scenario.also)),
        ],
        paper.console,
    )


def print_verdict(paper: Paper, name: str, judged: Judged, reason: str) -> None:
    """What is judged with its readiness, and why."""
    heading = f"{one_line(name, 200)}:"
    print_heading(
        words.readiness(judged), _COLOURS[words.standing(judged)], heading, paper.console, last=True
    )
    print_paragraph(reason, paper.console)


def _verdict(subject: PoolEntry | ScenarioEntry, found: Sequence[FindingEntry]) -> str:
    """The reason, which names what was waived; of what is ready also which rules advise.

    A server's own reason says that itself.
    """
    rules = rules_of(found, "advice")
    if subject.readiness != "ready" or not rules:
        return subject.reason
    return f"{subject.reason.rstrip('.')}; {rules}"


def rules_of(found: Sequence[FindingEntry], status: words.FindingStatus) -> str:
    """What the word "ready" leaves unsaid: such as "advice: SFB-KB-001, SFB-SUP-001"."""
    rules = dict.fromkeys(finding.rule for finding in found if finding.status == status)
    return f"{words.STATUS[status].lower()}: {', '.join(rules)}" if rules else ""


def _kind(kind: str) -> str:
    return words.POOL_KIND.get(kind, kind)


def _what(paper: Paper, server: ServerEntry) -> str:
    if server.pool == server.fqdn:
        return f"{_kind(server.pool_kind)}, a pool of its own"
    pools = [pool for pool in paper.audit.pools if pool.fqdn == server.pool]
    of = f", {words.count(len(pools[0].servers), 'server')}" if pools else ""
    return f"server of {server.pool} ({_kind(server.pool_kind)}{of})"


def needed_for(paper: Paper, pool: str) -> str:
    """Scenarios whose path goes over it; it says of which the use is assumed."""
    scenarios = paper.audit.scenarios
    keys = [s.key for s in scenarios if pool in s.pools and s.in_use != "no"]
    return needs.needed_by(keys, needs.scenario_names(paper.audit), "; ")


def to_do(paper: Paper, found: Sequence[FindingEntry]) -> str:
    """The remedies of what stands in the way, each with its rules, and whose where they differ."""
    texts: dict[str, list[FindingEntry]] = {}
    order = {"fail": 0, "unknown": 1}
    counted = [f for f in found if f.counted and f.status in order and f.remediation]
    for finding in sorted(counted, key=lambda f: order[f.status]):
        texts.setdefault(paper.to_do(finding), []).append(finding)
    several = len({finding.subject for finding in found}) > 1
    most_names = None if paper.whole else _MOST_NAMES
    lines = []
    for text, those in texts.items():
        rules = ", ".join(dict.fromkeys(finding.rule for finding in those))
        names = some((paper.short(f.subject) for f in those), most_names, ", ") if several else ""
        lines.append(f"{names}: {text} ({rules})" if names else f"{text} ({rules})")
    return some(lines, None if paper.whole else _MOST_TO_DO)


def _planned(steps: Iterable[StepEntry]) -> str:
    return some((f"step {step.number}: {step.title}" for step in steps), _MOST_STEPS)


def _range(steps: Iterable[StepEntry]) -> str:
    """Such as "12 steps: 1, 17 to 27; 5 h 40 min (assumed)"."""
    steps = tuple(steps)
    takes = words.duration(sum(step.minutes for step in steps))
    runs: list[list[int]] = []
    numbers = sorted(step.number for step in steps)
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    told = (f"{run[0]} to {run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs)
    ranges = some(told, _MOST_STEPS, ", ")
    return f"{words.count(len(numbers), 'step')}: {ranges}; {takes} (assumed)" if ranges else ""


def _of_pool(paper: Paper, server: ServerEntry) -> str:
    """What is said of the pool as a whole, which no server of it shows."""
    if server.pool == server.fqdn:
        return ""
    told = [
        f"{words.STATUS[f.status]} {f.rule}: {f.observed}"
        for f in paper.audit.findings
        if f.subject == server.pool and f.status in ("fail", "unknown", "waived", "advice")
    ]
    return "\n".join((*told, f"more: sfb-audit explain {server.pool}")) if told else ""


def _read(server: ServerEntry) -> str:
    if server.reached.ok or server.excluded:
        return "\n".join(filter(None, (words.provenance(server), _clock(server))))
    tried = words.instant(server.reached.finished)
    return f"not read{f', tried {tried}' if tried else ''} ({server.reached.code})"


def _clock(server: ServerEntry) -> str:
    """Its instants are by its own clock; "" where that agrees to the minute."""
    seconds = round(server.reached.clock_skew_seconds or 0)
    if abs(seconds) < 60:
        return ""
    side = "ahead of" if seconds > 0 else "behind"
    return f"by its own clock, {words.count(abs(seconds), 'second')} {side} the auditing host's"


def _read_of(servers: Sequence[ServerEntry]) -> str:
    """Such as "3 of 4 servers, facts of 2026-11-27 12:32 UTC"."""
    read = [server.reached for server in servers if server.reached.ok]
    when = sorted(words.utc(each.collected) for each in read if each.collected)
    facts = " to ".join(dict.fromkeys(words.instant(each) for each in (*when[:1], *when[-1:])))
    told = f"{len(read):,} of {words.count(len(servers), 'server')}"
    return f"{told}, facts from {facts}" if facts else told


def counted(found: Sequence[FindingEntry]) -> str:
    """Such as "2 fail, 1 advice, 14 pass"."""
    statuses = [finding.status for finding in found]
    return ", ".join(
        f"{statuses.count(status):,} {title.lower()}"
        for status, title in words.STATUS.items()
        if status in statuses
    )


def also(under: Sequence[UnderPolicyEntry]) -> str:
    return "\n".join(f"{u.policy}: {words.readiness(u)}" for u in under)
