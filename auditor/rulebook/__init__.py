"""What the field knows, as data (TOML), each entry with its source. `load()` reads it once."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from auditor.rulebook.model import Rulebook as Rulebook


@cache
def load() -> Rulebook:
    """The rulebook that is shipped with the program, read and checked once."""
    from auditor.rulebook.loader import read_rulebook  # noqa: PLC0415 - pydantic is slow to load

    return read_rulebook()
