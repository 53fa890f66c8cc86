"""Labelled text: columns that hold, words that stay whole, nothing of a server's that acts."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from reports.rows import print_heading, print_list, print_rows, wrapped
from tests.reports.odd_audits import HOSTILE

ADDRESS = "https://example.org/" + "a" * 60


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("short", ["short"]),
        ("", [""]),
        # One paragraph goes on where it began; of several lines each goes on further in.
        ("one two three four five six seven eight", ["one two three four five six", "seven eight"]),
        (
            "one two three four five six seven\nnext",
            ["one two three four five six", "  seven", "next"],
        ),
        (f"title\n  {ADDRESS}", ["title", f"  {ADDRESS}"]),
        (f"see {ADDRESS}", ["see", ADDRESS]),
        ("half-patched " * 3, ["half-patched half-patched", "half-patched"]),
        ("name    1.2    decides", ["name    1.2    decides"]),
    ],
)
def test_lines_break_at_blanks_alone(text: str, lines: list[str]) -> None:
    assert wrapped(text, 30) == lines


def _printed(width: int, *, colours: bool = False) -> str:
    stream = io.StringIO()
    console = Console(
        file=stream,
        width=width,
        force_terminal=colours,
        color_system="standard" if colours else None,
    )
    print_rows([("name", "one two three four five six seven"), ("none", ""), ("x", "y")], console)
    return stream.getvalue()


def test_texts_stand_in_one_column_and_what_has_none_is_left_out() -> None:
    assert _printed(44).splitlines() == [
        "  name          one two three four five six",
        "                seven",
        "  x             y",
    ]


def _console(width: int, *, colours: bool = False) -> tuple[Console, io.StringIO]:
    stream = io.StringIO()
    system = "standard" if colours else None
    return Console(file=stream, width=width, force_terminal=colours, color_system=system), stream  # type: ignore[arg-type]  # a literal


def test_a_name_that_is_too_long_stands_on_a_line_of_its_own() -> None:
    console, stream = _console(44)
    print_rows([("name", "x"), ("a longer name", "one two")], console, 4)
    assert stream.getvalue().splitlines() == ["  name  x", "  a longer name", "        one two"]


def test_a_heading_that_is_too_long_goes_on_further_in() -> None:
    console, stream = _console(30)
    print_heading("Not applicable", "dim", "one two three four", console)
    print_heading("Work needed", "dim", "one two three four five:", console, last=True)
    assert stream.getvalue().splitlines() == [
        "Not applicable  one two three",
        "    four",
        "one two three four five:",
        "    Work needed",
    ]


@pytest.mark.parametrize("last", [True, False])
def test_the_status_of_a_heading_has_its_colour(last: bool) -> None:
    console, stream = _console(30, colours=True)
    print_heading("Work needed", "red", "one two", console, last=last)
    assert "31mWork needed\x1b[0m" in stream.getvalue()
    assert "31mone" not in stream.getvalue()


def test_texts_of_a_list_go_on_further_in() -> None:
    console, stream = _console(32)
    print_list(["one two three four five six seven", "eight"], console)
    assert stream.getvalue().splitlines() == [
        "  one two three four five six",
        "    seven",
        "  eight",
    ]


def test_the_label_alone_is_dim() -> None:
    first, *_ = _printed(80, colours=True).splitlines()
    label, _, text = first.partition("\x1b[0m")
    assert label.startswith("\x1b[2m  name")
    assert "\x1b" not in text


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_bounded_and_visible(text: str) -> None:
    stream = io.StringIO()
    print_rows([(text, text), ("a", text)], Console(file=stream, width=80, markup=False))
    told = stream.getvalue()
    assert len(told) < 15_000
    assert not [sign for sign in "\x1b\x07\x9b\u202e\x00\r" if sign in told]
