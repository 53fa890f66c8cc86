"""The paper that an explanation is written on: what was cited or shown is not told twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.text import Text

from auditor.audit import Audit, EvidenceEntry, FindingEntry, SourceRef, StepEntry
from reports import words
from reports.rows import print_line, wrapped
from reports.text import one_line

_MOST_TEXTS, _MOST_SHORT_NAMES = 5, 6


class Paper:
    """One explanation: sources get numbers as they are cited; what was read is shown once.

    `wanted` are the only rules to tell (ids in small letters; empty: all). `full` tells of a
    pass as much as of a fail; `whole` is that for all, and leaves nothing out.
    """

    def __init__(
        self, audit: Audit, console: Console, rules: Iterable[str] = (), *, full: bool = False
    ) -> None:
        self.audit = audit
        self.console = console
        self.wanted = frozenset(rule.strip().casefold() for rule in rules)
        self.full = full or bool(self.wanted)
        self.whole = full
        self._steps: dict[str, list[StepEntry]] = {}
        for step in audit.steps:
            self._steps.setdefault(step.target, []).append(step)
        self._names = {step.id: f"step {step.number}" for step in audit.steps}
        self._found: dict[str, list[FindingEntry]] = {}
        for finding in audit.findings:
            self._found.setdefault(finding.subject, []).append(finding)
        self._numbers: dict[SourceRef, int] = {}
        self._shown: dict[tuple[EvidenceEntry, ...], str] = {}
        names = {server.fqdn for server in audit.servers} | {pool.fqdn for pool in audit.pools}
        self._hosts = Counter(name.partition(".")[0] for name in names)

    def wants(self, rule: str) -> bool:
        return not self.wanted or rule.casefold() in self.wanted

    def findings(self, subjects: Iterable[str]) -> list[FindingEntry]:
        """Every finding on these, in the order of the audit, that is wanted."""
        about = set(subjects)
        return [f for f in self.audit.findings if f.subject in about and self.wants(f.rule)]

    def steps(self, finding: FindingEntry) -> list[StepEntry]:
        """The steps that bring a remedy on the very subject."""
        return [s for s in self._steps.get(finding.subject, ()) if finding.rule in s.rules]

    def step_named(self, plan_id: str) -> str:
        """Such as "step 18"; an ID that the plan does not have as it is."""
        return self._names.get(plan_id, plan_id)

    def to_do(self, finding: FindingEntry) -> str:
        """The remedy, with what the plan adds to it, such as a later build for the whole pool."""
        if not finding.remediation or finding.status != "fail":
            return finding.remediation
        added = filter(None, map(self._added, self.steps(finding)))
        return " ".join((finding.remediation, *dict.fromkeys(added)))

    def _added(self, step: StepEntry) -> str:
        """The end of a step's reason, which no finding behind it says; "" where there is none."""
        behind = [f for f in self._found.get(step.target, ()) if f.rule in step.rules]
        said = [
            t for f in behind for t in (f.reason, f.remediation, f"Required: {f.required}") if t
        ]
        ends = [step.reason.rfind(text) + len(text) for text in said if text in step.reason]
        added = step.reason[max(ends, default=len(step.reason)) :].strip(" .")
        return words.sentence(added) if added else ""

    def short(self, fqdn: str) -> str:
        """The host name, where no other machine or pool of the audit has the same."""
        host = one_line(fqdn, 200).partition(".")[0]
        return host if host and self._hosts[host] == 1 else one_line(fqdn, 200)

    def title(self, text: str) -> None:
        print_line(Text(f"\n{text}", "bold"), self.console)

    def cite(self, sources: Iterable[SourceRef]) -> str:
        """Such as "[1] [4]"; the numbers stand in `print_sources`."""
        numbers = {self._numbers.setdefault(s, len(self._numbers) + 1) for s in sources}
        return " ".join(f"[{number}]" for number in sorted(numbers))

    def print_sources(self) -> None:
        """Every source that was cited, with its address whole on a line of its own."""
        if not self._numbers:
            return
        self.title("Sources")
        margin = len(str(len(self._numbers))) + 5
        for source, number in self._numbers.items():
            lines = wrapped(one_line(source.title, 400), self.console.width - margin)
            lines += [one_line(source.url, 2_100)] if source.url else []
            for at, line in enumerate(lines):
                before = f"  [{number}]" if at == 0 else ""
                print_line(Text(before.ljust(margin) + line), self.console)

    def read(self, finding: FindingEntry) -> str:
        """What was read, under the family that read it and the server's own instant.

        A list that stands under another rule already is not told again.
        """
        lines = []
        for entries in _by_family(finding.evidence):
            by = _by(entries[0])
            before = self._shown.setdefault(entries, finding.rule) if len(entries) > 1 else ""
            if before and before != finding.rule:
                lines.append(f"by {by or 'the audit'}: as under {before}")
                continue
            lines += [f"by {by}:"] if by else []
            lines += [f"{entry.path} = {entry.value}" for entry in entries]
        return "\n".join(lines)


def _by(entry: EvidenceEntry) -> str:
    """Such as "products, 2026-11-27 12:32 UTC"."""
    return ", ".join(filter(None, (entry.family, words.instant(entry.when))))


def _by_family(evidence: Sequence[EvidenceEntry]) -> list[tuple[EvidenceEntry, ...]]:
    """Neighbours that one family read at one instant, together."""
    groups: list[list[EvidenceEntry]] = []
    for entry in evidence:
        last = groups[-1][-1] if groups else None
        if last and _by(last) == _by(entry):
            groups[-1].append(entry)
        else:
            groups.append([entry])
    return [tuple(group) for group in groups]


def places(evidence: Sequence[EvidenceEntry]) -> str:
    """Where was read, folded: such as "os: 5 places, hotfixes"."""
    counted = Counter(entry.family or entry.path for entry in evidence)
    return ", ".join(
        name if number == 1 else f"{name}: {words.count(number, 'place')}"
        for name, number in counted.items()
    )


def instants(evidence: Iterable[EvidenceEntry]) -> str:
    """When was read: an instant, or from the first to the last; "" where nobody noted it."""
    found = sorted({words.utc(entry.when) for entry in evidence if entry.when})
    told = dict.fromkeys(words.instant(each) for each in (*found[:1], *found[-1:]))
    return " to ".join(told)


def some(texts: Iterable[str], most: int | None = _MOST_TEXTS, between: str = "\n") -> str:
    """Each text once; of many the first ones, unless `most` is None."""
    known = [text for text in dict.fromkeys(texts) if text]
    hidden = 0 if most is None else len(known) - most
    return between.join((*known[:most], *([f"and {hidden:,} more"] if hidden > 0 else ())))


def told_of(paper: Paper, pairs: Iterable[tuple[str, str]]) -> str:
    """What is told of several subjects: the one text of all, or "fe02, fe03: Install CU9"."""
    by_text: dict[str, list[str]] = {}
    for subject, text in pairs:
        by_text.setdefault(text, []).append(paper.short(subject))
    if len(by_text) == 1:
        return next(iter(by_text))
    most = None if paper.whole else _MOST_SHORT_NAMES
    told = (f"{some(names, most, ', ')}: {text}" for text, names in by_text.items() if text)
    return some(told, None if paper.whole else _MOST_TEXTS)
