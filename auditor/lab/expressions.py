"""Values as PowerShell expressions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Code:
    """An expression that stands as it is."""

    text: str


def literal(value: object) -> str:
    """A PowerShell expression for a value; TypeError for what is none."""
    match value:
        case Code(text):
            return text
        case None:
            return "$null"
        case bool():
            return "$true" if value else "$false"
        case int():
            return str(value)
        case datetime():
            return f"([datetimeoffset]'{value.isoformat()}').UtcDateTime"
        case str():
            return "'" + value.replace("'", "''") + "'"
        case list() | tuple():
            return "@(" + ", ".join(literal(item) for item in value) + ")"
        case Mapping():
            return f"({made(value)})"
    raise TypeError(type(value))


def made(properties: Mapping[str, object]) -> str:
    """An object with these properties, in their order."""
    pairs = "; ".join(f"{literal(name)} = {literal(each)}" for name, each in properties.items())
    return f"[pscustomobject][ordered]@{{ {pairs} }}"
