"""From findings to readiness: what wins, and which rules a reason names."""

from __future__ import annotations

from datetime import date

import pytest

from auditor.assess.model import Accepted, Finding, Readiness, Status, SubjectKind
from auditor.assess.readiness import of_findings, worst


def finding(word: str, number: int = 1) -> Finding:
    """Such as "fail", "fail!" (blocking) or "fail-" (not counted)."""
    return Finding(
        rule=f"SFB-X-{number:03}",
        subject="fe01.contoso.com",
        subject_kind=SubjectKind.SERVER,
        status=Status(word.strip("!-")),
        observed="",
        required="",
        reason="because",
        blocks=word.endswith("!"),
        counted=not word.endswith("-"),
    )


BUT = "every other rule that counts is met; waived:"

# findings -> readiness, reason
SERVERS = [
    ("pass", "ready", "every rule that counts is met"),
    # Of what is ready the advice is named, counted or not.
    ("advice", "ready", "every rule that counts is met; advice: SFB-X-001"),
    (
        "pass advice not_applicable advice-",
        "ready",
        "every rule that counts is met; advice: SFB-X-002, SFB-X-004",
    ),
    ("waived advice", "ready", f"{BUT} SFB-X-001: because; advice: SFB-X-002"),
    ("waived waived", "ready", f"{BUT} SFB-X-001: because (also SFB-X-002)"),
    ("advice unknown", "unknown", "SFB-X-002: because"),
    ("pass waived", "ready", f"{BUT} SFB-X-002: because"),
    (
        "waived not_applicable",
        "ready",
        f"{BUT} SFB-X-001: because",
    ),
    ("pass fail", "work_needed", "SFB-X-002: because"),
    ("pass unknown", "unknown", "SFB-X-002: because"),
    ("unknown fail", "work_needed", "SFB-X-002: because"),
    ("unknown waived", "unknown", "SFB-X-001: because"),
    ("fail fail!", "blocked", "SFB-X-002: because"),
    ("unknown! pass", "unknown", "SFB-X-001: because"),
    ("unknown fail! waived", "blocked", "SFB-X-002: because"),
    # What does not count weighs on nothing.
    ("pass fail-", "ready", "every rule that counts is met"),
    ("pass unknown-", "ready", "every rule that counts is met"),
    ("fail fail!-", "work_needed", "SFB-X-001: because"),
    ("not_applicable", "unknown", "no rule could be judged"),
    ("", "unknown", "no rule could be judged"),
    ("pass- advice- waived-", "unknown", "no rule could be judged"),
    # A reason names five rules at most.
    ("fail fail", "work_needed", "SFB-X-001: because (also SFB-X-002)"),
    (
        "fail fail fail fail fail",
        "work_needed",
        "SFB-X-001: because (also SFB-X-002, SFB-X-003, SFB-X-004, SFB-X-005)",
    ),
    ("fail fail fail fail fail fail", "work_needed", "SFB-X-001: because (also 5 other rules)"),
]


@pytest.mark.parametrize(("words", "readiness", "reason"), SERVERS)
def test_a_server(words: str, readiness: str, reason: str) -> None:
    findings = [finding(word, number) for number, word in enumerate(words.split(), 1)]
    assert of_findings(findings) == (Readiness(readiness), reason)


def test_of_what_is_waived_the_first_to_end_is_told_first() -> None:
    until = (date(2027, 2, 28), None, date(2026, 11, 27), date(2026, 11, 27))
    findings = [
        finding("waived", number)._replace(waiver=Accepted("J. Doe", "later", day) if day else None)
        for number, day in enumerate(until, 1)
    ]
    _, reason = of_findings(findings)
    assert reason == f"{BUT} SFB-X-003: because (also SFB-X-004, SFB-X-001, SFB-X-002)"


# parts -> the worst of them
PARTS = [
    ("", "not_in_scope"),
    ("not_in_scope", "not_in_scope"),
    ("not_in_scope ready", "ready"),
    ("ready unknown", "unknown"),
    ("unknown work_needed", "work_needed"),
    ("work_needed blocked unknown", "blocked"),
]


@pytest.mark.parametrize(("words", "whole"), PARTS)
def test_the_worst_part(words: str, whole: str) -> None:
    assert worst(Readiness(word) for word in words.split()) is Readiness(whole)
    assert worst(Readiness(word) for word in reversed(words.split())) is Readiness(whole)
