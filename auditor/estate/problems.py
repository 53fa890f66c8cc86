"""Telling a person all that is wrong with an input at once, and names that are many."""

from __future__ import annotations

from collections.abc import Sequence

SHOWN = 20


def listed(problems: Sequence[str]) -> str:
    """The problems as lines, at most `SHOWN` of them, and how many more there are."""
    lines = list(problems[:SHOWN])
    if len(problems) > SHOWN:
        lines.append(f"and {len(problems) - SHOWN} more")
    return "".join(f"\n  {line}" for line in lines)


def some_of(names: Sequence[str]) -> str:
    """The first names, and how many more there are."""
    shown = ", ".join(names[:3])
    return shown if len(names) <= 3 else f"{shown} and {len(names) - 3} more"
