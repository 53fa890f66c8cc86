"""Findings on one subject: what stands in the way in full, then advice, passes, and the rest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from auditor.audit import ComparedEntry, FindingEntry, PoolEntry, ServerEntry, StepEntry
from reports import words
from reports.explain_paper import Paper, instants, places
from reports.rows import print_heading, print_list, print_rows
from reports.text import one_line

STYLES = {
    "fail": "bold red",
    "unknown": "bold magenta",
    "advice": "yellow",
    "waived": "cyan",
    "pass": "green",
    "not_applicable": "dim",
}
IN_THE_WAY: tuple[words.FindingStatus, ...] = ("fail", "unknown", "waived")
_BESIDE = 64  # characters of a row of `compared` with its note; a longer note goes below
_RULE = 15  # characters of a rule's id


def print_in_full(
    paper: Paper, subject: ServerEntry | PoolEntry, status: words.FindingStatus
) -> None:
    """Every finding of one status; those that nothing was read for, by reason, together."""
    found = [f for f in paper.findings([subject.fqdn]) if f.status == status]
    if status == "waived":
        found.sort(key=lambda finding: finding.waiver.until if finding.waiver else date.max)
    for group in _grouped(found):
        if len(group) > 1:
            _together(paper, group)
        else:
            _finding(paper, subject, group[0])


def print_rest(paper: Paper, subject: ServerEntry | PoolEntry) -> None:
    """What asks for nothing: advice, then passes shortly, then by reason what does not apply."""
    print_in_full(paper, subject, "advice")
    if paper.full:
        print_in_full(paper, subject, "pass")
    else:
        _passes(paper, [f for f in paper.findings([subject.fqdn]) if f.status == "pass"])
    spared = [f for f in paper.findings([subject.fqdn]) if f.status == "not_applicable"]
    shown = [f for f in spared if f.evidence or paper.wanted]
    for finding in shown:
        _finding(paper, subject, finding)
    _not_applicable(paper, [f for f in spared if f not in shown])


def _grouped(findings: Iterable[FindingEntry]) -> Iterable[list[FindingEntry]]:
    groups: dict[str, list[FindingEntry]] = {}
    for finding in findings:
        together = finding.status == "unknown" and not finding.evidence
        groups.setdefault(finding.reason if together else finding.id, []).append(finding)
    return groups.values()


def _together(paper: Paper, group: Sequence[FindingEntry]) -> None:
    first = group[0]
    headline(paper, first.status, one_line(first.reason, 300))
    if paper.full:
        steps = {step.id: step for finding in group for step in paper.steps(finding)}
        rows = [(f.rule, f.title if f.counted else f"{f.title} (does not count)") for f in group]
        print_rows([*rows, ("in the plan", _told(steps.values()))], paper.console, _RULE)
        return
    by = ", ".join(finding.rule for finding in group if finding.counted)
    idle = ", ".join(finding.rule for finding in group if not finding.counted)
    print_rows([("by", by), ("not counted", idle)], paper.console)


def headline(paper: Paper, status: words.FindingStatus, *texts: str) -> None:
    """A blank line, and a status with what it is about."""
    paper.console.print()
    print_heading(words.STATUS[status], STYLES[status], "  ".join(texts), paper.console)


def _finding(paper: Paper, subject: ServerEntry | PoolEntry, finding: FindingEntry) -> None:
    """All that it rests on; what a table shows is not told beside it but where all is wanted."""
    headline(paper, finding.status, one_line(finding.rule, 40), one_line(finding.title, 200))
    waiver = finding.waiver
    tabled = bool(finding.compared) and not paper.full
    planned = "not while it is waived" if waiver else _told(paper.steps(finding))
    print_rows(
        [
            ("waived until", f"{waiver.until:%Y-%m-%d}, by {waiver.who}" if waiver else ""),
            ("observed", "" if tabled else finding.observed),
            ("required", "" if finding.required == finding.title else finding.required),
            ("compared", compared(finding.compared)),
            ("because", finding.reason),
            ("to do", paper.to_do(finding)),
            ("in the plan", planned),
            ("counts", "" if finding.counted else f"no: {_spared(paper, subject, finding)}"),
            ("read", paper.read(finding)),
            ("sources", paper.cite(finding.source)),
        ],
        paper.console,
    )


def _spared(paper: Paper, subject: ServerEntry | PoolEntry, finding: FindingEntry) -> str:
    if subject.readiness == "not_in_scope":
        return "it is not in scope"
    if not finding.needed_by:
        return "no scenario in use needs it"
    return f"the policy {paper.audit.run.policy} does not count this rule"


def _told(steps: Iterable[StepEntry]) -> str:
    return "\n".join(f"step {s.number} ({s.id}): {s.title}" for s in steps)


def _passes(paper: Paper, found: Sequence[FindingEntry]) -> None:
    """For each its title, what was found, with its places folded, and what was asked, by whom."""
    if not found:
        return
    every = {instants(finding.evidence) for finding in found} - {""}
    when = next(iter(every)) if len(every) == 1 else ""
    paper.console.print()
    told = f"read {when}" if when else ""
    word = f"{words.STATUS['pass']} ({len(found)})"
    print_heading(word, STYLES["pass"], told, paper.console)
    rows = []
    for finding in found:
        title = finding.title if finding.counted else f"{finding.title} (does not count)"
        read = places(finding.evidence)
        at = "" if when else instants(finding.evidence)
        where = f" ({', '.join(filter(None, (read, at)))})" if read else ""
        observed = one_line(f"found: {finding.observed}{where}", 600)
        asked = one_line(f"required: {finding.required}", 600)
        cited = paper.cite(finding.source)
        rows.append((finding.rule, f"{one_line(title, 200)}\n{observed}\n{asked} {cited}"))
    print_rows(rows, paper.console, _RULE)


def _not_applicable(paper: Paper, found: Sequence[FindingEntry]) -> None:
    """Each reason once, with its rules."""
    if not found:
        return
    by_reason: dict[str, list[str]] = {}
    for finding in found:
        by_reason.setdefault(finding.reason.rstrip("."), []).append(finding.rule)
    paper.title(f"Not applicable ({len(found)})")
    told = (f"{one_line(why, 300)}: {', '.join(rules)}" for why, rules in by_reason.items())
    print_list(told, paper.console)


def compared(entries: Sequence[ComparedEntry]) -> str:
    """A line for each, in columns under their names; a note that is too long stands below.

    Neighbours that share such a note have it once.
    """
    if not entries:
        return ""
    rows = [(one_line(e.name, 60), one_line(e.observed, 40), one_line(e.required)) for e in entries]
    head = ("", "found", "required")
    widths = [max(len(row[number]) for row in (head, *rows)) for number in range(3)]
    lines = [_in_columns(head, widths)]
    for at, (row, entry) in enumerate(zip(rows, entries, strict=True)):
        line = _in_columns(row, widths)
        beside = f"{line.ljust(sum(widths) + 4)}  {entry.note}".rstrip()
        fits = len(beside) <= _BESIDE
        lines.append(beside if fits else line)
        after = entries[at + 1].note if at + 1 < len(entries) else ""
        if not fits and entry.note != after:
            alike = at > 0 and entries[at - 1].note == entry.note
            lines.append(f"  {'each: ' if alike else ''}{entry.note}")
    return "\n".join(lines)


def _in_columns(row: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
