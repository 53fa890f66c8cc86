"""SFB-REPL-001: what is said of a replica, and what to do."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from auditor.assess.engine import exit_code
from auditor.assess.model import Finding, Readiness
from auditor.errors import ExitCode
from auditor.estate.model import PoolKind, Server
from auditor.facts.estate.replication import Replica
from tests.assess.facts_of import NOW, POOL, judge, pool, server, unread
from tests.assess.said_by import REFUSED, replica, replication, said, state

BEFORE = NOW - timedelta(days=365)


def _finding(told: Replica, **where: object) -> Finding:
    judged = judge(server(), pool(**where), evidence=[said(replication=replication(told))])  # type: ignore[arg-type]
    return judged.finding("SFB-REPL-001")


@pytest.mark.parametrize("told", [(), (said(replication=REFUSED),)])
def test_an_estate_that_nobody_asked_or_that_refused_is_not_the_worse_for_it(
    told: tuple[object, ...],
) -> None:
    judged = judge(server(), evidence=told)  # type: ignore[arg-type]
    assert judged.server.readiness is Readiness.READY
    assert exit_code(judged.assessment) is ExitCode.READY


def test_a_late_replica_weighs_on_nothing() -> None:
    judged = judge(server(), evidence=[said(replication=replication(replica(late=True)))])
    assert judged.finding("SFB-REPL-001").status == "advice"
    assert exit_code(judged.assessment) is ExitCode.READY


def test_what_to_do_about_a_late_one() -> None:
    inside = _finding(replica(late=True)).remediation
    assert "Invoke-CsManagementStoreReplication -ReplicaFqdn fe01.contoso.com" in inside
    assert "4443" not in inside
    assert "TCP port 4443" in _finding(replica(late=True), kind=PoolKind.EDGE).remediation


def test_one_that_is_up_to_date_needs_nothing() -> None:
    finding = _finding(replica(version="6.0.9319.516"))
    assert (finding.status, finding.remediation) == ("pass", "")
    assert finding.observed == "up to date, reported 2018-07-03 12:01 UTC"


def test_everything_that_is_wrong_is_said() -> None:
    silent = replace(replica(late=True), last_status_report=None)
    finding = _finding(silent)
    assert finding.observed == "not up to date, no report"
    assert "lacks the last change" in finding.reason
    assert "has never reported" in finding.reason
    late = replace(replica(late=True, version="5.0.8308.0"), last_status_report=BEFORE)
    finding = _finding(late)
    for words in ("lacks the last change", "is older than that change", "It reported 5.0.8308.0"):
        assert words in finding.reason


# version that was reported, builds of core and front end -> is it said
VERSIONS = [
    ("6.0.9319.516", "6.0.9319.516", "6.0.9319.516", False),
    ("6.0.9319.516", "6.0.9319.516", "6.0.9319.281", False),
    ("6.0.9319.517", "6.0.9319.516", "6.0.9319.516", True),
    ("6.0.9319.0", "6.0.9319.516", "6.0.9319.516", False),
    ("6.0.9320.0", "6.0.9319.516", "6.0.9319.516", True),
    ("6.1.9319.0", "6.0.9319.516", "6.0.9319.516", True),
    ("7.0.9319.0", "6.0.9319.516", "6.0.9319.516", True),
    ("6.0.9319.1", "6.0.9319.516", "6.0.9319.516", True),
    (None, "6.0.9319.516", "6.0.9319.516", False),
    ("of May", "6.0.9319.516", "6.0.9319.516", False),
    ("6.0.9319.281", None, None, False),
    ("6.0.9319.281", "6.0.9319.516", "of May", True),
    ("6.0.9319.516", "6.0.9319.516", "of May", False),
    ("6.0.9319.281", "of May", "of May", False),
]


@pytest.mark.parametrize(("told", "core", "front_end", "is_said"), VERSIONS)
def test_a_version_that_the_packages_contradict(
    told: str | None, core: str | None, front_end: str | None, is_said: bool
) -> None:
    reading = server(core=core, front_end=front_end)
    evidence = [said(replication=replication(replica(version=told)))]
    finding = judge(reading, pool(service_version=7), evidence=evidence).finding("SFB-REPL-001")
    assert (finding.status == "advice") is is_said
    assert (f"It reported {told}" in finding.reason) is is_said
    assert (finding.remediation == "Rely on the packages.") is is_said


def test_a_server_that_was_not_read_contradicts_nothing() -> None:
    evidence = [said(replication=replication(replica(version="6.0.9319.281")))]
    assert judge(unread(), evidence=evidence).finding("SFB-REPL-001").status == "pass"


def test_without_an_answer_on_whether_it_is_up_to_date_a_silent_one_is_still_silent() -> None:
    told = replace(replica(), up_to_date=None, last_status_report=None)
    assert _finding(told).status == "advice"
    assert _finding(replace(told, last_status_report=NOW)).status == "unknown"


AN_HOUR = timedelta(hours=1)
FIVE = pool(servers=tuple(Server(f"fe0{n}.contoso.com", POOL) for n in range(1, 6)))

# when the other server was asked, the last report as the newest answer tells it -> is it settled
OTHER_WORDS = [
    (NOW, NOW - AN_HOUR, False),
    (NOW, None, False),  # as over the RBAC endpoint: then by when that was said
    (NOW - AN_HOUR, None, True),
    (NOW - timedelta(minutes=5), None, False),
    (NOW - AN_HOUR, NOW - 2 * AN_HOUR, False),
    (NOW - 2 * AN_HOUR, NOW - AN_HOUR, True),
    (NOW - AN_HOUR, NOW - AN_HOUR + timedelta(minutes=5), False),
    (NOW - AN_HOUR, NOW - AN_HOUR + timedelta(minutes=5, seconds=1), True),
]


@pytest.mark.parametrize(("when", "report", "settled"), OTHER_WORDS)
def test_two_shells_that_contradict_each_other_are_both_named(
    when: datetime, report: datetime | None, *, settled: bool
) -> None:
    good = replace(replica(version="6.0.9319.516"), last_status_report=report)
    fe01 = said(replication=replication(good))
    fe02 = said("fe02.contoso.com", when, replication=replication(replica(late=True)))
    for evidence in ([fe01, fe02], [fe02, fe01]):
        told = evidence if settled or when != NOW else [fe01, fe02]  # of one instant: the first
        finding = judge(server(), FIVE, evidence=told).finding("SFB-REPL-001")
        assert finding.status == ("pass" if settled else "advice")
        assert ("fe02.contoso.com reported otherwise on" in finding.reason) is not settled
        assert "as fe01.contoso.com reported" in finding.reason
        asked = {e.path.partition(": ")[0].rpartition(" ")[2] for e in finding.evidence}
        assert ("fe02.contoso.com" in asked) is not settled
        assert bool(finding.remediation) is not settled


def test_shells_that_agree_or_speak_of_others_leave_no_doubt() -> None:
    fe01 = said(replication=replication(replica()))
    others = [
        said("fe02.contoso.com", replication=replication(replica())),
        said("fe03.contoso.com", replication=replication(replica("fe09.contoso.com", late=True))),
        said("fe04.contoso.com", replication=REFUSED),
        said("fe05.contoso.com", pool_upgrade=state()),
    ]
    finding = judge(server(), FIVE, evidence=[fe01, *others]).finding("SFB-REPL-001")
    assert (finding.status, finding.reason) == (
        "pass",
        "It has the last change, as fe01.contoso.com reported.",
    )


def test_what_a_server_said_before_is_no_other_word() -> None:
    older = said(when=NOW - AN_HOUR, replication=replication(replica(late=True)))
    newer = said(replication=replication(replica()))
    for evidence in ([older, newer], [newer, older]):
        assert judge(server(), FIVE, evidence=evidence).finding("SFB-REPL-001").status == "pass"


def test_two_shells_may_write_a_name_in_their_own_case() -> None:
    fe01 = said(replication=replication(replica("FE01.contoso.com")))
    fe02 = said("fe02.contoso.com", replication=replication(replica(late=True)))
    assert judge(server(), FIVE, evidence=[fe01, fe02]).finding("SFB-REPL-001").status == "advice"


def test_a_late_word_that_is_the_newest_stands_by_itself() -> None:
    late = said(replication=replication(replica(late=True)))
    other = said("fe02.contoso.com", NOW - AN_HOUR, replication=replication(replica()))
    finding = judge(server(), FIVE, evidence=[late, other]).finding("SFB-REPL-001")
    assert finding.status == "advice"
    assert "otherwise" not in finding.reason
