"""What the Management Shell said: which answer counts, and for whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from auditor.assess.model import Finding
from auditor.estate.model import Server
from auditor.facts.families import BROKEN, FamilyError
from auditor.facts.reading import Reading
from tests.assess.facts_of import FQDN, NOW, POOL, judge, pool, server
from tests.assess.said_by import REFUSED, replica, replication, said, state

TWO = pool(servers=(Server(FQDN, POOL), Server("fe02.contoso.com", POOL)))


def _replica(*evidence: Reading) -> Finding:
    return judge(server(), evidence=evidence).finding("SFB-REPL-001")


def _state(*evidence: Reading) -> Finding:
    judged = judge(server(), TWO, evidence=evidence)
    return next(f for f in judged.assessment.findings() if f.rule == "SFB-POOL-003")


def _ago(**time: int) -> dict[str, object]:
    return {"when": NOW - timedelta(**time)}


LATE, IN_TIME = replication(replica(late=True)), replication(replica())


def test_without_an_answer_there_is_nothing_to_say() -> None:
    assert _replica().status == "not_applicable"
    assert _replica(said(pool_upgrade=state())).status == "not_applicable"
    assert _state(said(replication=IN_TIME)).status == "not_applicable"


@pytest.mark.parametrize(("days", "status"), [(30, "advice"), (31, "unknown"), (-2, "unknown")])
def test_an_answer_holds_as_long_as_the_policy_lets_facts_hold(days: int, status: str) -> None:
    when = NOW - timedelta(days=days)
    assert _replica(said(when=when, replication=LATE)).status == status
    assert _state(said(when=when, pool_upgrade=state("Busy"))).status == status


def test_the_newest_answer_counts_in_whatever_order_they_come() -> None:
    older = said(when=NOW - timedelta(days=2), replication=LATE, pool_upgrade=state("Busy"))
    since = replace(replica(), last_status_report=NOW - timedelta(days=1))
    newer = said("fe02.contoso.com", replication=replication(since), pool_upgrade=state())
    for evidence in ((older, newer), (newer, older)):
        assert _state(*evidence).status == "pass"
        judged = judge(server(), TWO, evidence=evidence)
        assert judged.finding("SFB-REPL-001").status == "pass"
        assert "as fe02.contoso.com reported" in judged.finding("SFB-REPL-001").reason


def test_an_older_answer_counts_where_the_newest_is_a_refusal_and_that_is_said() -> None:
    older = said(when=NOW - timedelta(days=2), replication=LATE, pool_upgrade=state("Busy"))
    refused = said(replication=REFUSED, pool_upgrade=REFUSED)
    for finding in (_replica(older, refused), _state(older, refused)):
        assert finding.status == "advice"
        assert "a newer answer was refused" in finding.reason


NOBODY = r"Login failed for user 'NT AUTHORITY\Anonymous Logon'."

# how it ended -> why there is no answer
UNREAD = [
    (REFUSED, 'was refused: "access denied"'),
    (FamilyError("CommandNotFoundException", "is not recognized"), "is not available here"),
    (
        FamilyError(BROKEN, "an object was expected, not 7"),
        'came back unreadable: "an object was expected, not 7"',
    ),
    (
        FamilyError("SqlException", NOBODY),
        f'was refused: "{NOBODY}" (WinRM does not pass credentials on to the SQL Server)',
    ),
]


@pytest.mark.parametrize(("error", "why"), UNREAD)
def test_why_there_is_no_answer_is_said(error: FamilyError, why: str) -> None:
    finding = _replica(said(replication=error))
    assert finding.status == "unknown"
    assert finding.reason == f"Get-CsManagementStoreReplicationStatus {why}"


def test_a_server_of_another_estate_says_nothing() -> None:
    stranger = said("fe01-of.fabrikam.com", replication=LATE, pool_upgrade=state("Busy"))
    assert _replica(stranger).status == "unknown"
    assert "is not a server of a test" in _replica(stranger).reason


def test_every_answer_says_who_gave_it_and_when() -> None:
    finding = _replica(said(replication=LATE))
    shown = [(e.family, e.path, e.value, e.when) for e in finding.evidence]
    told = f"Get-CsManagementStoreReplicationStatus on {FQDN}: {FQDN} UpToDate"
    assert shown[0] == ("replication", told, "False", NOW)


def test_a_pool_goes_by_its_own_name_in_any_case() -> None:
    """Over the RBAC endpoint a pool is asked, and no server of it."""
    busy = state("Busy", None)
    for asked in (POOL, POOL.upper(), FQDN, FQDN.upper()):
        assert _state(said(asked, pool_upgrade=busy)).status == "advice"


def test_an_estate_may_write_names_in_any_case() -> None:
    name, home = FQDN.upper(), POOL.upper()
    where = pool(fqdn=home, servers=(Server(name, home),))
    told = said(pool_upgrade=state("Busy", None), replication=IN_TIME)
    judged = judge(server(fqdn=name), where, evidence=[told])
    found = {f.rule: f.status for f in judged.assessment.findings()}
    assert (found["SFB-POOL-003"], found["SFB-REPL-001"]) == ("advice", "pass")


def test_a_server_under_another_name_is_of_the_pool_that_it_names() -> None:
    asked = "fe01.ad.contoso.com"
    assert _state(said(asked, pool_upgrade=state("Busy", POOL.upper()))).status == "advice"
    for other in ("pool02.contoso.com", None):
        busy = state("Busy", other)
        assert _state(said(asked, pool_upgrade=busy)).status == "not_applicable"


def test_of_two_entries_on_a_server_the_first_counts() -> None:
    twice = replication(replica(FQDN.upper(), late=True), replica())
    assert _replica(said(replication=twice)).status == "advice"


def test_what_a_server_said_within_the_audit_counts_too() -> None:
    """A bundle may hold the estate's families beside the server's own."""
    reading = server()
    both = replace(reading, families=(*reading.families, *said(replication=LATE).families))
    assert judge(both, evidence=[both]).finding("SFB-REPL-001").status == "advice"
