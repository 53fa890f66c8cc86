"""Why a server is left out: words that a reader understands later, no mark in a column."""

from __future__ import annotations

_MARKS = frozenset({"yes", "no", "y", "n", "true", "false", "0", "1", "x", "-"})


def is_mark(text: str) -> bool:
    """Whether `text` ticks a box and gives no reason."""
    return text.strip().casefold() in _MARKS


def no_reason(text: str) -> str:
    """What is wrong with `text`, which is a mark."""
    return f"{text[:80]!r} is no reason: say why in words, or leave it out"
