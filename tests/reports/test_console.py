"""The console: read in ten seconds, at any width, and deaf to what servers say."""

from __future__ import annotations

import io

import pytest

from reports import words
from reports.console import make_console, print_summary
from tests.reports.entries import empty, finding
from tests.reports.odd_audits import hostile, large
from tests.reports.printed import printed
from tests.reports.sample import sample


@pytest.mark.parametrize("width", [80, 100, 120])
def test_what_an_engineer_wants_at_the_end(width: int) -> None:
    text = printed(sample(), width)
    assert max(len(line) for line in text.splitlines()) <= width
    flat = " ".join(text.split())
    for said in (
        "Office 365, which accepts TLS 1.2 only?",
        "12 of 14 servers read Work needed 5 Blocked 1 Unknown 3 Ready 4 Not in scope 1",
        "Servers of contoso.com",
        "SfB 2015 CU5",
        "Windows 2012 R2",
        "Federation with Office 365",
        "Assumed",
        "8 steps in 5 waves, 22 h 25 min of work (assumed)",
        "Install KB3140245 or its replacement",
        "and 2 more steps; see upgrade-plan.xlsx",
        "Not read (REACH-UNREACHABLE): edge02.contoso.com",
        "Unknown: fe04.contoso.com",
        "Exit code 3 means: incomplete",
    ):
        assert said in flat


def test_servers_that_need_somebody_come_first() -> None:
    text = printed(sample(), 120)
    assert text.index("\nfe02 ") < text.index("\nold01 ") < text.index("\nedge02 ")
    assert text.index("\nedge02 ") < text.index("\nfe01 ") < text.index("\nexch01 ")


def test_readiness_has_a_colour_besides_its_word() -> None:
    text = printed(sample(), colour=True)
    assert "\x1b[33mWork needed" in text
    assert "\x1b[32mReady" in text
    assert "\x1b[1;31mBlocked" in text
    assert "\x1b[1;35mUnknown" in text


def test_a_server_cannot_colour_link_or_clear_anything() -> None:
    text = printed(hostile(), 120)
    assert "\x1b" not in text
    assert "\x9b" not in text
    assert "\u202e" not in text
    assert "[red]not red[/red]" in text
    assert "\\x1b[2J\\x1b[31mred\\x07" in text


def test_a_large_estate_fits_on_a_screen_or_two() -> None:
    text = printed(large(), 100)
    assert len(text.splitlines()) < 130
    assert "and 1,960 more servers; see report.html" in text


def test_names_of_several_domains_are_shown_whole() -> None:
    servers = (
        sample().servers[0],
        sample().servers[1].model_copy(update={"fqdn": "fe02.fabrikam.com"}),
    )
    text = printed(sample().model_copy(update={"servers": servers}), 120)
    assert "fe01.contoso.com" in text
    assert "fe02.fabrikam.com" in text


def test_an_empty_estate() -> None:
    text = printed(empty())
    assert "No server was audited." in text
    assert "Exit code 0 means" in text


def test_a_code_page_without_our_characters_does_not_end_the_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(raw, encoding="cp437"))
    console = make_console()
    print_summary(hostile(), console)
    console.file.flush()
    assert b"Exit code 3" in raw.getvalue()


# status of a finding on a pool, does it count -> does the console speak of it
POOL_FINDINGS = [
    ("advice", False, True),
    ("fail", False, True),
    ("unknown", True, True),
    ("unknown", False, False),
    ("pass", True, False),
    ("waived", True, True),
    ("waived", False, False),
    ("not_applicable", True, False),
]


@pytest.mark.parametrize(("status", "counted", "is_told"), POOL_FINDINGS)
def test_what_only_a_pool_shows_is_told(status: str, counted: bool, is_told: bool) -> None:
    audit = sample()
    pool = audit.pools[0].fqdn
    found = finding("SFB-POOL-001", pool, status, subject_kind="pool", counted=counted)
    more = audit.model_copy(update={"findings": (found,)})
    text = " ".join(printed(more, 120).split())
    assert (f"{pool} {words.STATUS[found.status]} SFB-POOL-001" in text) is is_told


def test_many_findings_on_pools_are_cut_with_their_number() -> None:
    audit = sample()
    found = tuple(
        finding("SFB-POOL-001", f"pool{number}.x", "advice", subject_kind="pool")
        for number in range(14)
    )
    text = printed(audit.model_copy(update={"findings": found}), 120)
    assert "pool11.x" in text
    assert "pool12.x" not in text
    assert "and 2 more findings; see report.html" in text
