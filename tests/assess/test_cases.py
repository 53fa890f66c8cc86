"""The documented cases of every rule, from a simulated Windows to the finding."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from auditor.assess.cases import Case, bases, cases_of
from auditor.assess.model import Status
from auditor.assess.rules import RULES
from auditor.collect.script import joined_script
from auditor.estate.model import PoolKind
from auditor.estate.zone import Auth, Transport
from auditor.facts.answer import decode_answer
from auditor.facts.reading import Reach, ReachState, Reading
from auditor.lab.model import LabHost, LabUser, LabZone
from auditor.lab.state import StateBackend
from auditor.lab.windows import WindowsDescription, build_windows
from tests.assess.facts_of import FQDN, judge, pool

NOW = datetime(2018, 9, 1, 12, 0, tzinfo=UTC)
ZONE = LabZone("lab", Transport.HTTP, Auth.NTLM, 0, LabUser("u", "p"))
BASES = {name: WindowsDescription.model_validate(text) for name, text in bases().items()}
CASES = [
    pytest.param(rule.id, case, id=f"{rule.id}: {case.title}")
    for rule in RULES
    for case in cases_of(rule.id)
]


def _reading(case: Case) -> Reading:
    state = ReachState(case.reach)
    if state is not ReachState.READ:
        return Reading(FQDN, Reach(state, "why it was not read"))
    windows = WindowsDescription.model_validate(case.windows).over(BASES[case.like])
    host = LabHost(
        FQDN, ZONE, "127.0.0.1", build_windows(windows, FQDN), clock_offset=case.clock_offset
    )
    when = NOW - timedelta(days=case.days_old)
    (text,) = StateBackend(clock=lambda: when).run(host, joined_script().text, {}).output
    asked = None if case.offline else when
    return decode_answer(text, fqdn=FQDN, started=asked, finished=asked)


@pytest.mark.parametrize(("rule", "case"), CASES)
def test_case(rule: str, case: Case) -> None:
    finding = judge(_reading(case), pool(PoolKind(case.kind))).finding(rule)
    assert finding.status is Status(case.status), finding.reason
    assert case.says in finding.reason


@pytest.mark.parametrize("rule", [rule.id for rule in RULES])
def test_every_rule_has_cases_of_several_outcomes(rule: str) -> None:
    assert len({case.status for case in cases_of(rule)}) >= 2


@pytest.mark.parametrize("rule", [rule.id for rule in RULES])
def test_titles_tell_cases_apart(rule: str) -> None:
    titles = [case.title for case in cases_of(rule)]
    assert len(set(titles)) == len(titles)
