"""Which server, pool, scenario or step of an audit a name means, and what is about it there."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from auditor.audit import Audit, FindingEntry, PoolEntry, ScenarioEntry, ServerEntry, StepEntry
from auditor.errors import UsageError
from reports.text import one_line

Subject = ServerEntry | PoolEntry | ScenarioEntry

_NAMED = 20


def find_subject(audit: Audit, name: str) -> Subject | StepEntry:
    """The server, pool, scenario or step that `name` means: an FQDN or its beginning up to a
    dot, a scenario's key or title, also without what the title has in brackets, or a step's
    plan ID or number.

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
    if step := _step(audit, wanted):
        return step
    short = sorted(full for full in known if wanted and full.startswith(f"{wanted}."))
    if len(short) == 1:
        return known[short[0]]
    begin = short or sorted(full for full in known if wanted and full.startswith(wanted))
    if len(begin) > 1:
        more = f" and {len(begin) - _NAMED} more" if len(begin) > _NAMED else ""
        raise UsageError(
            "SUBJECT-AMBIGUOUS",
            f"{one_line(name, 100)} could be any of {', '.join(begin[:_NAMED])}{more}.",
            "Give the full name.",
        )
    raise UsageError(
        "SUBJECT-UNKNOWN",
        f"the audit has no server, pool, scenario or step {one_line(name, 100)!r}.",
        _hint(audit, wanted, known),
    )


def _step(audit: Audit, wanted: str) -> StepEntry | None:
    """By its ID, which stays when numbers change, or by its number; "step 19" is one too."""
    word = wanted.removeprefix("step ").strip()
    by_number = {str(step.number): step for step in audit.steps}
    by_id = {step.id.casefold(): step for step in audit.steps}
    return by_id.get(word) or by_number.get(word)


def _hint(audit: Audit, wanted: str, known: Iterable[str]) -> str:
    machines = (machine.fqdn.casefold() for machine in audit.estate.other_machines)
    if any(wanted and f"{fqdn}.".startswith(f"{wanted}.") for fqdn in machines):
        return "It is a machine that takes no cumulative update: listed, but never judged."
    if wanted.removeprefix("step ").isdecimal() and audit.steps:
        return f"The steps of the plan go from 1 to {max(step.number for step in audit.steps)}."
    begin = [full for full in known if wanted and full.startswith(wanted)]
    names = [*known, *(full.partition(".")[0] for full in known)]
    if near := begin or get_close_matches(wanted, names, n=3):
        return f"Did you mean {' or '.join(dict.fromkeys(near))}?"
    return (
        f"Scenarios: {', '.join(scenario.key for scenario in audit.scenarios)}; "
        "servers and pools go by their FQDN, steps of the plan by number or ID."
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
                f"the audit has no finding of a rule {one_line(rule, 40)!r}.",
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


def steps_of(audit: Audit, subject: Subject, rules: Iterable[str] = ()) -> tuple[StepEntry, ...]:
    """The steps that work on the subject: for a server on the machine itself; for a pool also
    on every machine of it, and on its databases, wherever they are; for a scenario on its pools.

    `rules` (ids in any case) leaves only the steps that bring a remedy of one of these.
    """
    if isinstance(subject, ScenarioEntry):
        names = set(subject.pools)
    else:
        names = {subject.fqdn, *(subject.servers if isinstance(subject, PoolEntry) else ())}
    wanted = {rule.strip().casefold() for rule in rules}
    return tuple(
        step
        for step in audit.steps
        if names & {step.target, step.pool}
        and (not wanted or wanted & {rule.casefold() for rule in step.rules})
    )


def waiting_for(audit: Audit, step: StepEntry) -> tuple[StepEntry, ...]:
    """The steps that wait for this one, in working order."""
    return tuple(each for each in audit.steps if step.id in {wait.step for wait in each.waits_for})


def findings_behind(audit: Audit, step: StepEntry) -> tuple[FindingEntry, ...]:
    """The findings that the step brings a remedy of."""
    about = {step.target, step.pool}
    return tuple(f for f in audit.findings if f.subject in about and f.rule in step.rules)


def part_of(audit: Audit, subject: Subject | StepEntry, rules: Iterable[str]) -> Audit:
    """The audit with nothing but what an explanation tells: itself of the same contract.

    Of a server that is also what is found on its pool; of a step also the steps around it.
    """
    if isinstance(subject, StepEntry):
        return _part_of_step(audit, subject, rules)
    wanted = {rule.strip().casefold() for rule in rules}
    servers = servers_of(audit, subject)
    scenarios: tuple[ScenarioEntry, ...]
    if isinstance(subject, ScenarioEntry):
        pools, scenarios = set(subject.pools), (subject,)
    else:
        pools = {subject.pool if isinstance(subject, ServerEntry) else subject.fqdn}
        scenarios = tuple(s for s in audit.scenarios if pools & set(s.pools))
    about = pools | {server.fqdn for server in servers}
    return audit.model_copy(
        update={
            "servers": servers,
            "pools": tuple(pool for pool in audit.pools if pool.fqdn in pools),
            "scenarios": scenarios,
            "findings": tuple(
                finding
                for finding in audit.findings
                if finding.subject in about and (not wanted or finding.rule.casefold() in wanted)
            ),
            "steps": steps_of(audit, subject, wanted),
        }
    )


def _part_of_step(audit: Audit, step: StepEntry, rules: Iterable[str]) -> Audit:
    wanted = {rule.strip().casefold() for rule in rules}
    found = findings_behind(audit, step)
    around = {step.id, *(wait.step for wait in step.waits_for)}
    around |= {each.id for each in waiting_for(audit, step)}
    about = {step.target, step.pool}
    return audit.model_copy(
        update={
            "servers": tuple(server for server in audit.servers if server.fqdn == step.target),
            "pools": tuple(pool for pool in audit.pools if pool.fqdn in about),
            "scenarios": tuple(s for s in audit.scenarios if s.key in step.needed_by),
            "findings": tuple(f for f in found if not wanted or f.rule.casefold() in wanted),
            "steps": tuple(each for each in audit.steps if each.id in around),
        }
    )
