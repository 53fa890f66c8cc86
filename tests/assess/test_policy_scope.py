"""Which servers a policy judges, and what its sources say beyond the verdicts on them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from auditor.assess.engine import assess, exit_code
from auditor.assess.model import Assessment
from auditor.assess.waivers import Waiver
from auditor.errors import ExitCode
from auditor.estate.model import Estate, Pool, PoolKind, Scenario, Server
from auditor.facts.products import ProductsFacts
from auditor.facts.reading import Reading
from auditor.rulebook import load
from tests.assess.facts_of import (
    LYNC2010,
    LYNC2013,
    NOW,
    SFB2015,
    packages,
    scenarios,
    server,
    unread,
)

BOOK = load()
EVERY_SERVER = ["tls10-disable", "supported-today"]
CU9 = "6.0.9319.548"
FEDERATION = scenarios(hybrid="no", federation="yes", exchange_online="no")
UNUSED = scenarios(hybrid="no", federation="no", exchange_online="no")
UNCERTAIN = scenarios(hybrid="no", federation="unknown", exchange_online="no")

EDGE = server(
    fqdn="edge.contoso.com", products=ProductsFacts(packages(SFB2015, core=CU9, edge=CU9))
)
DIRECTOR = server(fqdn="dir.contoso.com", core=CU9, front_end=CU9)
LYNC = server(
    fqdn="lync.contoso.com", product=LYNC2013, core="5.0.8308.1001", front_end="5.0.8308.1001"
)
KINDS = {
    "edge": PoolKind.EDGE,
    "dir": PoolKind.DIRECTOR,
    "lync": PoolKind.STANDARD,
    "other": PoolKind.DIRECTOR,
}


def _judged(
    policy: str,
    *readings: Reading,
    stated: tuple[Scenario, ...] = FEDERATION,
    waivers: tuple[Waiver, ...] = (),
    excluded: str = "",
) -> Assessment:
    """Each server is a pool of its own; the way of federation is by the Edge and the Director."""
    pools = []
    for reading in readings:
        name = reading.fqdn
        one = Server(name, name, excluded=excluded)
        pool = Pool(name, KINDS[name.partition(".")[0]], "Tokyo", (one,))
        is_edge = pool.kind is PoolKind.EDGE
        pools.append(replace(pool, next_hop="dir.contoso.com" if is_edge else None))
    estate = Estate("Contoso", "a test", pools=tuple(pools), scenarios=stated)
    by_name = {reading.fqdn: reading for reading in readings}
    return assess(estate, by_name, BOOK, policy, NOW, waivers)


def _readiness(judged: Assessment) -> dict[str, str]:
    return {one.fqdn.partition(".")[0]: one.readiness.value for one in judged.servers}


def test_a_policy_on_office_365_judges_the_paths_that_lead_there() -> None:
    judged = _judged("office365-tls12", EDGE, DIRECTOR, LYNC)
    assert _readiness(judged) == {"edge": "ready", "dir": "ready", "lync": "not_in_scope"}
    assert exit_code(judged) is ExitCode.READY


@pytest.mark.parametrize("stated", [FEDERATION, UNUSED, UNCERTAIN])
def test_what_asks_nothing_of_office_365_judges_every_server(stated: tuple[Scenario, ...]) -> None:
    judged = _judged("tls10-disable", EDGE, DIRECTOR, LYNC, stated=stated)
    assert _readiness(judged) == {"edge": "ready", "dir": "ready", "lync": "blocked"}
    assert {pool.fqdn: pool.readiness for pool in judged.pools}["lync.contoso.com"] == "blocked"
    assert exit_code(judged) is ExitCode.WORK_NEEDED
    assert not any("in scope" in note for note in judged.notes)


def test_support_of_a_product_does_not_hang_on_what_it_is_used_for() -> None:
    judged = _judged("supported-today", EDGE, DIRECTOR, LYNC, stated=UNUSED)
    assert _readiness(judged) == dict.fromkeys(("edge", "dir", "lync"), "ready")


def test_findings_on_a_pool_count_there_too() -> None:
    two = {"lync": LYNC, "dir": DIRECTOR}
    pool = Pool(
        "pool.contoso.com",
        PoolKind.ENTERPRISE,
        "Tokyo",
        tuple(Server(reading.fqdn, "pool.contoso.com") for reading in two.values()),
    )
    estate = Estate("Contoso", "a test", pools=(pool,), scenarios=UNUSED)
    readings = {reading.fqdn: reading for reading in two.values()}
    for policy, counted in (("supported-today", True), ("office365-tls12", False)):
        (judged,) = assess(estate, readings, BOOK, policy, NOW).pools
        (finding,) = (each for each in judged.findings if each.rule == "SFB-POOL-004")
        assert (finding.status, finding.counted) == ("fail", counted)


@pytest.mark.parametrize("policy", EVERY_SERVER)
def test_where_nothing_was_judged_it_is_incomplete_whatever_is_in_use(policy: str) -> None:
    for judged in (
        _judged(policy, stated=UNUSED),
        _judged(policy, DIRECTOR, stated=UNUSED, excluded="sold"),
    ):
        assert exit_code(judged) is ExitCode.INCOMPLETE
    nobody = unread(fqdn="other.contoso.com")
    assert exit_code(_judged(policy, nobody, stated=UNUSED)) is ExitCode.INCOMPLETE


def test_a_scenario_of_which_nothing_is_known_leaves_such_a_policy_complete() -> None:
    assert exit_code(_judged("tls10-disable", DIRECTOR, stated=UNCERTAIN)) is ExitCode.READY
    assert exit_code(_judged("office365-tls12", DIRECTOR, stated=UNCERTAIN)) is (
        ExitCode.INCOMPLETE
    )


ANYWHERE = BOOK.policies["tls10-disable"].anywhere
RULED_OUT = f"Ruled out and in use: lync.contoso.com. {ANYWHERE}"


def test_one_server_that_is_ruled_out_is_told_for_all() -> None:
    judged = _judged("tls10-disable", DIRECTOR, LYNC)
    assert RULED_OUT in judged.caveats
    reasons = [server.reason for server in judged.servers]
    assert reasons[0].endswith("; ruled out and in use: lync.contoso.com")
    assert "in use: " not in reasons[1]
    assert "in use: " not in _judged("tls10-disable", DIRECTOR).servers[0].reason
    assert not any(ANYWHERE in each for each in _judged("tls10-disable", DIRECTOR).caveats)


def test_another_fail_rules_nothing_out() -> None:
    old = server(fqdn="other.contoso.com", core="6.0.9319.281", front_end="6.0.9319.281")
    judged = _judged("tls10-disable", DIRECTOR, old)
    assert _readiness(judged) == {"dir": "ready", "other": "work_needed"}
    assert not any(ANYWHERE in each for each in judged.caveats)


# where a Lync Server 2010 stands, with federation in use and hybrid not -> SFB-PROD-002
LEFT_OVER = [("dir", "unknown"), ("other", "not_applicable")]


@pytest.mark.parametrize(("name", "status"), LEFT_OVER)
def test_what_is_asked_of_a_server_goes_by_the_paths_it_lies_on(name: str, status: str) -> None:
    packages_of = {"core": "4.0.7577.0", "front_end": "4.0.7577.0", "product": LYNC2010}
    left_over = server(fqdn=f"{name}.contoso.com", **packages_of)  # type: ignore[arg-type]
    beside = [] if name == "dir" else [DIRECTOR]
    judged = _judged("supported-today", EDGE, left_over, *beside)
    (verdict,) = (each for each in judged.servers if each.fqdn == left_over.fqdn)
    (finding,) = (each for each in verdict.findings if each.rule == "SFB-PROD-002")
    assert finding.status == status


def test_so_is_one_whose_fail_somebody_has_accepted() -> None:
    until = NOW.date() + timedelta(days=9)
    waiver = Waiver(
        rule="SFB-PROD-003", subject="lync.contoso.com", who="J. Doe", why="CAB 1", until=until
    )
    judged = _judged("tls10-disable", DIRECTOR, LYNC, waivers=(waiver,))
    assert RULED_OUT in judged.caveats


@pytest.mark.parametrize("policy", BOOK.policies)
def test_what_no_audit_of_servers_reads_is_said_with_each_policy_that_asks_it(policy: str) -> None:
    elsewhere = BOOK.policies[policy].elsewhere
    assert _judged(policy, DIRECTOR).caveats == ((elsewhere,) if elsewhere else ())
    assert bool(elsewhere) is (policy != "supported-today")
    assert len(f"Under {policy}: {elsewhere}") <= 300  # what the console shows of a note
