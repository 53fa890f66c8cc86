"""A policy's nouns: what it asks, of whom, and by which source. Explained in policies.toml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from pydantic.dataclasses import dataclass

from auditor.rulebook.confidence import Confidence
from auditor.rulebook.fields import STRICT, Build4, Kind
from auditor.rulebook.sql import SqlBranch
from auditor.version import Version

Severity = Literal["advice", "fail"]
Scope = Literal["paths", "estate"]
_UNKNOWN_KIND = "unknown"


@dataclass(frozen=True, config=STRICT)
class Threshold:
    """The least build of a product; `kinds` of pools may have their own."""

    build: Build4
    sources: tuple[str, ...]
    kinds: Mapping[Kind, Build4] = field(default_factory=dict)

    def of_kind(self, kind: str) -> Threshold:
        """The threshold as it is for pools of that kind."""
        own = self.kinds.get(kind)
        return self if own is None else Threshold(own, self.sources)


@dataclass(frozen=True, config=STRICT)
class Release:
    """The least .NET Framework of `products`, by the number in its registry value Release.

    `how` is for whoever has to install it.
    """

    release: int
    title: str
    products: tuple[str, ...]
    how: str
    sources: tuple[str, ...]


@dataclass(frozen=True, config=STRICT)
class SqlDemand:
    """SQL Server with TLS 1.2 on servers of a product, and its `clients` where they are asked for.

    `builds` are the least of each level of service that the policy's source takes, in order; TLS
    1.2 in the build's own branch is asked besides. `how` is for whoever has to install it.
    """

    title: str
    builds: tuple[Build4, ...]
    clients: bool
    how: str
    sources: tuple[str, ...]

    def least(self, branch: SqlBranch) -> Version | None:
        """The least build for a server whose build is of that branch, None beyond all of them.

        It is the first one that does not lie before the branch: an older release than the
        source takes, and a branch without a build that it takes, have to reach the next one.
        """
        return next((least for least in self.builds if least >= branch.begins), None)


@dataclass(frozen=True, config=STRICT)
class Exclusion:
    """A product, or a Windows, that can never meet the policy; `except_kinds` of pools can.

    With `kinds` it is about pools of these alone. `instead` is what to do about such a server.
    """

    why: str
    instead: str
    sources: tuple[str, ...]
    product: str = ""
    os: str = ""
    kinds: tuple[Kind, ...] = ()
    except_kinds: tuple[Kind, ...] = ()

    def concerns(self, product: str | None, os: str | None, kind: str) -> bool | None:
        """Whether it is about such a server; None where only the kind of its pool could tell."""
        if (self.product or product) != product or (self.os or os) != os:
            return False
        if kind == _UNKNOWN_KIND and (self.kinds or self.except_kinds):
            return None
        return (not self.kinds or kind in self.kinds) and kind not in self.except_kinds


@dataclass(frozen=True, config=STRICT)
class MigrationTarget:
    """The product that servers are migrated to which can never meet the policy.

    Its least build is the policy's own minimum. `note` is what else to know of it.
    """

    product: str
    sources: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True, config=STRICT)
class Prerequisite:
    """What the policy asks of `products` and no fact family reads: unknown until a person looked.

    `check` tells where to look. `kinds` are those of the pools that it is asked of (none: all);
    with `back_ends` it is also asked of pools whose databases are known to lie elsewhere. With
    `systems` it is asked on these Windows alone.
    `confidence` is of the numbers in `check`.
    """

    title: str
    check: str
    products: tuple[str, ...]
    sources: tuple[str, ...]
    kinds: tuple[Kind, ...] = ()
    back_ends: bool = False
    systems: tuple[str, ...] = ()
    confidence: Confidence = Confidence.STATED


@dataclass(frozen=True, config=STRICT)
class Policy:
    """A named set of thresholds; a product without a minimum has none to meet.

    Its `scope` is the servers on the paths of scenarios in use, or all of the estate. `elsewhere`
    is a sentence on what its sources ask of things that no audit of servers reads, and `anywhere`
    one on what follows for all servers from one that it rules out.
    """

    key: str
    title: str
    unstarred: Severity
    strong_crypto: Severity
    support: Severity
    max_age_days: int
    counts: tuple[str, ...]
    sources: tuple[str, ...]
    description: str = ""
    scope: Scope = "paths"
    elsewhere: str = ""
    anywhere: str = ""
    extended_updates: bool = False
    minimum: Mapping[str, Threshold] = field(default_factory=dict)
    dotnet: Release | None = None
    sql: Mapping[str, SqlDemand] = field(default_factory=dict)
    excludes: tuple[Exclusion, ...] = ()
    target: MigrationTarget | None = None
    prerequisites: tuple[Prerequisite, ...] = ()

    def least(self, product: str, kind: str = "") -> Threshold | None:
        """The minimum build of a product in pools of that kind, None where there is none."""
        threshold = self.minimum.get(product)
        return threshold.of_kind(kind) if threshold is not None else None

    def excluded(self, product: str | None, os: str | None, kind: str) -> Exclusion | None:
        """Why a server can never meet the policy, None where nothing is known to rule it out."""
        return next((row for row in self.excludes if row.concerns(product, os, kind)), None)

    def perhaps_excluded(self, product: str | None, os: str | None) -> tuple[Exclusion, ...]:
        """All that may rule a server out of whose pool nobody knows the kind."""
        rows = self.excludes
        return tuple(row for row in rows if row.concerns(product, os, _UNKNOWN_KIND) is None)
