"""Four-part build numbers, compared as numbers.

`.1001` is newer than `.992`; as text it is not. Every comparison of builds and
file versions in this program goes through `Version`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_SHAPE = re.compile(r"[0-9]{1,10}(?:\.[0-9]{1,10}){1,3}")


@dataclass(frozen=True, order=True, slots=True)
class Version:
    """A build such as 6.0.9319.516; parts that were not given count as 0."""

    major: int
    minor: int
    build: int = 0
    revision: int = 0

    @classmethod
    def parse(cls, text: str) -> Version:
        """Read two to four dotted numbers; anything else raises ValueError."""
        if not _SHAPE.fullmatch(text):
            shown = text if len(text) <= 60 else text[:57] + "..."
            raise ValueError(f"{shown!r} is not a version")
        return cls(*(int(part) for part in text.split(".")))

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.build}.{self.revision}"
