"""One wording of where to go: in the finding, in the plan's reason and in its commands."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from auditor.assess.rule import Context
from auditor.estate.model import PoolKind
from auditor.plan.model import Step
from auditor.plan.order import make_plan
from auditor.rulebook import load
from auditor.rulebook.procedures import load_procedures
from tests.assess.facts_of import LYNC2010, LYNC2013, SFB2015, SFB2019, Judged, judge, pool, server

TODAY = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
SE = "Skype for Business Server Subscription Edition"
BUILDS = {
    LYNC2010: "4.0.7577.728",
    LYNC2013: "5.0.8308.1001",
    SFB2015: "6.0.9319.869",
    SFB2019: "7.0.2046.553",
}


def _judged(
    product: str, policy: str, kind: PoolKind = PoolKind.STANDARD, os: str = "2012r2"
) -> tuple[Judged, Step]:
    build = BUILDS[product]
    read = server(os, core=build, front_end=build, product=product)
    reading = replace(read, finished=TODAY, collected=TODAY)
    judged = judge(reading, pool(kind), policy=policy, now=TODAY)
    context = Context(load(), load().policies[policy], TODAY)
    (step,) = make_plan(judged.assessment, load_procedures(), context).steps
    return judged, step


# product, policy -> the rules that send it away, where to
BLOCKED = [
    (LYNC2010, "office365-tls12", ["SFB-PROD-002"], f"{SFB2015} CU6 HF2 (6.0.9319.516) or later"),
    (LYNC2010, "cloud-moves-2022", ["SFB-PROD-002"], f"{SFB2015} CU12 (6.0.9319.619) or later"),
    (
        LYNC2010,
        "tls10-disable",
        ["SFB-PROD-002", "SFB-PROD-003"],
        f"{SFB2015} CU9 (6.0.9319.548) or later",
    ),
    (LYNC2013, "tls10-disable", ["SFB-PROD-003"], f"{SFB2015} CU9 (6.0.9319.548) or later"),
    (LYNC2010, "supported-today", ["SFB-SUP-001"], SE),
    (LYNC2013, "supported-today", ["SFB-SUP-001"], SE),
    (SFB2015, "supported-today", ["SFB-SUP-001"], SE),
    (SFB2019, "supported-today", ["SFB-SUP-001"], SE),
]


@pytest.mark.parametrize(("product", "policy", "rules", "target"), BLOCKED)
def test_finding_reason_and_command_say_the_same(
    product: str, policy: str, rules: list[str], target: str
) -> None:
    judged, step = _judged(product, policy, os="2016" if product == SFB2019 else "2012r2")
    blocking = [f for f in judged.server.findings if f.blocks and f.counted]
    assert [finding.rule for finding in blocking] == rules
    assert step.title == f"Migrate fe01.contoso.com to {target}"
    words = step.commands[0].text.removeprefix("No update can help. ")
    assert target in words
    assert all(finding.remediation.endswith(words) for finding in blocking)
    assert step.reason.count(words) == 1
    other = [f for f in judged.server.findings if f.remediation and not f.counted]
    assert not any(f"Migrate to {SFB2015}" in f.remediation for f in other if SE in target)


@pytest.mark.parametrize(
    ("product", "policy", "target"),
    [(product, policy, to) for product, policy, _, to in BLOCKED if product != SFB2019],
)
def test_an_appliance_is_asked_for_of_its_vendor(product: str, policy: str, target: str) -> None:
    _, step = _judged(product, policy, PoolKind.SBA)
    assert "Ask the vendor of the appliance for" in step.commands[0].text
    assert (SE in step.title) is (SE in target)


def test_where_the_product_goes_too_the_new_one_chooses_the_windows() -> None:
    for policy, rule in (("supported-today", "SFB-SUP-001"), ("tls10-disable", "SFB-PROD-003")):
        judged, step = _judged(LYNC2013, policy, os="2016")
        finding = judged.finding("SFB-OS-001")
        assert finding.status == "fail"
        assert finding.remediation.startswith(f"The product is replaced first ({rule})")
        assert step.action == "migrate-product"
    judged, step = _judged(LYNC2013, "office365-tls12", os="2016")
    assert judged.finding("SFB-OS-001").remediation.endswith("that Lync Server 2013 supports.")
    assert step.action == "migrate-os"
