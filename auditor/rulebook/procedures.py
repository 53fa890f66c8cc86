"""Procedures: what is done for an action, in which words and commands (procedures.toml).

The file's head says what each field means. Nothing here knows an estate.
"""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Literal

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from auditor.errors import AuditError
from auditor.rulebook.fields import Kind
from auditor.rulebook.model import Source

_STRICT = ConfigDict(extra="forbid")
_FILE = "procedures.toml"
_KEYED = frozenset({"procedures", "orders", "sources"})
_ANY_STEP = "*"

TargetWord = Literal["server", "pool", "database", "estate"]
OrderWord = Literal["official", "practice", "assumed"]


@dataclass(frozen=True, config=_STRICT)
class CommandLine:
    """One line as it stands in the file, with its placeholders.

    With a `tag` it is there only for targets that have it, with `unless` only for others.
    """

    text: str
    shell: Literal["powershell", "cmd", "gui"] = "powershell"
    run_on: str = ""
    tag: str = ""
    unless: str = ""

    def fits(self, situation: Situation) -> bool:
        wanted = not self.tag or self.tag in situation.tags
        return wanted and (not self.unless or self.unless not in situation.tags)


@dataclasses.dataclass(frozen=True, slots=True)
class Situation:
    """What a target is: product, kind of pool and Windows (keys), and tags of its own."""

    product: str | None = None
    kind: str = ""
    system: str | None = None
    tags: frozenset[str] = frozenset()


@dataclass(frozen=True, config=_STRICT)
class Variant:
    """Fields that take the place of the procedure's own where every condition given fits."""

    products: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ()
    systems: tuple[str, ...] = ()
    tag: str = ""
    title: str | None = None
    commands: tuple[CommandLine, ...] | None = None
    minutes: int | None = None
    impact: str | None = None
    rollback: str | None = None
    source: str | None = None

    def fits(self, situation: Situation) -> bool:
        return (
            (not self.products or situation.product in self.products)
            and (not self.kinds or situation.kind in self.kinds)
            and (not self.systems or situation.system in self.systems)
            and (not self.tag or self.tag in situation.tags)
        )


@dataclass(frozen=True, config=_STRICT)
class Procedure:
    """One kind of step. `minutes` is an assumption; `restarts`: Windows is restarted in it."""

    key: str
    title: str
    target: TargetWord
    minutes: int
    impact: str
    rollback: str
    source: str
    why: str = ""
    restarts: bool = False
    commands: tuple[CommandLine, ...] = ()
    variants: tuple[Variant, ...] = ()
    follows: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def resolved(self, situation: Situation) -> Procedure:
        """The procedure as it is for a target: its first fitting variant laid over it."""
        variant = next((v for v in self.variants if v.fits(situation)), Variant())
        given = {
            name: value
            for name in ("title", "commands", "minutes", "impact", "rollback", "source")
            if (value := getattr(variant, name)) is not None
        }
        whole = dataclasses.replace(self, **given)
        commands = tuple(line for line in whole.commands if line.fits(situation))
        return dataclasses.replace(whole, commands=commands)

    def order_after(self, action: str) -> str:
        """The key of the reason why it comes after a step of `action` on the same server."""
        return self.follows.get(action) or self.follows[_ANY_STEP]


@dataclass(frozen=True, config=_STRICT)
class Order:
    """Why one step waits for another, and who says so."""

    key: str
    reason: str
    order_source: OrderWord
    source: str


@dataclass(frozen=True, config=_STRICT)
class QuorumRow:
    """For pools of `members` (from, to) front ends, `running` of them must run.

    They must be among the `first` that were started, where that is given.
    """

    members: tuple[int, int]
    running: int
    first: int | None = None
    products: tuple[str, ...] = ()
    note: str = ""

    def can_spare_one(self, members: int, in_doubt: int) -> bool:
        """Whether one front end can go although `in_doubt` others may be down already.

        Which ones were started first is not known, so those in doubt and the one that goes
        are taken to be among them.
        """
        return (self.first or members) - in_doubt - 1 >= self.running


@dataclass(frozen=True, config=_STRICT)
class Quorum:
    source: str
    rows: tuple[QuorumRow, ...]

    def row(self, members: int, product: str | None) -> QuorumRow | None:
        """The row for a pool of so many front ends, None where there is none."""
        for row in self.rows:
            smallest, largest = row.members
            known = not row.products or product in row.products
            if smallest <= members <= largest and known:
                return row
        return None


@dataclass(frozen=True, config=_STRICT)
class Procedures:
    """Everything in procedures.toml; `sources` are those that stand in no other file."""

    sequence: tuple[str, ...]
    tiers: tuple[tuple[str, ...], ...]
    databases: tuple[str, ...]
    quorum: Quorum
    orders: Mapping[str, Order]
    procedures: Mapping[str, Procedure]
    sources: Mapping[str, Source]

    def procedure(self, action: str) -> Procedure:
        """The procedure of an action; AuditError PLAN-PROCEDURE where there is none."""
        if action not in self.procedures:
            raise AuditError("PLAN-PROCEDURE", f"the rulebook has no procedure {action!r}")
        return self.procedures[action]

    def tier(self, kind: str) -> int:
        """How far out a kind of pool lies, 0 innermost; a kind of no tier goes with "unknown"."""
        by_kind = {one: number for number, kinds in enumerate(self.tiers) for one in kinds}
        return by_kind.get(kind, by_kind["unknown"])


@cache
def load_procedures() -> Procedures:
    """The procedures that are shipped with the program; AuditError RULEBOOK if they are broken."""
    text = resources.files("auditor.rulebook").joinpath(_FILE).read_text(encoding="utf-8")
    tables = {
        name: {key: {"key": key, **entry} for key, entry in table.items()}
        if name in _KEYED
        else table
        for name, table in tomllib.loads(text).items()
    }
    try:
        return TypeAdapter(Procedures).validate_python(tables)
    except ValidationError as error:
        raise AuditError("RULEBOOK", f"{_FILE} is broken: {error}") from error
