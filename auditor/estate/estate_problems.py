"""What is wrong with the tables and keys of an estate file, as sentences with their place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from auditor.estate import estate_document as tables
from auditor.estate.problems import nearest
from auditor.estate.scenarios import KEYS

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic_core import ErrorDetails

Place = list[int | str]

_TABLES: dict[int | str, type[BaseModel]] = {
    "estate": tables.EstateTable,
    "zones": tables.ZoneTable,
    "credentials": tables.CredentialTable,
    "run": tables.RunTable,
    "sites": tables.SiteTable,
    "pools": tables.PoolTable,
    "servers": tables.ServerTable,
    "backends": tables.BackendTable,
    "overrides": tables.OverrideTable,
}
_CHOICES = frozenset({"enum", "literal_error"})
_QUOTED = re.compile(r"'([^']+)'")


def sentence_of(problem: ErrorDetails) -> str:
    """One problem that pydantic found, in the words of the file's author."""
    place = [part for part in problem["loc"] if part != "[key]"]
    where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)
    return f"{where.lstrip('.')[:200]}: {_what(problem, place)}"


def _what(problem: ErrorDetails, place: Place) -> str:
    kind = problem["type"]
    if kind == "extra_forbidden" or (kind in _CHOICES and problem["loc"][-1] == "[key]"):
        return f"unknown key{nearest(str(place[-1]), _keys_beside(place))}"
    if kind in {"tuple_type", "model_type", "dict_type"}:
        return f"write it as {_shape(kind, place)}"
    message = problem["msg"].removeprefix("Value error, ")
    if kind in _CHOICES and isinstance(problem["input"], str):
        message += nearest(problem["input"][:80].lower(), _QUOTED.findall(message))
    return f"{message[:1].lower()}{message[1:]}"


def _shape(kind: str, place: Place) -> str:
    name = ".".join(str(part) for part in place)
    if any(isinstance(part, int) for part in place):
        return "a list, in [ ]" if kind == "tuple_type" else "a table, in { }"
    if kind == "tuple_type":
        return f"[[{name}]], once for each of them"
    return f"[{name}.NAME]" if name in {"zones", "credentials"} else f"[{name}]"


def _keys_beside(place: Place) -> list[str]:
    """The keys that a table may have, by the nearest name above it that is a kind of table."""
    if "scenarios" in place:
        return list(KEYS)
    above = [_TABLES[part] for part in place[:-1] if part in _TABLES]
    return list((above[-1] if above else tables.EstateDocument).model_fields)
