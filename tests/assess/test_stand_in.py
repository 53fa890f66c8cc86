"""Rules that are not asked, as another one's fail says enough: unknown as soon as it does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from auditor.assess.engine import exit_code
from auditor.assess.model import Finding, Readiness, Status, SubjectKind
from auditor.assess.rules import RULES
from auditor.assess.stand_in import unless_stood_for
from auditor.assess.waivers import Waiver
from auditor.errors import ExitCode
from auditor.facts.reading import Reading
from auditor.rulebook import load
from auditor.rulebook.model import Rulebook
from tests.assess.facts_of import (
    LYNC2010,
    LYNC2013,
    NOW,
    SFB2019,
    TLS12_ON,
    Judged,
    judge,
    scenarios,
    schannel,
    server,
)

BOOK = load()
LYNC_2010 = server(product=LYNC2010, core="4.0.7577.728", front_end="4.0.7577.728")
LYNC_2013 = server("2012", product=LYNC2013, core="5.0.8308.1182", front_end="5.0.8308.1182")
SFB_2019_ON_2012 = server("2012", product=SFB2019, core="7.0.2046.553", front_end="7.0.2046.553")
SFB_2015_ON_2008 = server("2008", schannel=schannel(TLS12_ON, TLS12_ON))

# what stands there, the policy, the rule that fails, some of those that it stands for
STANDS = [
    (SFB_2019_ON_2012, "office365-tls12", "SFB-OS-001", ("SFB-KB-001", "SFB-WINHTTP-001")),
    (SFB_2015_ON_2008, "office365-tls12", "SFB-OS-001", ("SFB-KB-001", "SFB-WINHTTP-001")),
    (SFB_2019_ON_2012, "cloud-moves-2022", "SFB-OS-001", ("SFB-KB-001", "SFB-WINHTTP-001")),
    (LYNC_2013, "tls10-disable", "SFB-PROD-003", ("SFB-PRE-001",)),
    (LYNC_2010, "office365-tls12", "SFB-PROD-002", ("SFB-CU-001", "SFB-OS-001", "SFB-TLS-001")),
]


def _accepted(*rules: str) -> tuple[Waiver, ...]:
    day = NOW.date()
    return tuple(
        Waiver(rule=rule, subject="*", who="CAB", why="agreed", until=day) for rule in rules
    )


def _without(policy: str, *rules: str) -> Rulebook:
    made = BOOK.policies[policy]
    counts = tuple(rule for rule in made.counts if rule not in rules)
    return replace(BOOK, policies={**BOOK.policies, policy: replace(made, counts=counts)})


def _says(judged: Judged, rules: Sequence[str], sentence: str) -> None:
    for rule in rules:
        finding = judged.finding(rule)
        assert (finding.status, sentence in finding.reason) == (Status.UNKNOWN, True), finding
        assert finding.remediation
    assert judged.server.readiness is Readiness.UNKNOWN
    assert judged.assessment.pools[0].readiness is Readiness.UNKNOWN
    assert exit_code(judged.assessment) is ExitCode.INCOMPLETE


@pytest.mark.parametrize(("reading", "policy", "stead", "rules"), STANDS)
def test_a_fail_that_counts_is_enough(
    reading: Reading, policy: str, stead: str, rules: Sequence[str]
) -> None:
    judged = judge(reading, policy=policy)
    assert judged.server.readiness is Readiness.BLOCKED
    for rule in rules:
        finding = judged.finding(rule)
        assert (finding.status, finding.stead) == (Status.NOT_APPLICABLE, stead)


@pytest.mark.parametrize(("reading", "policy", "stead", "rules"), STANDS)
def test_a_waiver_of_it_covers_it_alone(
    reading: Reading, policy: str, stead: str, rules: Sequence[str]
) -> None:
    judged = judge(reading, policy=policy, waivers=_accepted(stead))
    assert judged.finding(stead).status is Status.WAIVED
    _says(
        judged,
        rules,
        f"But {stead} is waived: what this rule would say is not known.",
    )


@pytest.mark.parametrize(("reading", "policy", "stead", "rules"), STANDS)
def test_no_waiver_of_the_others_covers_what_was_not_judged(
    reading: Reading, policy: str, stead: str, rules: Sequence[str]
) -> None:
    judged = judge(reading, policy=policy, waivers=_accepted(stead, *rules))
    _says(judged, rules, "Not judged: ")


@pytest.mark.parametrize(("reading", "policy", "stead", "rules"), STANDS)
def test_a_policy_that_leaves_it_out_leaves_out_no_other(
    reading: Reading, policy: str, stead: str, rules: Sequence[str]
) -> None:
    judged = judge(reading, policy=policy, rulebook=_without(policy, stead))
    _says(judged, rules, f"But {stead} does not count under this policy")


def test_what_does_not_count_stays_as_it_is() -> None:
    rules = ("SFB-KB-001", "SFB-WINHTTP-001")
    book = _without("office365-tls12", *rules)
    judged = judge(SFB_2019_ON_2012, rulebook=book, waivers=_accepted("SFB-OS-001"))
    assert {judged.finding(rule).status for rule in rules} == {Status.NOT_APPLICABLE}
    assert judged.server.readiness is Readiness.READY


def test_what_concerns_no_such_server_is_not_unknown_by_a_waiver() -> None:
    reading = server("2012r2", product=SFB2019, core="7.0.2046.553", front_end="7.0.2046.553")
    judged = judge(reading, waivers=_accepted("SFB-OS-001"))
    assert judged.finding("SFB-KB-001").status is Status.NOT_APPLICABLE  # a Windows without it
    _says(judged, ["SFB-WINHTTP-001"], "SFB-OS-001 is waived")


def test_of_two_only_the_one_that_counts_is_unknown() -> None:
    book = _without("office365-tls12", "SFB-KB-001")
    judged = judge(SFB_2019_ON_2012, rulebook=book, waivers=_accepted("SFB-OS-001"))
    assert judged.finding("SFB-KB-001").status is Status.NOT_APPLICABLE
    assert judged.finding("SFB-WINHTTP-001").status is Status.UNKNOWN


def _finding(rule: str, status: Status, **differs: object) -> Finding:
    made = Finding(rule, "fe01", SubjectKind.SERVER, status, "", "", "because")
    return made._replace(**differs)  # type: ignore[arg-type]


# what stands for it, whether it counts -> what follows, words
FALLEN = [
    (Status.FAIL, True, Status.NOT_APPLICABLE, "because"),
    (Status.UNKNOWN, True, Status.NOT_APPLICABLE, "because"),
    (Status.FAIL, False, Status.UNKNOWN, "A does not count under this policy"),
    (Status.WAIVED, True, Status.UNKNOWN, "A is waived"),
    (Status.PASS, True, Status.UNKNOWN, "A does not fail"),
    (None, True, Status.UNKNOWN, "A was not asked"),
]


@pytest.mark.parametrize(("stands", "counts", "status", "words"), FALLEN)
def test_what_stands_for_another(
    stands: Status | None, counts: bool, status: Status, words: str
) -> None:
    first = [_finding("A", stands, counted=counts)] if stands is not None else []
    stood_for = _finding("B", Status.NOT_APPLICABLE, stead="A")
    found = unless_stood_for([*first, stood_for, _finding("C", Status.PASS)])
    assert [(f.rule, f.status) for f in found[-2:]] == [("B", status), ("C", Status.PASS)]
    assert words in found[-2].reason


def test_another_fail_that_blocks_stands_for_all() -> None:
    ruled_out = judge(LYNC_2010, policy="tls10-disable", waivers=_accepted("SFB-PROD-002"))
    assert ruled_out.server.readiness is Readiness.BLOCKED
    assert ruled_out.finding("SFB-CU-001").status is Status.NOT_APPLICABLE
    both = _accepted("SFB-PROD-002", "SFB-PROD-003")
    _says(judge(LYNC_2010, policy="tls10-disable", waivers=both), ["SFB-CU-001"], "is waived")


def test_work_that_can_be_done_stands_for_nothing() -> None:
    reading = server("2012", product=SFB2019, core="7.0.2046.0", front_end="7.0.2046.0")
    judged = judge(reading, policy="cloud-moves-2022", waivers=_accepted("SFB-OS-001"))
    assert judged.server.readiness is Readiness.WORK_NEEDED
    assert judged.finding("SFB-KB-001").status is Status.UNKNOWN


def test_a_policy_that_counts_dates_alone_blocks_by_them() -> None:
    day = NOW.replace(year=2026)
    fresh = replace(LYNC_2010, started=day, finished=day, collected=day)
    judged = judge(fresh, policy="supported-today", now=day)
    assert judged.server.readiness is Readiness.BLOCKED
    assert exit_code(judged.assessment) is ExitCode.WORK_NEEDED


def test_an_unknown_stands_as_well() -> None:
    """Of a product that cannot take part in hybrid, where hybrid is not in use."""
    judged = judge(LYNC_2010, stated=scenarios(exchange_online="yes", hybrid="no"))
    assert judged.finding("SFB-PROD-002").status is Status.UNKNOWN
    assert judged.finding("SFB-CU-001").status is Status.NOT_APPLICABLE


def test_every_rule_that_stands_for_others_is_one() -> None:
    ids = {rule.id for rule in RULES}
    for reading, policy, stead, _ in STANDS:
        steads = {f.stead for f in judge(reading, policy=policy).server.findings} - {""}
        assert stead in steads
        assert steads <= ids
