"""The script that is sent: which snippets are in it, and the hash by which it can be recognised."""

from __future__ import annotations

import hashlib
from importlib import resources

import pytest

from auditor.collect.script import joined_script
from auditor.facts.families import FAMILIES

ALL = tuple(family.key for family in FAMILIES)


def test_all_families_where_none_is_named() -> None:
    assert joined_script().families == ALL


def test_each_family_begins_with_its_mark() -> None:
    lines = joined_script().text.splitlines()
    assert [line.split()[1] for line in lines if line.startswith("#family ")] == list(ALL)


def test_each_snippet_is_in_it_as_it_was_approved() -> None:
    for family in FAMILIES:
        snippet = resources.files("ps_snippets").joinpath(family.snippet).read_text("ascii")
        assert snippet in joined_script().text


def test_the_order_is_the_registered_one() -> None:
    assert joined_script(["winhttp", "os"]).families == ("os", "winhttp")
    assert joined_script(["winhttp", "os"]) == joined_script(("os", "winhttp"))


def test_only_the_named_families_are_in_it() -> None:
    text = joined_script(["winhttp"]).text
    assert "DefaultSecureProtocols" in text
    assert "Win32_QuickFixEngineering" not in text


def test_the_hash_is_of_the_text_without_its_own_line() -> None:
    script = joined_script()
    lines = script.text.splitlines(keepends=True)
    (own,) = (line for line in lines if line.startswith("$collector = "))
    rest = "".join(line for line in lines if line is not own)
    assert own == f"$collector = '{script.sha256}'\n"
    assert hashlib.sha256(rest.encode()).hexdigest() == script.sha256


def test_other_families_have_another_hash() -> None:
    assert joined_script(["os"]).sha256 != joined_script().sha256


def test_it_is_plain_ascii_with_unix_line_ends() -> None:
    text = joined_script().text
    assert text.isascii()
    assert "\r" not in text
    assert not {"#families", "#functions"} & set(text.splitlines())


def test_an_unknown_family_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="no such fact family: registry"):
        joined_script(["os", "registry"])
