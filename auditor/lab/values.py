"""Reads properties of the Management Shell's objects as ps_snippets/estate/values.ps1 does."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from auditor.lab.simulated import limited

_ADDRESS = re.compile(r"https?://[^\s;\"]+", re.IGNORECASE)
_NUMBER = re.compile(r"[0-9]{1,9}")


def shown(value: object) -> str:
    """A value as PowerShell makes text of it."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%m/%d/%Y %H:%M:%S")
    if isinstance(value, Mapping):
        pairs = (f"{name}={_within(each)}" for name, each in value.items())
        return "@{" + "; ".join(pairs) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return " ".join(map(shown, value))
    return str(value)


def _within(value: object) -> str:
    """A property in the text of an object: a list there is but its type."""
    is_list = isinstance(value, Sequence) and not isinstance(value, str)
    return "System.Object[]" if is_list else shown(value)


def text(found: Mapping[str, Any], name: str) -> str | None:
    value = found.get(name)
    return None if value is None else limited(shown(value))


def flag(found: Mapping[str, Any], name: str) -> bool | None:
    return {"true": True, "false": False}.get(shown(found.get(name)).lower())


def number(found: Mapping[str, Any], name: str) -> int | None:
    word = shown(found.get(name))
    return int(word) if _NUMBER.fullmatch(word) else None


def instant(found: Mapping[str, Any], name: str) -> str | None:
    value = found.get(name)
    if not isinstance(value, datetime):
        return None
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f") + "0Z"


def texts(found: Mapping[str, Any], name: str) -> list[str]:
    value = found.get(name)
    listed = value if isinstance(value, list | tuple) else [value]
    return [limited(shown(each)) for each in listed if each is not None][:50]


def address(found: Mapping[str, Any], name: str) -> str | None:
    match = _ADDRESS.search(shown(found.get(name)))
    return limited(match[0]) if match else None


def names_oauth_server(found: Mapping[str, Any], name: str) -> bool:
    return "useoauthserver" in shown(found.get(name)).lower()
