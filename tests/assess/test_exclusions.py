"""Servers that somebody left out: listed with the reason, and never silently part of a "ready"."""

from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.assess.engine import assess, exit_code
from auditor.assess.exclusions import notes_on, without_way
from auditor.assess.model import Assessment, Readiness
from auditor.assess.paths import Path
from auditor.assess.rollup import NO_SCENARIO
from auditor.assess.scope import ScopedScenario
from auditor.errors import ExitCode
from auditor.estate.model import Estate, InUse, Pool, PoolKind, Scenario, Server
from auditor.facts.products import ProductsFacts
from auditor.facts.reading import ReachState
from auditor.rulebook import load
from tests.assess.facts_of import NOW, SFB2015, packages, scenarios, server
from tests.assess.planned import planned

CHANGE = "being decommissioned, CHG1234"
EDGE_ONLY = ProductsFacts(packages(SFB2015, core="6.0.9319.516", edge="6.0.9319.516"))
FEDERATION = scenarios(hybrid="no", federation="yes", exchange_online="no")


def _pool(name: str, kind: PoolKind, *members: str, **links: object) -> Pool:
    """Members whose names begin with "-" are excluded."""
    servers = tuple(
        Server(
            f"{one.lstrip('-')}.contoso.com",
            f"{name}.contoso.com",
            excluded=CHANGE if one.startswith("-") else "",
        )
        for one in members
    )
    named = {key: f"{value}.contoso.com" for key, value in links.items()}
    made = Pool(f"{name}.contoso.com", kind, "Tokyo", servers)
    return replace(made, **named)  # type: ignore[arg-type]


def _assess(
    *pools: Pool, old: tuple[str, ...] = (), stated: tuple[Scenario, ...] = FEDERATION
) -> Assessment:
    """Every server is ready but those that are `old`; the excluded ones were read as well."""
    estate = Estate("Contoso", "a test", pools=pools, scenarios=stated)
    readings = {}
    for pool in pools:
        for one in pool.servers:
            build = "6.0.9319.281" if one.fqdn.partition(".")[0] in old else "6.0.9319.516"
            readings[one.fqdn] = (
                server(fqdn=one.fqdn, products=EDGE_ONLY)
                if pool.kind is PoolKind.EDGE
                else server(fqdn=one.fqdn, core=build, front_end=build)
            )
    return assess(estate, readings, load(), "office365-tls12", NOW)


def _federation(judged: Assessment) -> tuple[Readiness, str]:
    found = next(s for s in judged.scenarios if s.key == "federation")
    return found.readiness, found.reason


FRONT = _pool("pool", PoolKind.ENTERPRISE, "fe1", "fe2", edge="edgepool")
FRONT_WITH_ONE_OUT = _pool("pool", PoolKind.ENTERPRISE, "fe1", "-fe2", edge="edgepool")
FRONT_OUT = _pool("pool", PoolKind.ENTERPRISE, "-fe1", "-fe2", edge="edgepool")
EDGE = _pool("edgepool", PoolKind.EDGE, "e1", next_hop="pool")
SILENT_EDGE = _pool("edgepool", PoolKind.EDGE, "e1")
DIRECTOR = _pool("dir", PoolKind.DIRECTOR, "d1", edge="edgepool")
EDGE_OUT = _pool("edgepool", PoolKind.EDGE, "-e1", next_hop="pool")
OTHER_FRONT = _pool("pool2", PoolKind.STANDARD, "fe9", edge="edgepool2")
OTHER_EDGE = _pool("edgepool2", PoolKind.EDGE, "e2", next_hop="pool")

# pools -> readiness of federation, words of its reason
PATHS = {
    "nobody": ([FRONT, EDGE], "ready", "2 pools ready"),
    "a front end": (
        [FRONT_WITH_ONE_OUT, EDGE],
        "ready",
        f"2 pools ready; excluded: fe2.contoso.com ({CHANGE})",
    ),
    "the front ends": ([FRONT_OUT, EDGE], "unknown", "no audited path is left from pool"),
    "one of two front end pools": ([FRONT_OUT, DIRECTOR, SILENT_EDGE], "ready", "2 pools ready"),
    "the only Edge": (
        [FRONT, EDGE_OUT],
        "unknown",
        "no audited path is left from pool.contoso.com; 1 pool ready",
    ),
    "one of two Edge pools": ([FRONT, EDGE_OUT, OTHER_FRONT, OTHER_EDGE], "ready", "2 pools ready"),
    "everything": ([FRONT_OUT, EDGE_OUT], "unknown", "no pool of its path is audited; excluded"),
}


@pytest.mark.parametrize(("pools", "readiness", "said"), PATHS.values(), ids=PATHS.keys())
def test_a_path_says_by_name_what_is_left_out(pools: list[Pool], readiness: str, said: str) -> None:
    found, reason = _federation(_assess(*pools))
    assert found == readiness
    assert said in reason
    left_out = [s.fqdn for pool in pools for s in pool.servers if s.excluded]
    assert all(name in reason for name in left_out[:3])


def test_a_way_that_is_missing_hides_no_work() -> None:
    found, reason = _federation(_assess(FRONT, EDGE_OUT, old=("fe1",)))
    assert found == "work_needed"
    assert "no audited path" not in reason


def test_an_excluded_server_is_listed_with_its_reason_and_not_judged() -> None:
    judged = _assess(FRONT_WITH_ONE_OUT, EDGE, old=("fe2",))
    verdict = next(v for v in judged.servers if v.fqdn == "fe2.contoso.com")
    assert (verdict.readiness, verdict.reason) == ("not_in_scope", f"excluded: {CHANGE}")
    assert verdict.findings == ()
    assert verdict.reading.reach.state is ReachState.NOT_ASKED
    assert exit_code(judged) is ExitCode.READY
    assert f"Not audited, excluded: fe2.contoso.com ({CHANGE})." in judged.notes


def test_its_pool_names_it() -> None:
    judged = _assess(FRONT_WITH_ONE_OUT, EDGE)
    pool = judged.pools[0]
    assert (pool.readiness, pool.reason) == (
        "ready",
        f"1 server ready; excluded: fe2.contoso.com ({CHANGE})",
    )
    pool = _assess(FRONT, EDGE_OUT).pools[1]
    assert (pool.readiness, pool.reason) == (
        "not_in_scope",
        f"all of its servers are excluded: e1.contoso.com ({CHANGE})",
    )


def test_an_exclusion_of_the_only_edge_is_said_aloud_and_leaves_the_audit_incomplete() -> None:
    judged = _assess(FRONT, EDGE_OUT)
    assert any("no Edge pool of its path is audited" in note for note in judged.notes)
    assert exit_code(judged) is ExitCode.INCOMPLETE
    # A scenario that is not in use needs no Edge.
    assert sum("no Edge pool" in note for note in judged.notes) == 1


# the use of federation, the pools -> exit code
USES = [
    ("yes", (FRONT, EDGE_OUT), ExitCode.INCOMPLETE),
    ("assumed", (FRONT, EDGE_OUT), ExitCode.INCOMPLETE),
    ("unknown", (FRONT, EDGE_OUT), ExitCode.INCOMPLETE),
    ("no", (FRONT, EDGE_OUT), ExitCode.READY),
    ("assumed", (FRONT, EDGE), ExitCode.READY),
    ("yes", (FRONT,), ExitCode.INCOMPLETE),
    # An Edge of which no server is known.
    ("assumed", (FRONT, replace(EDGE, servers=())), ExitCode.INCOMPLETE),
]


@pytest.mark.parametrize(("use", "pools", "code"), USES)
def test_what_an_exclusion_leaves_open_is_incomplete_be_it_only_assumed(
    use: str, pools: tuple[Pool, ...], code: ExitCode
) -> None:
    judged = _assess(*pools, stated=scenarios(hybrid="no", federation=use, exchange_online="no"))
    assert exit_code(judged) is code


MEDIATION_OUT = _pool("med", PoolKind.MEDIATION, "-m1")  # not on the path of federation


@pytest.mark.parametrize("pools", [(FRONT,), (FRONT, MEDIATION_OUT)])
def test_an_edge_that_nobody_told_of_and_nobody_excluded_may_not_be_there(
    pools: tuple[Pool, ...],
) -> None:
    stated = scenarios(hybrid="no", federation="assumed", exchange_online="yes")
    judged = _assess(*pools, stated=stated)
    assert _federation(judged)[0] == "unknown"
    assert exit_code(judged) is ExitCode.READY


def test_the_plan_passes_it_over_and_says_so() -> None:
    judged = _assess(FRONT_WITH_ONE_OUT, EDGE, old=("fe1", "fe2"))
    plan = planned(judged)
    assert "fe1.contoso.com" in {step.target for step in plan.steps}
    assert "fe2.contoso.com" not in {step.target for step in plan.steps}
    assert any("fe2.contoso.com of pool.contoso.com is excluded" in note for note in plan.notes)


def test_excluding_what_takes_no_updates_changes_nothing() -> None:
    sql = replace(_pool("sql", PoolKind.SQL, "-sql1"), takes_updates=False)
    judged = _assess(FRONT, EDGE, sql)
    assert _federation(judged) == (Readiness.READY, "2 pools ready")
    assert any(
        note.startswith("Excluding sql1.contoso.com changes nothing") for note in judged.notes
    )


def test_a_pool_that_no_scenario_needs_says_so_whoever_was_left_out() -> None:
    judged = _assess(FRONT, EDGE, _pool("med", PoolKind.MEDIATION, "-m1"))
    assert judged.pools[2].readiness is Readiness.NOT_IN_SCOPE
    assert judged.pools[2].reason == NO_SCENARIO


# ways from the inside out, pools that are left out whole -> where no way begins any more
WAYS = [
    ("a>e b>e", "", ""),
    ("a>e b>f", "e", "a"),
    ("a>e b>f", "e f", "a b"),
    ("a>e a>f", "e", ""),
    ("a>e b>f", "a", ""),
    ("a>e b>f", "a f", "a b"),
    ("a>e", "a", "a"),
    ("", "", ""),
]


@pytest.mark.parametrize(("ways", "gone", "stranded"), WAYS)
def test_a_way_need_not_begin_in_a_pool_that_is_left_out_if_another_is_left(
    ways: str, gone: str, stranded: str
) -> None:
    path = Path(chains=tuple(tuple(way.split(">")) for way in ways.split()))
    out = [
        Pool(name, PoolKind.EDGE, "Tokyo", (Server(name, name, excluded=CHANGE),))
        for name in gone.split()
    ]
    assert without_way(path, out) == tuple(stranded.split())


# the Edge pools on a path, an Edge pool beside it -> whether it is said that none is audited
BESIDE_A_PATH = [
    ([EDGE_OUT], OTHER_EDGE, True),
    ([EDGE], OTHER_EDGE, False),
    ([EDGE, EDGE_OUT], OTHER_EDGE, False),
    ([], EDGE_OUT, False),
    ([EDGE], EDGE_OUT, False),
]


@pytest.mark.parametrize(("on", "beside", "said"), BESIDE_A_PATH)
def test_only_edge_pools_of_the_path_count(on: list[Pool], beside: Pool, *, said: bool) -> None:
    named = [replace(pool, fqdn=f"edge{number}") for number, pool in enumerate(on)]
    names = tuple(pool.fqdn for pool in named)
    stated = Scenario("federation", InUse.YES, "a test")
    entry = load().scenarios["federation"]
    scenario = ScopedScenario(stated, entry, Path(names), frozenset(names))
    estate = Estate("Contoso", "a test", pools=(*named, beside))
    told = list(notes_on(estate, [scenario]))
    assert any("no Edge pool of its path is audited" in note for note in told) is said
