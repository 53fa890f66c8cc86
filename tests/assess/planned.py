"""The plan of an assessment that was judged by the shipped rulebook at `NOW`."""

from __future__ import annotations

from auditor.assess.model import Assessment
from auditor.assess.rule import Context
from auditor.plan.model import Plan
from auditor.plan.order import make_plan
from auditor.rulebook import load
from auditor.rulebook.procedures import load_procedures
from tests.assess.facts_of import NOW


def planned(assessment: Assessment) -> Plan:
    rulebook = load()
    context = Context(rulebook, rulebook.policies[assessment.policy], NOW)
    return make_plan(assessment, load_procedures(), context)
