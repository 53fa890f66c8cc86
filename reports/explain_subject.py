"""Which server, pool or scenario of an audit a name means, and what of the audit is about it."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from auditor.audit import Audit, PoolEntry, ScenarioEntry, ServerEntry
from auditor.errors import UsageError
from reports.text import one_line

Subject = ServerEntry | PoolEntry | ScenarioEntry

_NAMED = 10


def find_subject(audit: Audit, name: str) -> Subject:
    """The server, pool or scenario that `name` means: an FQDN or its beginning up to a dot, or
    a scenario's key or title, also without what the title has in brackets.

    A pool of one server of the same name (Standard Edition) is that server. Raises UsageError
    for a name that means nothing (SUBJECT-UNKNOWN) or several (SUBJECT-AMBIGUOUS).
    """
    wanted = name.strip().rstrip(".").casefold()
    known: dict[str, Subject] = {}
    for server in audit.servers:
        known.setdefault(server.fqdn.casefold(), server)
    for pool in audit.pools:
        known.setdefault(pool.fqdn.casefold(), pool)
    for scenario in audit.scenarios:
        known.setdefault(scenario.key.casefold(), scenario)
    if wanted in known:
        return known[wanted]
    for scenario in audit.scenarios:
        title = scenario.title.casefold()
        if wanted in (title, title.partition(" (")[0], scenario.key.replace("_", "-").casefold()):
            return scenario
    short = sorted(full for full in known if wanted and full.startswith(f"{wanted}."))
    if len(short) == 1:
        return known[short[0]]
    if short:
        more = f" and {len(short) - _NAMED} more" if len(short) > _NAMED else ""
        raise UsageError(
            "SUBJECT-AMBIGUOUS",
            f"{one_line(name, 100)} could be any of {', '.join(short[:_NAMED])}{more}.",
            "Give the whole name.",
        )
    raise UsageError(
        "SUBJECT-UNKNOWN",
        f"the audit has no server, pool or scenario {one_line(name, 100)!r}.",
        _hint(audit, wanted, known),
    )


def _hint(audit: Audit, wanted: str, known: Iterable[str]) -> str:
    machines = (machine.fqdn.casefold() for machine in audit.estate.other_machines)
    if any(wanted and f"{fqdn}.".startswith(f"{wanted}.") for fqdn in machines):
        return "It is a machine that takes no cumulative update: listed, and never judged."
    near = get_close_matches(wanted, [*known, *(full.partition(".")[0] for full in known)], n=3)
    if near:
        return f"Did you mean {' or '.join(dict.fromkeys(near))}?"
    return (
        f"Scenarios: {', '.join(scenario.key for scenario in audit.scenarios)}; "
        "servers and pools go by their FQDN."
    )


def check_rules(audit: Audit, rules: Iterable[str]) -> None:
    """UsageError RULE-UNKNOWN for an id that no finding of the audit has."""
    known = dict.fromkeys(finding.rule for finding in audit.findings)
    ids = {rule.casefold(): rule for rule in known}
    for rule in rules:
        if rule.strip().casefold() not in ids:
            near = get_close_matches(rule.strip().casefold(), ids, n=3)
            raise UsageError(
                "RULE-UNKNOWN",
                f"the audit has no finding by a rule {one_line(rule, 40)!r}.",
                f"Did you mean {' or '.join(ids[each] for each in near)}?"
                if near
                else f"Rules: {', '.join(known) or 'none'}.",
            )


def servers_of(audit: Audit, subject: Subject) -> tuple[ServerEntry, ...]:
    """The server itself, the members of a pool, or all servers on a scenario's path."""
    if isinstance(subject, ServerEntry):
        return (subject,)
    pools = {subject.fqdn} if isinstance(subject, PoolEntry) else set(subject.pools)
    return tuple(server for server in audit.servers if server.pool in pools)


def pools_of(audit: Audit, subject: Subject) -> tuple[PoolEntry, ...]:
    """The pool itself or that of a server's own name, or those on a scenario's path."""
    names = set(subject.pools) if isinstance(subject, ScenarioEntry) else {subject.fqdn}
    return tuple(pool for pool in audit.pools if pool.fqdn in names)


def part_of(audit: Audit, subject: Subject, rules: Iterable[str]) -> Audit:
    """The audit with nothing but what is about the subject: itself of the same contract."""
    wanted = {rule.strip().casefold() for rule in rules}
    servers = servers_of(audit, subject)
    names = {server.fqdn for server in servers}
    scenarios: tuple[ScenarioEntry, ...]
    if isinstance(subject, ScenarioEntry):
        pools, scenarios = set(subject.pools), (subject,)
    else:
        pools = {subject.pool if isinstance(subject, ServerEntry) else subject.fqdn}
        scenarios = tuple(s for s in audit.scenarios if pools & set(s.pools))
    about = names if isinstance(subject, ServerEntry) else names | pools
    findings = tuple(
        finding
        for finding in audit.findings
        if finding.subject in about and (not wanted or finding.rule.casefold() in wanted)
    )
    steps = tuple(
        step
        for step in audit.steps
        if step.target in about and (not wanted or wanted & {r.casefold() for r in step.rules})
    )
    return audit.model_copy(
        update={
            "servers": servers,
            "pools": tuple(pool for pool in audit.pools if pool.fqdn in pools),
            "scenarios": scenarios,
            "findings": findings,
            "steps": steps,
        }
    )
