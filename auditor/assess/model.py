"""Findings, readiness and the assessment as values.

Of findings and evidence a large estate has a million: tuples, which are made in half the time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple

from auditor.estate.model import Estate, InUse
from auditor.facts.reading import Reading
from auditor.version import Version


class Status(StrEnum):
    PASS = "pass"
    FAIL = "fail"
    ADVICE = "advice"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"
    WAIVED = "waived"


class Readiness(StrEnum):
    """`blocked`: no update can make it ready, it needs a migration."""

    READY = "ready"
    WORK_NEEDED = "work_needed"
    BLOCKED = "blocked"
    UNKNOWN = "unknown"
    NOT_IN_SCOPE = "not_in_scope"


class SubjectKind(StrEnum):
    SERVER = "server"
    POOL = "pool"
    SCENARIO = "scenario"
    ESTATE = "estate"


class Evidence(NamedTuple):
    """One thing that was read: by which family, where on the server, what it said, when."""

    family: str
    path: str
    value: str
    when: datetime | None = None


class Compared(NamedTuple):
    """One of several things that a finding compares, and what is known of it."""

    name: str
    observed: str
    required: str
    note: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """Who has accepted a fail, why, and the last day on which that holds."""

    who: str
    why: str
    until: date


class Finding(NamedTuple):
    """One rule's word on one subject.

    `blocks` marks a fail that no update can mend. `actions` are keys of the rulebook's
    procedures that would mend it, in no order (the plan orders). `sources` are keys of
    the rulebook's sources. `counted` is false where the finding does not weigh on
    readiness (the subject is out of scope). `waiver` is there where the status is WAIVED.
    `stead` is, where the rule was not asked, the rule whose fail stands for it, "" for none.
    """

    rule: str
    subject: str
    subject_kind: SubjectKind
    status: Status
    observed: str
    required: str
    reason: str
    evidence: tuple[Evidence, ...] = ()
    compared: tuple[Compared, ...] = ()
    remediation: str = ""
    actions: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    blocks: bool = False
    counted: bool = True
    waiver: Accepted | None = None
    stead: str = ""


@dataclass(frozen=True, slots=True)
class ServerVerdict:
    """One server as judged. `product` and `os` are rulebook keys, None where not identified.

    `builds` are those of its deciding packages, the lowest first; a half-patched server has two.
    `by_waiver` is there where it is READY because fails of it are waived, and does not meet the
    policy: the first day on which such a waiver ends. So it is for pools and scenarios.
    """

    fqdn: str
    pool: str
    readiness: Readiness
    reason: str
    product: str | None
    os: str | None
    builds: tuple[Version, ...]
    findings: tuple[Finding, ...]
    reading: Reading
    by_waiver: date | None = None

    @property
    def build(self) -> str | None:
        """What the server can be taken for: the lowest of its builds."""
        return str(self.builds[0]) if self.builds else None


@dataclass(frozen=True, slots=True)
class PoolVerdict:
    fqdn: str
    readiness: Readiness
    reason: str
    product: str | None
    findings: tuple[Finding, ...] = ()
    by_waiver: date | None = None


@dataclass(frozen=True, slots=True)
class ScenarioVerdict:
    """A scenario and the pools on its path; NOT_IN_SCOPE where it is not in use.

    `chains` are the ways from the inside out, `guessed` sentences on links that are not known.
    """

    key: str
    title: str
    in_use: InUse
    evidence: str
    readiness: Readiness
    reason: str
    pools: tuple[str, ...]
    sources: tuple[str, ...] = ()
    chains: tuple[tuple[str, ...], ...] = ()
    guessed: tuple[str, ...] = ()
    by_waiver: date | None = None


@dataclass(frozen=True, slots=True)
class Assessment:
    """The estate as judged under one policy.

    `caveats` are what the policy's sources say beyond the verdicts on single servers;
    `every_server`: all were judged, whatever the scenarios.
    """

    estate: Estate
    policy: str
    servers: tuple[ServerVerdict, ...]
    pools: tuple[PoolVerdict, ...]
    scenarios: tuple[ScenarioVerdict, ...]
    every_server: bool
    notes: tuple[str, ...] = field(default=())
    caveats: tuple[str, ...] = field(default=())

    def needed_by(self) -> dict[str, tuple[str, ...]]:
        """By pool the keys of the scenarios, in use or not known to be unused, that need it."""
        needed: dict[str, tuple[str, ...]] = {}
        for scenario in self.scenarios:
            if scenario.in_use is not InUse.NO:
                for fqdn in scenario.pools:
                    needed[fqdn] = (*needed.get(fqdn, ()), scenario.key)
        return needed

    def findings(self) -> tuple[Finding, ...]:
        """Every finding, of servers first and then of pools."""
        judged: tuple[ServerVerdict | PoolVerdict, ...] = (*self.servers, *self.pools)
        return tuple(finding for verdict in judged for finding in verdict.findings)
