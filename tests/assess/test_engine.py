"""Readiness of servers, pools and scenarios, what is in scope, and the exit code."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from auditor.assess.engine import assess, exit_code
from auditor.assess.model import Assessment, Readiness, Status
from auditor.assess.waivers import Waiver
from auditor.errors import ExitCode, UsageError
from auditor.estate.model import Estate, InUse, Pool, PoolKind, Scenario, Server
from auditor.facts.products import ProductsFacts
from auditor.facts.reading import Reading
from auditor.rulebook import load
from auditor.rulebook.model import Rulebook
from auditor.rulebook.policy import Policy
from tests.assess.facts_of import (
    LYNC2010,
    LYNC2013,
    NOW,
    SFB2015,
    another_machine,
    judge,
    packages,
    pool,
    scenarios,
    server,
    unread,
)

HYBRID = scenarios(hybrid="yes")
EDGE_ONLY = ProductsFacts(packages(SFB2015, core="6.0.9319.516", edge="6.0.9319.516"))


def _pool(fqdn: str, kind: PoolKind, *members: str, **links: object) -> Pool:
    made = Pool(fqdn, kind, "Tokyo", tuple(Server(name, fqdn) for name in members))
    return replace(made, **links)  # type: ignore[arg-type]


def _assess(
    pools: list[Pool], readings: list[Reading], stated: tuple[Scenario, ...] = HYBRID
) -> Assessment:
    estate = Estate("Contoso", "a test", pools=tuple(pools), scenarios=stated)
    return assess(estate, {r.fqdn: r for r in readings}, load(), "office365-tls12", NOW)


READY = server(fqdn="ready.contoso.com")
OLD = server(fqdn="old.contoso.com", core="6.0.9319.281", front_end="6.0.9319.281")
DOUBTFUL = server(fqdn="doubtful.contoso.com", failed=["schannel"])
OLD_AND_DOUBTFUL = server(
    fqdn="both.contoso.com", core="6.0.9319.281", front_end="6.0.9319.281", failed=["schannel"]
)
LEFTOVER = server(
    fqdn="leftover.contoso.com", product=LYNC2010, core="4.0.7577.0", front_end="4.0.7577.0"
)
SILENT = unread(fqdn="silent.contoso.com")
EXCHANGE = another_machine(fqdn="exchange.contoso.com")

# members -> readiness of each, of the pool, exit code
POOLS = [
    ([READY], ["ready"], "ready", ExitCode.READY),
    ([READY, OLD], ["ready", "work_needed"], "work_needed", ExitCode.WORK_NEEDED),
    ([READY, LEFTOVER, OLD], ["ready", "blocked", "work_needed"], "blocked", ExitCode.WORK_NEEDED),
    ([READY, DOUBTFUL], ["ready", "unknown"], "unknown", ExitCode.INCOMPLETE),
    ([OLD, DOUBTFUL], ["work_needed", "unknown"], "work_needed", ExitCode.INCOMPLETE),
    # A fail makes it work needed, and what is unknown still makes the audit incomplete.
    ([OLD_AND_DOUBTFUL], ["work_needed"], "work_needed", ExitCode.INCOMPLETE),
    ([READY, SILENT], ["ready", "unknown"], "unknown", ExitCode.INCOMPLETE),
    ([LEFTOVER, SILENT], ["blocked", "unknown"], "blocked", ExitCode.INCOMPLETE),
    ([LEFTOVER], ["blocked"], "blocked", ExitCode.WORK_NEEDED),
]


@pytest.mark.parametrize(("readings", "servers", "whole", "code"), POOLS)
def test_the_worst_member_is_the_pools_readiness(
    readings: list[Reading], servers: list[str], whole: str, code: ExitCode
) -> None:
    members = _pool("p.contoso.com", PoolKind.EDGE, *(r.fqdn for r in readings))
    assessment = _assess([members], readings)
    assert [s.readiness for s in assessment.servers] == servers
    assert assessment.pools[0].readiness == whole
    hybrid = next(s for s in assessment.scenarios if s.key == "hybrid")
    assert hybrid.readiness == whole
    named = "" if whole == "ready" else " (p.contoso.com)"
    said = "with work needed" if whole == "work_needed" else whole
    assert hybrid.reason == f"1 pool {said}{named}"
    assert exit_code(assessment) is code


# servers that are ready, and servers that are behind -> what the pool's verdict says
TALLIES = [
    (2, 1, "2 servers ready, 1 server with work needed (old1.x)"),
    (0, 3, "3 servers with work needed (old1.x, old2.x, old3.x)"),
    (1, 4, "1 server ready, 4 servers with work needed (old1.x, old2.x, old3.x and 1 more)"),
]


@pytest.mark.parametrize(("ready", "old", "reason"), TALLIES)
def test_a_pool_tells_how_many_servers_are_what_and_names_them(
    ready: int, old: int, reason: str
) -> None:
    readings = [server(fqdn=f"ready{n}.x") for n in range(1, ready + 1)]
    build = "6.0.9319.281"
    readings += [server(fqdn=f"old{n}.x", core=build, front_end=build) for n in range(1, old + 1)]
    members = _pool("p.contoso.com", PoolKind.EDGE, *(r.fqdn for r in readings))
    assert _assess([members], readings).pools[0].reason == reason


def test_what_was_waived_is_told_of_the_pool_and_of_the_scenario() -> None:
    waived = Waiver(rule="SFB-CU-001", subject="old*", who="A", why="B", until=NOW.date())
    front = _pool("p.contoso.com", PoolKind.EDGE, OLD.fqdn, READY.fqdn)
    beside = _pool("q.contoso.com", PoolKind.EDGE, "ready2.contoso.com")
    readings = {r.fqdn: r for r in (OLD, READY, server(fqdn="ready2.contoso.com"))}
    estate = Estate("Contoso", "a test", pools=(front, beside), scenarios=HYBRID)
    assessment = assess(estate, readings, load(), "office365-tls12", NOW, [waived])
    told = " (1 of them by a waiver); waived: SFB-CU-001 (old.contoso.com)"
    assert [p.reason for p in assessment.pools] == [f"2 servers ready{told}", "1 server ready"]
    hybrid = next(s for s in assessment.scenarios if s.key == "hybrid")
    assert hybrid.reason == f"2 pools ready{told}"


def test_a_pool_is_of_a_product_where_all_its_servers_are() -> None:
    same = _pool("same.contoso.com", PoolKind.MEDIATION, READY.fqdn, OLD.fqdn)
    mixed = _pool("mixed.contoso.com", PoolKind.MEDIATION, DOUBTFUL.fqdn, LEFTOVER.fqdn)
    unread_one = _pool("unread.contoso.com", PoolKind.MEDIATION, SILENT.fqdn)
    readings = [READY, OLD, DOUBTFUL, LEFTOVER, SILENT]
    assessment = _assess([same, mixed, unread_one], readings)
    assert [pool.product for pool in assessment.pools] == ["sfb2015", None, None]


def test_a_rule_that_the_policy_does_not_count_weighs_on_nothing() -> None:
    book = load()
    policy = replace(book.policies["office365-tls12"], counts=("SFB-OS-001",))
    judged = judge(OLD, pool(servers=(Server(OLD.fqdn, "p"),)), rulebook=_with(policy))
    assert judged.finding("SFB-CU-001").status == "fail"
    assert not judged.finding("SFB-CU-001").counted
    assert judged.server.readiness is Readiness.READY
    assert exit_code(judged.assessment) is ExitCode.READY


def test_where_no_rule_that_counts_has_anything_to_say_the_server_is_unknown() -> None:
    """Of two servers one is known, and still the audit is incomplete."""
    policy = replace(load().policies["office365-tls12"], counts=("SFB-KB-001",))
    old_windows = server("2012", fqdn="ready.contoso.com")
    new_windows = server("2012r2", fqdn="new.contoso.com")
    members = _pool("p.contoso.com", PoolKind.MEDIATION, old_windows.fqdn, new_windows.fqdn)
    estate = Estate("Contoso", "a test", pools=(members,))  # scenarios are assumed
    readings = {r.fqdn: r for r in (old_windows, new_windows)}
    assessment = assess(estate, readings, _with(policy), policy.key, NOW)
    assert [s.readiness for s in assessment.servers] == ["ready", "unknown"]
    assert assessment.servers[1].reason == "no rule could be judged"
    assert not [f for f in assessment.findings() if f.counted and f.status is Status.UNKNOWN]
    assert exit_code(assessment) is ExitCode.INCOMPLETE


def _with(policy: Policy) -> Rulebook:
    return replace(load(), policies={policy.key: policy})


def test_no_server_vanishes() -> None:
    members = _pool("p.contoso.com", PoolKind.MEDIATION, "never-asked.contoso.com")
    assessment = _assess([members], [])
    verdict = assessment.servers[0]
    assert verdict.readiness is Readiness.UNKNOWN
    assert verdict.reading.reach.state == "REACH-NOT-ASKED"
    assert "REACH-NOT-ASKED" in verdict.reason
    assert exit_code(assessment) is ExitCode.INCOMPLETE


def test_machines_without_updates_are_listed_and_not_judged() -> None:
    sql = _pool("sql.contoso.com", PoolKind.SQL, "sql.contoso.com", takes_updates=False)
    ready = _pool("p.contoso.com", PoolKind.EDGE, READY.fqdn)
    assessment = _assess([sql, ready], [READY])
    assert [s.fqdn for s in assessment.servers] == [READY.fqdn]
    assert assessment.pools[0].readiness is Readiness.NOT_IN_SCOPE
    assert exit_code(assessment) is ExitCode.READY


def test_a_pool_without_servers_is_unknown() -> None:
    ready = _pool("p.contoso.com", PoolKind.MEDIATION, READY.fqdn)
    empty = _pool("empty.contoso.com", PoolKind.ENTERPRISE)
    assessment = _assess([ready, empty], [READY])
    assert assessment.pools[1].readiness is Readiness.UNKNOWN
    assert exit_code(assessment) is ExitCode.INCOMPLETE


def test_a_host_that_is_no_lync_server_does_not_weigh_on_its_pool() -> None:
    apps = _pool("apps.contoso.com", PoolKind.UNKNOWN, EXCHANGE.fqdn, READY.fqdn)
    assessment = _assess([apps], [EXCHANGE, READY])
    assert [s.readiness for s in assessment.servers] == ["not_in_scope", "ready"]
    assert assessment.pools[0].readiness is Readiness.READY
    assert exit_code(assessment) is ExitCode.READY


# An estate with an Edge that hands over to a Director, and a pool beside that path.
FRONT = _pool("front.contoso.com", PoolKind.ENTERPRISE, "front1.contoso.com")
DIRECTOR = _pool("dir.contoso.com", PoolKind.DIRECTOR, "dir1.contoso.com")
MEDIATION = _pool("med.contoso.com", PoolKind.MEDIATION, "med1.contoso.com")
EDGE = _pool("edge.contoso.com", PoolKind.EDGE, "edge1.contoso.com", next_hop=DIRECTOR.fqdn)
LOOSE = _pool("loose.contoso.com", PoolKind.UNKNOWN, "loose1.contoso.com")
NO_HOP = replace(EDGE, next_hop=None)

# pools, scenario -> names of the pools on its path
PATHS = [
    ([FRONT, DIRECTOR, MEDIATION, EDGE], "hybrid", "front dir med edge"),
    ([FRONT, DIRECTOR, MEDIATION, EDGE], "federation", "dir edge"),
    ([FRONT, DIRECTOR, MEDIATION, NO_HOP], "federation", "front dir edge"),
    ([FRONT, DIRECTOR, MEDIATION, EDGE], "exchange_online", "front dir edge"),
    ([FRONT, MEDIATION], "federation", ""),
    ([MEDIATION, LOOSE], "federation", "loose"),
    ([MEDIATION, LOOSE], "exchange_online", "loose"),
]


@pytest.mark.parametrize(("pools", "key", "names"), PATHS)
def test_paths(pools: list[Pool], key: str, names: str) -> None:
    assessment = _assess(pools, [])
    scenario = next(s for s in assessment.scenarios if s.key == key)
    assert [fqdn.partition(".")[0] for fqdn in scenario.pools] == names.split()


def test_a_server_off_every_path_in_use_keeps_its_findings_and_does_not_count() -> None:
    stated = scenarios(hybrid="no", federation="yes", exchange_online="no")
    edge = server(fqdn="edge1.contoso.com", products=EDGE_ONLY)
    director = server(fqdn="dir1.contoso.com")
    old = server(fqdn="med1.contoso.com", core="6.0.9319.281", front_end="6.0.9319.281")
    silent = unread(fqdn="front1.contoso.com")
    assessment = _assess([FRONT, DIRECTOR, MEDIATION, EDGE], [edge, director, old, silent], stated)
    verdicts = {s.fqdn: s for s in assessment.servers}
    assert verdicts["edge1.contoso.com"].readiness is Readiness.READY
    assert verdicts["med1.contoso.com"].readiness is Readiness.NOT_IN_SCOPE
    assert verdicts["front1.contoso.com"].readiness is Readiness.NOT_IN_SCOPE
    statuses = {f.rule: f for f in verdicts["med1.contoso.com"].findings}
    assert statuses["SFB-CU-001"].status == "fail"
    assert not statuses["SFB-CU-001"].counted
    assert exit_code(assessment) is ExitCode.READY


# stated -> in_use of federation, exit code, for a ready Edge and Director
STATED = [
    ({"hybrid": "yes", "federation": "yes", "exchange_online": "yes"}, "yes", ExitCode.READY),
    ({"hybrid": "yes"}, "assumed", ExitCode.READY),
    ({}, "assumed", ExitCode.READY),
    ({"federation": "unknown"}, "unknown", ExitCode.INCOMPLETE),
    ({"hybrid": "no", "federation": "no", "exchange_online": "no"}, "no", ExitCode.READY),
]


@pytest.mark.parametrize(("stated", "in_use", "code"), STATED)
def test_what_nobody_stated_is_assumed(stated: dict[str, str], in_use: str, code: ExitCode) -> None:
    readings = [
        server(fqdn="edge1.contoso.com", products=EDGE_ONLY),
        server(fqdn="dir1.contoso.com"),
    ]
    assessment = _assess([DIRECTOR, EDGE], readings, scenarios(**stated))
    federation = next(s for s in assessment.scenarios if s.key == "federation")
    assert federation.in_use == in_use
    assert exit_code(assessment) is code


def test_every_scenario_stated_as_not_in_use_leaves_nothing_in_scope() -> None:
    stated = scenarios(hybrid="no", federation="no", exchange_online="no")
    assessment = _assess([FRONT], [unread(fqdn="front1.contoso.com")], stated)
    assert assessment.servers[0].readiness is Readiness.NOT_IN_SCOPE
    assert assessment.pools[0].readiness is Readiness.NOT_IN_SCOPE
    assert {s.readiness for s in assessment.scenarios} == {Readiness.NOT_IN_SCOPE}
    assert any("no server is in scope" in note for note in assessment.notes)


# pools, readings -> an estate in which nothing was judged
NOTHING_JUDGED: list[tuple[list[Pool], list[Reading]]] = [
    ([], []),
    ([_pool("sql.contoso.com", PoolKind.SQL, "sql.contoso.com", takes_updates=False)], []),
    ([_pool("x.contoso.com", PoolKind.UNKNOWN, EXCHANGE.fqdn)], [EXCHANGE]),
]


@pytest.mark.parametrize(("pools", "readings"), NOTHING_JUDGED)
def test_an_estate_in_which_nothing_was_judged_is_incomplete(
    pools: list[Pool], readings: list[Reading]
) -> None:
    assert exit_code(_assess(pools, readings, ())) is ExitCode.INCOMPLETE
    # One scenario that is in use, or that nobody spoke of, is enough.
    assert exit_code(_assess(pools, readings, scenarios(hybrid="no"))) is ExitCode.INCOMPLETE
    partly = _assess(pools, readings, scenarios(hybrid="no", federation="yes"))
    assert exit_code(partly) is ExitCode.INCOMPLETE
    assert "No server was judged." in partly.notes


def test_what_was_judged_needs_no_such_note() -> None:
    apps = _pool("apps.contoso.com", PoolKind.UNKNOWN, EXCHANGE.fqdn, READY.fqdn)
    assert "No server was judged." not in _assess([apps], [EXCHANGE, READY]).notes


OLDER = server(
    fqdn="older.contoso.com", product=LYNC2013, core="5.0.8308.1001", front_end="5.0.8308.1001"
)
ALL_THREE = "Microsoft does not support a topology that has all of these at once"

# pools (kind, members, what else is known of it), readings -> whether they are said to be too many
TOGETHER: list[tuple[list[tuple[PoolKind, list[str], dict[str, object]]], bool]] = [
    ([(PoolKind.ENTERPRISE, ["ready", "older", "leftover"], {})], True),  # of one mixed pool
    (
        [(PoolKind.ENTERPRISE, [name], {}) for name in ("ready", "older", "leftover")],
        True,
    ),
    ([(PoolKind.ENTERPRISE, [name], {}) for name in ("ready", "leftover")], False),
    ([(PoolKind.ENTERPRISE, [name], {}) for name in ("older", "leftover")], False),
    # What was not read is what the topology says, where that is one product.
    (
        [
            (PoolKind.ENTERPRISE, ["ready", "older"], {}),
            (PoolKind.ENTERPRISE, ["silent"], {"service_version": 5}),
        ],
        True,
    ),
    (
        [
            (PoolKind.ENTERPRISE, ["ready", "older"], {}),
            (PoolKind.ENTERPRISE, ["silent"], {"service_version": 8}),
        ],
        False,
    ),
    (
        [
            (PoolKind.ENTERPRISE, ["ready", "older"], {}),
            (PoolKind.ENTERPRISE, [], {"service_version": 5}),  # nobody knows its servers
        ],
        True,
    ),
    # What was read counts, and not what the topology says beside it.
    ([(PoolKind.ENTERPRISE, ["ready", "older"], {"service_version": 5})], False),
    (
        [
            (PoolKind.ENTERPRISE, ["ready", "older"], {}),
            (PoolKind.TRUSTED_APPLICATION, ["leftover"], {}),
        ],
        False,
    ),
    (
        [
            (PoolKind.ENTERPRISE, ["ready", "older"], {}),
            (PoolKind.GATEWAY, [], {"service_version": 5, "takes_updates": False}),
        ],
        False,
    ),
]


@pytest.mark.parametrize(("described", "too_many"), TOGETHER)
def test_products_that_microsoft_does_not_support_all_at_once_are_told(
    described: list[tuple[PoolKind, list[str], dict[str, object]]], too_many: bool
) -> None:
    pools = [
        _pool(f"p{n}.contoso.com", kind, *(f"{m}.contoso.com" for m in members), **known)
        for n, (kind, members, known) in enumerate(described)
    ]
    notes = [
        note
        for note in _assess(pools, [READY, OLDER, LEFTOVER, SILENT]).notes
        if note.startswith(ALL_THREE)
    ]
    assert len(notes) == too_many
    for note in notes:
        assert "Lync Server 2010 (p" in note
        assert load().sources["upgrade-in-place"].title in note


def test_paths_that_are_reconstructed_are_said_to_be() -> None:
    front = _pool("p.contoso.com", PoolKind.ENTERPRISE, READY.fqdn)
    assert any("is reconstructed" in note for note in _assess([front], [READY]).notes)
    estate = Estate("Contoso", "a test", pools=(front,), scenarios=HYBRID)
    for reconstructed in ((), ("hybrid",)):
        known = {
            key: replace(scenario, reconstructed=key in reconstructed)
            for key, scenario in load().scenarios.items()
        }
        told = assess(estate, {}, replace(load(), scenarios=known), "office365-tls12", NOW).notes
        assert any("reconstructed" in note for note in told) is bool(reconstructed)


def test_a_pool_without_servers_is_in_scope_where_a_scenario_in_use_runs_through_it() -> None:
    empty = _pool("empty.contoso.com", PoolKind.ENTERPRISE)
    for stated, readiness in (
        (scenarios(hybrid="no", federation="yes", exchange_online="no"), "not_in_scope"),
        (scenarios(hybrid="yes", federation="no", exchange_online="no"), "unknown"),
    ):
        ready = _pool("edge.contoso.com", PoolKind.EDGE, READY.fqdn, next_hop=DIRECTOR.fqdn)
        assessment = _assess([empty, DIRECTOR, ready], [READY], stated)
        assert assessment.pools[0].readiness == readiness


def test_a_scenario_in_use_on_a_path_nobody_knows_is_incomplete() -> None:
    mediation = server(
        fqdn="med1.contoso.com",
        products=ProductsFacts(packages(SFB2015, core="6.0.9319.516", mediation="6.0.9319.516")),
    )
    stated = scenarios(hybrid="yes", federation="yes", exchange_online="no")
    assessment = _assess([MEDIATION], [mediation], stated)
    federation = next(s for s in assessment.scenarios if s.key == "federation")
    assert federation.readiness is Readiness.UNKNOWN
    assert "no pool" in federation.reason
    assert exit_code(assessment) is ExitCode.INCOMPLETE
    assumed = _assess([MEDIATION], [mediation], ())
    assert exit_code(assumed) is ExitCode.READY


def test_hybrid_without_an_edge_pool_is_not_ready_however_ready_its_servers_are() -> None:
    front = _pool("p.contoso.com", PoolKind.ENTERPRISE, READY.fqdn)
    assessment = _assess([front], [READY])
    assert assessment.pools[0].readiness is Readiness.READY
    hybrid = next(s for s in assessment.scenarios if s.key == "hybrid")
    assert hybrid.readiness is Readiness.UNKNOWN
    assert hybrid.reason.startswith("it goes over an Edge pool, but the estate has none")
    assert exit_code(assessment) is ExitCode.INCOMPLETE
    # What certainly needs work does so without one, too.
    old = server(core="6.0.9319.515", front_end="6.0.9319.515", fqdn=READY.fqdn)
    beside = next(s for s in _assess([front], [old]).scenarios if s.key == "hybrid")
    assert (beside.readiness, "no Edge" in beside.reason) == (Readiness.WORK_NEEDED, False)
    # A pool of unknown kind may be it; OAuth alone needs none.
    loose = replace(front, kind=PoolKind.UNKNOWN)
    assert exit_code(_assess([loose], [READY])) is ExitCode.READY
    assert exit_code(_assess([front], [READY], scenarios(exchange_online="yes"))) is ExitCode.READY


@pytest.mark.parametrize(
    "family", ["os", "products", "files", "schannel", "winhttp", "dotnet", "hotfixes"]
)
def test_a_family_that_failed_never_leaves_a_server_ready(family: str) -> None:
    judged = judge(server("2012", failed=[family]), pool(service_version=7))
    if family == "hotfixes":  # corroborates only
        assert judged.server.readiness is Readiness.READY
    else:
        assert judged.server.readiness is Readiness.UNKNOWN
        assert exit_code(judged.assessment) is ExitCode.INCOMPLETE
        missing = [f for f in judged.server.findings if f.status == "unknown"]
        assert any(family in f.reason for f in missing)


def test_the_build_shown_is_the_lowest_that_decides() -> None:
    half = judge(server(core="6.0.9319.516", front_end="6.0.9319.281"))
    assert half.server.build == "6.0.9319.281"
    assert judge(unread()).server.build is None


def test_unknown_policies_and_scenarios_are_refused() -> None:
    with pytest.raises(UsageError, match="no-such-policy"):
        judge(server(), policy="no-such-policy")
    with pytest.raises(UsageError, match="telepathy"):
        judge(server(), stated=(Scenario("telepathy", InUse.YES, "a test"),))


def test_the_same_input_gives_the_same_assessment() -> None:
    reading = server("2012", failed=["schannel"])
    assert judge(reading).assessment == judge(reading).assessment


@pytest.mark.parametrize(
    ("days", "readiness"), [(30, "ready"), (31, "unknown"), (-1, "ready"), (-2, "unknown")]
)
@pytest.mark.parametrize("offline", [False, True])
def test_facts_that_are_too_old_or_of_tomorrow_prove_nothing(
    days: int, readiness: str, offline: bool
) -> None:
    when = NOW - timedelta(days=days)
    reading = replace(READY, collected=when, finished=None if offline else when)
    judged = _assess([_pool("p.contoso.com", PoolKind.ENTERPRISE, READY.fqdn)], [reading])
    assert judged.servers[0].readiness == readiness
    of_the_server = (f for f in judged.servers[0].findings if f.rule != "SFB-REPL-001")
    statuses = {finding.status for finding in of_the_server}
    assert (statuses == {Status.UNKNOWN}) is (readiness == "unknown")


def test_facts_without_an_instant_prove_nothing() -> None:
    reading = replace(READY, collected=None, finished=None)
    judged = _assess([_pool("p.contoso.com", PoolKind.ENTERPRISE, READY.fqdn)], [reading])
    assert judged.servers[0].readiness is Readiness.UNKNOWN
