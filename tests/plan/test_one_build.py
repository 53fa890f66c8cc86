"""One build for a pool: what the policy asks, or more where a server of the pool has more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from auditor.assess.engine import assess
from auditor.assess.rule import Context
from auditor.assess.waivers import Waiver
from auditor.estate.model import Estate, Pool, PoolKind, Server, SqlBackend
from auditor.facts.reading import Reading
from auditor.plan.model import Plan, Step
from auditor.plan.order import make_plan
from auditor.rulebook import load
from auditor.rulebook.builds import describe_build
from auditor.rulebook.procedures import load_procedures
from auditor.version import Version
from tests.assess.facts_of import LYNC2013, NOW, dword, scenarios, schannel, server, unread

CU6 = "6.0.9319.516, CU6 HF2 (Mar 2018, KB4086059)"
CU13 = "6.0.9319.869, CU13 security update (Oct 2023, KB5032429)"
UNLISTED = f"6.0.9319.700, {describe_build(load(), 'sfb2015', Version.parse('6.0.9319.700'))}"
SQL = SqlBackend("sql1.contoso.com", "rtc")
USED = scenarios(hybrid="no", federation="no", exchange_online="yes")

Builds = Mapping[str, str | tuple[str, str] | None]


def _fqdn(name: str) -> str:
    return f"{name}.contoso.com"


def _read(name: str, build: str | tuple[str, str] | None, **more: object) -> Reading:
    """A server by its build, or those of Core Components and of Front End Server."""
    if build is None:
        return unread(fqdn=_fqdn(name))
    core, front_end = (build, build) if isinstance(build, str) else build
    return server(core=_whole(core), front_end=_whole(front_end), fqdn=_fqdn(name), **more)  # type: ignore[arg-type]


def _whole(build: str) -> str:
    return build if build.count(".") > 1 else f"6.0.9319{build}"


def _pool(name: str, builds: Builds, kind: PoolKind = PoolKind.ENTERPRISE, **more: object) -> Pool:
    servers = tuple(Server(_fqdn(one), _fqdn(name)) for one in builds)
    made = Pool(_fqdn(name), kind, "Tokyo", servers, backends=(SQL,))
    return replace(made, **more)  # type: ignore[arg-type]


def _planned(
    pools: list[Pool],
    readings: list[Reading],
    policy: str = "office365-tls12",
    waivers: tuple[Waiver, ...] = (),
) -> Plan:
    by_name = {reading.fqdn: reading for reading in readings}
    estate = Estate("Contoso", "a test", pools=tuple(pools), scenarios=USED)
    judged = assess(estate, by_name, load(), policy, NOW, waivers)
    return make_plan(judged, load_procedures(), Context(load(), load().policies[policy], NOW))


def _plan(builds: Builds, policy: str = "office365-tls12", **more: object) -> Plan:
    readings = [_read(name, build) for name, build in builds.items()]
    return _planned([_pool("pool1", builds, **more)], readings, policy)  # type: ignore[arg-type]


def _steps(plan: Plan, action: str) -> list[Step]:
    return [step for step in plan.steps if step.action == action]


def _told(step: Step) -> str:
    return "\n".join(command.text for command in step.commands)


# builds -> the pool's, who has it already, whom no finding sends there
POOLS: list[tuple[Builds, str, str, str]] = [
    ({"fe1": ".281", "fe2": ".281"}, CU6, "", ""),
    ({"fe1": ".281", "fe2": ".516"}, CU6, "", ""),
    ({"fe1": ".281", "fe2": ".869"}, CU13, "fe2.contoso.com", ""),
    ({"fe1": ".281", "fe2": ".516", "fe3": ".869"}, CU13, "fe3.contoso.com", "fe2.contoso.com"),
    ({"fe1": (".516", ".281"), "fe2": ".516"}, CU6, "", ""),
    # An update that was begun, and is more than the others have.
    ({"fe1": (".869", ".281"), "fe2": ".516"}, CU13, "fe1.contoso.com", "fe2.contoso.com"),
    ({"fe1": ".281", "fe2": ".700"}, UNLISTED, "fe2.contoso.com", ""),
    # What could not be read says nothing.
    ({"fe1": ".281", "fe2": None}, CU6, "", ""),
]


@pytest.mark.parametrize(("builds", "build", "having", "levelled"), POOLS)
def test_the_pool_has_one_build(builds: Builds, build: str, having: str, levelled: str) -> None:
    plan = _plan(builds)
    (prepared,) = _steps(plan, "prepare-pool")
    assert f"for every server of pool1.contoso.com: {build}, or one later" in _told(prepared)
    highest = f"the highest build in the pool ({having})"
    assert (highest in _told(prepared)) is bool(having)
    assert ("more than the policy asks" in _told(prepared)) is bool(having)
    assert "no update for" not in "".join((_told(prepared), *plan.notes))
    assert [f"{levelled} with it" in note for note in plan.notes if "one build" in note] == (
        [True] if levelled else []
    )
    updates = _steps(plan, "install-cu")
    for step in updates:
        assert f"are at {build} then" in _told(step)
        demanded = step.target != levelled
        assert bool(step.rules) is demanded
        assert step.reason.startswith("By practice, as no finding asks for it") is not demanded
        assert (f"the later one is {build}: {highest}" in step.reason) is (
            bool(having) and demanded
        )
    assert (levelled in [step.target for step in updates]) is bool(levelled)
    (verified,) = _steps(plan, "verify-pool")
    assert f"every server of pool1.contoso.com is at {build}" in _told(verified)


def test_what_brings_a_server_to_its_pools_build_is_a_whole_visit() -> None:
    """Before the databases are updated, which then fit no older binaries."""
    plan = _plan({"fe1": ".281", "fe2": ".516", "fe3": ".869"}, backends=(SQL,))
    assert [step.action for step in plan.steps if step.target == "fe2.contoso.com"] == [
        "drain-server",
        "install-cu",
        "return-server",
    ]
    actions = [step.action for step in plan.steps]
    last_return = len(actions) - actions[::-1].index("return-server")
    assert actions[last_return:] == ["update-databases", "verify-pool"]


def test_a_pool_that_is_not_updated_is_not_brought_to_one_build() -> None:
    assert _plan({"fe1": ".516", "fe2": ".869"}).steps == ()


def test_other_work_on_a_server_joins_its_visit() -> None:
    off = {"Enabled": dword(0)}
    worked_on = _read("fe2", ".516", schannel=schannel(off, off))
    readings = [_read("fe1", ".281"), worked_on, _read("fe3", ".869")]
    plan = _planned([_pool("pool1", {"fe1": "", "fe2": "", "fe3": ""})], readings)
    visit = [step.action for step in plan.steps if step.target == "fe2.contoso.com"]
    assert visit == [
        "drain-server",
        "enable-schannel-tls12",
        "restart-server",
        "install-cu",
        "return-server",
    ]


def test_a_pool_of_one_server_has_its_update_and_no_word_of_others() -> None:
    plan = _plan({"se1": ".281"}, kind=PoolKind.STANDARD)
    (prepared,) = _steps(plan, "prepare-pool")
    assert f"The update is {CU6}, or a later one." in _told(prepared)
    assert "SFB-POOL-001" not in "".join(_told(step) for step in plan.steps)


def test_the_two_kb_numbers_are_told_apart() -> None:
    (step,) = _steps(_plan({"se1": ".281"}, kind=PoolKind.STANDARD), "install-cu")
    assert "KB4086059" in step.reason
    assert "page KB3061064 has all cumulative updates of Skype for Business Server 2015" in _told(
        step
    )
    assert "a KB number behind a build is an article of that update" in _told(step)
    assert "one package is not the update" in _told(step)


def test_the_minimum_is_that_of_the_policy_and_of_the_kind_of_pool() -> None:
    for policy, least in (
        ("tls10-disable", "6.0.9319.548, CU9"),
        ("cloud-moves-2022", "6.0.9319.619"),
    ):
        (prepared,) = _steps(_plan({"fe1": ".281", "fe2": ".516"}, policy), "prepare-pool")
        assert f": {least}" in _told(prepared)
        assert "no update for" not in _told(prepared)
    sba = _plan({"sba1": ".281"}, "tls10-disable", kind=PoolKind.SBA)
    assert f"The update is {CU6}" in _told(_steps(sba, "prepare-pool")[0])


def test_what_the_product_needs_on_its_windows_counts_too() -> None:
    """2015 runs on Windows Server 2019 from CU9 on, which is more than the article asks."""
    readings = [_read("fe1", ".516", os="2019"), _read("fe2", ".516")]
    plan = _planned([_pool("pool1", {"fe1": "", "fe2": ""})], readings)
    (prepared,) = _steps(plan, "prepare-pool")
    assert ": 6.0.9319.548, CU9" in _told(prepared)
    assert {step.target for step in _steps(plan, "install-cu")} == {
        "fe1.contoso.com",
        "fe2.contoso.com",
    }


@pytest.mark.parametrize("more", [{}, {"fe3": ".869"}])
def test_a_waived_server_is_told_as_one_that_stays_behind(more: Builds) -> None:
    waiver = Waiver(
        rule="SFB-CU-001",
        subject="fe2.contoso.com",
        who="CAB 4711",
        why="replaced in May",
        until=NOW.date(),
    )
    builds = {"fe1": ".281", "fe2": ".281", **more}
    readings = [_read(name, build) for name, build in builds.items()]
    plan = _planned([_pool("pool1", builds)], readings, waivers=(waiver,))
    assert [step.target for step in _steps(plan, "install-cu")] == ["fe1.contoso.com"]
    assert "no update for fe2.contoso.com (6.0.9319.281)" in _told(_steps(plan, "prepare-pool")[0])
    assert any("as somebody has waived it" in note for note in plan.notes)
    (verified,) = _steps(plan, "verify-pool")
    assert "SFB-POOL-001 passes" not in _told(verified)
    assert "unless fe2.contoso.com (6.0.9319.281) was updated too" in _told(verified)


def test_facts_that_are_too_old_and_servers_left_out_say_nothing() -> None:
    old = NOW - timedelta(days=31)
    newest = replace(_read("fe2", ".869"), finished=old, collected=old)
    builds = {"fe1": ".281", "fe2": ".869"}
    plan = _planned([_pool("pool1", builds)], [_read("fe1", ".281"), newest])
    assert f": {CU6}, or one later" in _told(_steps(plan, "prepare-pool")[0])
    out = Server("fe2.contoso.com", "pool1.contoso.com", excluded="somebody's")
    servers = (Server("fe1.contoso.com", "pool1.contoso.com"), out)
    made = _pool("pool1", builds, servers=servers)
    plan = _planned([made], [_read("fe1", ".281"), _read("fe2", ".869")])
    assert f": {CU6}, or one later" in _told(_steps(plan, "prepare-pool")[0])


def test_each_product_of_a_mixed_pool_has_a_build_of_its_own() -> None:
    readings = [
        _read("fe1", "5.0.8308.992", product=LYNC2013),
        _read("fe2", "5.0.8308.1101", product=LYNC2013),
        _read("fe3", ".281"),
    ]
    plan = _planned([_pool("pool1", {"fe1": "", "fe2": "", "fe3": ""})], readings)
    told = {step.target: _told(step) for step in _steps(plan, "install-cu")}
    assert "are at 5.0.8308.1101, " in told["fe1.contoso.com"]
    assert f"are at {CU6} then" in told["fe3.contoso.com"]
    prepared = _told(_steps(plan, "prepare-pool")[0])
    assert "5.0.8308.1101, " in prepared
    assert f" and {CU6}, or one later" in prepared


def _run_on(step: Step) -> set[str]:
    return {command.run_on for command in step.commands if command.run_on}


def test_databases_are_updated_from_a_server_that_has_the_build() -> None:
    plan = _plan({"fe1": ".869", "fe2": ".281", "fe3": ".281"}, hosts_cms=True)
    for action in ("update-databases", "update-cms-database"):
        (step,) = _steps(plan, action)
        assert _run_on(step) == {"fe2.contoso.com, in the management shell"}
        assert CU13 in _told(step)
        assert "ExpectedVersion is that of" in _told(step)


def test_where_pools_share_a_sql_server_it_is_one_of_the_highest_build() -> None:
    """The last pool updates the databases of all, so its own binaries may be too old for it."""
    first, last = {"a1": ".281", "a2": ".869"}, {"b1": ".281", "b2": ".281"}
    readings = [_read(name, build) for name, build in (first | last).items()]
    plan = _planned([_pool("a", first), _pool("b", last)], readings)
    (step,) = _steps(plan, "update-databases")
    assert step.pool == "b.contoso.com"
    assert _run_on(step) == {"a1.contoso.com, in the management shell"}
    assert f"a1.contoso.com has {CU13} by then" in _told(step)


def test_of_another_product_no_server_is_taken_for_it() -> None:
    first, last = {"a1": ".281"}, {"b1": "5.0.8308.992"}
    readings = [_read("a1", ".281"), _read("b1", "5.0.8308.992", product=LYNC2013)]
    plan = _planned([_pool("a", first), _pool("b", last)], readings)
    (step,) = _steps(plan, "update-databases")
    assert _run_on(step) == {"b1.contoso.com, in the management shell"}


# builds of a pair of Standard Edition servers -> whether a failover is promised
PAIRS: list[tuple[str | None, bool]] = [(".281", True), (".516", False), (None, False)]


@pytest.mark.parametrize(("theirs", "promised"), PAIRS)
def test_no_failover_is_promised_between_pools_that_differ(
    theirs: str | None, promised: bool
) -> None:
    ours = _pool("se1", {"se1": ".281"}, PoolKind.STANDARD, paired_with="se2.contoso.com")
    other = _pool("se2", {"se2": theirs}, PoolKind.STANDARD, paired_with="se1.contoso.com")
    plan = _planned([ours, other], [_read("se1", ".281"), _read("se2", theirs)])
    (drained, *_) = _steps(plan, "drain-server")
    assert drained.target == "se1.contoso.com"
    assert ("fall back to basic telephony" in drained.impact) is promised
    warned = "Do not count on a failover to its paired pool (SFB-POOL-002)." in drained.impact
    assert warned is not promised


@pytest.mark.parametrize(("theirs", "promised"), [("5.0.8308.992", True), ("5.0.8308.1001", False)])
def test_nor_as_the_way_out_when_a_pool_is_not_ready(theirs: str, promised: bool) -> None:
    ours = _pool("p", {"a1": "", "a2": ""}, paired_with="q.contoso.com")
    other = _pool("q", {"b1": "", "b2": ""}, paired_with="p.contoso.com")
    readings = [
        _read(name, build, product=LYNC2013)
        for name, build in (
            ("a1", "5.0.8308.992"),
            ("a2", "5.0.8308.992"),
            ("b1", theirs),
            ("b2", theirs),
        )
    ]
    plan = _planned([ours, other], readings)
    (checked, *_) = _steps(plan, "check-pool")
    assert ("fail it over to its paired pool first" in _told(checked)) is promised
    assert ("Do not count on a failover" in _told(checked)) is not promised
