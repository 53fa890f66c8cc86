"""The envelope: what is accepted, what is refused, and whose facts they are."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from auditor.facts.answer import MAX_CHARACTERS, decode_answer, parse_answer
from auditor.facts.families import FAMILIES, FamilyError
from auditor.facts.fields import AnswerError
from auditor.facts.reading import ReachState, Reading
from auditor.facts.winhttp import WinHttpFacts

WINHTTP: dict[str, Any] = {
    "ok": True,
    "ms": 12,
    "data": {
        "views": [
            {
                "view": "native",
                "path": r"HKLM:\SOFTWARE\...\Internet Settings\WinHttp",
                "key_present": True,
                "value": {"kind": "DWord", "data": 2560},
            }
        ]
    },
}
ANSWER: dict[str, Any] = {
    "schema": 1,
    "computer_name": "FE01",
    "domain": "contoso.com",
    "collected_utc": "2018-08-01T00:09:01.5000000Z",
    "utc_offset_minutes": 540,
    "ps_version": "4.0",
    "collector": "0" * 64,
    "families": {"winhttp": WINHTTP},
}
STARTED = datetime(2018, 8, 1, 0, 0, 0, tzinfo=UTC)


def decoded(answer: object, fqdn: str = "fe01.contoso.com") -> Reading:
    text = answer if isinstance(answer, str) else json.dumps(answer)
    finished = STARTED + timedelta(seconds=3)
    return decode_answer(text, fqdn=fqdn, started=STARTED, finished=finished)


def with_families(**families: object) -> dict[str, Any]:
    return {**ANSWER, "families": families}


def test_a_whole_answer() -> None:
    reading = decoded(ANSWER)
    assert reading.reach.state is ReachState.READ
    assert (reading.fqdn, reading.computer_name, reading.domain) == (
        "fe01.contoso.com",
        "FE01",
        "contoso.com",
    )
    assert reading.clock_skew == timedelta(minutes=9)
    assert reading.notes == ()
    result = reading.family("winhttp")
    assert result is not None
    assert isinstance(result.facts, WinHttpFacts)
    assert (result.milliseconds, result.when) == (12, reading.collected)


def test_a_family_that_was_not_asked_is_absent() -> None:
    assert decoded(ANSWER).family("os") is None


def test_skew_is_unknown_without_the_runners_clock() -> None:
    text = json.dumps(ANSWER)
    reading = decode_answer(text, fqdn="fe01.contoso.com", started=None, finished=None)
    assert reading.clock_skew is None


@pytest.mark.parametrize(
    ("answer", "path", "message"),
    [
        ("", "", "not JSON"),
        ("<html>502 Bad Gateway</html>", "", "not JSON"),
        (json.dumps(ANSWER)[:-9], "", "not JSON"),
        ("[1, 2]", "", "an object was expected"),
        ("null", "", "an object was expected"),
        ({}, "schema", "is missing"),
        ({**ANSWER, "schema": 2}, "schema", "is 2; this program reads schema 1"),
        ({**ANSWER, "schema": "1"}, "schema", "whole number"),
        ({**ANSWER, "schema": True}, "schema", "whole number"),
        ({**ANSWER, "families": []}, "families", "an object was expected"),
        ({**ANSWER, "computer_name": None}, "computer_name", "text was expected"),
        ({**ANSWER, "computer_name": "x" * 256}, "computer_name", "longer than 255"),
        ({**ANSWER, "collected_utc": "yesterday"}, "collected_utc", "an instant"),
        ({**ANSWER, "collected_utc": r"/Date(1533081600000)/"}, "collected_utc", "an instant"),
        ('{"schema": 1, "schema": 1}', "", "'schema' appears twice"),
        ('{"schema": NaN}', "", "NaN is not a number"),
        ('{"schema": -Infinity}', "", "-Infinity is not a number"),
        ('{"schema": ' + "9" * 5000 + "}", "", "a number of 5000 digits"),
        ("[" * 13 + "]" * 13, "", "nested deeper than 12"),
        ("[" * 500_000, "", "nested deeper than 12"),
        (" " * (MAX_CHARACTERS + 1), "", "longer than"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_a_broken_envelope_is_refused(answer: object, path: str, message: str) -> None:
    with pytest.raises(AnswerError) as caught:
        decoded(answer)
    assert caught.value.path == path
    assert message in caught.value.message


def test_byte_order_mark_and_line_end_are_tolerated() -> None:
    assert decoded("\ufeff" + json.dumps(ANSWER) + "\r\n").reach.state is ReachState.READ


@pytest.mark.parametrize(
    ("fqdn", "computer_name", "same"),
    [
        ("fe01.contoso.com", "FE01", True),
        ("FE01", "fe01", True),
        ("fe01.contoso.com", "fe01.contoso.com", True),
        ("front-end-server-01.contoso.com", "FRONT-END-SERVE", True),
        ("192.0.2.17", "FE01", True),
        ("fe01.contoso.com", "FE02", False),
        ("fe01.contoso.com", "FE0", False),
        ("front-end-server-01.contoso.com", "FRONT-END-SERV", False),
        ("fe01.contoso.com", "", False),
    ],
)
def test_another_computer_is_not_judged_as_the_one_asked(
    fqdn: str, computer_name: str, same: bool
) -> None:
    reading = decoded({**ANSWER, "computer_name": computer_name}, fqdn)
    assert reading.fqdn == fqdn
    assert reading.reach.state is (ReachState.READ if same else ReachState.ANSWER)
    assert bool(reading.families) is same
    assert (repr(computer_name) in reading.reach.sentence) is not same


@pytest.mark.parametrize(
    ("fqdn", "domain", "noted"),
    [
        ("fe01.contoso.com", "CONTOSO.com", False),
        ("fe01.contoso.com", None, False),
        ("fe01.contoso.com", "", False),
        ("fe01", "contoso.com", False),
        ("192.0.2.17", "contoso.com", False),
        ("fe01.contoso.com", "fabrikam.com", True),
    ],
)
def test_another_dns_suffix_is_noted(fqdn: str, domain: str | None, noted: bool) -> None:
    reading = decoded({**ANSWER, "domain": domain}, fqdn)
    assert reading.reach.state is ReachState.READ
    assert bool(reading.notes) is noted


def test_a_family_that_failed_on_the_server_is_told() -> None:
    told = {"type": "System.Security.SecurityException", "message": "No\naccess.", "category": "X"}
    result = decoded(with_families(os={"ok": False, "ms": 3, "error": told})).family("os")
    assert result is not None
    assert result.facts is None
    assert result.error == FamilyError(
        "System.Security.SecurityException", "No access.", category="X"
    )


@pytest.mark.parametrize(
    ("broken", "path"),
    [
        (None, "winhttp"),
        ([], "winhttp"),
        ({}, "winhttp.ok"),
        ({**WINHTTP, "ok": "true"}, "winhttp.ok"),
        ({**WINHTTP, "ms": -1}, "winhttp.ms"),
        ({"ok": True, "ms": 1}, "winhttp.data"),
        ({"ok": False, "ms": 1}, "winhttp.error"),
        ({"ok": False, "ms": 1, "error": {"type": "X"}}, "winhttp.error.message"),
        ({"ok": True, "ms": 1, "data": {"views": [{"view": "x"}]}}, "winhttp.views[0].view"),
    ],
)
def test_a_broken_family_takes_no_other_with_it(broken: object, path: str) -> None:
    good = {"ok": True, "ms": 1, "data": {"items": [], "truncated": False}}
    reading = decoded(with_families(winhttp=broken, hotfixes=good))
    result, other = reading.family("winhttp"), reading.family("hotfixes")
    assert result is not None
    assert result.facts is None
    assert result.error is not None
    assert (result.error.kind, result.error.path) == ("answer", path)
    assert other is not None
    assert other.error is None


def test_families_of_a_newer_collector_are_left_alone() -> None:
    assert decoded(with_families(weather={"ok": True})).families == ()


def test_family_keys_are_unique() -> None:
    keys = [family.key for family in FAMILIES]
    assert len(keys) == len(set(keys))


def test_a_long_answer_is_long_by_its_texts() -> None:
    """A topology of millions of characters is one text; as many values are none."""
    limit = 4 * MAX_CHARACTERS
    long = json.dumps({**ANSWER, "more": "x" * 2 * MAX_CHARACTERS})
    assert parse_answer(long, limit).raw["schema"] == 1
    with pytest.raises(AnswerError, match="values"):
        parse_answer(json.dumps({**ANSWER, "more": [0] * MAX_CHARACTERS}), limit)
