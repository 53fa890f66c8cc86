"""The registry of rules: what every rule must have, and that the frame asks nothing of gaps."""

from __future__ import annotations

import re
from typing import Any

import pytest

from auditor.assess.identify import identify_product, identify_system
from auditor.assess.model import SubjectKind
from auditor.assess.rule import (
    FAMILIES,
    AnyRule,
    Context,
    Rule,
    Subject,
    evaluate,
)
from auditor.assess.rules import POOL_RULES, RULES, SERVER_RULES, rule_named
from auditor.errors import UsageError
from auditor.estate.model import PoolKind
from auditor.estate.scenarios import KEYS
from auditor.facts import families
from auditor.facts.estate.families import ESTATE_FAMILIES
from auditor.facts.os import OsFacts
from auditor.facts.reading import Reading, facts_of
from auditor.rulebook import load
from tests.assess.facts_of import NOW, judge, pool, server


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_says_what_it_is(rule: AnyRule[Any]) -> None:
    assert re.fullmatch(r"SFB-[A-Z]+-[0-9]{3}", rule.id)
    assert rule.title
    assert rule.applies_to
    assert rule.sources
    assert set(rule.sources) <= set(load().sources)
    assert set(rule.needs) <= set(FAMILIES)
    assert set(rule.asks) <= {family.key for family in ESTATE_FAMILIES}
    assert rule.kind is (SubjectKind.POOL if rule in POOL_RULES else SubjectKind.SERVER)


def test_a_rule_goes_by_its_id_in_any_case() -> None:
    for name in ("SFB-CU-001", "sfb-cu-001", "Sfb-Cu-001"):
        assert rule_named(name).id == "SFB-CU-001"
    with pytest.raises(UsageError, match="did you mean 'SFB-CU-001'"):
        rule_named("sfb-cu-01")


def test_ids_are_unique() -> None:
    ids = [rule.id for rule in RULES]
    assert len(set(ids)) == len(ids)


def test_the_frame_knows_every_family() -> None:
    assert set(FAMILIES) == {family.key for family in families.FAMILIES}


def test_policies_count_rules_that_exist() -> None:
    ids = {rule.id for rule in RULES}
    for policy in load().policies.values():
        assert set(policy.counts) <= ids
    # What only a practitioner's word or a doubt supports informs and weighs on nothing.
    assert ids - set(load().policies["office365-tls12"].counts) == {
        "SFB-DISK-001",
        "SFB-POOL-001",
        "SFB-POOL-002",
        "SFB-POOL-003",
        "SFB-REPL-001",
        "SFB-SVC-001",
        "SFB-TLS-003",
    }


def test_scenario_paths_name_kinds_that_exist() -> None:
    kinds = {kind.value for kind in PoolKind} | {"all"}
    for scenario in load().scenarios.values():
        assert set(scenario.kinds) <= kinds


@pytest.mark.parametrize(
    "rule", [rule for rule in SERVER_RULES if rule.needs], ids=lambda rule: rule.id
)
def test_a_missing_family_never_reaches_a_rule(rule: Rule, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(*_: object) -> None:
        raise AssertionError("the rule was asked")

    monkeypatch.setattr(type(rule), "judge", unreachable)
    os = "2008r2" if rule.id in ("SFB-OS-002", "SFB-KB-001") else "2012"
    for family in rule.needs:
        for reading in (server(os, without=[family]), server(os, failed=[family])):
            assert _status(reading, rule) == "unknown"


def _status(reading: Reading, rule: Rule) -> str:
    """The status of one rule, by the policy that asks most, without asking the others."""
    kind = PoolKind.STANDARD if rule.id == "SFB-DISK-001" else PoolKind.ENTERPRISE
    where, book = pool(kind, service_version=7), load()
    subject = Subject(
        where.servers[0],
        where,
        reading,
        identify_product(reading, where, book),
        identify_system(facts_of(reading, OsFacts), book),
        ("hybrid",),
    )
    return evaluate(rule, subject, Context(book, book.policies["tls10-disable"], NOW)).status


def test_every_finding_is_explained() -> None:
    for os in ("2008r2-rtm", "2012", "2012r2"):
        for finding in judge(server(os)).server.findings:
            assert finding.reason
            assert set(finding.sources) <= set(load().sources)
            if finding.status in ("pass", "fail", "advice"):
                assert finding.observed
                assert finding.required
                assert finding.evidence
            if finding.status == "fail":
                assert finding.remediation
                assert finding.actions


def test_evidence_carries_the_servers_own_instant() -> None:
    for evidence in judge(server()).finding("SFB-OS-001").evidence:
        assert evidence.when == NOW


def test_an_estate_states_the_scenarios_that_the_rulebook_has() -> None:
    assert set(KEYS) == {key for key, entry in load().scenarios.items() if entry.judged}
