"""Cases of every rule: a simulated Windows, and the status that follows.

One TOML file for each rule. `like` names a base in bases.toml, `windows` is laid over it (the
keys are those of the lab's Windows); `kind` and `service_version` are the pool's, `reach` why
the server was not read, `clock_offset` the seconds by which its clock is ahead, `offline` says
that the answer was carried by hand, `days_old` how long ago it was read, `policy` by which it
is judged, and `on` the day of the audit. The tests answer and judge each case from end to end.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from importlib import resources
from typing import Any


@dataclass(frozen=True, slots=True)
class Case:
    """One case; `status` is the finding's, and `says` stands in its reason."""

    title: str
    like: str
    status: str
    windows: dict[str, Any]
    says: str = ""
    kind: str = "enterprise"
    service_version: int | None = None
    reach: str = "REACH-READ"
    clock_offset: float = 0.0
    offline: bool = False
    days_old: int = 0
    policy: str = "office365-tls12"
    on: date = date(2018, 9, 1)


def cases_of(rule: str) -> tuple[Case, ...]:
    """The cases of the rule with that id."""
    entries = _read(f"{rule}.toml")["cases"]
    return tuple(Case(**{"windows": {}, **entry}) for entry in entries)


def bases() -> dict[str, Any]:
    """The descriptions of a Windows that cases are laid over, by name."""
    return _read("bases.toml")


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files(__name__).joinpath(name).read_text("utf-8"))
