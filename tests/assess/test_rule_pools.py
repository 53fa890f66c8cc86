"""SFB-POOL-...: what pools as a whole show, and what that weighs where a policy counts it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from auditor.assess.engine import assess, exit_code
from auditor.assess.model import Assessment, Finding, PoolVerdict, Status
from auditor.assess.pool_rule import PoolSubject
from auditor.assess.rule import Context
from auditor.assess.rules.pools import OneBuild
from auditor.assess.waivers import Waiver
from auditor.errors import ExitCode
from auditor.estate.model import Estate, Pool, PoolKind, Scenario, Server
from auditor.facts.reading import Reading
from auditor.rulebook import load
from auditor.rulebook.model import Rulebook
from tests.assess.facts_of import LYNC2013, NOW, another_machine, scenarios, server, unread
from tests.assess.planned import planned
from tests.assess.said_by import said, state

EXCHANGE = scenarios(hybrid="no", federation="no", exchange_online="yes")
HALF = {"core": "6.0.9319.516", "front_end": "6.0.9319.281"}


def _pool(fqdn: str, *servers: str, **differs: object) -> Pool:
    made = Pool(fqdn, PoolKind.ENTERPRISE, "Tokyo", tuple(Server(s, fqdn) for s in servers))
    return replace(made, **differs)  # type: ignore[arg-type]


def _counting(*rules: str) -> Rulebook:
    """The policy of a house that counts these rules too."""
    policy = load().policies["office365-tls12"]
    counts = (*policy.counts, *rules)
    return replace(load(), policies={policy.key: replace(policy, counts=counts)})


def _assess(
    pools: list[Pool],
    readings: list[Reading],
    book: Rulebook | None = None,
    waivers: tuple[Waiver, ...] = (),
    evidence: tuple[Reading, ...] = (),
    stated: tuple[Scenario, ...] = EXCHANGE,
) -> Assessment:
    estate = Estate("Contoso", "a test", pools=tuple(pools), scenarios=stated)
    by_name = {reading.fqdn: reading for reading in readings}
    return assess(estate, by_name, book or load(), "office365-tls12", NOW, waivers, evidence)


def _finding(assessment: Assessment, rule: str, pool: str = "p") -> Finding:
    verdict = _verdict(assessment, pool)
    return next(finding for finding in verdict.findings if finding.rule == rule)


def _verdict(assessment: Assessment, pool: str = "p") -> PoolVerdict:
    return next(verdict for verdict in assessment.pools if verdict.fqdn == pool)


MIXED = [server(fqdn="a"), server(fqdn="b", core="6.0.9319.869", front_end="6.0.9319.869")]


def test_every_pool_that_takes_updates_is_judged_once_by_every_rule() -> None:
    sql = _pool("sql", "db", kind=PoolKind.SQL, takes_updates=False)
    assessment = _assess([_pool("p", "a", "b"), sql, _pool("empty")], MIXED)
    rules = [finding.rule for finding in _verdict(assessment).findings]
    assert rules == ["SFB-POOL-001", "SFB-POOL-002", "SFB-POOL-003", "SFB-POOL-004"]
    assert _verdict(assessment, "sql").findings == ()
    assert _verdict(assessment, "empty").findings == ()
    found = [finding for finding in assessment.findings() if finding.subject == "p"]
    assert found == list(_verdict(assessment).findings)
    assert {finding.subject_kind for finding in found} == {"pool"}


def test_who_is_behind_is_told_with_each_servers_build() -> None:
    readings = [*MIXED, server(fqdn="c", **HALF), unread(fqdn="d")]  # type: ignore[arg-type]
    finding = _finding(_assess([_pool("p", "a", "b", "c", "d")], readings), "SFB-POOL-001")
    assert finding.observed == "6.0.9319.869: b; 6.0.9319.516: a; 6.0.9319.281: c"
    assert finding.remediation == "Bring a, c to 6.0.9319.869 as well."
    assert "Not known: d (not read, REACH-AUTH)." in finding.reason
    told = [(one.name, one.observed, one.required, one.note) for one in finding.compared]
    assert told == [
        ("a", "6.0.9319.516", "6.0.9319.869", ""),
        ("b", "6.0.9319.869", "6.0.9319.869", ""),
        ("c", "6.0.9319.281", "6.0.9319.869", ""),
        ("d", "not known", "6.0.9319.869", "not read, REACH-AUTH"),
    ]
    assert [(e.path.partition(",")[0], e.when) for e in finding.evidence] == [
        (name, NOW) for name in "abc"
    ]


def test_builds_are_ordered_as_numbers() -> None:
    lync = {"product": "Microsoft Lync Server 2013", "os": "2012r2"}
    readings = [
        server(fqdn=name, core=build, front_end=build, **lync)  # type: ignore[arg-type]
        for name, build in (("a", "5.0.8308.992"), ("b", "5.0.8308.1001"))
    ]
    finding = _finding(_assess([_pool("p", "a", "b")], readings), "SFB-POOL-001")
    assert finding.remediation == "Bring a to 5.0.8308.1001 as well."


def test_it_is_told_beside_the_readiness_and_lowers_nothing() -> None:
    assessment = _assess([_pool("p", "a", "b")], MIXED)
    assert _finding(assessment, "SFB-POOL-001").status is Status.ADVICE
    assert _verdict(assessment).readiness == "ready"
    assert exit_code(assessment) is ExitCode.READY
    assert planned(assessment).steps == ()


def test_a_pool_of_two_products_is_not_ready_though_its_servers_are() -> None:
    lync = server("2012", "5.0.8308.1001", "5.0.8308.1001", product=LYNC2013, fqdn="b")
    assessment = _assess([_pool("p", "a", "b")], [server(fqdn="a"), lync])
    assert {one.readiness for one in assessment.servers} == {"ready"}
    verdict = _verdict(assessment)
    assert verdict.readiness == "work_needed"
    sentence = "SFB-POOL-004: Its servers run Lync Server 2013 and Skype for Business Server 2015"
    assert verdict.reason.startswith(f"2 servers ready; {sentence}")
    assert _finding(assessment, "SFB-POOL-001").status is Status.ADVICE
    exchange = next(s for s in assessment.scenarios if s.key == "exchange_online")
    assert exchange.readiness == "work_needed"
    assert exit_code(assessment) is ExitCode.WORK_NEEDED


def test_a_server_that_was_not_read_is_told_once() -> None:
    assessment = _assess([_pool("p", "a", "b")], [server(fqdn="a"), unread(fqdn="b")])
    assert _finding(assessment, "SFB-POOL-004").status is Status.ADVICE
    assert _verdict(assessment).readiness == "unknown"
    assert _verdict(assessment).reason == "1 server ready, 1 server unknown (b)"


# who says that the two are a pair -> each has the other for a partner
@pytest.mark.parametrize("saying", ["both", "p", "q"])
def test_a_pair_is_one_whoever_of_the_two_says_so(saying: str) -> None:
    ours = _pool("p", "a", paired_with="q" if saying in ("both", "p") else None)
    theirs = _pool("q", "b", paired_with="p" if saying in ("both", "q") else None)
    assessment = _assess([ours, theirs], MIXED)
    for pool in ("p", "q"):
        assert _finding(assessment, "SFB-POOL-002", pool).status is Status.ADVICE


def test_a_partner_that_the_estate_does_not_have_is_named() -> None:
    assessment = _assess([_pool("p", "a", paired_with="elsewhere")], MIXED)
    finding = _finding(assessment, "SFB-POOL-002")
    assert finding.status is Status.UNKNOWN
    assert "elsewhere, its partner, is not in the estate" in finding.reason
    assert exit_code(assessment) is ExitCode.READY


def test_everything_in_which_a_pair_differs_is_said() -> None:
    ours = _pool("p", "a", paired_with="q")
    theirs = _pool("q", "b", kind=PoolKind.STANDARD)
    lync = "5.0.8308.1001"
    readings = [
        server(fqdn="a"),
        server("2012", lync, lync, fqdn="b", product="Microsoft Lync Server 2013"),
    ]
    finding = _finding(_assess([ours, theirs], readings), "SFB-POOL-002")
    for words in (
        "kind is enterprise, its partner's standard",
        "Skype for Business Server 2015 here, Lync Server 2013 there",
        "Windows Server 2012 R2 here, Windows Server 2012 there",
    ):
        assert words in finding.reason
    assert "builds differ" not in finding.reason  # of two products they always do
    assert "do not rely on failover" in finding.remediation
    told = "p: 6.0.9319.516 on Windows Server 2012 R2; q: 5.0.8308.1001 on Windows Server 2012"
    assert finding.observed == told


def test_a_machine_that_is_no_lync_server_makes_no_pool_mixed() -> None:
    readings = [server(fqdn="a"), another_machine(fqdn="x")]
    pool = _pool("p", "a", "x", kind=PoolKind.UNKNOWN)
    assert _finding(_assess([pool], readings), "SFB-POOL-001").status is Status.NOT_APPLICABLE


def test_a_pools_state_is_that_of_its_own_front_end() -> None:
    busy = said("b", pool_upgrade=state("Busy", "q"))
    ready = said("a", pool_upgrade=state("Ready", "p"))
    assessment = _assess([_pool("p", "a"), _pool("q", "b")], MIXED, evidence=(busy, ready))
    assert _finding(assessment, "SFB-POOL-003", "p").status is Status.PASS
    assert _finding(assessment, "SFB-POOL-003", "q").status is Status.ADVICE


@pytest.mark.parametrize(("version", "is_asked"), [(5, False), (6, True), (7, True), (8, False)])
def test_products_that_have_the_cmdlet(version: int, is_asked: bool) -> None:
    busy = said("a", pool_upgrade=state("Busy", "p"))
    pool = _pool("p", "a", service_version=version)
    finding = _finding(_assess([pool], MIXED, evidence=(busy,)), "SFB-POOL-003")
    assert (finding.status is Status.ADVICE) is is_asked


# front ends, those that are active -> what is observed
ACTIVE = [
    (3, 2, "Ready, 2 of 3 front ends active"),
    (None, 2, "Ready"),
    (3, None, "Ready"),
    (None, None, "Ready"),
]


@pytest.mark.parametrize(("whole", "active", "observed"), ACTIVE)
def test_what_a_pool_said_is_told(whole: int | None, active: int | None, observed: str) -> None:
    told = replace(
        state("Ready", "P", one=True, two=None), front_ends=whole, active_front_ends=active
    )
    assessment = _assess([_pool("P", "a")], MIXED, evidence=(said("a", pool_upgrade=told),))
    finding = _finding(assessment, "SFB-POOL-003", "P")
    assert (finding.status, finding.observed) == (Status.PASS, observed)
    shown = [(one.path.partition(": ")[2], one.value) for one in finding.evidence]
    assert shown == [
        ("PoolUpgradeState", "Ready"),
        ("one IsReadyForUpgrade", "True"),
        ("two IsReadyForUpgrade", "not told"),
    ]


# ------------------------------------------------- where a policy of a house counts such a rule

COUNTED = _counting("SFB-POOL-001")
UNREAD = [server(fqdn="a"), unread(fqdn="b")]


def test_an_unknown_that_counts_makes_the_pool_unknown_and_is_told() -> None:
    pool = _pool("p", "a", "b")
    plain, counted = _assess([pool], UNREAD), _assess([pool], UNREAD, COUNTED)
    assert not _finding(plain, "SFB-POOL-001").counted
    assert _finding(counted, "SFB-POOL-001").counted
    assert "SFB-POOL-001" not in _verdict(plain).reason
    assert "SFB-POOL-001: Not known: b (not read, REACH-AUTH)" in _verdict(counted).reason
    assert _verdict(counted).readiness == "unknown"
    assert exit_code(counted) is ExitCode.INCOMPLETE


# servers of the pool -> what a rule that counts says, and it lowers nothing
@pytest.mark.parametrize(
    ("servers", "status"), [("ab", Status.ADVICE), ("a", Status.NOT_APPLICABLE)]
)
def test_what_counts_and_is_no_fail_lowers_nothing(servers: str, status: Status) -> None:
    assessment = _assess([_pool("p", *servers)], MIXED, COUNTED)
    finding = _finding(assessment, "SFB-POOL-001")
    assert (finding.status, finding.counted) == (status, True)
    plural = "s" if len(servers) > 1 else ""
    assert _verdict(assessment).reason == f"{len(servers)} server{plural} ready"
    assert _verdict(assessment).readiness == "ready"


def test_a_pool_that_no_scenario_needs_does_not_count() -> None:
    none = scenarios(hybrid="no", federation="no", exchange_online="no")
    assessment = _assess([_pool("p", "a", "b")], UNREAD, COUNTED, stated=none)
    finding = _finding(assessment, "SFB-POOL-001")
    assert (finding.status, finding.counted) == (Status.UNKNOWN, False)
    assert _verdict(assessment).readiness == "not_in_scope"


@contextmanager
def _strict(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The rule as a house may want it: a pool that is half updated fails."""
    judge = OneBuild.judge

    def strictly(rule: OneBuild, subject: PoolSubject, context: Context) -> Finding:
        finding = judge(rule, subject, context)
        failed = finding.status is Status.ADVICE
        return finding._replace(status=Status.FAIL) if failed else finding

    with monkeypatch.context() as patch:
        patch.setattr(OneBuild, "judge", strictly)
        yield


def test_a_fail_of_the_pool_alone_makes_work_though_every_server_is_ready(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with _strict(monkeypatch):
        assessment = _assess([_pool("p", "a", "b")], MIXED, COUNTED)
    assert {one.readiness for one in assessment.servers} == {"ready"}
    assert _verdict(assessment).readiness == "work_needed"
    assert _verdict(assessment).reason.startswith("2 servers ready; SFB-POOL-001: Its servers have")
    exchange = next(s for s in assessment.scenarios if s.key == "exchange_online")
    assert exchange.readiness == "work_needed"
    assert exit_code(assessment) is ExitCode.WORK_NEEDED


@pytest.mark.parametrize(("pattern", "covered"), [("p", True), ("?", True), ("a", False)])
def test_a_waiver_covers_a_pool_by_its_name(
    pattern: str, covered: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiver = Waiver(rule="SFB-POOL-001", subject=pattern, who="A", why="in May", until=NOW.date())
    with _strict(monkeypatch):
        assessment = _assess([_pool("p", "a", "b")], MIXED, COUNTED, (waiver,))
    finding = _finding(assessment, "SFB-POOL-001")
    assert (finding.status is Status.WAIVED) is covered
    assert (_verdict(assessment).readiness == "ready") is covered
    assert (exit_code(assessment) is ExitCode.READY) is covered
    assert ("waived: SFB-POOL-001 (p)" in _verdict(assessment).reason) is covered
    exchange = next(s for s in assessment.scenarios if s.key == "exchange_online")
    assert ("waived: SFB-POOL-001 (p)" in exchange.reason) is covered
    unmatched = [note for note in assessment.notes if "matches no server and no pool" in note]
    assert bool(unmatched) is not covered
