"""What to do about a Windows that is none of the product's, where the product has to go as well."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from auditor.facts.products import ProductsFacts
from auditor.rulebook import load
from auditor.rulebook.model import Rulebook
from tests.assess.facts_of import LYNC2013, SFB2015, judge, packages, server

AFTER_SUPPORT = datetime(2026, 11, 27, tzinfo=UTC)
MOVE = "Move the server to a Windows that"


def _without(policy: str, rule: str) -> Rulebook:
    """The rulebook with a policy that leaves a rule out."""
    shipped = load()
    whole = shipped.policies[policy]
    less = replace(whole, counts=tuple(each for each in whole.counts if each != rule))
    return replace(shipped, policies={**shipped.policies, policy: less})


# product, build, Windows, policy, a rule that does not count -> what to do about the Windows
REMEDIES = [
    (SFB2015, "6.0.9319.516", "2008", "office365-tls12", "", MOVE),
    (SFB2015, "6.0.9319.516", "2008", "supported-today", "", "replaced first (SFB-SUP-001)"),
    (SFB2015, "6.0.9319.516", "2008", "supported-today", "SFB-SUP-001", MOVE),
    (LYNC2013, "5.0.8308.1001", "2016", "tls10-disable", "", "replaced first (SFB-PROD-003)"),
    (LYNC2013, "5.0.8308.1001", "2016", "tls10-disable", "SFB-PROD-003", MOVE),
    (SFB2015, "6.0.9319.548", "2008", "tls10-disable", "", MOVE),
    # A Windows that will do needs nothing, whatever becomes of the product.
    (SFB2015, "6.0.9319.516", "2012r2", "supported-today", "", None),
    (LYNC2013, "5.0.8308.1001", "2012r2", "tls10-disable", "", None),
]


@pytest.mark.parametrize(("product", "build", "windows", "policy", "left_out", "remedy"), REMEDIES)
def test_where_the_product_goes_too_the_new_one_decides_on_the_windows(
    product: str, build: str, windows: str, policy: str, left_out: str, remedy: str | None
) -> None:
    items = ProductsFacts(packages(product, core=build, front_end=build))
    reading = replace(server(windows, products=items), finished=AFTER_SUPPORT)
    judged = judge(reading, policy=policy, rulebook=_without(policy, left_out), now=AFTER_SUPPORT)
    finding = judged.finding("SFB-OS-001")
    assert (finding.status == "fail") is (remedy is not None)
    assert (remedy or "") in finding.remediation
    assert bool(finding.remediation) is (remedy is not None)
