"""Puts an assessment and its plan into the published contract, with words for people."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from auditor import __version__, audit
from auditor.assess.engine import exit_code
from auditor.assess.rules import RULES
from auditor.beside import Beside
from auditor.estate.model import InUse
from auditor.facts.bundle import CARRIED
from auditor.facts.reading import ReachState
from auditor.rulebook.builds import describe_build

if TYPE_CHECKING:
    from auditor.assess.model import (
        Accepted,
        Assessment,
        Finding,
        PoolVerdict,
        ScenarioVerdict,
        ServerVerdict,
    )
    from auditor.estate.model import Estate, Pool, Server
    from auditor.facts.reading import Reading
    from auditor.plan.model import Plan, Step
    from auditor.rulebook.model import Rulebook, Source
    from auditor.rulebook.procedures import Procedures


@dataclass(frozen=True, slots=True)
class RunFacts:
    """When a run began and ended (aware, UTC), and its id, which sorts by time.

    `again` is the command line that does it once more, "" where there is none.
    """

    id: str
    started: datetime
    finished: datetime
    again: str = ""

    @staticmethod
    def new_id(started: datetime) -> str:
        """An id such as 20261124T010203Z-3fa9: unique enough for one folder of runs."""
        return f"{started:%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"


@dataclass(frozen=True, slots=True)
class Judged:
    """The assessment under the main policy with its plan, and those under the other policies."""

    main: Assessment
    others: tuple[Assessment, ...]
    plan: Plan


def assemble(
    judged: Judged,
    rulebook: Rulebook,
    procedures: Procedures,
    run: RunFacts,
) -> audit.Audit:
    """The whole audit as one value; every report is a view of it."""
    sources = {**rulebook.sources, **procedures.sources}
    return _Assembly(judged, rulebook, sources, run.finished).whole(run)


class _Assembly:
    """What was judged, on its way into the contract."""

    def __init__(
        self,
        judged: Judged,
        rulebook: Rulebook,
        sources: Mapping[str, Source],
        now: datetime,
    ) -> None:
        self.sources = sources
        self.now = now
        self.judged = judged
        self.assessment = judged.main
        self.plan = judged.plan
        self.rulebook = rulebook
        self.titles = {rule.id: rule.title for rule in RULES}
        self.beside = Beside(judged.main, judged.others, self.titles, self._sources)
        self.pools = {pool.fqdn: pool for pool in judged.main.estate.pools}
        self.members = {s.fqdn: s for pool in judged.main.estate.pools for s in pool.servers}
        self.needed_by = judged.main.needed_by()

    def whole(self, run: RunFacts) -> audit.Audit:
        findings = tuple(self._finding(f) for f in self.assessment.findings())
        scenarios = tuple(self._scenario(s) for s in self.assessment.scenarios)
        steps = tuple(self._step(number, s) for number, s in enumerate(self.plan.steps, start=1))
        policies = tuple(self._policy(a) for a in (self.assessment, *self.judged.others))
        servers = tuple(self._server(s) for s in self.assessment.servers)
        cited = {
            ref.key: ref
            for refs in (
                *(finding.source for finding in findings),
                *(scenario.source for scenario in scenarios),
                *(step.source for step in steps),
                self._sources(wait.source for step in steps for wait in step.waits_for),
                *(policy.source for policy in policies),
                *(d.source for server in servers for under in server.also for d in under.differs),
            )
            for ref in refs
        }
        return audit.Audit(
            run=audit.RunEntry(
                id=run.id,
                started=run.started,
                finished=run.finished,
                policy=self.assessment.policy,
                policy_title=policies[0].title,
                tool_version=__version__,
                rulebook_date=self.rulebook.date,
                exit_code=policies[0].exit_code,
                policies=policies,
                overlays=tuple(
                    audit.OverlayEntry(file=o.file, sha256=o.sha256, changes=o.changes)
                    for o in self.rulebook.overlays
                ),
            ),
            estate=_estate(self.assessment.estate),
            servers=servers,
            pools=tuple(self._pool(p) for p in self.assessment.pools),
            scenarios=scenarios,
            findings=findings,
            steps=steps,
            sources=tuple(cited[key] for key in sorted(cited)),
            notes=(*self.assessment.notes, *self.plan.notes, *self._caveats()),
        )

    def _caveats(self) -> Iterator[str]:
        """Those of the main policy, and what other policies have besides."""
        yield from self.assessment.caveats
        for other in self.judged.others:
            for caveat in other.caveats:
                if caveat not in self.assessment.caveats:
                    yield f"Under {other.policy}: {caveat}"

    def _policy(self, assessment: Assessment) -> audit.PolicyEntry:
        policy = self.rulebook.policies[assessment.policy]
        return audit.PolicyEntry(
            key=policy.key,
            title=policy.title,
            description=policy.description,
            main=assessment is self.assessment,
            exit_code=int(exit_code(assessment)),
            source=self._sources(policy.sources),
        )

    def _sources(self, keys: Iterable[str]) -> tuple[audit.SourceRef, ...]:
        known = (self.sources[key] for key in keys if key)
        return tuple(audit.SourceRef(key=s.key, title=s.title, url=s.url) for s in known)

    def _needed_by(self, pool: str) -> tuple[str, ...]:
        return self.needed_by.get(pool, ())

    def _in_force(self) -> tuple[str, ...]:
        """What the estate as a whole is needed by."""
        return tuple(s.key for s in self.assessment.scenarios if s.in_use is not InUse.NO)

    def _product_title(self, key: str | None) -> str | None:
        return self.rulebook.products[key].title if key else None

    def _server(self, verdict: ServerVerdict) -> audit.ServerEntry:
        pool = self.pools[verdict.pool]
        member: Server = self.members[verdict.fqdn]
        label = None
        if verdict.product and verdict.builds:
            label = describe_build(self.rulebook, verdict.product, verdict.builds[0])
        return audit.ServerEntry(
            fqdn=verdict.fqdn,
            pool=verdict.pool,
            pool_kind=pool.kind,
            site=pool.site,
            roles=member.roles,
            zone=member.zone,
            upgrade_domain=member.upgrade_domain,
            product=verdict.product,
            product_title=self._product_title(verdict.product),
            build=verdict.build,
            build_label=label,
            os=verdict.os,
            os_title=self.rulebook.windows[verdict.os].title if verdict.os else None,
            readiness=verdict.readiness.value,
            reason=verdict.reason,
            reached=_reached(verdict.reading, self.now),
            needed_by=self._needed_by(verdict.pool),
            excluded=member.excluded,
            also=self.beside.of_server(verdict),
            by_waiver=verdict.by_waiver,
        )

    def _pool(self, verdict: PoolVerdict) -> audit.PoolEntry:
        pool: Pool = self.pools[verdict.fqdn]
        return audit.PoolEntry(
            fqdn=verdict.fqdn,
            kind=pool.kind,
            site=pool.site,
            product=verdict.product,
            product_title=self._product_title(verdict.product),
            readiness=verdict.readiness.value,
            reason=verdict.reason,
            servers=tuple(server.fqdn for server in pool.servers),
            hosts_cms=pool.hosts_cms,
            takes_updates=pool.takes_updates,
            needed_by=self._needed_by(verdict.fqdn),
            also=self.beside.of_pool(verdict),
            by_waiver=verdict.by_waiver,
        )

    def _scenario(self, verdict: ScenarioVerdict) -> audit.ScenarioEntry:
        return audit.ScenarioEntry(
            key=verdict.key,
            title=verdict.title,
            in_use=verdict.in_use.value,
            evidence=verdict.evidence,
            readiness=verdict.readiness.value,
            reason=verdict.reason,
            pools=verdict.pools,
            source=self._sources(verdict.sources),
            chains=verdict.chains,
            guessed=verdict.guessed,
            also=self.beside.of_scenario(verdict),
            by_waiver=verdict.by_waiver,
        )

    def _finding(self, finding: Finding) -> audit.FindingEntry:
        member = self.members.get(finding.subject)
        return audit.FindingEntry(
            id=_finding_id(finding),
            rule=finding.rule,
            title=self.titles[finding.rule],
            subject=finding.subject,
            subject_kind=finding.subject_kind.value,
            status=finding.status.value,
            observed=finding.observed,
            required=finding.required,
            reason=finding.reason,
            evidence=tuple(
                audit.EvidenceEntry(family=e.family, path=e.path, value=e.value, when=e.when)
                for e in finding.evidence
            ),
            compared=tuple(
                audit.ComparedEntry(
                    name=c.name, observed=c.observed, required=c.required, note=c.note
                )
                for c in finding.compared
            ),
            remediation=finding.remediation,
            source=self._sources(finding.sources),
            counted=finding.counted,
            needed_by=self._needed_by(member.pool if member else finding.subject),
            waiver=_waiver(finding.waiver),
        )

    def _step(self, number: int, step: Step) -> audit.StepEntry:
        return audit.StepEntry(
            id=step.id,
            number=number,
            wave=step.wave,
            action=step.action,
            title=step.title,
            target=step.target,
            target_kind=step.target_kind.value,
            pool=step.pool,
            site=step.site,
            commands=tuple(
                audit.CommandEntry(text=c.text, shell=c.shell, run_on=c.run_on)
                for c in step.commands
            ),
            waits_for=tuple(
                audit.WaitEntry(
                    step=w.step,
                    reason=w.reason,
                    order_source=w.order_source.value,
                    source=w.source,
                )
                for w in step.waits_for
            ),
            minutes=step.minutes,
            impact=step.impact,
            rollback=step.rollback,
            rules=step.rules,
            reason=step.reason,
            source=self._sources([step.source]),
            needed_by=self._needed_by(step.pool) if step.pool else self._in_force(),
        )


def _finding_id(finding: Finding) -> str:
    """The same for the same rule and subject on every run."""
    text = f"{finding.rule}\n{finding.subject_kind}\n{finding.subject}"
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _waiver(accepted: Accepted | None) -> audit.WaiverEntry | None:
    if accepted is None:
        return None
    return audit.WaiverEntry(who=accepted.who, why=accepted.why, until=accepted.until)


def _reached(reading: Reading, now: datetime) -> audit.ReachedEntry:
    skew = reading.clock_skew
    when = reading.finished or reading.collected
    return audit.ReachedEntry(
        ok=reading.reach.state is ReachState.READ,
        code=reading.reach.state.value,
        sentence=reading.reach.sentence,
        hint=reading.reach.hint,
        detail=reading.reach.detail,
        origin=reading.origin,
        started=reading.started,
        finished=reading.finished,
        collected=reading.collected,
        clock_skew_seconds=None if skew is None else skew.total_seconds(),
        age_days=None if when is None else (now - when).days,
        unauthenticated=reading.origin == CARRIED,
    )


def _estate(estate: Estate) -> audit.EstateEntry:
    others = (
        audit.MachineEntry(fqdn=server.fqdn, pool=pool.fqdn, kind=pool.kind, site=pool.site)
        for pool in estate.pools
        if not pool.takes_updates
        for server in pool.servers
    )
    return audit.EstateEntry(
        name=estate.name,
        source=estate.source,
        sites=tuple(site.name for site in estate.sites),
        other_machines=tuple(others),
        notes=estate.notes,
    )
