"""What holds of every plan, whatever the estate says and whatever was found."""

from __future__ import annotations

import time
from dataclasses import replace
from random import Random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.assess.model import Assessment, Finding, Status
from auditor.estate.model import PoolKind, Site, SqlBackend
from auditor.plan.model import OrderSource, Plan, Step, TargetKind
from tests.plan.plan_cases import (
    CU,
    KB,
    PROCEDURES,
    SCHANNEL,
    SP1,
    UNIDENTIFIED,
    UNREAD,
    VALUE,
    EstateCase,
    PoolCase,
    ServerCase,
    assessment,
    fqdn,
    planned,
)

CHANGES = (SP1, KB, VALUE, SCHANNEL, CU)
MIGRATIONS = ("migrate-product", "migrate-os")
KNOWING = (UNREAD, UNIDENTIFIED, "settle-unknown")
KINDS = [kind for kind in PoolKind if kind not in {PoolKind.SQL, PoolKind.WAC}]
POOLS = [f"pool{number}" for number in range(7)]
SITES = ["Tokyo", "Osaka", "Sapporo"]

many = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])

needs = st.one_of(
    st.just(()),
    st.just((UNREAD,)),
    st.lists(st.sampled_from(CHANGES), unique=True).map(tuple),
    st.lists(st.sampled_from((*CHANGES, UNIDENTIFIED, *MIGRATIONS)), unique=True).map(tuple),
)
products = st.sampled_from(["lync2010", "lync2013", "sfb2015", "sfb2019", None])
links = st.none() | st.sampled_from(POOLS)
backends = st.lists(
    st.builds(
        SqlBackend,
        fqdn=st.sampled_from(["sql1.contoso.com", "sql2.contoso.com"]),
        instance=st.sampled_from(["", "rtc"]),
        always_on=st.booleans(),
        collocated=st.booleans(),
    ),
    max_size=3,
    unique=True,
).map(tuple)


@st.composite
def pools(draw: st.DrawFn, name: str) -> PoolCase:
    product = draw(products)
    servers = tuple(
        ServerCase(
            f"{name}-s{number}",
            draw(needs),
            product=product,
            os=draw(st.sampled_from(["2008r2", "2012", "2016", None])),
            domain=draw(st.none() | st.sampled_from(["One", "Two", "Ten10"])),
        )
        for number in range(draw(st.integers(0, 4)))
    )
    return PoolCase(
        name,
        draw(st.sampled_from(KINDS)),
        servers,
        site=draw(st.sampled_from(SITES)),
        edge=draw(links),
        next_hop=draw(links),
        paired_with=draw(links),
        hosts_cms=draw(st.booleans()),
        backends=draw(backends),
    )


@st.composite
def estates(draw: st.DrawFn) -> EstateCase:
    names = draw(st.lists(st.sampled_from(POOLS), unique=True, max_size=len(POOLS)))
    return EstateCase(
        pools=tuple(draw(pools(name)) for name in names),
        sites=(Site("Tokyo"), Site("Osaka"), Site("Sapporo", central="Tokyo")),
        in_use=tuple(draw(st.lists(st.sampled_from(POOLS), unique=True))),
    )


def plan_of(case: EstateCase) -> Plan:
    return planned(assessment(case))


def open_findings(judged: Assessment, status: Status) -> list[Finding]:
    return [f for f in judged.findings() if f.counted and f.status is status]


@given(estates())
@many
def test_every_step_waits_only_for_steps_above_it(case: EstateCase) -> None:
    """So there is no circle, and the plan can be worked from top to bottom."""
    seen: dict[str, Step] = {}
    for step in plan_of(case).steps:
        assert step.id not in seen
        assert all(wait.step in seen for wait in step.waits_for)
        assert len({wait.step for wait in step.waits_for}) == len(step.waits_for)
        earliest = max((seen[wait.step].wave for wait in step.waits_for), default=0)
        assert step.wave == earliest + 1
        seen[step.id] = step


@given(estates(), st.randoms(use_true_random=False))
@many
def test_the_order_of_the_input_does_not_matter(case: EstateCase, random: Random) -> None:
    def shuffled(things: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(random.sample(things, len(things)))

    judged = assessment(case)
    estate = judged.estate
    mixed = replace(
        judged,
        estate=replace(
            estate,
            sites=shuffled(estate.sites),
            pools=shuffled(
                tuple(
                    replace(pool, servers=shuffled(pool.servers), backends=shuffled(pool.backends))
                    for pool in estate.pools
                )
            ),
        ),
        servers=shuffled(
            tuple(replace(one, findings=shuffled(one.findings)) for one in judged.servers)
        ),
        pools=shuffled(judged.pools),
        scenarios=shuffled(judged.scenarios),
    )
    assert planned(mixed) == planned(judged)


@given(estates())
@many
def test_one_member_of_a_pool_at_a_time(case: EstateCase) -> None:
    """The waves in which a server is out of service are those of no other of its pool."""
    out: dict[tuple[str, int], str] = {}
    for step in plan_of(case).steps:
        if step.target_kind is TargetKind.SERVER and step.action not in KNOWING:
            assert out.setdefault((step.pool, step.wave), step.target) == step.target


@given(estates())
@many
def test_a_server_returns_before_the_next_one_leaves(case: EstateCase) -> None:
    away: dict[str, str] = {}
    for step in plan_of(case).steps:
        if step.action == "drain-server":
            assert step.pool not in away
            away[step.pool] = step.target
        elif step.action in (*CHANGES, "restart-server", "mend-by-hand"):
            assert away[step.pool] == step.target
        elif step.action == "return-server":
            assert away.pop(step.pool) == step.target
    assert not away


@given(estates())
@many
def test_what_cannot_be_mended_is_migrated_and_not_updated(case: EstateCase) -> None:
    judged = assessment(case)
    blocked = {f.subject for f in open_findings(judged, Status.FAIL) if f.blocks}
    steps = planned(judged).steps
    on_blocked = [step for step in steps if step.target in blocked and step.pool != step.target]
    assert {step.action for step in on_blocked} <= set(MIGRATIONS)
    assert sorted(step.target for step in on_blocked) == sorted(blocked)


@given(estates())
@many
def test_every_finding_that_counts_is_covered(case: EstateCase) -> None:
    judged = assessment(case)
    covered = {(rule, step.target) for step in planned(judged).steps for rule in step.rules}
    for status in (Status.FAIL, Status.UNKNOWN):
        assert {(f.rule, f.subject) for f in open_findings(judged, status)} <= covered


@given(estates())
@many
def test_only_what_the_findings_demand(case: EstateCase) -> None:
    """Every server on which there is a step has a finding that counts."""
    judged = assessment(case)
    found = {f.subject for s in (Status.FAIL, Status.UNKNOWN) for f in open_findings(judged, s)}
    steps = planned(judged).steps
    assert {s.target for s in steps if s.target_kind is TargetKind.SERVER} <= found


@given(estates())
@many
def test_the_edge_comes_after_its_next_hop(case: EstateCase) -> None:
    plan = plan_of(case)
    kinds = {fqdn(pool.name): pool.kind for pool in case.pools}
    drains = [(s.pool, s.wave) for s in plan.steps if s.action == "drain-server"]
    started = {pool: min((w for p, w in drains if p == pool), default=None) for pool in kinds}
    verified = {s.pool: s.wave for s in plan.steps if s.action == "verify-pool"}
    for pool in case.pools:
        first, hop = started[fqdn(pool.name)], fqdn(pool.next_hop or pool.name)
        inner = pool.kind is PoolKind.EDGE and hop in verified and kinds[hop] is not PoolKind.EDGE
        broken = any(fqdn(pool.name) in note for note in plan.notes)
        if first is not None and inner and not broken:
            assert verified[hop] < first


@given(estates())
@many
def test_paths_in_use_come_before_the_rest(case: EstateCase) -> None:
    """What no path in use needs stands behind what one does, unless that has to wait for it."""
    steps = [step for step in plan_of(case).steps if step.pool and step.action not in KNOWING]
    by_id = {step.id: step for step in steps}
    in_use = {fqdn(name) for name in case.in_use}
    needed: set[str] = set()
    for step in reversed(steps):  # a step waits only for steps above it
        if step.pool in in_use or step.id in needed:
            needed |= {wait.step for wait in step.waits_for}
    needed_pools = in_use | {by_id[step].pool for step in needed if step in by_id}
    # Migrations wait for nothing outside their own pool, and nothing for them.
    changing = {step.pool for step in steps if step.action == "verify-pool"}
    order = [step.pool in needed_pools for step in steps if step.pool in changing]
    assert order == sorted(order, reverse=True)


@given(estates())
@many
def test_what_is_in_use_changes_the_order_and_not_the_steps(case: EstateCase) -> None:
    """A person's cells are found by a step's id, whatever became of the scenarios."""
    before = plan_of(replace(case, in_use=()))
    after = plan_of(case)
    shared = {pool.fqdn for pool in assessment(case).estate.pools if pool.backends}
    assert {s.id for s in before.steps if s.pool not in shared} == {
        s.id for s in after.steps if s.pool not in shared
    }


@given(estates())
@many
def test_only_the_rest_waits_for_what_is_in_use(case: EstateCase) -> None:
    reason = PROCEDURES.orders["in-use-first"].reason
    for step in plan_of(case).steps:
        waits = [wait for wait in step.waits_for if wait.reason == reason]
        assert not waits or step.pool not in {fqdn(name) for name in case.in_use}
        assert {wait.order_source for wait in waits} <= {OrderSource.PRACTICE}


def _large_estate() -> EstateCase:
    """3000 servers on 60 sites: pools of 8 front ends, directors, mediation, branches, Edges."""
    cases: list[PoolCase] = []
    for site in range(60):

        def members(kind: str, count: int, site: int = site) -> tuple[ServerCase, ...]:
            return tuple(
                ServerCase(f"{kind}{n}-{site}", CHANGES, product="lync2013", domain=f"D{n}")
                for n in range(count)
            )

        where, edge, director = f"Site {site}", f"edge-{site}", f"dir-{site}"
        cases += [
            PoolCase(
                f"pool{n}-{site}",
                PoolKind.ENTERPRISE,
                members(f"fe{n}-", 8),
                site=where,
                edge=edge,
                backends=(SqlBackend(f"sql-{site}.contoso.com", f"rtc{n}"),),
                hosts_cms=site == n == 0,
            )
            for n in range(4)
        ]
        cases.append(PoolCase(director, PoolKind.DIRECTOR, members("d", 2), site=where))
        cases.append(PoolCase(f"med-{site}", PoolKind.MEDIATION, members("m", 6), site=where))
        cases += [
            PoolCase(f"sba{n}-{site}", PoolKind.SBA, members(f"b{n}-", 1), site=where)
            for n in range(6)
        ]
        cases.append(PoolCase(edge, PoolKind.EDGE, members("e", 4), site=where, next_hop=director))
    return EstateCase(tuple(cases))


def test_three_thousand_servers_are_planned_in_three_seconds() -> None:
    judged = assessment(_large_estate())
    assert len(judged.servers) == 3000
    started = time.process_time()
    plan = planned(judged)
    assert time.process_time() - started < 3
    assert len(plan.steps) > 3000 * len(CHANGES)
    assert len({step.id for step in plan.steps}) == len(plan.steps)
