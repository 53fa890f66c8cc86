"""How firm an entry of the rulebook is."""

from __future__ import annotations

from enum import StrEnum


class Confidence(StrEnum):
    """How firm an entry is; inferred and unsure ones may drive advice, never a silent pass."""

    STATED = "stated"
    INFERRED = "inferred"
    UNSURE = "unsure"
