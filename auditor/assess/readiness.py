"""From findings to readiness: of a server, a pool and a scenario. Unknown is never ready."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from auditor.assess.model import Finding, Readiness, Status

# What wins when several are put together.
_WORST_FIRST = (Readiness.BLOCKED, Readiness.WORK_NEEDED, Readiness.UNKNOWN, Readiness.READY)

# How many further rules a reason names before it only counts them.
_NAMED = 4


def of_findings(findings: Sequence[Finding]) -> tuple[Readiness, str]:
    """A server's readiness and the reason. Advice lowers nothing; nothing judged is unknown.

    Of what is waived the reason tells first what ends first.
    """
    counted = [finding for finding in findings if finding.counted]
    fails = [finding for finding in counted if finding.status is Status.FAIL]
    blocking = [finding for finding in fails if finding.blocks]
    unknown = [finding for finding in counted if finding.status is Status.UNKNOWN]
    if blocking:
        return Readiness.BLOCKED, _summary(blocking)
    if fails:
        return Readiness.WORK_NEEDED, _summary(fails)
    if unknown:
        return Readiness.UNKNOWN, _summary(unknown)
    waived = [finding for finding in counted if finding.status is Status.WAIVED]
    if not waived and not any(f.status in (Status.PASS, Status.ADVICE) for f in counted):
        return Readiness.UNKNOWN, "no rule could be judged"
    told = "every rule that counts is met"
    if waived:
        waived.sort(key=_end)
        told = f"every other rule that counts is met; waived: {_summary(waived)}"
    return Readiness.READY, f"{told}{_advised(findings)}"


def _end(waived: Finding) -> date:
    return waived.waiver.until if waived.waiver is not None else date.max


def _advised(findings: Iterable[Finding]) -> str:
    """What the word "ready" leaves unsaid, counted or not."""
    rules = [finding.rule for finding in findings if finding.status is Status.ADVICE]
    return f"; advice: {', '.join(rules)}" if rules else ""


def by_waiver(readiness: Readiness, findings: Iterable[Finding]) -> date | None:
    """The first day on which a waiver ends, of what is ready by waivers alone; else None.

    `findings` are all that weigh on it: a pool's are also those on its servers.
    """
    if readiness is not Readiness.READY:
        return None
    ends = (f.waiver.until for f in findings if f.counted and f.waiver is not None)
    return min(ends, default=None)


def with_own(
    readiness: Readiness, reason: str, findings: Sequence[Finding]
) -> tuple[Readiness, str]:
    """A pool's readiness by its servers, lowered by what its own findings make of it."""
    lowering = (Status.FAIL, Status.UNKNOWN)
    own = [finding for finding in findings if finding.counted and finding.status in lowering]
    if not own:
        return readiness, reason
    mine, why = of_findings(own)
    return worst((readiness, mine)), f"{reason}; {why}"


def worst(parts: Iterable[Readiness]) -> Readiness:
    """The worst of several; parts out of scope do not weigh, and nothing else is out of scope."""
    seen = set(parts)
    return next((one for one in _WORST_FIRST if one in seen), Readiness.NOT_IN_SCOPE)


def _summary(findings: Sequence[Finding]) -> str:
    """The first reason in full, the others by rule or, where there are many, by number."""
    first = f"{findings[0].rule}: {findings[0].reason}"
    others = [finding.rule for finding in findings[1:]]
    if not others:
        return first
    named = ", ".join(others) if len(others) <= _NAMED else f"{len(others)} other rules"
    return f"{first} (also {named})"
