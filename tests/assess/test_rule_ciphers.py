"""SFB-TLS-003: what Windows offers, and what Azure Front Door accepts of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.facts.ciphers import CiphersFacts
from auditor.facts.registry_value import RegistryValue
from auditor.lab.machine_answers import ALGORITHMS
from auditor.rulebook import load
from tests.assess.facts_of import ciphers, dword, judge, server, text

ACCEPTED = load().registry.cipher_suites.accepted
GOOD, POOR = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "TLS_RSA_WITH_AES_256_CBC_SHA"

ORDERS = [
    (ciphers(), "pass", "One of these suites"),
    (ciphers(local=[POOR, f" {GOOD.lower()}_P384"]), "pass", "One of these suites"),
    (ciphers(local=[POOR]), "advice", "None of these suites"),
    (ciphers(local=[f"X{GOOD}", f"{GOOD}_P384_X"]), "advice", "None of these suites"),
    # A policy is all that counts where there is one.
    (ciphers([POOR], [GOOD]), "advice", "None of these suites"),
    (ciphers([GOOD], [POOR]), "pass", "One of these suites"),
    # An order that was not told, or not wholly, is no proof of anything.
    (ciphers(None, None), "unknown", "reports no order"),
    (ciphers(kind="DWord"), "unknown", "holds no cipher suite"),
    (ciphers([""]), "unknown", "holds no cipher suite"),
    (ciphers([POOR], truncated=True), "unknown", "more suites"),
    (ciphers([GOOD], truncated=True), "unknown", "more suites"),
    (ciphers([GOOD], length=1023), "pass", "One of these suites"),
    (ciphers([GOOD], length=1024), "unknown", "1,024 characters, but Microsoft limits it to 1,023"),
    (ciphers([GOOD], length=1024, kind="MultiString"), "pass", "One of these suites"),
    (ciphers([GOOD], length=None), "pass", "One of these suites"),
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


AES_256, SHA384, ECDH = "Ciphers\\AES 256/256", "Hashes\\SHA384", "KeyExchangeAlgorithms\\ECDH"
AES_128, SHA256, DH = (
    "Ciphers\\AES 128/128",
    "Hashes\\SHA256",
    "KeyExchangeAlgorithms\\Diffie-Hellman",
)
PKCS = "KeyExchangeAlgorithms\\PKCS"
OFF, ON = dword(0), dword(0xFFFFFFFF)
SUITES = {
    "ecdhe256": GOOD,
    "ecdhe128": "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "dhe256": "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384",
    "dhe128": "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",
}

Switches = dict[str, RegistryValue | str | None]

# suites in the order, values Enabled -> status, words of the reason
SWITCHES: list[tuple[str, Switches, str, str]] = [
    ("ecdhe256", {AES_256: OFF}, "advice", "switched off by Ciphers\\AES 256/256"),
    ("ecdhe256", {SHA384: OFF}, "advice", "switched off by Hashes\\SHA384"),
    ("ecdhe256", {ECDH: OFF}, "advice", "switched off by KeyExchangeAlgorithms\\ECDH"),
    ("ecdhe128", {AES_128: OFF}, "advice", "AES 128/128"),
    ("ecdhe128", {SHA256: OFF}, "advice", "SHA256"),
    ("ecdhe128", {ECDH: OFF}, "advice", "ECDH"),
    ("dhe256", {AES_256: OFF}, "advice", "AES 256/256"),
    ("dhe256", {SHA384: OFF}, "advice", "SHA384"),
    ("dhe256", {DH: OFF}, "advice", "Diffie-Hellman"),
    ("dhe128", {AES_128: OFF}, "advice", "AES 128/128"),
    ("dhe128", {SHA256: OFF}, "advice", "SHA256"),
    ("dhe128", {DH: OFF}, "advice", "Diffie-Hellman"),
    # What belongs to other suites alone takes nothing away.
    ("ecdhe256", {AES_128: OFF, SHA256: OFF, DH: OFF}, "pass", "One of these suites"),
    ("dhe128", {AES_256: OFF, SHA384: OFF, ECDH: OFF}, "pass", "One of these suites"),
    ("ecdhe256", {"Hashes\\SHA": OFF, "Hashes\\MD5": OFF}, "pass", "One of these suites"),
    (
        "ecdhe256",
        {"Ciphers\\RC4 128/128": OFF, "Ciphers\\NULL": OFF},
        "pass",
        "One of these suites",
    ),
    # One suite that is left is enough; several can go by several switches.
    ("ecdhe256 dhe128", {ECDH: OFF}, "pass", "One of these suites"),
    ("ecdhe256 dhe256", {AES_256: OFF}, "advice", "are in the order, but switched off"),
    ("ecdhe256 dhe128", {ECDH: OFF, DH: OFF}, "advice", "ECDH, KeyExchangeAlgorithms\\Diffie"),
    # On is 0xFFFFFFFF, or nothing; of other numbers nobody knows.
    ("ecdhe256", {AES_256: ON, SHA384: ON, ECDH: ON, PKCS: ON}, "pass", "One of these suites"),
    ("ecdhe256", {AES_256: dword(1)}, "unknown", "AES 256/256 is 0x1, where 0 and 0xFFFFFFFF"),
    ("ecdhe256", {SHA384: dword(0xFFFFFFFE)}, "unknown", "SHA384 is 0xFFFFFFFE"),
    ("ecdhe256", {ECDH: text("0")}, "unknown", "ECDH is not a REG_DWORD"),
    ("ecdhe256", {ECDH: RegistryValue("QWord", 0)}, "unknown", "ECDH is not a REG_DWORD"),
    ("ecdhe256", {ECDH: "unreadable"}, "unknown", "ECDH is unreadable"),
    ("ecdhe256", {ECDH: None}, "unknown", "ECDH is not reported"),
    ("ecdhe256", {ECDH: dword(1), AES_256: OFF}, "advice", "switched off by Ciphers"),
    ("ecdhe256 dhe128", {ECDH: dword(1)}, "pass", "One of these suites"),
    ("ecdhe256 dhe256", {ECDH: dword(1), DH: OFF}, "unknown", f"{GOOD} is in the order; whether"),
    ("ecdhe256 dhe128", {ECDH: OFF, DH: "unreadable"}, "unknown", "Hellman is unreadable"),
    # RSA: nobody says what is left of it on a Windows of today.
    ("ecdhe256", {PKCS: OFF}, "unknown", "KeyExchangeAlgorithms\\PKCS is 0"),
    ("ecdhe256", {PKCS: dword(2)}, "unknown", "PKCS is 0x2"),
    ("ecdhe256", {PKCS: "unreadable"}, "unknown", "PKCS is unreadable"),
    ("ecdhe256", {PKCS: None}, "unknown", "PKCS is not reported"),
    ("ecdhe256", {PKCS: OFF, AES_256: OFF}, "advice", "switched off by Ciphers"),
]


@pytest.mark.parametrize(("order", "switches", "status", "words"), SWITCHES)
def test_a_suite_whose_parts_are_switched_off_is_not_offered(
    order: str, switches: Switches, status: str, words: str
) -> None:
    local = [POOR, *(SUITES[name] for name in order.split())]
    judged = judge(server(ciphers=ciphers(local=local, switches=switches)))
    finding = judged.finding("SFB-TLS-003")
    assert finding.status == status, finding.reason
    assert words in finding.reason
    assert ("remove the value Enabled" in finding.remediation) is (status == "advice")
    assert not finding.counted
    told = [each.path for each in finding.evidence[2:]]
    named = {name for suite in ACCEPTED for name in suite.switches} | {PKCS}
    seen = [name for name, value in switches.items() if value is not None and name in named]
    assert len(told) == len(seen)
    assert all(any(f"{name}, Enabled" in path for path in told) for name in seen)


def test_what_is_shown_is_what_is_left_and_what_is_set() -> None:
    order = [SUITES["ecdhe256"], SUITES["dhe128"]]
    facts = ciphers(local=order, switches={ECDH: OFF, DH: ON, PKCS: "unreadable"})
    finding = judge(server(ciphers=facts)).finding("SFB-TLS-003")
    assert finding.observed == "none of these (2 suites in Windows' order)"
    assert [each.value for each in finding.evidence[2:]] == [
        "DWord 0xFFFFFFFF",
        "DWord 0x0",
        "unreadable",
    ]
    facts = ciphers(local=order, switches={ECDH: OFF})
    assert judge(server(ciphers=facts)).finding("SFB-TLS-003").observed == SUITES["dhe128"]


def test_switches_that_nobody_reported_leave_a_suite_unknown() -> None:
    facts = replace(ciphers(), switches=())
    finding = judge(server(ciphers=facts)).finding("SFB-TLS-003")
    assert finding.status == "unknown"
    assert "not reported" in finding.reason
    none = replace(ciphers(local=[POOR]), switches=())
    assert judge(server(ciphers=none)).finding("SFB-TLS-003").status == "advice"


def test_the_switches_that_matter_are_those_that_are_read() -> None:
    suites = load().registry.cipher_suites
    named = {name for suite in suites.accepted for name in suite.switches} | {*suites.unsure}
    assert named <= set(ALGORITHMS)


def test_an_order_that_was_not_read_is_unknown() -> None:
    finding = judge(server(failed=["ciphers"])).finding("SFB-TLS-003")
    assert finding.status == "unknown"
    assert "family ciphers failed" in finding.reason
