"""What the other policies of a run make of a subject: only what weighs otherwise there."""

from __future__ import annotations

from collections.abc import Iterable

from auditor.audit import DifferenceEntry, PoolEntry, ServerEntry
from reports import words
from reports.explain_head import print_verdict
from reports.explain_paper import Paper, some, told_of
from reports.explain_subject import Subject, pools_of, servers_of
from reports.rows import print_list, print_rows
from reports.text import one_line

_RULE = 15  # characters of a rule's id
_MOST_NAMED = 20


def print_under_others(paper: Paper, subject: Subject) -> None:
    """Readiness under each other policy, and the rules that make it differ, each once."""
    subjects: list[ServerEntry | PoolEntry] = [*servers_of(paper.audit, subject)]
    subjects += pools_of(paper.audit, subject)
    several = len({each.fqdn for each in subjects}) > 1
    for under in subject.also:
        paper.console.print()
        name = f"Under the policy {one_line(under.policy, 60)}"
        print_verdict(paper, name, under, under.reason)
        for group in _alike(_differences(paper, under.policy, subjects)):
            _tell(paper, under.reason, group, several=several)


def _differences(
    paper: Paper, policy: str, subjects: Iterable[ServerEntry | PoolEntry]
) -> dict[tuple[str, str], list[DifferenceEntry]]:
    """By rule and change of status; what a pool says of its servers is left to them."""
    found: dict[tuple[str, str], dict[str, DifferenceEntry]] = {}
    for subject in subjects:
        for under in subject.also:
            for each in under.differs if under.policy == policy else ():
                if each.subject == subject.fqdn and paper.wants(each.rule):
                    found.setdefault((each.rule, _change(each)), {})[each.subject] = each
    order = list(words.STATUS)
    groups = {key: list(by_subject.values()) for key, by_subject in found.items()}
    return dict(sorted(groups.items(), key=lambda item: order.index(item[1][0].status)))


def _change(difference: DifferenceEntry) -> str:
    """Such as "fail, by the main policy pass"."""
    there = words.status_there(difference.status, counted=difference.counted)
    main = words.status_there(difference.main_status, counted=difference.main_counted)
    return f"{there}, {'as by the main policy' if there == main else f'by the main policy {main}'}"


Group = dict[str, list[DifferenceEntry]]  # by rule, all of one change of status


def _alike(found: dict[tuple[str, str], list[DifferenceEntry]]) -> list[Group]:
    """Rules that differ in the same way on the same subjects for the same reasons, together."""
    groups: dict[tuple[object, ...], Group] = {}
    for (rule, change), differences in found.items():
        told = tuple((d.subject, _reason(d), _required(d)) for d in differences)
        groups.setdefault((change, told), {})[rule] = differences
    return list(groups.values())


def _weighs_no_more(difference: DifferenceEntry) -> bool:
    """The same status, and nothing but its weight is another: all else is told above."""
    return difference.status == difference.main_status and not difference.counted


def _required(difference: DifferenceEntry) -> str:
    """What is required; a rule that nothing was read for has its own title there."""
    told = difference.required != difference.title and not _weighs_no_more(difference)
    return difference.required if told else ""


def _reason(difference: DifferenceEntry) -> str:
    return "" if _weighs_no_more(difference) else difference.reason


def _tell(paper: Paper, reason: str, group: Group, *, several: bool) -> None:
    """`reason` is the policy's own word on the subject, which no rule repeats."""
    first = next(iter(group.values()))
    names = (paper.short(difference.subject) for difference in first)
    on = f"{some(names, _MOST_NAMED, ', ')}: " if several else ""
    required = told_of(paper, [(d.subject, _required(d)) for d in first])
    because = told_of(paper, [(d.subject, _reason(d)) for d in first])
    lines = [
        f"{on}{_change(first[0])}",
        *(f"required: {line}" for line in required.split("\n") if line),
        because if because.rstrip(".") not in reason else "",
    ]
    sources = {source: None for found in group.values() for d in found for source in d.source}
    cited = paper.cite(sources) if required or because else ""
    told = "\n".join(filter(None, lines))
    label = next(iter(group)) if len(group) == 1 else ""
    if not label:
        print_list([", ".join(group)], paper.console)
    print_rows([(label, f"{told} {cited}".rstrip())], paper.console, _RULE)
