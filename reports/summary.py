"""What every report says first: the counts, the verdict in a sentence, what to read with care."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from auditor.audit import (
    Audit,
    PolicyEntry,
    PoolEntry,
    ScenarioEntry,
    ServerEntry,
    WaiverEntry,
)
from auditor.errors import ExitCode
from reports.words import (
    READINESS,
    READINESS_MEANING,
    STATUS,
    FindingStatus,
    Judged,
    Standing,
    count,
    exit_sentence,
    overlay,
    standing,
)

_NAMED = 10


@dataclass(frozen=True, slots=True)
class PolicyCount:
    """One policy of a run, and how many servers and pools are what under it.

    `told` is such as "10 servers work needed, 2 ready; 1 pool ready".
    """

    key: str
    title: str
    main: bool
    exit_code: int
    servers: dict[Standing, int]
    pools: dict[Standing, int]
    told: str


def _told(judged: Sequence[Judged], noun: str) -> str:
    words = {
        **READINESS,
        "work_needed": "with work needed",
        "ready_waived": f"ready by a waiver ({_until(judged)})",
    }
    counts = [(words[word].lower(), number) for word, number in _counts(judged).items() if number]
    return ", ".join(
        f"{count(number, noun) if index == 0 else f'{number:,}'} {word}"
        for index, (word, number) in enumerate(counts)
    )


def _counts(judged: Iterable[Judged]) -> dict[Standing, int]:
    """Every word of the vocabulary has its count, 0 included."""
    found = Counter(map(standing, judged))
    return {word: found[word] for word in READINESS}


def _until(judged: Iterable[Judged]) -> str:
    """When the waivers end by which some are ready: "until 2027-03-31"; "" where none is."""
    waived = (each for each in judged if standing(each) == "ready_waived")
    days = sorted({each.by_waiver for each in waived if each.by_waiver is not None})
    if not days:
        return ""
    return f"{'the first ' if len(days) > 1 else ''}until {days[0]:%Y-%m-%d}"


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts of one audit. `unread` servers could not be read (nobody tried to read those that
    are excluded); `unknown` holds every server whose readiness is unknown; `minutes` is the
    assumed working time of the whole plan. `policies` is empty where there is only one.
    `meanings` is what each readiness means here.
    """

    headline: str
    coverage: str
    exit_meaning: str
    meanings: dict[Standing, str]
    servers: dict[Standing, int]
    pools: dict[Standing, int]
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
    servers, pools = _counts(audit.servers), _counts(audit.pools)
    by_waiver = _by_waiver(audit)
    findings = Counter(finding.status for finding in audit.findings)
    wanted = [server for server in audit.servers if not server.excluded]
    unread = tuple(server for server in wanted if not server.reached.ok)
    assumed = tuple(s for s in audit.scenarios if s.in_use == "assumed")
    left_out = len(audit.servers) - len(wanted)
    coverage = f"{len(wanted) - len(unread):,} of {count(len(wanted), 'server')} read"
    return Summary(
        headline=_headline(audit, servers, by_waiver),
        coverage=f"{coverage}, {left_out:,} excluded" if left_out else coverage,
        exit_meaning=_exit_meaning(audit, by_waiver),
        meanings=_meanings(audit),
        servers=servers,
        pools=pools,
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
    return tuple(_policy(audit, policy) for policy in audit.run.policies)


def _policy(audit: Audit, policy: PolicyEntry) -> PolicyCount:
    servers, pools = _under(audit.servers, policy), _under(audit.pools, policy)
    parts = (_told(servers, "server"), _told(pools, "pool"))
    return PolicyCount(
        key=policy.key,
        title=policy.title,
        main=policy.main,
        exit_code=policy.exit_code,
        servers=_counts(servers),
        pools=_counts(pools),
        told="; ".join(filter(None, parts)) or "no server",
    )


def _under(subjects: Sequence[ServerEntry | PoolEntry], policy: PolicyEntry) -> Sequence[Judged]:
    if policy.main:
        return subjects
    return [under for each in subjects for under in each.also if under.policy == policy.key]


def _by_waiver(audit: Audit) -> str:
    """Such as ", 2 of them by a waiver (until 2027-03-31)"; "" where nothing is ready that way.

    Of pools it speaks where all their servers are ready of themselves.
    """
    if until := _until(audit.servers):
        return f", {_counts(audit.servers)['ready_waived']:,} of them by a waiver ({until})"
    if until := _until(audit.pools):
        number = _counts(audit.pools)["ready_waived"]
        return f", {count(number, 'pool')} by a waiver ({until})"
    return ""


def _meanings(audit: Audit) -> dict[Standing, str]:
    """What each readiness means; of what is waived also until when."""
    meanings = dict(READINESS_MEANING)
    if until := _until([*audit.servers, *audit.pools]):
        meanings["ready_waived"] = f"{meanings['ready_waived'].removesuffix('.')}, {until}."
    return meanings


def _exit_meaning(audit: Audit, by_waiver: str) -> str:
    """A process that ends with 0 says nothing of waivers: the sentence does."""
    meaning = exit_sentence(audit.run.exit_code)
    if audit.run.exit_code != ExitCode.READY or not by_waiver:
        return meaning
    return f"{meaning.removesuffix('.')}{by_waiver}. What is waived does not meet the policy."


def _headline(audit: Audit, servers: dict[Standing, int], by_waiver: str) -> str:
    if not audit.servers:
        return "No server was audited."
    parts = []
    if servers["work_needed"]:
        parts.append(f"{servers['work_needed']:,} need work")
    if servers["blocked"]:
        parts.append(f"{servers['blocked']:,} blocked (no update can help)")
    if servers["unknown"]:
        parts.append(f"{servers['unknown']:,} unknown")
    ready = servers["ready"] + servers["ready_waived"]
    total = count(len(audit.servers), "server")
    if not parts and not ready:
        return f"{total}: no server is in scope."
    told = f"{ready:,} of {total} ready" if parts else f"{total}: every server in scope is ready"
    parts += _beyond(audit)
    return "; ".join(filter(None, (f"{told}{by_waiver}", ", ".join(parts)))) + "."


def _beyond(audit: Audit) -> list[str]:
    """What is not in scope, so that a headline adds up to all servers."""
    beyond = [server for server in audit.servers if server.readiness == "not_in_scope"]
    if not beyond:
        return []
    excluded = sum(bool(server.excluded) for server in beyond)
    return [f"{len(beyond):,} not in scope" + (f" ({excluded:,} excluded)" if excluded else "")]


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
    """What somebody has accepted: who, why, until when, and which fails of which servers.

    What ends first is told first.
    """
    covered: dict[tuple[WaiverEntry, str], list[str]] = {}
    for finding in audit.findings:
        if finding.waiver is not None:
            covered.setdefault((finding.waiver, finding.rule), []).append(finding.subject)
    return [
        f"Waived until {waiver.until:%Y-%m-%d} by {waiver.who} ({waiver.why}), and not counted: "
        f"{rule} on {', '.join(subjects[:_NAMED])}"
        + (f" and {len(subjects) - _NAMED:,} more." if len(subjects) > _NAMED else ".")
        for (waiver, rule), subjects in sorted(covered.items(), key=lambda item: item[0][0].until)
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
    return [f"From files that were carried by hand, whose authors are not verified: {told}."]
