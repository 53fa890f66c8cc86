"""The counts and the sentence that every report opens with."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.audit import Audit
from reports.summary import summarise
from tests.reports.entries import empty, server
from tests.reports.sample import sample


def _of(*readiness: str) -> Audit:
    servers = tuple(server(f"s{i}.contoso.com", "p", r) for i, r in enumerate(readiness))
    return empty().model_copy(update={"servers": servers})


@pytest.mark.parametrize(
    ("audit", "headline"),
    [
        (_of("ready", "ready"), "2 servers: every server in scope is ready."),
        (
            _of("ready", "not_in_scope"),
            "2 servers: every server in scope is ready; 1 not in scope.",
        ),
        (
            _of("unknown", "not_in_scope", "not_in_scope"),
            "0 of 3 servers ready; 1 unknown, 2 not in scope.",
        ),
        (_of("not_in_scope"), "1 server: no server is in scope."),
        (_of("unknown"), "0 of 1 server ready; 1 unknown."),
        (_of("ready", "blocked"), "1 of 2 servers ready; 1 blocked (no update can help)."),
        (_of("work_needed", "unknown"), "0 of 2 servers ready; 1 need work, 1 unknown."),
        (empty(), "No server was audited."),
    ],
)
def test_headline(audit: Audit, headline: str) -> None:
    assert summarise(audit).headline == headline


def test_the_headline_says_how_many_somebody_left_out() -> None:
    audit = _of("ready", "not_in_scope", "not_in_scope")
    out = audit.servers[2].model_copy(update={"excluded": "decommissioned"})
    audit = audit.model_copy(update={"servers": (*audit.servers[:2], out)})
    told = "3 servers: every server in scope is ready; 2 not in scope (1 excluded)."
    assert summarise(audit).headline == told


def test_counts_of_the_sample() -> None:
    summary = summarise(sample())
    expected: dict[str, Any] = {
        "work_needed": 5,
        "blocked": 1,
        "unknown": 3,
        "ready_waived": 0,
        "ready": 4,
        "not_in_scope": 1,
    }
    assert summary.servers == expected
    assert summary.coverage == "12 of 14 servers read"
    assert [s.fqdn for s in summary.unread] == ["edge02.contoso.com", "pchat01.contoso.com"]
    assert summary.steps_by_wave == {1: 2, 2: 2, 3: 1, 4: 2, 5: 1}
    assert summary.minutes == 1345


def test_an_assumed_scenario_is_said_aloud() -> None:
    assert any("Federation with Office 365" in note for note in summarise(sample()).notes)
    assert summarise(empty()).notes == ()
