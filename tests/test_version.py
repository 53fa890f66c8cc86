"""Versions: read from text, and compared as numbers."""

from __future__ import annotations

import pytest

from auditor.version import Version

READ = [
    ("6.0", Version(6, 0, 0, 0)),
    ("6.3.9600", Version(6, 3, 9600, 0)),
    ("6.0.9319.516", Version(6, 0, 9319, 516)),
    ("5.0.8308.0992", Version(5, 0, 8308, 992)),
]


@pytest.mark.parametrize(("text", "version"), READ)
def test_parts_that_are_not_given_are_zero(text: str, version: Version) -> None:
    assert Version.parse(text) == version
    parts = str(Version.parse(text)).split(".")
    assert [int(part) for part in parts[: text.count(".") + 1]] == [int(p) for p in text.split(".")]
    assert len(parts) == 4


@pytest.mark.parametrize(
    "text",
    [
        "",
        "6",
        "6.",
        ".6",
        "6.0.",
        "6.0.x",
        "6.0.9319.516.1",
        "6,0",
        " 6.0",
        "-6.0",
        "6.0\n",
        "\uff16.0",
    ],
)
def test_anything_else_is_no_version(text: str) -> None:
    with pytest.raises(ValueError, match="is not a version"):
        Version.parse(text)


@pytest.mark.parametrize(("length", "whole"), [(60, True), (61, False)])
def test_a_long_text_is_cut(length: int, whole: bool) -> None:
    with pytest.raises(ValueError, match="is not a version") as error:
        Version.parse("x" * length)
    assert ("x" * length in str(error.value)) is whole
    assert len(str(error.value)) < 90


ORDERED = ["5.0.8308.992", "5.0.8308.1001", "6.0.9319.72", "6.0.9319.516", "6.1.0.0", "10.0.0.0"]


def test_numbers_compare_as_numbers() -> None:
    versions = [Version.parse(text) for text in ORDERED]
    assert sorted(versions) == versions
    assert sorted(ORDERED) != ORDERED
