"""Answers and judges the documented cases of the rules, from end to end."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from functools import cache

from auditor.assess.cases import Case, bases, cases_of
from auditor.assess.model import Finding
from auditor.assess.rules import RULES
from auditor.collect.script import joined_script
from auditor.estate.model import PoolKind
from auditor.estate.zone import Auth, Transport
from auditor.facts.answer import decode_answer
from auditor.facts.reading import Reach, ReachState, Reading
from auditor.lab.model import LabHost, LabUser, LabZone
from auditor.lab.state import StateBackend
from auditor.lab.windows import WindowsDescription, build_windows
from auditor.rulebook.model import Rulebook
from tests.assess.facts_of import FQDN, judge, pool

NOON = time(12, tzinfo=UTC)
ZONE = LabZone("lab", Transport.HTTP, Auth.NTLM, 0, LabUser("u", "p"))
BASES = {name: WindowsDescription.model_validate(text) for name, text in bases().items()}
CASES = [(rule.id, case) for rule in RULES for case in cases_of(rule.id)]


def finding_of(rule: str, case: Case, rulebook: Rulebook | None = None) -> Finding:
    """What the rule says of the case's Windows."""
    index = CASES.index((rule, case))
    where = pool(PoolKind(case.kind), service_version=case.service_version)
    now = datetime.combine(case.on, NOON)
    judged = judge(_reading(index), where, policy=case.policy, rulebook=rulebook, now=now)
    return judged.finding(rule)


@cache
def _reading(index: int) -> Reading:
    case = CASES[index][1]
    state = ReachState(case.reach)
    if state is not ReachState.READ:
        return Reading(FQDN, Reach(state, "why it was not read"))
    windows = WindowsDescription.model_validate(case.windows).over(BASES[case.like])
    host = LabHost(
        FQDN, ZONE, "127.0.0.1", build_windows(windows, FQDN), clock_offset=case.clock_offset
    )
    when = datetime.combine(case.on, NOON) - timedelta(days=case.days_old)
    (text,) = StateBackend(clock=lambda: when).run(host, joined_script().text, {}).output
    asked = None if case.offline else when
    return decode_answer(text, fqdn=FQDN, started=asked, finished=asked)
