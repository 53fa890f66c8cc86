"""Judging an estate: every rule on every server and pool, then readiness up to scenarios."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from auditor.assess.coexistence import notes_on_products
from auditor.assess.exclusions import notes_on, verdict_of
from auditor.assess.identify import ProductIdentity, identify_product, identify_system
from auditor.assess.management_shell import said_in
from auditor.assess.model import (
    Assessment,
    Finding,
    PoolVerdict,
    Readiness,
    ScenarioVerdict,
    ServerVerdict,
    Status,
)
from auditor.assess.pools import judge_pools
from auditor.assess.readiness import by_waiver, of_findings
from auditor.assess.rollup import NO_SCENARIO, roll_up
from auditor.assess.rule import Context, Subject, evaluate, void_of
from auditor.assess.rules import SERVER_RULES
from auditor.assess.rules.policy import NotRuledOut
from auditor.assess.rules.reach import ServerWasRead
from auditor.assess.scope import ScopedScenario, pools_in_scope, scope_scenarios
from auditor.assess.stand_in import unless_stood_for
from auditor.assess.waivers import spoken_of, waive
from auditor.errors import ExitCode, UsageError
from auditor.estate.model import Estate, InUse, Pool, Server
from auditor.estate.problems import some_of
from auditor.estate.zone import OFFLINE
from auditor.facts.os import OsFacts
from auditor.facts.reading import Reach, ReachState, Reading, facts_of

if TYPE_CHECKING:
    from auditor.assess.waivers import Waiver
    from auditor.rulebook.model import Rulebook
    from auditor.rulebook.policy import Policy

_CARRY = (
    "Carry the collector there (sfb-audit collector export) and its file back, then audit with "
    "--bundle and that file."
)


def assess(
    estate: Estate,
    readings: Mapping[str, Reading],
    rulebook: Rulebook,
    policy: str,
    now: datetime,
    waivers: Sequence[Waiver] = (),
    evidence: Iterable[Reading] = (),
) -> Assessment:
    """Judge every server of the estate; `readings` is by FQDN, `now` an aware instant.

    A server without a reading is judged as not asked. `evidence` are answers to the estate's
    snippets, in which the Management Shell speaks of its servers and pools. Raises UsageError
    for a policy or a scenario that the rulebook does not know.
    """
    context = Context(rulebook, policy_named(rulebook, policy), now, tuple(waivers))
    context = replace(context, shell=said_in(evidence, estate, context))
    scenarios = scope_scenarios(estate, rulebook)
    in_scope = pools_in_scope(estate, scenarios, context.policy)
    servers = tuple(
        verdict_of(server)
        if server.excluded
        else _judge_server(
            server,
            pool,
            readings.get(server.fqdn),
            scenarios,
            context,
            in_scope=pool.fqdn in in_scope,
        )
        for pool in estate.pools
        if pool.takes_updates
        for server in pool.servers
    )
    ruled_out = _ruled_out(servers) if context.policy.anywhere else ""
    servers = tuple(_beside(server, ruled_out) for server in servers)
    of_pools = judge_pools(estate.pools, servers, in_scope, context)
    pools, judged = roll_up(estate.pools, servers, scenarios, of_pools, in_scope)
    return Assessment(
        estate=estate,
        policy=policy,
        servers=servers,
        pools=pools,
        scenarios=judged,
        notes=(
            *_notes(servers, scenarios, context.policy),
            *notes_on(estate, scenarios),
            *notes_on_products(estate, servers, rulebook),
            *_of_waivers((*servers, *pools), context),
        ),
        caveats=tuple(_caveats(ruled_out, context.policy)),
        every_server=context.policy.scope == "estate",
    )


def exit_code(assessment: Assessment) -> ExitCode:
    """What the process ends with: INCOMPLETE wins over WORK_NEEDED, and over READY.

    READY too where waivers alone make it so: `by_waiver` of the verdicts tells which.

    Incomplete is any server, pool or counted finding that is unknown; a scenario whose use could
    not be found out, or that is in use on a path nobody knows or somebody excluded; and an
    estate in which nothing was judged, unless no scenario is in use. Scenarios make no difference
    under a policy that judges every server.
    """
    if _incomplete(assessment):
        return ExitCode.INCOMPLETE
    work = {Readiness.WORK_NEEDED, Readiness.BLOCKED}
    judged: tuple[ServerVerdict | PoolVerdict, ...] = (*assessment.servers, *assessment.pools)
    if any(verdict.readiness in work for verdict in judged):
        return ExitCode.WORK_NEEDED
    return ExitCode.READY


def _incomplete(assessment: Assessment) -> bool:
    scenarios = assessment.scenarios
    judged: tuple[ServerVerdict | PoolVerdict, ...] = (*assessment.servers, *assessment.pools)
    if any(verdict.readiness is Readiness.UNKNOWN for verdict in judged):
        return True
    if any(f.counted and f.status is Status.UNKNOWN for f in assessment.findings()):
        return True
    some = any(s.readiness is not Readiness.NOT_IN_SCOPE for s in assessment.servers)
    if assessment.every_server:
        return not some
    if any(scenario.in_use is InUse.UNKNOWN for scenario in scenarios):
        return True
    if any(_is_open(scenario, assessment.estate) for scenario in scenarios):
        return True
    return not some and any(scenario.in_use is not InUse.NO for scenario in scenarios)


def _is_open(scenario: ScenarioVerdict, estate: Estate) -> bool:
    """Whether a path is not known though the scenario is in use, or by somebody's exclusion.

    One that is only assumed, on a path of which nobody told, may not be there at all.
    """
    left_out = any(pool.is_excluded and pool.fqdn in scenario.pools for pool in estate.pools)
    matters = scenario.in_use is InUse.YES or left_out
    return matters and scenario.readiness is Readiness.UNKNOWN


def policy_named(rulebook: Rulebook, name: str) -> Policy:
    """The policy; UsageError POLICY-UNKNOWN where the rulebook has none of that name."""
    if name not in rulebook.policies:
        known = ", ".join(rulebook.policies)
        raise UsageError("POLICY-UNKNOWN", f"there is no policy {name!r}.", f"Policies: {known}.")
    return rulebook.policies[name]


def _judge_server(
    server: Server,
    pool: Pool,
    given: Reading | None,
    scenarios: tuple[ScopedScenario, ...],
    context: Context,
    *,
    in_scope: bool,
) -> ServerVerdict:
    reading = given or _not_asked(server)
    identity = identify_product(reading, pool, context.rulebook)
    used = tuple(s.stated.key for s in scenarios if s.in_force and pool.fqdn in s.on_path)
    void = void_of(reading, context)
    outside = _out_of_scope(identity, void, in_scope=in_scope)
    subject = Subject(
        server=server,
        pool=pool,
        reading=reading,
        product=identity,
        system=identify_system(facts_of(reading, OsFacts), context.rulebook),
        scenarios=used,
        denied=tuple(s.stated.key for s in scenarios if not s.in_force),
        void=void,
        weighing=frozenset(context.policy.counts if outside is None else ()),
    )
    judged = [evaluate(rule, subject, context) for rule in SERVER_RULES]
    findings = unless_stood_for(waive(judged, context.waivers, context.now.date()))
    readiness, reason = of_findings(findings)
    if reading.reach.state is not ReachState.READ:
        reason = next(f.reason for f in findings if f.rule == ServerWasRead.id)
    if outside is not None:
        readiness, reason = Readiness.NOT_IN_SCOPE, outside
    return ServerVerdict(
        fqdn=server.fqdn,
        pool=pool.fqdn,
        readiness=readiness,
        reason=reason,
        product=subject.known.key if subject.known is not None else None,
        os=subject.system.system,
        builds=identity.builds,
        findings=findings,
        reading=reading,
        by_waiver=by_waiver(readiness, findings),
    )


def _out_of_scope(identity: ProductIdentity, void: str | None, *, in_scope: bool) -> str | None:
    if identity.is_server is False and void is None:
        return f"it is not a Lync or Skype for Business server: {identity.reason}"
    return None if in_scope else NO_SCENARIO


def _not_asked(server: Server) -> Reading:
    hint = _CARRY if server.zone == OFFLINE else "Audit the server, or add its bundle."
    reach = Reach(ReachState.NOT_ASKED, "No answer from this server is at hand.", hint)
    return Reading(server.fqdn, reach)


def _ruled_out(servers: Iterable[ServerVerdict]) -> str:
    """Names of the servers that the policy rules out, whether or not somebody accepted it."""
    return some_of([s.fqdn for s in servers if any(map(_rules_out, s.findings))])


def _beside(server: ServerVerdict, ruled_out: str) -> ServerVerdict:
    """A server that is ready, and not alone in its estate."""
    if server.readiness is not Readiness.READY or not ruled_out:
        return server
    return replace(server, reason=f"{server.reason}; ruled out and in use: {ruled_out}")


def _caveats(ruled_out: str, policy: Policy) -> Iterator[str]:
    """What the policy's sources say beyond the verdicts on single servers."""
    if ruled_out:
        yield f"Ruled out and in use: {ruled_out}. {policy.anywhere}"
    if policy.elsewhere:
        yield policy.elsewhere


def _rules_out(finding: Finding) -> bool:
    failed = (Status.FAIL, Status.WAIVED)
    return finding.rule == NotRuledOut.id and finding.status in failed


def _notes(
    servers: tuple[ServerVerdict, ...], scenarios: tuple[ScopedScenario, ...], policy: Policy
) -> tuple[str, ...]:
    notes = []
    if any(scenario.entry.reconstructed for scenario in scenarios):
        notes.append(
            "Which pools lie on a scenario's path is reconstructed from the source's text; "
            "its table of scenarios is not preserved."
        )
    in_force = [scenario for scenario in scenarios if scenario.in_force]
    notes += dict.fromkeys(guess for scenario in in_force for guess in scenario.path.guessed)
    if not in_force and policy.scope == "paths":
        notes.append("No scenario is in use, so no server is in scope.")
    elif not any(server.readiness is not Readiness.NOT_IN_SCOPE for server in servers):
        notes.append("No server was judged.")
    return tuple(notes)


def _of_waivers(judged: Iterable[ServerVerdict | PoolVerdict], context: Context) -> list[str]:
    findings = [finding for verdict in judged for finding in verdict.findings]
    return spoken_of(context.waivers, findings, context.now.date())
