"""Waivers: which fail they cover, until when, and what is said of the others."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from auditor.assess.engine import exit_code
from auditor.assess.model import Accepted, Readiness, Status
from auditor.assess.rules import RULES
from auditor.assess.waivers import Waiver, read_waivers, spoken_of
from auditor.errors import ExitCode, UsageError
from auditor.estate.model import Server
from auditor.rulebook import load
from tests.assess.facts_of import (
    FQDN,
    LYNC2010,
    NOW,
    POOL,
    Judged,
    judge,
    pool,
    server,
    unread,
)
from tests.assess.planned import planned

TODAY = NOW.date()
RULE_IDS = [rule.id for rule in RULES]


def waiver(
    rule: str = "SFB-CU-001", subject: str = FQDN, until: date = TODAY, why: str = "replaced in May"
) -> Waiver:
    return Waiver(rule=rule, subject=subject, who="A. Engineer", why=why, until=until)


def behind(*waivers: Waiver) -> Judged:
    """A server whose only fail is its cumulative update."""
    return judge(server(core="6.0.9319.281", front_end="6.0.9319.281"), waivers=waivers)


def test_a_waived_fail_weighs_on_nothing_and_is_told() -> None:
    judged = behind(waiver())
    finding = judged.finding("SFB-CU-001")
    assert finding.status is Status.WAIVED
    assert f"Waived until {TODAY} by A. Engineer: replaced in May" in finding.reason
    assert judged.server.readiness is Readiness.READY
    assert "waived: SFB-CU-001" in judged.server.reason
    assert finding.waiver == Accepted("A. Engineer", "replaced in May", TODAY)
    assert finding.actions == ()
    assert exit_code(judged.assessment) is ExitCode.READY
    assert planned(judged.assessment).steps == ()
    assert judged.assessment.notes == behind().assessment.notes


@pytest.mark.parametrize(
    ("subject", "covered"),
    [
        (FQDN.upper(), True),
        ("fe0*.contoso.com", True),
        ("fe0?.contoso.com", True),
        ("*", True),
        ("fe02.contoso.com", False),
        ("fe01", False),
        ("contoso", False),
        ("?e0?.*", True),
        ("[fF]e01.contoso.com", False),  # a pattern has * and ? alone
        ("fe0[!2].contoso.com", False),
    ],
)
def test_whom_a_pattern_covers(subject: str, covered: bool) -> None:
    judged = behind(waiver(subject=subject))
    assert (judged.finding("SFB-CU-001").status is Status.WAIVED) is covered
    assert any("matches no server" in note for note in judged.assessment.notes) is not covered


@pytest.mark.parametrize(
    ("days", "status"), [(1, Status.WAIVED), (0, Status.WAIVED), (-1, Status.FAIL)]
)
def test_a_waiver_holds_through_its_last_day(days: int, status: Status) -> None:
    judged = behind(waiver(until=TODAY + timedelta(days)))
    assert judged.finding("SFB-CU-001").status is status
    expired = [note for note in judged.assessment.notes if "expired" in note]
    assert bool(expired) is (status is Status.FAIL)
    assert all("SFB-CU-001" in note and "A. Engineer" in note for note in expired)


def test_of_several_the_longest_is_told() -> None:
    later = TODAY + timedelta(30)
    judged = behind(waiver(), waiver(subject="*", until=later, why="agreed again"))
    reason = judged.finding("SFB-CU-001").reason
    assert f"Waived until {later} by A. Engineer: agreed again" in reason


SOON, LATER = TODAY + timedelta(10), TODAY + timedelta(30)


@pytest.mark.parametrize(
    ("waivers", "idle"),
    [
        ([waiver(until=SOON, why="a"), waiver(subject="*", until=LATER, why="b")], "a"),
        ([waiver(until=LATER, why="a"), waiver(subject="*", until=SOON, why="b")], "b"),
        # Of two that end on one day the first in the file holds.
        ([waiver(until=SOON, why="a"), waiver(subject="*", until=SOON, why="b")], "b"),
        ([waiver(until=SOON), waiver(until=SOON)], None),  # the same twice
        ([waiver(until=SOON, why="a"), waiver("SFB-CU-002", until=LATER, why="b")], None),
    ],
)
def test_one_that_a_longer_one_makes_idle_is_told(waivers: list[Waiver], idle: str | None) -> None:
    told = [note for note in behind(*waivers).assessment.notes if "is not used" in note]
    held = waivers[0] if idle == "b" else waivers[1]
    assert told == [
        f"A waiver is not used, as one until {held.until} by A. Engineer covers the same: {each}."
        for each in waivers
        if each.why == idle
    ]


def test_one_that_covers_something_of_its_own_is_not_idle() -> None:
    """Another holds longer on one server alone."""
    names = (FQDN, "fe02.contoso.com")
    old = [server(core="6.0.9319.281", front_end="6.0.9319.281", fqdn=name) for name in names]
    waivers = (waiver(subject="fe0*", until=SOON), waiver(until=LATER))
    where = pool(servers=tuple(Server(name, POOL) for name in names))
    found = [
        finding
        for each in old
        for verdict in judge(each, where, waivers=waivers).assessment.servers
        if verdict.fqdn == each.fqdn
        for finding in verdict.findings
    ]
    assert [f.waiver.until for f in found if f.waiver] == [LATER, SOON]
    assert spoken_of(waivers, found, TODAY) == []


def test_an_unknown_is_never_covered() -> None:
    judged = judge(unread(), waivers=[waiver(rule=rule) for rule in RULE_IDS])
    assert judged.server.readiness is Readiness.UNKNOWN
    assert exit_code(judged.assessment) is ExitCode.INCOMPLETE
    assert Status.WAIVED not in {finding.status for finding in judged.server.findings}
    notes = " ".join(judged.assessment.notes)
    assert "A waiver covers no fail of the main policy (unknown): SFB-CU-001" in notes


def test_a_rule_that_passes_needs_no_waiver() -> None:
    judged = judge(server(), waivers=[waiver()])
    assert "A waiver covers no fail of the main policy (pass): SFB-CU-001" in " ".join(
        judged.assessment.notes
    )


def test_a_waiver_of_one_rule_leaves_the_others() -> None:
    reading = server(core="6.0.9319.281", front_end="6.0.9319.281", os="2022")
    judged = judge(reading, waivers=[waiver()])
    assert judged.finding("SFB-CU-001").status is Status.WAIVED
    assert judged.server.readiness is not Readiness.READY


def test_a_waiver_of_what_does_not_count_is_not_told_of_the_pool() -> None:
    policy = replace(load().policies["office365-tls12"], counts=("SFB-OS-001",))
    book = replace(load(), policies={policy.key: policy})
    reading = server(core="6.0.9319.281", front_end="6.0.9319.281")
    judged = judge(reading, rulebook=book, waivers=[waiver()])
    assert judged.finding("SFB-CU-001").status is Status.WAIVED
    assert judged.assessment.pools[0].reason == "1 server ready"


def test_a_blocking_fail_that_is_waived_blocks_no_more() -> None:
    reading = server(product=LYNC2010, core="4.0.7577.728", front_end="4.0.7577.728")
    judged = judge(reading, waivers=[waiver(rule="SFB-PROD-002")])
    assert judge(reading).server.readiness is Readiness.BLOCKED
    assert judged.finding("SFB-PROD-002").status is Status.WAIVED
    assert not judged.finding("SFB-PROD-002").blocks
    assert judged.server.readiness is not Readiness.BLOCKED


GOOD = """
[[waivers]]
rule = "SFB-CU-001"
subject = "fe0*.contoso.com"
who = "A. Engineer"
why = "replaced in May"
until = 2027-01-31
"""


def test_a_file_of_waivers(tmp_path: Path) -> None:
    path = tmp_path / "waivers.toml"
    path.write_text(GOOD, "utf-8")
    assert read_waivers(path, RULE_IDS) == (
        waiver(subject="fe0*.contoso.com", until=date(2027, 1, 31)),
    )


def test_a_file_without_waivers(tmp_path: Path) -> None:
    path = tmp_path / "waivers.toml"
    path.write_text("# none any more\n", "utf-8")
    assert read_waivers(path, RULE_IDS) == ()


def test_a_server_goes_by_its_name_in_any_case() -> None:
    reading = server(core="6.0.9319.281", front_end="6.0.9319.281", fqdn="FE01.Contoso.COM")
    where = pool(servers=(Server(reading.fqdn, POOL),))
    judged = judge(reading, where, waivers=[waiver()])
    assert judged.finding("SFB-CU-001").status is Status.WAIVED


# a subject that matches nobody -> whom it may have meant
MEANT = [
    ("fe01", "FE01.Contoso.COM"),
    ("FE01", "FE01.Contoso.COM"),
    ("pool01", "pool01.contoso.com"),
    ("pool01.contoso.con", "pool01.contoso.com"),
    ("fe0", None),
    ("zebra", None),
]


@pytest.mark.parametrize(("subject", "meant"), MEANT)
def test_who_matches_nobody_is_asked_for_the_full_name(subject: str, meant: str | None) -> None:
    reading = server(fqdn="FE01.Contoso.COM")
    where = pool(servers=(Server(reading.fqdn, POOL),))
    notes = judge(reading, where, waivers=[waiver(subject=subject)]).assessment.notes
    (note,) = (each for each in notes if "matches no server and no pool" in each)
    assert note.endswith(f"; did you mean {meant!r}?" if meant else ".")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            GOOD.replace("who", "whom"),
            ["waivers[1].who: is missing", "waivers[1].whom: unknown key; did you mean 'who'?"],
        ),
        (GOOD.replace('"A. Engineer"', '" "'), ["waivers[1].who: is empty"]),
        (
            GOOD.replace("2027-01-31", '"some day"'),
            ["waivers[1].until: it has to be a day, such as 2027-01-31"],
        ),
        (
            GOOD.replace("SFB-CU-001", "SFB-CU-01").replace("who", "whom"),
            ["waivers[1].rule: there is no rule 'SFB-CU-01'", "waivers[1].whom: "],
        ),
        (
            GOOD.replace("SFB-CU-001", "x"),
            ["there is no rule 'x'; `sfb-audit rules` lists them"],
        ),
        (
            GOOD.replace("SFB-CU-001", "SFB-CU-01"),
            ["waivers[1].rule: ", "'SFB-CU-01'", "did you mean 'SFB-CU-001'"],
        ),
        (GOOD + 'owner = "nobody"', ["waivers[1].owner"]),
        (GOOD + "[more]", ["more: "]),
        (GOOD + GOOD.replace("subject", "server"), ["waivers[2].subject"]),
        ("waivers = 5", ["waivers: write it as [[waivers]], once for each"]),
        ("[[waiver]]", ["waiver: unknown key; did you mean 'waivers'?"]),
        ("[[waivers", ["is not TOML"]),
        ("\ufeff" + GOOD + "\x00", ["is not TOML"]),
        ("a = " + "9" * 5000, ["is not TOML: Exceeds the limit"]),
        ("a = " + "[" * 3000, ["is nested too deeply"]),
    ],
)
def test_a_file_that_cannot_be_used(tmp_path: Path, text: str, words: list[str]) -> None:
    path = tmp_path / "waivers.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(UsageError) as error:
        read_waivers(path, RULE_IDS)
    assert error.value.code == "WAIVERS-INVALID"
    assert not [word for word in words if word not in str(error.value)]


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as error:
        read_waivers(tmp_path / "waivers.toml", RULE_IDS)
    assert error.value.code == "WAIVERS-UNREADABLE"
