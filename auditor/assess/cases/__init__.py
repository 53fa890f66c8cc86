"""Cases of every rule: a simulated Windows, and the status that follows.

One TOML file for each rule. `like` names a base in bases.toml, `windows` is laid over it (the
keys are those of the lab's Windows); `kind` and `service_version` are the pool's, `reach` why
the server was not read, `clock_offset` the seconds by which its clock is ahead, `offline` says
that the answer was carried by hand, `days_old` how long ago it was read, `policy` by which it
is judged, and `on` the day of the audit. The tests answer and judge each case from end to end.

What a rule on pools asks for: `members` are the further servers of the pool, `partner` is the
pool that it is paired with. `shell` is what the Management Shell said on the first server: for
each of the estate's families what its snippet returns, or the text of an error.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from datetime import date
from importlib import resources
from typing import Any


@dataclass(frozen=True, slots=True)
class Member:
    """A further server; `excluded` is why somebody left it out."""

    like: str = "sfb2015-2012r2"
    windows: dict[str, Any] = field(default_factory=dict)
    reach: str = "REACH-READ"
    days_old: int = 0
    excluded: str = ""


@dataclass(frozen=True, slots=True)
class Partner:
    """The other pool of a pair."""

    members: tuple[Member, ...] = ()
    kind: str = "enterprise"


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
    members: tuple[Member, ...] = ()
    partner: Partner | None = None
    shell: dict[str, Any] = field(default_factory=dict)


def cases_of(rule: str) -> tuple[Case, ...]:
    """The cases of the rule with that id."""
    entries = _read(f"{rule}.toml")["cases"]
    return tuple(_case(entry) for entry in entries)


def bases() -> dict[str, Any]:
    """The descriptions of a Windows that cases are laid over, by name."""
    return _read("bases.toml")


def _case(entry: dict[str, Any]) -> Case:
    parts = {"windows": {}, **entry, "members": _members(entry)}
    if "partner" in entry:
        parts["partner"] = Partner(**{**entry["partner"], "members": _members(entry["partner"])})
    return Case(**parts)


def _members(table: dict[str, Any]) -> tuple[Member, ...]:
    return tuple(Member(**each) for each in table.get("members", ()))


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files(__name__).joinpath(name).read_text("utf-8"))
