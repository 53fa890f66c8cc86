"""SFB-REACH-001, SFB-CLOCK-001 and SFB-NET-001."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from auditor.assess.engine import assess
from auditor.estate.model import Estate, Server
from auditor.facts.dotnet import DotNetFacts
from auditor.facts.reading import ReachState
from auditor.facts.registry_value import RegistryValue
from auditor.rulebook import load
from tests.assess.facts_of import (
    FQDN,
    NOW,
    POOL,
    dotnet,
    dword,
    judge,
    pool,
    server,
    system,
    text,
    unread,
)


@pytest.mark.parametrize("state", [state for state in ReachState if state is not ReachState.READ])
def test_a_server_that_was_not_read_is_unknown_with_its_code(state: ReachState) -> None:
    judged = judge(unread(state))
    finding = judged.finding("SFB-REACH-001")
    assert finding.status == "unknown"
    assert state.value in finding.observed
    assert finding.actions == ("restore-access",)
    assert finding.remediation == "Check the account."
    others = [f for f in judged.server.findings if f.rule != "SFB-REPL-001"]  # asked elsewhere
    assert {f.status for f in others} == {"unknown"}
    assert judged.server.readiness == "unknown"


ASK = "Audit the server, or add its bundle."
CARRY = (
    "Carry the collector there (sfb-audit collector export) and its file back, then audit with "
    "--bundle and that file."
)

# zone -> what is to be done where there is no answer
NO_ANSWER = [(None, ASK), ("dmz", ASK), ("offline", CARRY)]


@pytest.mark.parametrize(("zone", "remedy"), NO_ANSWER)
def test_a_server_that_is_never_contacted_is_carried_by_hand(zone: str | None, remedy: str) -> None:
    where = pool(servers=(Server(FQDN, POOL, zone=zone),))
    estate = Estate("Contoso", "a test", pools=(where,))
    judged = assess(estate, {}, load(), "office365-tls12", NOW).servers[0]
    finding = next(f for f in judged.findings if f.rule == "SFB-REACH-001")
    assert finding.remediation == remedy
    assert judged.reading.reach.hint == remedy


def test_what_the_answer_says_of_itself_is_evidence() -> None:
    note = "The server's own DNS suffix is 'corp.example', not 'contoso.com'."
    finding = judge(replace(server(), notes=(note,))).finding("SFB-REACH-001")
    assert finding.status == "pass"
    assert note in [evidence.value for evidence in finding.evidence]


# how old, by a policy that takes 30 days -> how it is told
AGES = [
    (timedelta(days=30), None),
    (timedelta(days=30, seconds=1), "more than 30 days old"),
    (timedelta(days=30, hours=23, minutes=59), "more than 30 days old"),
    (timedelta(days=31), "31 days old"),
    (timedelta(days=-1), None),
    (timedelta(days=-1, seconds=-1), "dated 2018-09-02"),
]


@pytest.mark.parametrize(("age", "told"), AGES)
def test_facts_prove_nothing_from_the_second_on_that_they_are_too_old(
    age: timedelta, told: str | None
) -> None:
    judged = judge(replace(server(), finished=NOW - age))
    finding = judged.finding("SFB-REACH-001")
    assert finding.status == ("pass" if told is None else "unknown")
    assert told is None or told in finding.reason
    assert judged.server.readiness == ("ready" if told is None else "unknown")


def test_a_family_that_is_neither_read_nor_failed_is_unknown() -> None:
    judged = judge(server(schannel=None))
    assert judged.finding("SFB-TLS-001").status == "unknown"
    assert "family schannel holds no facts" in judged.finding("SFB-TLS-001").reason
    assert judge(server(schannel={"sides": []})).finding("SFB-TLS-001").status == "unknown"


# seconds -> status
CLOCKS = [
    (0.0, "pass"),
    (300.0, "pass"),
    (300.5, "advice"),
    (-300.0, "pass"),
    (-301.0, "advice"),
    (86400.0, "advice"),
    (None, "not_applicable"),
]


@pytest.mark.parametrize(("skew", "status"), CLOCKS)
def test_a_wrong_clock_is_advice(skew: float | None, status: str) -> None:
    judged = judge(server(skew=skew))
    finding = judged.finding("SFB-CLOCK-001")
    assert finding.status == status
    assert bool(finding.remediation) is (status == "advice")
    if skew:
        assert ("ahead of" in finding.observed) is (skew > 0)
    assert judged.server.readiness == "ready"


# strong crypto of .NET 4, of .NET 2 -> status
STRONG: list[tuple[RegistryValue | None, RegistryValue | None, str]] = [
    (dword(1), dword(1), "pass"),
    (None, dword(1), "advice"),
    (dword(1), None, "advice"),
    (dword(0), dword(1), "advice"),
    (text("1"), dword(1), "advice"),
]


@pytest.mark.parametrize(("v4", "v2", "status"), STRONG)
def test_strong_crypto_is_advice(
    v4: RegistryValue | None, v2: RegistryValue | None, status: str
) -> None:
    judged = judge(server(dotnet=dotnet(v4, v2)))
    finding = judged.finding("SFB-NET-001")
    assert finding.status == status
    assert bool(finding.remediation) is (status == "advice")
    assert ("may not offer TLS 1.2" in finding.reason) is (status == "advice")
    assert judged.server.readiness == "ready"


V2, V4 = "v2.0.50727", "v4.0.30319"
RELEASE = dword(461814)

# keys that are not there, Release -> status where strong cryptography is a condition
ABSENT: list[tuple[set[str], RegistryValue | None, str]] = [
    (set(), RELEASE, "pass"),
    # .NET 3.5 is not installed: its keys are in neither view.
    ({f"{V2} native", f"{V2} wow6432"}, RELEASE, "pass"),
    # It is, as its key in the other view tells.
    ({f"{V2} wow6432"}, RELEASE, "fail"),
    ({f"{V2} native"}, RELEASE, "fail"),
    # Release tells that .NET 4 is installed.
    ({f"{V4} native", f"{V4} wow6432"}, RELEASE, "fail"),
    ({f"{V4} wow6432"}, RELEASE, "fail"),
    ({f"{V4} native"}, RELEASE, "fail"),
    ({f"{V2} wow6432", f"{V4} wow6432"}, RELEASE, "fail"),
    ({f"{V4} native", f"{V4} wow6432"}, text("461814"), "fail"),
    ({f"{V4} native", f"{V4} wow6432"}, None, "pass"),
    ({f"{V4} wow6432"}, None, "fail"),
    ({f"{r} {view}" for r in (V2, V4) for view in ("native", "wow6432")}, RELEASE, "fail"),
    ({f"{r} {view}" for r in (V2, V4) for view in ("native", "wow6432")}, None, "unknown"),
]


@pytest.mark.parametrize(("keys", "release", "status"), ABSENT)
def test_a_key_that_is_absent_lacks_the_value_where_its_runtime_is_installed(
    keys: set[str], release: RegistryValue | None, status: str
) -> None:
    told = tuple(
        replace(r, key_present=False, strong_crypto=None) if f"{r.runtime} {r.view}" in keys else r
        for r in dotnet(dword(1), dword(1)).runtimes
    )
    reading = server(dotnet=DotNetFacts(release, told))
    finding = judge(reading, policy="tls10-disable").finding("SFB-NET-001")
    assert finding.status == status
    assert ("the key is absent" in finding.observed) is (status == "fail")


def test_a_server_without_a_runtime_is_unknown() -> None:
    for release in (None, RELEASE):
        none = DotNetFacts(release, ())
        assert judge(server(dotnet=none)).finding("SFB-NET-001").status == "unknown"


# places that the answer leaves out, the value elsewhere, Windows -> status under both policies
LEFT_OUT = [
    ({"v2.0.50727 wow6432"}, 1, "64-bit", "unknown", "unknown"),
    ({"v4.0.30319 native"}, 1, "64-bit", "unknown", "unknown"),
    ({"v4.0.30319 native", "v4.0.30319 wow6432"}, 1, "64-bit", "unknown", "unknown"),
    ({"v2.0.50727 wow6432"}, 0, "64-bit", "unknown", "fail"),  # certain, where it is a fail
    ({"v2.0.50727 wow6432", "v4.0.30319 wow6432"}, 1, "64-bit", "unknown", "unknown"),
    ({"v2.0.50727 wow6432", "v4.0.30319 wow6432"}, 1, "32-bit", "pass", "pass"),
    ({"v2.0.50727 native"}, 1, "32-bit", "unknown", "unknown"),
    ({"v2.0.50727 wow6432"}, 1, None, "unknown", "unknown"),
    (set(), 1, None, "pass", "pass"),
]


@pytest.mark.parametrize(("places", "value", "architecture", "status", "demanded"), LEFT_OUT)
def test_a_place_that_was_not_reported_proves_nothing(
    places: set[str], value: int, architecture: str | None, status: str, demanded: str
) -> None:
    facts = dotnet(dword(value), dword(value))
    told = tuple(r for r in facts.runtimes if f"{r.runtime} {r.view}" not in places)
    reading = server(
        os_facts=replace(system(), architecture=architecture or "64-bit"),
        failed=() if architecture else ("os",),
        dotnet=replace(facts, runtimes=told),
    )
    for policy, expected in (("office365-tls12", status), ("tls10-disable", demanded)):
        finding = judge(reading, policy=policy).finding("SFB-NET-001")
        assert finding.status == expected
        if expected == "unknown":
            assert all(place in finding.reason for place in places)
