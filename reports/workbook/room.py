"""How much room text takes in a cell, and what to do where a row has no more of it."""

from __future__ import annotations

from math import ceil
from unicodedata import east_asian_width

LINE_POINTS, CODE_LINE_POINTS = 15.0, 13.2
TALLEST_ROW = 409.0  # points; Excel makes no row higher

_MOST_LINES = 12
_NO_ROW_HAS = ceil(TALLEST_ROW / CODE_LINE_POINTS) + 1  # lines; counting stops there
_WORDS_DO_NOT_FILL = 1.06  # a line ends before the next word, not at the edge
_WIDE = {"W": 2, "F": 2}


def lines_of(text: str, width: float) -> int:
    """About how many lines `text` takes in a cell of `width` characters; counting stops early."""
    lines = 0
    for line in text[:3000].split("\n"):
        lines += 1 + int(_length(line) * _WORDS_DO_NOT_FILL / width)
        if lines >= _MOST_LINES:
            return _MOST_LINES
    return lines


def all_lines_of(text: str, width: float) -> int:
    """How many lines `text` takes in a cell of `width` characters that breaks at blanks.

    Of one of its own lines no more are counted than a row has room for.
    """
    return sum(_wrapped(line, width) for line in text.split("\n"))


def cut_to(text: str, width: float, lines: int, mark: str) -> str:
    """`text` in so many lines at most; where it takes more it ends with `mark`.

    It is cut between two of its own lines, so that no half a command is left, and within the
    first one alone, between words.
    """
    if all_lines_of(text, width) <= lines:
        return text
    left = lines - all_lines_of(mark, width)
    first, *others = text.split("\n")
    words = first.split(" ")
    while _wrapped(" ".join(words), width) > left and words:
        words = words[: len(words) * 9 // 10]
    kept = [" ".join(words)]
    left -= _wrapped(kept[0], width)
    for line in others if kept[0] == first else ():
        left -= _wrapped(line, width)
        if left < 0:
            break
        kept.append(line)
    return "\n".join((*kept, mark))


def row_ends(step: int) -> str:
    """The mark below text that a row has no room for: where the rest is."""
    return f"... The row ends here: the rest is at step {step} in report.html."


def _wrapped(line: str, width: float) -> int:
    if _length(line) <= width:
        return 1
    lines, used = 1, 0.0
    for word in line.split(" "):
        length = _length(word)
        if used and used + 1 + length > width:
            lines, used = lines + 1, 0.0
        broken = max(ceil(length / width) - 1, 0)
        lines += broken
        if lines >= _NO_ROW_HAS:
            break
        used += bool(used) + length - broken * width
    return lines


def _length(text: str) -> int:
    """In characters of a cell's width: those of East Asia take two."""
    if text.isascii():
        return len(text)
    return sum(_WIDE.get(east_asian_width(c), 1) for c in text)
