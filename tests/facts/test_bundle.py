"""Bundles: what is read back from a file, and what is refused."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from auditor.collect.conversation import WINRM
from auditor.collect.ocs_powershell import OCS
from auditor.errors import UsageError
from auditor.facts.answer import decode_answer
from auditor.facts.bundle import (
    CARRIED,
    MAX_BYTES,
    ORIGINS,
    Bundle,
    as_kept,
    bundle_text,
    open_bundle,
    open_bundles,
    read_bundle,
    read_bundles,
)
from auditor.facts.reading import Reach, ReachState, Reading

ANSWER: dict[str, Any] = {
    "schema": 1,
    "computer_name": "FE01",
    "domain": "Contoso.com",
    "collected_utc": "2018-08-01T00:09:01.5000000Z",
    "utc_offset_minutes": 540,
    "ps_version": "4.0",
    "collector": "0" * 64,
    "families": {
        "hotfixes": {
            "ok": True,
            "ms": 1,
            "data": {
                "items": [{"id": "KB3140245", "description": "更新", "installed_on": None}],
                "truncated": False,
            },
        },
        "os": {"ok": False, "ms": 2, "error": {"type": "T", "message": "m", "category": "C"}},
    },
}
TEXT = json.dumps(ANSWER, ensure_ascii=False)
UNREAD = {"target": "fe02", "reach": {"state": "REACH-AUTH", "sentence": "Refused."}}
STARTED = datetime(2018, 8, 1, tzinfo=UTC)
FINISHED = STARTED + timedelta(seconds=3)


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode("utf-8"),
        TEXT.encode("utf-8-sig"),
        (TEXT + "\r\n").encode("utf-16"),
        b"\xfe\xff" + TEXT.encode("utf-16-be"),
    ],
    ids=["utf-8", "utf-8 with mark", "utf-16 as Out-File writes", "utf-16 big-endian"],
)
def test_the_offline_collectors_file(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "fe01.json"
    path.write_bytes(content)
    reading = read_bundle(path)
    assert (reading.fqdn, reading.origin) == ("fe01.contoso.com", "bundle")
    assert reading.reach.state is ReachState.READ
    assert reading.clock_skew is None
    assert [result.family for result in reading.families] == ["os", "hotfixes"]


def test_a_server_without_a_domain_goes_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "edge.json"
    path.write_text(json.dumps({**ANSWER, "domain": None}), "utf-8")
    assert read_bundle(path).fqdn == "fe01"


def test_a_saved_answer_reads_as_it_was(tmp_path: Path) -> None:
    reading = decode_answer(TEXT, fqdn="fe01.contoso.com", started=STARTED, finished=FINISHED)
    path = tmp_path / "fe01.json"
    path.write_text(bundle_text(reading, TEXT), "utf-8")
    assert read_bundle(path) == reading


def test_a_saved_answer_that_somebody_changed_is_refused_or_says_so(tmp_path: Path) -> None:
    reading = decode_answer(TEXT, fqdn="fe01.contoso.com", started=STARTED, finished=FINISHED)
    path = tmp_path / "fe01.json"
    changed = bundle_text(reading, TEXT).replace("KB3140245", "KB3140246")
    path.write_text(changed, "utf-8")
    with pytest.raises(UsageError, match="check sum"):
        read_bundle(path)
    path.write_text(changed.partition(',"sha256"')[0] + "}", "utf-8")
    assert read_bundle(path).notes == ("The file is without a check sum.",)


def test_the_ways_on_which_servers_are_asked_are_those_that_a_file_may_name() -> None:
    assert set(ORIGINS) == {WINRM.origin, OCS.origin, CARRIED}


@pytest.mark.parametrize("origin", ORIGINS)
def test_a_saved_answer_tells_the_way(tmp_path: Path, origin: str) -> None:
    reading = decode_answer(
        TEXT, fqdn="fe01.contoso.com", started=STARTED, finished=FINISHED, origin=origin
    )
    path = tmp_path / "fe01.json"
    path.write_text(bundle_text(reading, TEXT), "utf-8")
    assert read_bundle(path).origin == origin


@pytest.mark.parametrize(("origin", "told"), [("winrm", True), ("bundle", False)])
def test_that_a_server_was_asked_is_the_word_of_a_file(origin: str, *, told: bool) -> None:
    reading = decode_answer(
        TEXT, fqdn="fe01.contoso.com", started=STARTED, finished=FINISHED, origin=origin
    )
    kept = as_kept(Bundle(Path("fe01.json"), reading, TEXT)).reading
    assert (kept.reach.sentence == "The server answered, according to the file of a run.") is told
    assert replace(kept, reach=reading.reach) == reading


def test_an_unread_server_stays_unread(tmp_path: Path) -> None:
    reading = Reading(
        fqdn="fe02.contoso.com",
        reach=Reach(ReachState.REFUSED, "Nothing listens.", "Start WinRM.", "errno 111"),
        started=STARTED,
        finished=FINISHED,
    )
    path = tmp_path / "fe02.json"
    path.write_text(bundle_text(reading, None), "utf-8")
    assert read_bundle(path) == reading


def test_another_computers_answer_is_saved_as_unread(tmp_path: Path) -> None:
    reading = decode_answer(TEXT, fqdn="fe02.contoso.com", started=STARTED, finished=FINISHED)
    path = tmp_path / "fe02.json"
    path.write_text(bundle_text(reading, TEXT), "utf-8")
    assert "families" not in json.loads(path.read_text("utf-8"))
    again = read_bundle(path)
    assert (again.fqdn, again.reach, again.families) == ("fe02.contoso.com", reading.reach, ())


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not JSON"),
        (TEXT.encode()[:200], "not JSON"),
        (b"\x50\x4b\x03\x04\xff\xfe", "neither UTF-8 nor UTF-16"),
        (b"\xff\xfe{\x00\x22", "neither UTF-8 nor UTF-16"),
        (b'{"name": "package", "version": "1.0"}', "schema: is missing"),
        (json.dumps({**ANSWER, "schema": 7}).encode(), "schema: is 7"),
        (json.dumps({**ANSWER, "runner": {"target": "x"}}).encode(), "runner.origin: is missing"),
        (
            json.dumps({**ANSWER, "runner": {"target": "fe01", "origin": "magic"}}).encode(),
            "runner.origin: winrm or ocspowershell or bundle was expected, not 'magic'",
        ),
        (
            json.dumps({"schema": 1, "runner": {**UNREAD, "origin": "WinRM"}}).encode(),
            "runner.origin",
        ),
        (
            b'{"schema": 1, "runner": {"target": "x", "reach": {"state": "REACH-READ"}}}',
            "runner.reach.state",
        ),
        (b" " * (MAX_BYTES + 1), "larger than any bundle"),
    ],
    ids=[
        "empty",
        "cut off",
        "zip",
        "half a character",
        "foreign",
        "schema 7",
        "runner",
        "origin",
        "origin of an unread server",
        "reach",
        "huge",
    ],
)
def test_what_is_no_bundle_is_refused_by_name(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "odd.json"
    path.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        read_bundle(path)
    assert caught.value.code == "BUNDLE"
    assert str(path) in caught.value.message
    assert message in caught.value.message


def test_bundles_are_read_by_server(tmp_path: Path) -> None:
    paths = []
    for name in ("FE02", "FE01"):
        paths.append(tmp_path / f"{name}.json")
        paths[-1].write_text(json.dumps({**ANSWER, "computer_name": name}), "utf-8")
    assert list(read_bundles(paths)) == ["fe02.contoso.com", "fe01.contoso.com"]


def test_two_bundles_of_one_server_are_refused(tmp_path: Path) -> None:
    paths = [tmp_path / "monday.json", tmp_path / "tuesday.json"]
    for path in paths:
        path.write_text(TEXT, "utf-8")
    with pytest.raises(UsageError, match=r"monday\.json and .*tuesday\.json are both of fe01"):
        read_bundles(paths)


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nowhere\.json cannot be read: No such file"):
        read_bundle(tmp_path / "nowhere.json")


CHECKED = f'{TEXT[:-1]},"sha256":"{hashlib.sha256(TEXT.encode()).hexdigest()}"}}'


@pytest.mark.parametrize("end", ["", "\n", "\r\n\r\n"])
def test_a_check_sum_that_fits(tmp_path: Path, end: str) -> None:
    path = tmp_path / "fe01.json"
    path.write_bytes((CHECKED + end).encode("utf-16"))
    assert read_bundle(path).notes == ()


def test_a_file_without_a_check_sum_says_so(tmp_path: Path) -> None:
    path = tmp_path / "fe01.json"
    path.write_text(TEXT, "utf-8")
    assert read_bundle(path).notes == ("The file is without a check sum.",)


def test_a_bundle_that_was_taken_into_a_run_reads_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "fe01.json"
    path.write_text(CHECKED, "utf-8")
    bundle = open_bundle(path)
    saved = tmp_path / "saved.json"
    saved.write_text(bundle_text(bundle.reading, bundle.answer), "utf-8")
    assert read_bundle(saved) == bundle.reading


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (CHECKED.replace("KB3140245", "KB3140246"), ["changed after", "check sum"]),
        (CHECKED.replace("4.0", "5.1"), ["changed after"]),
        (CHECKED.replace("\u66f4\u65b0", "??"), ["changed after"]),
        (CHECKED[:400], ["cut short", "Copy it again"]),
        (CHECKED[:-5], ["cut short"]),
        (CHECKED.replace('"schema": 1', '"schema": 2'), ["changed after"]),
        (TEXT.replace('"schema": 1', '"schema": 2'), ["schema 1", "Collect the server again"]),
        ('{"schema_version": 1, "run": {}}', ["report of a run", "folder facts"]),
        ('{"name": "package"}', ["schema: is missing"]),
        ("[1, 2]", ["not a bundle"]),
        ("# sfb-audit offline collector\r\nparam()", ["This is a script"]),
        ("<?xml version='1.0'?><Topology/>", ["--topology"]),
        ("", ["not a bundle"]),
    ],
)
def test_what_is_no_whole_bundle(tmp_path: Path, content: str, words: list[str]) -> None:
    path = tmp_path / "fe01.json"
    path.write_text(content, "utf-8")
    with pytest.raises(UsageError) as error:
        read_bundle(path)
    assert error.value.code == "BUNDLE"
    assert not [word for word in words if word not in str(error.value)], str(error.value)


def test_a_folder_stands_for_the_bundles_in_it(tmp_path: Path) -> None:
    (tmp_path / "fe01.facts.json").write_text(CHECKED, "utf-8")
    (tmp_path / "readme.txt").write_text("x", "utf-8")
    assert set(open_bundles([tmp_path])) == {"fe01.contoso.com"}
    (tmp_path / "fe01.facts.json").unlink()
    with pytest.raises(UsageError, match="holds no bundle"):
        open_bundles([tmp_path])
