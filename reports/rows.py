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
_FIRM = "\xa0"  # a blank at which no line breaks


def print_line(text: Text, console: Console) -> None:
    """One line, whole, whatever the width; a title may be longer than the terminal is wide."""
    console.print(text, soft_wrap=True)


def print_heading(
    word: str, style: str, text: str, console: Console, *, last: bool = False
) -> None:
    """`word`, in its style, before a heading or (`last`) after it; what goes on is indented."""
    whole = word.replace(" ", _FIRM)  # a status stays on one line
    told = f"{text} {whole}" if last else f"{whole}  {text}".rstrip(" ")
    lines = wrapped(told, console.width, further="    ")
    coloured = len(lines) - 1 if last else 0
    for number, line in enumerate(lines):
        heading = Text(line.replace(_FIRM, " "), "bold")
        if number == coloured:
            start = len(line) - len(word) if last else 0
            heading.stylize(style, start, start + len(word))
        print_line(heading, console)


def print_paragraph(text: str, console: Console, style: str = "") -> None:
    """Text over the whole width."""
    for line in wrapped(text, console.width):
        print_line(Text(line, style), console)


def print_rows(pairs: Iterable[tuple[str, str]], console: Console, label: int = _LABEL) -> None:
    """Each name with its text beside it, or below one that is too long; no text, no row."""
    at = label + 4
    for name, text in pairs:
        if not text:
            continue
        lines = wrapped(text, console.width - at)
        shown = one_line(name, 60)
        if len(shown) > label:
            print_line(Text(f"  {shown}", "dim"), console)
        else:
            head = Text().append(f"  {shown:<{label}}  ", "dim")
            print_line(head.append(lines.pop(0)), console)
        for line in lines:
            print_line(Text(" " * at + line), console)


def print_list(texts: Iterable[str], console: Console, style: str = "") -> None:
    """One after the other; a text that goes on is indented."""
    for text in texts:
        for line in wrapped(text, console.width - 2, further="  "):
            print_line(Text(f"  {line}", style), console)


def wrapped(text: str, width: int, further: str = "") -> list[str]:
    """Lines of at most `width` characters, but for words that are longer.

    Lines that go on begin with `further`; where the text has several lines, they are indented.
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
            subsequent_indent=further or (f"{start}  " if len(given) > 1 else ""),
            break_long_words=False,
            break_on_hyphens=False,
        )
    return lines
