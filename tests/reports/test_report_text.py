"""Text of others, made safe to look at; and the words of our own."""

from __future__ import annotations

import pytest

from auditor.errors import ExitCode
from reports import words
from reports.text import one_line, shortened, visible, web_address
from tests.reports.entries import finding, reached, server
from tests.reports.odd_audits import HOSTILE
from tests.reports.sample import STEPS


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("a\r\nb\rc\n", "a\nb\nc\n"),
        ("tab\t", "tab\t"),
        ("\x00\x1b[31m\x7f\x9b", "\\x00\\x1b[31m\\x7f\\x9b"),
        ("exe\u202egpj\u2069", "exe\\u202egpj\\u2069"),
        ("\u2028\ufeff\ufffe\uffff", "\\u2028\\ufeff\\ufffe\\uffff"),
        ("\ud800", "\\ud800"),
        ("日本語 \u05e9\u05dc\u05d5\u05dd ü", "日本語 \u05e9\u05dc\u05d5\u05dd ü"),
    ],
)
def test_what_hides_or_acts_is_written_out(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_one_line_is_one_line_and_bounded(text: str) -> None:
    line = one_line(text, 100)
    assert len(line) <= 100
    assert line.isprintable()


def test_a_cut_says_how_long_the_whole_is() -> None:
    assert (
        shortened("x" * 1500, 10)
        == "x" * 10 + " … [cut: 1,500 characters; audit.json has them all]"
    )


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://support.microsoft.com/kb/3140245", True),
        ("http://example.com/a?b=c#d", True),
        ("javascript:alert(1)", False),
        ("JaVaScRiPt:alert(1)//https://x", False),
        ("file:///etc/passwd", False),
        ("\\\\server\\share", False),
        ("https://a b", False),
        ("https://a\nb", False),
        ('https://a"b', False),
        ("https://" + "x" * 3000, False),
        ("", False),
    ],
)
def test_only_plain_web_addresses_become_links(url: str, link: bool) -> None:
    assert web_address(url) == (url if link else "")


def test_every_exit_code_has_its_sentence() -> None:
    sentences = {words.exit_sentence(code) for code in ExitCode}
    assert len(sentences) == len(ExitCode)
    assert "not a code" not in " ".join(sentences)


# seconds by which its clock is ahead of ours -> what is said of it
CLOCKS = [
    (None, ""),
    (0.4, ""),
    (59.9, ""),
    (-59.9, ""),
    (60.0, " by its own clock, 1 min ahead"),
    (540.0, " by its own clock, 9 min ahead"),
    (-5412.0, " by its own clock, 90 min behind"),
    (float("nan"), ""),
    (float("inf"), ""),
]


@pytest.mark.parametrize(("seconds", "told"), CLOCKS)
def test_an_instant_by_another_clock_says_so(seconds: float | None, told: str) -> None:
    entry = server("med01", "pool", reached=reached("x", clock_skew_seconds=seconds))
    assert f" UTC{told}" in words.provenance(entry)
    assert words.collected(entry).endswith(f" UTC{told}")
    assert ("its own clock" in words.provenance(entry)) is bool(told)


@pytest.mark.parametrize("counted", [True, False])
@pytest.mark.parametrize("status", words.STATUS)
def test_advice_lowers_nothing_whatever_the_policy_counts(
    status: words.FindingStatus, counted: bool
) -> None:
    weighs = counted and status != "advice"
    told = words.counts(finding("SFB-SUP-001", "fe01", status, counted=counted))
    assert told == ("Yes" if weighs else "No")


@pytest.mark.parametrize(
    ("minutes", "shown"), [(0, ""), (45, "45 min"), (60, "1 h"), (1345, "22 h 25 min")]
)
def test_minutes_in_words(minutes: int, shown: str) -> None:
    assert words.duration(minutes) == shown


def test_commands_say_where_they_run_whenever_that_changes() -> None:
    assert words.commands(STEPS[1]).splitlines() == [
        "# powershell on fe02.contoso.com",
        "Invoke-CsComputerFailOver -ComputerName fe02.contoso.com",
        "# cmd on fe02.contoso.com",
        "SkypeServerUpdateInstaller.exe",
        "Restart the server when the installer asks for it.",
        "# powershell",
        "Invoke-CsComputerFailBack -ComputerName fe02.contoso.com",
    ]


def test_a_wait_names_the_step_its_number_the_reason_and_how_firm_it_is() -> None:
    assert words.waits(STEPS[5], {"S-0005": 5}) == (
        "S-0005 (no. 5): the Edge follows what is behind it [practice]"
    )
