"""audit.json: the machine's contract, and the one value that every report is a view of.

The JSON schema generated from `Audit` is committed as `reports/audit.schema.json`. Later
versions add fields; none is renamed or removed within `schema_version` 1.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

SCHEMA_VERSION = 1


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SourceRef(_Model):
    """Where a statement comes from; `url` is empty for a document without an address."""

    key: str
    title: str
    url: str = ""


class EvidenceEntry(_Model):
    """One thing that was read: family, place on the server, value as text, instant (UTC)."""

    family: str
    path: str
    value: str
    when: datetime | None = None


StatusWord = Literal["pass", "fail", "advice", "unknown", "not_applicable", "waived"]


class ComparedEntry(_Model):
    """One of several things that a finding compares, such as a component of an update."""

    name: str
    observed: str
    required: str
    note: str = ""


class WaiverEntry(_Model):
    """Who has accepted that a rule fails, why, and the last day on which that holds."""

    who: str
    why: str
    until: date


class FindingEntry(_Model):
    """One rule's word on one subject. `counted` findings weigh on readiness and exit code.

    Advice lowers nothing, `counted` or not.
    """

    id: str = Field(description="stable hash of rule and subject")
    rule: str
    title: str
    subject: str
    subject_kind: Literal["server", "pool", "scenario", "estate"]
    status: StatusWord
    observed: str
    required: str
    reason: str
    evidence: tuple[EvidenceEntry, ...] = ()
    compared: tuple[ComparedEntry, ...] = ()
    remediation: str = ""
    source: tuple[SourceRef, ...] = ()
    counted: bool = True
    needed_by: tuple[str, ...] = Field(
        default=(), description="keys of the scenarios that need the subject; none: it can wait"
    )
    waiver: WaiverEntry | None = Field(
        default=None, description="present only where `status` is `waived`"
    )


class ReachedEntry(_Model):
    """Whether the server was read; else the classified failure, with a sentence and a hint.

    `origin` is winrm, or bundle for a file that was carried by hand: `unauthenticated`, as
    anybody could have written it. `age_days` counts from the facts' instant to the audit's.
    """

    ok: bool
    code: str
    sentence: str
    hint: str = ""
    detail: str = ""
    origin: str = "winrm"
    started: datetime | None = None
    finished: datetime | None = None
    collected: datetime | None = None
    clock_skew_seconds: float | None = None
    age_days: int | None = None
    unauthenticated: bool = False


ReadinessWord = Literal["ready", "work_needed", "blocked", "unknown", "not_in_scope"]

_BY_WAIVER: date | None = Field(
    default=None,
    description="set where it is ready only because of waivers, which does not meet the policy: "
    "the first day on which one of them ends",
)


class DifferenceEntry(_Model):
    """A rule that weighs otherwise under another policy: its word there, and under the main one.

    `subject` is the server or pool. A status that does not count says so: it weighs on nothing.
    """

    rule: str
    title: str
    subject: str
    status: StatusWord
    counted: bool
    main_status: StatusWord
    main_counted: bool
    required: str
    reason: str
    source: tuple[SourceRef, ...] = ()


class UnderPolicyEntry(_Model):
    """Readiness under another policy of the run, and what makes it differ (a rule once)."""

    policy: str
    readiness: ReadinessWord
    reason: str
    by_waiver: date | None = _BY_WAIVER
    differs: tuple[DifferenceEntry, ...] = ()


class ServerEntry(_Model):
    """One server. `product` and `os` are rulebook keys; the `_title`s are for people.

    `needed_by` are keys of the scenarios, in use or not known to be unused, whose path goes over
    its pool. `excluded` is why somebody left the server out; it was not contacted then.
    `readiness` is by the run's main policy, `also` by each of the others.
    """

    fqdn: str
    pool: str
    pool_kind: str
    site: str
    roles: tuple[str, ...] = ()
    zone: str | None = None
    upgrade_domain: str | None = None
    product: str | None
    product_title: str | None = None
    build: str | None = None
    build_label: str | None = None
    os: str | None
    os_title: str | None = None
    readiness: ReadinessWord
    reason: str
    reached: ReachedEntry
    needed_by: tuple[str, ...] = ()
    excluded: str = ""
    also: tuple[UnderPolicyEntry, ...] = ()
    by_waiver: date | None = _BY_WAIVER


class PoolEntry(_Model):
    """One pool; `needed_by` as for a server."""

    fqdn: str
    kind: str
    site: str
    product: str | None
    product_title: str | None = None
    readiness: ReadinessWord
    reason: str
    servers: tuple[str, ...] = ()
    hosts_cms: bool = False
    takes_updates: bool = True
    needed_by: tuple[str, ...] = ()
    also: tuple[UnderPolicyEntry, ...] = ()
    by_waiver: date | None = _BY_WAIVER


class MachineEntry(_Model):
    """A machine without cumulative updates (SQL, gateway, Office Web Apps, file store)."""

    fqdn: str
    pool: str
    kind: str
    site: str


class ScenarioEntry(_Model):
    """`in_use` is yes, no, unknown or assumed (nobody stated it, judged as if it were in use).

    `pools` are on its path. `chains` say how it goes, from the users' pool to the Edge pool;
    `guessed` are sentences about links that are not known.
    """

    key: str
    title: str
    in_use: Literal["yes", "no", "unknown", "assumed"]
    evidence: str
    readiness: ReadinessWord
    reason: str
    pools: tuple[str, ...] = ()
    source: tuple[SourceRef, ...] = ()
    chains: tuple[tuple[str, ...], ...] = ()
    guessed: tuple[str, ...] = ()
    also: tuple[UnderPolicyEntry, ...] = ()
    by_waiver: date | None = _BY_WAIVER


class EstateEntry(_Model):
    name: str
    source: str
    sites: tuple[str, ...] = ()
    other_machines: tuple[MachineEntry, ...] = ()
    notes: tuple[str, ...] = ()


class CommandEntry(_Model):
    """`shell` is powershell, cmd or gui (words rather than a command)."""

    text: str
    shell: str
    run_on: str = ""


class WaitEntry(_Model):
    """The step waits for `step`; `order_source` is official, practice or assumed."""

    step: str
    reason: str
    order_source: Literal["official", "practice", "assumed"]
    source: str = ""


class StepEntry(_Model):
    """One step of the plan, in working order. `minutes` is an assumption, to be edited."""

    id: str
    number: int
    wave: int
    action: str
    title: str
    target: str
    target_kind: Literal["server", "pool", "database", "estate"]
    pool: str
    site: str
    commands: tuple[CommandEntry, ...] = ()
    waits_for: tuple[WaitEntry, ...] = ()
    minutes: int
    impact: str
    rollback: str
    rules: tuple[str, ...] = ()
    reason: str
    source: tuple[SourceRef, ...] = ()
    needed_by: tuple[str, ...] = ()


class PolicyEntry(_Model):
    """A policy that the run judged by. `exit_code` is what it alone would have ended with."""

    key: str
    title: str
    description: str = ""
    main: bool
    exit_code: int
    source: tuple[SourceRef, ...] = ()


class OverlayEntry(_Model):
    """A file of somebody's own over the rulebook: its name, its SHA-256, what it changed."""

    file: str
    sha256: str
    changes: tuple[str, ...] = ()


class RunEntry(_Model):
    """The run. `exit_code` is what the process ends with (0 ready, 1 work, 3 incomplete).

    0 also where waivers alone make it so; `by_waiver` of servers, pools and scenarios tells.
    `policy` is the main one: findings, plan and exit code are by it. `policies` are all of them.
    """

    id: str
    started: datetime
    finished: datetime
    policy: str
    policy_title: str
    tool_version: str
    rulebook_date: str
    exit_code: int
    policies: tuple[PolicyEntry, ...] = ()
    overlays: tuple[OverlayEntry, ...] = ()


class Audit(_Model):
    """Everything one run found, judged and planned."""

    schema_version: Literal[1] = 1
    run: RunEntry
    estate: EstateEntry
    servers: tuple[ServerEntry, ...]
    pools: tuple[PoolEntry, ...]
    scenarios: tuple[ScenarioEntry, ...]
    findings: tuple[FindingEntry, ...]
    steps: tuple[StepEntry, ...]
    sources: tuple[SourceRef, ...] = ()
    notes: tuple[str, ...] = ()
