"""Why a server, pool or scenario has the status it has: each rule with what was read; or a step.

Everything is taken from the audit, so that an explanation a year later is that of the day.
What stands in the way comes first and in full; what is in order is summarised.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from auditor.audit import Audit, PoolEntry, ScenarioEntry, ServerEntry, StepEntry
from reports import words
from reports.explain_findings import IN_THE_WAY, print_in_full, print_rest
from reports.explain_head import (
    print_machine_head,
    print_pool_head,
    print_scenario_head,
    print_server_head,
)
from reports.explain_paper import Paper
from reports.explain_plan import print_step, print_steps
from reports.explain_policies import print_under_others
from reports.explain_several import print_pool, print_scenario
from reports.explain_subject import Subject, part_of, servers_of, steps_of
from reports.rows import print_list, print_paragraph
from reports.summary import summarise
from reports.text import one_line

_MOST_NOTES = 12
_MORE = "For the evidence of a pass, use --rule with its ID, or --full for all."


def print_explanation(
    audit: Audit,
    subject: Subject | StepEntry,
    rules: Sequence[str],
    console: Console,
    *,
    full: bool = False,
) -> None:
    """The subject's readiness, the findings on it, and its steps; or all of one step.

    `rules` (ids) leaves the others out and tells theirs in full; `full` tells all in full.
    """
    paper = Paper(audit, console, rules, full=full)
    if isinstance(subject, StepEntry):
        print_step(paper, subject)
    else:
        _print_subject(paper, subject)
    _care(paper, subject)
    paper.print_sources()
    _judged_by(paper, subject)


def _print_subject(paper: Paper, subject: Subject) -> None:
    if isinstance(subject, ServerEntry):
        print_server_head(paper, subject)
        if subject.also:
            paper.title(f"Under the main policy {one_line(paper.audit.run.policy, 60)}")
        for status in IN_THE_WAY:
            print_in_full(paper, subject, status)
        print_rest(paper, subject)
        print_steps(paper, steps_of(paper.audit, subject, paper.wanted))
    elif isinstance(subject, PoolEntry) and not subject.takes_updates:
        print_machine_head(paper, subject)
        print_steps(paper, steps_of(paper.audit, subject, paper.wanted))
        return
    elif isinstance(subject, PoolEntry):
        print_pool_head(paper, subject)
        print_pool(paper, subject)
    else:
        print_scenario_head(paper, subject)
        print_scenario(paper, subject)
    _elsewhere(paper, subject)
    print_under_others(paper, subject)


def _elsewhere(paper: Paper, subject: Subject) -> None:
    """Where a rule that says nothing of this subject has something to say."""
    if not paper.wanted:
        return
    about = {server.fqdn for server in servers_of(paper.audit, subject)}
    about |= set(subject.pools) if isinstance(subject, ScenarioEntry) else {subject.fqdn}
    every = {f.rule for f in paper.audit.findings if paper.wants(f.rule)}
    for rule in sorted(every - {f.rule for f in paper.findings(about)}):
        kinds = {f.subject_kind for f in paper.audit.findings if f.rule == rule}
        told = f"{rule} is a rule of {' and '.join(sorted(f'{kind}s' for kind in kinds))}"
        where = ""
        if isinstance(subject, ServerEntry) and kinds == {"pool"}:
            where = f"; see sfb-audit explain {subject.pool} --rule {rule}"
        paper.console.print()
        print_paragraph(f"{told} and does not apply here{where}", paper.console)


def _care(paper: Paper, subject: Subject | StepEntry) -> None:
    """The notes of every report, but for those that name other servers and pools alone."""
    part = part_of(paper.audit, subject, ())
    ours, every = _names(part), _names(paper.audit)
    notes = []
    for note in summarise(part).notes:
        named = {word.strip(".,;:()") for word in note.split()} & every
        if not named or named & ours:
            notes.append(note)
    if not notes:
        return
    paper.title("Read with care")
    hidden = len(notes) - _MOST_NOTES
    more = [f"and {words.count(hidden, 'more note')}; see report.html"] if hidden > 0 else []
    print_list([*(one_line(note, 1_000) for note in notes[:_MOST_NOTES]), *more], paper.console)


def _names(audit: Audit) -> set[str]:
    return {server.fqdn for server in audit.servers} | {pool.fqdn for pool in audit.pools}


def _judged_by(paper: Paper, subject: Subject | StepEntry) -> None:
    run = paper.audit.run
    others = ", ".join(policy.key for policy in run.policies if not policy.main)
    beside = f", the main one; beside it: {others}" if others else ""
    told = (
        f"Judged by the policy {run.policy} ({run.policy_title}){beside}. Run {run.id}, "
        f"{words.instant(run.finished)}; sfb-audit {run.tool_version}, "
        f"rulebook of {run.rulebook_date}."
    )
    paper.console.print()
    fqdn = "" if isinstance(subject, ScenarioEntry | StepEntry) else subject.fqdn
    if not paper.full and any(f.status == "pass" for f in paper.findings([fqdn])):
        print_paragraph(_MORE, paper.console, "dim")
    print_paragraph(one_line(told, 1_000), paper.console, "dim")
