"""Ready by a waiver alone: which servers, pools and scenarios are, and until when."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from auditor.assess.engine import assess, exit_code
from auditor.assess.model import Accepted, Assessment, Finding, Readiness, Status, SubjectKind
from auditor.assess.readiness import by_waiver
from auditor.assess.waivers import Waiver
from auditor.errors import ExitCode
from auditor.estate.model import Estate, Pool, PoolKind, Server
from auditor.facts.reading import Reading
from auditor.rulebook import load
from tests.assess.facts_of import NOW, scenarios, server, unread

SOON, LATER = (NOW.date() + timedelta(days) for days in (10, 90))
FE01, FE02, SE01 = "fe01.contoso.com", "fe02.contoso.com", "se01.contoso.com"
POOL01 = "pool01.contoso.com"


def finding(until: date | None, *, counted: bool = True) -> Finding:
    return Finding(
        rule="SFB-CU-001",
        subject=FE01,
        subject_kind=SubjectKind.SERVER,
        status=Status.PASS if until is None else Status.WAIVED,
        observed="",
        required="",
        reason="",
        counted=counted,
        waiver=None if until is None else Accepted("J. Doe", "replaced", until),
    )


# readiness, findings -> the first day on which a waiver ends
CASES = [
    ("ready", [finding(None)], None),
    ("ready", [], None),
    ("ready", [finding(None), finding(SOON)], SOON),
    ("ready", [finding(LATER), finding(SOON), finding(LATER)], SOON),
    ("ready", [finding(SOON, counted=False)], None),
    ("ready", [finding(SOON, counted=False), finding(LATER)], LATER),
    *((word.value, [finding(SOON)], None) for word in Readiness if word is not Readiness.READY),
]


@pytest.mark.parametrize(("readiness", "findings", "until"), CASES)
def test_the_first_day_on_which_a_waiver_ends(
    readiness: str, findings: list[Finding], until: date | None
) -> None:
    assert by_waiver(Readiness(readiness), findings) == until


def good(fqdn: str) -> Reading:
    return server(fqdn=fqdn)


def old(fqdn: str) -> Reading:
    """Its only fail is the cumulative update."""
    return server(core="6.0.9319.281", front_end="6.0.9319.281", fqdn=fqdn)


def waiver(subject: str, until: date, rule: str = "SFB-CU-001") -> Waiver:
    return Waiver(rule=rule, subject=subject, who="J. Doe", why="replaced", until=until)


def judged(
    *readings: Reading, waivers: list[Waiver], policy: str = "office365-tls12"
) -> Assessment:
    """A pool of two front ends, and a Standard Edition server; one scenario is in use."""
    estate = Estate(
        "Contoso",
        "a test",
        pools=(
            Pool(
                POOL01,
                PoolKind.ENTERPRISE,
                "Tokyo",
                servers=(Server(FE01, POOL01), Server(FE02, POOL01)),
            ),
            Pool(SE01, PoolKind.STANDARD, "Tokyo", servers=(Server(SE01, SE01),)),
        ),
        scenarios=scenarios(exchange_online="yes", hybrid="no"),
    )
    by_name = {reading.fqdn: reading for reading in readings}
    return assess(estate, by_name, load(), policy, NOW, waivers)


def until(assessment: Assessment) -> dict[str, date | None]:
    servers = {verdict.fqdn: verdict.by_waiver for verdict in assessment.servers}
    pools = {f"pool {verdict.fqdn}": verdict.by_waiver for verdict in assessment.pools}
    return servers | pools | {each.key: each.by_waiver for each in assessment.scenarios}


NOBODY: dict[str, date | None] = dict.fromkeys(
    (FE01, FE02, SE01, f"pool {POOL01}", f"pool {SE01}", "exchange_online")
)

# the three servers, waivers -> whoever is ready by a waiver, and until when
ESTATES: list[tuple[tuple[Reading, ...], list[Waiver], dict[str, date]]] = [
    ((good(FE01), good(FE02), good(SE01)), [waiver("*", SOON)], {}),
    (
        (good(FE01), old(FE02), good(SE01)),
        [waiver("fe0*", LATER)],
        {FE02: LATER, f"pool {POOL01}": LATER, "exchange_online": LATER},
    ),
    (
        (old(FE01), old(FE02), old(SE01)),
        [waiver("fe01*", LATER), waiver("fe02*", SOON), waiver("se01*", LATER)],
        {
            FE01: LATER,
            FE02: SOON,
            f"pool {POOL01}": SOON,
            SE01: LATER,
            f"pool {SE01}": LATER,
            "exchange_online": SOON,
        },
    ),
    # Of two waivers of one fail the longer one holds.
    (
        (good(FE01), good(FE02), old(SE01)),
        [waiver("se01*", SOON), waiver("*", LATER)],
        {SE01: LATER, f"pool {SE01}": LATER, "exchange_online": LATER},
    ),
    # A pool and a scenario that are not ready are so by no waiver.
    ((old(FE01), old(FE02), good(SE01)), [waiver("fe01*", SOON)], {FE01: SOON}),
    (
        (old(FE01), good(FE02), unread(fqdn=SE01)),
        [waiver("*", SOON)],
        {FE01: SOON, f"pool {POOL01}": SOON},
    ),
    (
        (good(FE01), good(FE02), old(SE01)),
        [waiver("se01*", NOW.date() - timedelta(1))],  # expired
        {},
    ),
]


@pytest.mark.parametrize(("readings", "waivers", "found"), ESTATES)
def test_pools_and_scenarios_have_it_from_what_lies_on_them(
    readings: tuple[Reading, ...], waivers: list[Waiver], found: dict[str, date]
) -> None:
    told = until(judged(*readings, waivers=waivers))
    assert {key: told[key] for key in NOBODY} == {**NOBODY, **found}
    assert told["hybrid"] is None  # not in use


def test_a_pool_is_ready_by_a_waiver_of_its_own() -> None:
    """Two products in one pool: a fail of the pool, and of none of its servers."""
    lync = server(
        product="Microsoft Lync Server 2013",
        core="5.0.8308.1001",
        front_end="5.0.8308.1001",
        fqdn=FE02,
    )
    readings = (good(FE01), lync, good(SE01))
    bare = judged(*readings, waivers=[])
    assert bare.pools[0].readiness is Readiness.WORK_NEEDED
    assert until(bare)[f"pool {POOL01}"] is None
    assessment = judged(*readings, waivers=[waiver(POOL01, SOON, "SFB-POOL-004")])
    assert assessment.pools[0].readiness is Readiness.READY
    assert until(assessment)[f"pool {POOL01}"] == SOON
    assert until(assessment)["exchange_online"] == SOON
    assert until(assessment)[FE01] is until(assessment)[FE02] is None


def test_the_reasons_count_them_apart_and_the_exit_code_stays() -> None:
    readings = (good(FE01), old(FE02), old(SE01))
    assessment = judged(*readings, waivers=[waiver("*", LATER)])
    pool, single = assessment.pools
    assert pool.reason == f"2 servers ready (1 of them by a waiver); waived: SFB-CU-001 ({FE02})"
    assert single.reason == f"1 server ready by a waiver; waived: SFB-CU-001 ({SE01})"
    online = next(each for each in assessment.scenarios if each.key == "exchange_online")
    assert online.reason.startswith("2 pools ready by a waiver; waived: SFB-CU-001")
    assert exit_code(assessment) is ExitCode.READY


def test_what_a_policy_does_not_count_makes_nobody_ready() -> None:
    """By a policy of dates the update is no demand: its waiver takes nothing from readiness."""
    readings = (old(FE01), good(FE02), good(SE01))
    of_builds = judged(*readings, waivers=[waiver("*", SOON)])
    of_dates = judged(*readings, waivers=[waiver("*", SOON)], policy="supported-today")
    assert of_builds.servers[0].by_waiver == SOON
    assert of_dates.servers[0].readiness is Readiness.READY
    assert of_dates.servers[0].by_waiver is None
