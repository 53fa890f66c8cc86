"""What every report says first: the counts, the verdict in a sentence, what to read with care."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from auditor.audit import (
    Audit,
    PolicyEntry,
    PoolEntry,
    ReadinessWord,
    ScenarioEntry,
    ServerEntry,
    WaiverEntry,
)
from reports.words import READINESS, STATUS, FindingStatus, count, exit_sentence, overlay

_NAMED = 10


@dataclass(frozen=True, slots=True)
class PolicyCount:
    """One policy of a run, and how many servers and pools are what under it."""

    key: str
    title: str
    main: bool
    exit_code: int
    servers: dict[ReadinessWord, int]
    pools: dict[ReadinessWord, int]

    @property
    def told(self) -> str:
        """Such as "2 servers ready, 10 work needed; 1 pool ready"."""
        parts = [_counted(self.servers, "server"), _counted(self.pools, "pool")]
        return "; ".join(filter(None, parts)) or "no server"


def _counted(counts: dict[ReadinessWord, int], noun: str) -> str:
    words = [(READINESS[word].lower(), number) for word, number in counts.items() if number]
    return ", ".join(
        f"{count(number, noun) if index == 0 else f'{number:,}'} {word}"
        for index, (word, number) in enumerate(words)
    )


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts of one audit. `unread` servers could not be read (nobody tried to read those that
    are excluded); `unknown` holds every server whose readiness is unknown; `minutes` is the
    assumed working time of the whole plan. `policies` is empty where there is only one.
    """

    headline: str
    coverage: str
    exit_meaning: str
    servers: dict[ReadinessWord, int]
    pools: dict[ReadinessWord, int]
    findings: dict[FindingStatus, int]
    unread: tuple[ServerEntry, ...]
    unknown: tuple[ServerEntry, ...]
    assumed: tuple[ScenarioEntry, ...]
    steps_by_wave: dict[int, int]
    minutes: int
    notes: tuple[str, ...]
    policies: tuple[PolicyCount, ...] = ()

    @property
    def judged_by(self) -> str:
        """Of several policies, by which all this is; "" where there is only one."""
        others = ", ".join(policy.key for policy in self.policies if not policy.main)
        main = next((policy.key for policy in self.policies if policy.main), "")
        if not others:
            return ""
        return f"By the main policy, {main}; for {others} see Policies."


def summarise(audit: Audit) -> Summary:
    """Count one audit; every word of the vocabulary has its count, 0 included."""
    servers = Counter(server.readiness for server in audit.servers)
    pools = Counter(pool.readiness for pool in audit.pools)
    findings = Counter(finding.status for finding in audit.findings)
    wanted = [server for server in audit.servers if not server.excluded]
    unread = tuple(server for server in wanted if not server.reached.ok)
    assumed = tuple(s for s in audit.scenarios if s.in_use == "assumed")
    left_out = len(audit.servers) - len(wanted)
    coverage = f"{len(wanted) - len(unread):,} of {count(len(wanted), 'server')} read"
    return Summary(
        headline=_headline(audit, servers),
        coverage=f"{coverage}, {left_out:,} excluded" if left_out else coverage,
        exit_meaning=exit_sentence(audit.run.exit_code),
        servers={word: servers[word] for word in READINESS},
        pools={word: pools[word] for word in READINESS},
        findings={status: findings[status] for status in STATUS},
        unread=unread,
        unknown=tuple(s for s in audit.servers if s.readiness == "unknown"),
        assumed=assumed,
        steps_by_wave=dict(sorted(Counter(step.wave for step in audit.steps).items())),
        minutes=sum(step.minutes for step in audit.steps),
        notes=_notes(audit, assumed),
        policies=_policies(audit),
    )


def _policies(audit: Audit) -> tuple[PolicyCount, ...]:
    """Every policy with its counts, the main one first; nothing where it stands alone."""
    if len(audit.run.policies) < 2:
        return ()
    return tuple(
        PolicyCount(
            key=policy.key,
            title=policy.title,
            main=policy.main,
            exit_code=policy.exit_code,
            servers=_under(audit.servers, policy),
            pools=_under(audit.pools, policy),
        )
        for policy in audit.run.policies
    )


def _under(
    subjects: Sequence[ServerEntry | PoolEntry], policy: PolicyEntry
) -> dict[ReadinessWord, int]:
    if policy.main:
        found = Counter(subject.readiness for subject in subjects)
    else:
        found = Counter(
            under.readiness
            for subject in subjects
            for under in subject.also
            if under.policy == policy.key
        )
    return {word: found[word] for word in READINESS}


def _headline(audit: Audit, servers: Counter[ReadinessWord]) -> str:
    if not audit.servers:
        return "No server was audited."
    parts = []
    if servers["work_needed"]:
        parts.append(f"{servers['work_needed']:,} need work")
    if servers["blocked"]:
        parts.append(f"{servers['blocked']:,} blocked (no update can help)")
    if servers["unknown"]:
        parts.append(f"{servers['unknown']:,} unknown")
    if not parts:
        done = "every server in scope is ready" if servers["ready"] else "no server is in scope"
        return f"{count(len(audit.servers), 'server')}: {done}."
    ready = f"{servers['ready']:,} of {count(len(audit.servers), 'server')} ready"
    return f"{ready}; {', '.join(parts)}."


def _notes(audit: Audit, assumed: tuple[ScenarioEntry, ...]) -> tuple[str, ...]:
    notes = []
    if assumed:
        titles = ", ".join(scenario.title for scenario in assumed)
        notes.append(
            f"Assumed, because nobody stated it; judged as if in use: {titles}. "
            "State it under [scenarios] in the inventory to make the result firm."
        )
    notes += [overlay(entry) for entry in audit.run.overlays]
    return (*notes, *_waived(audit), *_carried(audit), *audit.notes, *audit.estate.notes)


def _waived(audit: Audit) -> list[str]:
    """What somebody has accepted: who, why, until when, and which fails of which servers."""
    covered: dict[tuple[WaiverEntry, str], list[str]] = {}
    for finding in audit.findings:
        if finding.waiver is not None:
            covered.setdefault((finding.waiver, finding.rule), []).append(finding.subject)
    return [
        f"Waived until {waiver.until:%Y-%m-%d} by {waiver.who} ({waiver.why}), and not counted: "
        f"{rule} on {', '.join(subjects[:_NAMED])}"
        + (f" and {len(subjects) - _NAMED:,} more." if len(subjects) > _NAMED else ".")
        for (waiver, rule), subjects in covered.items()
    ]


def _carried(audit: Audit) -> list[str]:
    """Servers whose facts came in a file, oldest first."""
    carried = [s for s in audit.servers if s.reached.ok and s.reached.unauthenticated]
    carried.sort(key=lambda server: -(server.reached.age_days or 0))
    if not carried:
        return []
    named = [f"{s.fqdn} ({count(max(s.reached.age_days or 0, 0), 'day')} old)" for s in carried]
    more = f" and {len(named) - _NAMED:,} more" if len(named) > _NAMED else ""
    told = f"{', '.join(named[:_NAMED])}{more}"
    return [f"From files that were carried by hand, which anybody could have written: {told}."]
