"""Findings in words: each with all that it rests on; those of one reason together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.text import Text

from auditor.audit import (
    Audit,
    ComparedEntry,
    DifferenceEntry,
    EvidenceEntry,
    FindingEntry,
    PoolEntry,
    ServerEntry,
    SourceRef,
    StepEntry,
)
from reports import words
from reports.rows import print_line, print_rows
from reports.text import one_line

_STYLES = {
    "fail": "bold red",
    "unknown": "bold magenta",
    "advice": "yellow",
    "waived": "cyan",
    "pass": "green",
    "not_applicable": "dim",
}
_ORDER = tuple(words.STATUS)
_IN_THE_WAY = frozenset({"fail", "unknown", "waived"})
_MOST_NAMED = 20
_MOST_REQUIRED = 5
_BESIDE = 65  # characters of a row of `compared` with its note; a longer note goes below


def print_findings(
    audit: Audit, subject: ServerEntry | PoolEntry, wanted: set[str], console: Console
) -> None:
    """Every finding on it, worst first; `wanted` (ids in small letters) leaves others out.

    What does not apply comes last, by its reasons; where it rests on something, that is shown.
    """
    found = [f for f in audit.findings if f.subject == subject.fqdn]
    found = [f for f in found if not wanted or f.rule.casefold() in wanted]
    found.sort(key=lambda finding: _ORDER.index(finding.status))
    spared = [f for f in found if f.status == "not_applicable" and not f.evidence]
    rest = [] if wanted else spared
    for group in _grouped(f for f in found if f not in rest):
        if len(group) > 1:
            _together(audit, group, console)
        else:
            _finding(audit, subject, group[0], console)
    if rest:
        print_line(Text("\nNot applicable", "bold"), console)
        by_reason: dict[str, list[str]] = {}
        for finding in rest:
            by_reason.setdefault(finding.reason, []).append(finding.rule)
        told = [f"{why.rstrip('.')}:\n  {', '.join(rules)}" for why, rules in by_reason.items()]
        print_rows([("", "\n".join(told))], console, 0)


def _grouped(findings: Iterable[FindingEntry]) -> Iterable[list[FindingEntry]]:
    """Those that nothing was read for, all for the same reason, together; each other alone."""
    groups: dict[str, list[FindingEntry]] = {}
    for finding in findings:
        together = finding.status == "unknown" and not finding.evidence
        groups.setdefault(finding.reason if together else finding.id, []).append(finding)
    return groups.values()


def _together(audit: Audit, group: Sequence[FindingEntry], console: Console) -> None:
    first = group[0]
    heading = Text(f"\n{words.STATUS[first.status]}", _STYLES[first.status])
    print_line(heading.append(f"  {one_line(first.reason, 300)}", "bold"), console)
    rows = [(f.rule, f.title if f.counted else f"{f.title} (does not count)") for f in group]
    steps = {step.id: step for finding in group for step in _steps(audit, finding)}
    print_rows([*rows, ("in the plan", _told(steps.values()))], console, 15)


def _finding(
    audit: Audit, subject: ServerEntry | PoolEntry, finding: FindingEntry, console: Console
) -> None:
    _headline(finding.status, finding.rule, finding.title, console)
    waiver = finding.waiver
    print_rows(
        [
            ("observed", finding.observed),
            ("required", finding.required),
            ("compared", _compared(finding.compared)),
            ("because", finding.reason),
            ("waived until", f"{waiver.until:%Y-%m-%d}, by {waiver.who}" if waiver else ""),
            ("read", _evidence(finding.evidence)),
            ("to do", finding.remediation),
            ("in the plan", "not while it is waived" if waiver else _told(_steps(audit, finding))),
            ("counts", "" if finding.counted else f"no: {_spared(audit, subject, finding)}"),
            ("source", cited(finding.source)),
        ],
        console,
    )


def _headline(status: words.FindingStatus, rule: str, title: str, console: Console) -> None:
    heading = Text(f"\n{words.STATUS[status]}", _STYLES[status])
    print_line(heading.append(f"  {one_line(rule, 40)}  {one_line(title, 200)}", "bold"), console)


def _spared(audit: Audit, subject: ServerEntry | PoolEntry, finding: FindingEntry) -> str:
    if subject.readiness == "not_in_scope":
        return "it is not in scope"
    if not finding.needed_by:
        return "no scenario in use needs it"
    return f"the policy {audit.run.policy} does not count this rule"


def _steps(audit: Audit, finding: FindingEntry) -> list[StepEntry]:
    return [s for s in audit.steps if finding.rule in s.rules and s.target == finding.subject]


def _told(steps: Iterable[StepEntry]) -> str:
    return "\n".join(f"step {s.number} ({s.id}): {s.title}" for s in steps)


def print_in_the_way(
    audit: Audit,
    servers: Sequence[ServerEntry],
    pools: Sequence[PoolEntry],
    wanted: set[str],
    console: Console,
) -> None:
    """What counted findings keep servers and pools from being ready, a rule at a time.

    Of a server that was not read that alone is told. With `wanted` every finding is.
    """
    read = dict.fromkeys((pool.fqdn for pool in pools), True)
    read |= {server.fqdn: server.reached.ok for server in servers}
    groups: dict[tuple[str, str], list[FindingEntry]] = {}
    for finding in audit.findings:
        told = finding.rule.casefold() in wanted if wanted else _is_in_the_way(finding)
        if told and (read.get(finding.subject) or (finding.subject in read and finding.evidence)):
            groups.setdefault((finding.status, finding.rule), []).append(finding)
    for (_, rule), found in sorted(
        groups.items(), key=lambda each: _ORDER.index(each[1][0].status)
    ):
        _headline(found[0].status, rule, found[0].title, console)
        sources = {source.key: source for finding in found for source in finding.source}
        print_rows(
            [
                ("on", _some([finding.subject for finding in found], _MOST_NAMED, ", ")),
                ("required", _some([f.required for f in found], _MOST_REQUIRED, "\n")),
                ("to do", _some([f.remediation for f in found], _MOST_REQUIRED, "\n")),
                ("source", cited(sources.values())),
            ],
            console,
        )


def _is_in_the_way(finding: FindingEntry) -> bool:
    return finding.counted and finding.status in _IN_THE_WAY


def _some(texts: Iterable[str], most: int, between: str) -> str:
    """Each text once; of many the first ones."""
    known = [text for text in dict.fromkeys(texts) if text]
    hidden = len(known) - most
    return between.join((*known[:most], *([f"and {hidden:,} more"] if hidden > 0 else ())))


def print_differences(
    policy: str,
    subjects: Sequence[ServerEntry | PoolEntry],
    wanted: set[str],
    console: Console,
) -> None:
    """The rules that weigh otherwise on these under another policy, each once.

    What a pool says of its servers is left to them.
    """
    groups: dict[tuple[str, str, str], list[DifferenceEntry]] = {}
    for subject in subjects:
        for under in subject.also:
            for each in under.differs if under.policy == policy else ():
                own = each.subject == subject.fqdn
                if own and (not wanted or each.rule.casefold() in wanted):
                    key = (each.rule, _beside(each), each.required)
                    groups.setdefault(key, []).append(each)
    for (rule, beside, required), found in groups.items():
        first = found[0]
        _headline(first.status, rule, first.title, console)
        several = len(subjects) > 1
        print_rows(
            [
                ("status", beside),
                ("on", _some([d.subject for d in found], _MOST_NAMED, ", ") * several),
                ("required", required),
                ("because", _some([d.reason for d in found], _MOST_REQUIRED, "\n")),
                ("source", cited(first.source)),
            ],
            console,
        )


def _beside(difference: DifferenceEntry) -> str:
    there = words.status_there(difference.status, counted=difference.counted)
    main = words.status_there(difference.main_status, counted=difference.main_counted)
    return f"{there}, by the main policy {main}"


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
    """One line for each, in columns; a note that is too long for it on a line of its own."""
    rows = [(one_line(e.name, 60), one_line(e.observed, 40), e.required) for e in entries]
    widths = [max((len(row[number]) for row in rows), default=0) for number in range(3)]
    lines = []
    for row, entry in zip(rows, entries, strict=True):
        line = "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True))
        beside = f"{line}  {entry.note}"
        fits = len(beside) <= _BESIDE
        lines.append(beside.rstrip() if fits else f"{line.rstrip()}\n  {entry.note}")
    return "\n".join(lines)


def cited(sources: Iterable[SourceRef]) -> str:
    """Titles, and under each its address, whole."""
    return "\n".join(f"{s.title}\n  {s.url}" if s.url else s.title for s in sources)
