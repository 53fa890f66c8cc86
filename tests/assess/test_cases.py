"""The documented cases of every rule, from a simulated Windows to the finding."""

from __future__ import annotations

import pytest

from auditor.assess.cases import Case, cases_of
from auditor.assess.model import Status
from auditor.assess.rules import RULES
from tests.assess.judged_cases import CASES, finding_of


@pytest.mark.parametrize(
    ("rule", "case"),
    [pytest.param(rule, case, id=f"{rule}: {case.title}") for rule, case in CASES],
)
def test_case(rule: str, case: Case) -> None:
    finding = finding_of(rule, case)
    assert finding.status is Status(case.status), finding.reason
    assert case.says in finding.reason
    if finding.status is Status.ADVICE:
        assert "this is advice" in finding.reason, "why it is no fail"


@pytest.mark.parametrize("rule", [rule.id for rule in RULES])
def test_every_rule_has_cases_of_several_outcomes(rule: str) -> None:
    assert len({case.status for case in cases_of(rule)}) >= 2


@pytest.mark.parametrize("rule", [rule.id for rule in RULES])
def test_titles_tell_cases_apart(rule: str) -> None:
    titles = [case.title for case in cases_of(rule)]
    assert len(set(titles)) == len(titles)
