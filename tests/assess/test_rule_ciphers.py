"""SFB-TLS-003: what Windows offers, and what Azure Front Door accepts of it."""

from __future__ import annotations

import pytest

from auditor.facts.ciphers import CiphersFacts
from tests.assess.facts_of import ciphers, judge, server

GOOD, POOR = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "TLS_RSA_WITH_AES_256_CBC_SHA"

ORDERS = [
    (ciphers(), "pass", "Such a suite"),
    (ciphers(local=[POOR, f" {GOOD.lower()}_P384"]), "pass", "Such a suite"),
    (ciphers(local=[POOR]), "advice", "None of these suites"),
    (ciphers(local=[f"X{GOOD}", f"{GOOD}_P384_X"]), "advice", "None of these suites"),
    # A policy is all that counts where there is one.
    (ciphers([POOR], [GOOD]), "advice", "None of these suites"),
    (ciphers([GOOD], [POOR]), "pass", "Such a suite"),
    # An order that was not told, or not wholly, is no proof of anything.
    (ciphers(None, None), "unknown", "tells no order"),
    (ciphers(kind="DWord"), "unknown", "holds no cipher suite"),
    (ciphers([""]), "unknown", "holds no cipher suite"),
    (ciphers([POOR], truncated=True), "unknown", "more suites"),
    (ciphers([GOOD], truncated=True), "unknown", "more suites"),
    (ciphers([GOOD], length=1023), "pass", "Such a suite"),
    (ciphers([GOOD], length=1024), "unknown", "1,024 characters, and Microsoft limits it to 1,023"),
    (ciphers([GOOD], length=1024, kind="MultiString"), "pass", "Such a suite"),
    (ciphers([GOOD], length=None), "pass", "Such a suite"),
]


@pytest.mark.parametrize(("facts", "status", "words"), ORDERS)
def test_suites_that_are_offered(facts: CiphersFacts, status: str, words: str) -> None:
    judged = judge(server(ciphers=facts))
    finding = judged.finding("SFB-TLS-003")
    assert finding.status == status
    assert words in finding.reason
    assert bool(finding.remediation) is (status == "advice")
    assert not finding.counted
    assert judged.server.readiness == "ready"


def test_an_order_that_was_not_read_is_unknown() -> None:
    finding = judge(server(failed=["ciphers"])).finding("SFB-TLS-003")
    assert finding.status == "unknown"
    assert "family ciphers failed" in finding.reason
