"""Answers and judges the documented cases of the rules, from end to end."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time, timedelta
from functools import cache

from auditor.assess.cases import Case, Member, bases, cases_of
from auditor.assess.engine import assess
from auditor.assess.model import Finding
from auditor.assess.rules import RULES
from auditor.collect.script import joined_script
from auditor.estate.model import Estate, Pool, PoolKind, Server
from auditor.estate.zone import Auth, Transport
from auditor.facts.answer import decode_answer
from auditor.facts.reading import Reach, ReachState, Reading
from auditor.lab.model import LabHost, LabUser, LabZone
from auditor.lab.state import StateBackend
from auditor.lab.windows import build_windows
from auditor.lab.windows_description import WindowsDescription
from auditor.rulebook import load
from auditor.rulebook.model import Rulebook
from tests.assess.facts_of import FQDN, POOL, pool, scenarios

NOON = time(12, tzinfo=UTC)
ZONE = LabZone("lab", Transport.HTTP, Auth.NTLM, 0, LabUser("u", "p"))
BASES = {name: WindowsDescription.model_validate(text) for name, text in bases().items()}
CASES = [(rule.id, case) for rule in RULES for case in cases_of(rule.id)]
PARTNER = "pool02.contoso.com"


def finding_of(rule: str, case: Case, rulebook: Rulebook | None = None) -> Finding:
    """What the rule says of the case's server, or of its pool."""
    index = CASES.index((rule, case))
    now = datetime.combine(case.on, NOON)
    estate, readings = _estate(case, index)
    told = _shell(case, now)
    judged = assess(estate, readings, rulebook or load(), case.policy, now, evidence=told)
    return next(f for f in judged.findings() if f.rule == rule and f.subject in (FQDN, POOL))


def _estate(case: Case, index: int) -> tuple[Estate, dict[str, Reading]]:
    """The case's pool and its partner, with a reading of each server that is not left out."""
    first = Member(case.like, case.windows, case.reach, case.days_old)
    members = dict(zip(_names(1), (first, *case.members), strict=False))
    where = pool(
        PoolKind(case.kind),
        service_version=case.service_version,
        servers=_servers(POOL, members),
        paired_with=None if case.partner is None else PARTNER,
    )
    pools = [where]
    if case.partner is not None:
        others = dict(zip(_names(11), case.partner.members, strict=False))
        kind = PoolKind(case.partner.kind)
        pools.append(Pool(PARTNER, kind, "Osaka", _servers(PARTNER, others)))
        members |= others
    readings = {
        fqdn: _reading(index, fqdn, number)
        for number, (fqdn, member) in enumerate(members.items())
        if not member.excluded
    }
    stated = scenarios(exchange_online="yes")  # which needs no Edge pool
    return Estate("Contoso", "a case", pools=tuple(pools), scenarios=stated), readings


def _names(first: int) -> list[str]:
    """As of FQDN: fe01, fe02..."""
    return [f"fe{number:02}.contoso.com" for number in range(first, first + 10)]


def _servers(where: str, members: dict[str, Member]) -> tuple[Server, ...]:
    return tuple(Server(fqdn, where, excluded=m.excluded) for fqdn, m in members.items())


@cache
def _reading(index: int, fqdn: str, number: int) -> Reading:
    case = CASES[index][1]
    partner = case.partner.members if case.partner is not None else ()
    first = Member(case.like, case.windows, case.reach, case.days_old)
    member = (first, *case.members, *partner)[number]
    state = ReachState(member.reach)
    if state is not ReachState.READ:
        return Reading(fqdn, Reach(state, "why it was not read"))
    windows = WindowsDescription.model_validate(member.windows).over(BASES[member.like])
    host = LabHost(
        fqdn, ZONE, "127.0.0.1", build_windows(windows, fqdn), clock_offset=case.clock_offset
    )
    when = datetime.combine(case.on, NOON) - timedelta(days=member.days_old)
    (text,) = StateBackend(clock=lambda: when).run(host, joined_script().text, {}).output
    asked = None if case.offline else when
    return decode_answer(text, fqdn=fqdn, started=asked, finished=asked)


def _shell(case: Case, now: datetime) -> list[Reading]:
    """The first server's answer to the estate's snippets, where the case has one."""
    if not case.shell:
        return []
    answer = {
        "schema": 1,
        "computer_name": "FE01",
        "domain": "contoso.com",
        "collected_utc": now.isoformat(),
        "families": {key: _answered(told) for key, told in case.shell.items()},
    }
    return [decode_answer(json.dumps(answer), fqdn=FQDN, started=now, finished=now)]


def _answered(told: object) -> dict[str, object]:
    if isinstance(told, str):
        error = {"type": "System.Exception", "message": told, "category": "NotSpecified"}
        return {"ok": False, "ms": 1, "error": error}
    return {"ok": True, "ms": 1, "data": told}
