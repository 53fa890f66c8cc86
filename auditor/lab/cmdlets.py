"""Which cmdlets of the Management Shell a product has, and their parameters (cmdlets.toml)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

# What every cmdlet takes besides its own parameters.
COMMON = (
    "Debug",
    "ErrorAction",
    "ErrorVariable",
    "OutBuffer",
    "OutVariable",
    "PipelineVariable",
    "Verbose",
    "WarningAction",
    "WarningVariable",
)
LOCAL_STORE = "LocalStore"


@dataclass(frozen=True, slots=True)
class Cmdlet:
    """`key` is the property that tells its objects apart; `is_local` asks no store."""

    name: str
    parameters: tuple[str, ...] = ()
    switches: tuple[str, ...] = ()
    key: str = "Identity"
    is_local: bool = False


@cache
def cmdlets_of(version: int) -> Mapping[str, Cmdlet]:
    """The cmdlets of the product with that number of the topology, by name."""
    return {
        name: Cmdlet(
            name=name,
            parameters=_of_version(table, "parameters", version),
            switches=_of_version(table, "switches", version),
            key=table.get("key", "Identity"),
            is_local=table.get("local", False),
        )
        for name, table in _table().items()
        if version in table["versions"]
    }


def known_cmdlets() -> tuple[str, ...]:
    """The cmdlets that some product has."""
    return tuple(_table())


def _of_version(table: Mapping[str, Any], kind: str, version: int) -> tuple[str, ...]:
    only = table.get("only", {})
    return tuple(name for name in table.get(kind, ()) if version in only.get(name, [version]))


@cache
def _table() -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads(resources.files("auditor.lab").joinpath("cmdlets.toml").read_text("utf-8"))
