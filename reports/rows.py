"""Labelled text for a terminal or a file: names in one column, text in another.

Lines break at blanks alone: an address or a registry path is never cut, so that it can be
copied; where one is longer than the line, the terminal wraps it.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from reports.text import one_line, shortened

_MOST_TEXT = 4_000  # characters of one text; audit.json has the whole
_LEAST_WIDTH = 30
_LABEL = 12


def print_line(text: Text, console: Console) -> None:
    """One line, whole, whatever the width; a title may be longer than the terminal is wide."""
    console.print(text, soft_wrap=True)


def print_paragraph(text: str, console: Console, style: str = "") -> None:
    """Text over the whole width."""
    for line in wrapped(text, console.width):
        print_line(Text(line, style), console)


def print_rows(pairs: Iterable[tuple[str, str]], console: Console, label: int = _LABEL) -> None:
    """Each name with its text beside it; what has no text is left out."""
    at = label + 4
    for name, text in pairs:
        if not text:
            continue
        lines = wrapped(text, console.width - at)
        head = Text().append(f"  {one_line(name, 60):<{label}}  ", "dim")
        print_line(head.append(lines[0]), console)
        for line in lines[1:]:
            print_line(Text(" " * at + line), console)


def wrapped(text: str, width: int) -> list[str]:
    """Lines of at most `width` characters, but for words that are longer.

    Where the text has several lines, those that go on are indented further.
    """
    given = shortened(text, _MOST_TEXT).split("\n")
    lines: list[str] = []
    for line in given:
        if " " not in line.strip():
            lines.append(line)
            continue
        start = line[: len(line) - len(line.lstrip())]
        lines += textwrap.wrap(
            line,
            max(width, _LEAST_WIDTH),
            subsequent_indent=f"{start}  " if len(given) > 1 else "",
            break_long_words=False,
            break_on_hyphens=False,
        )
    return lines
