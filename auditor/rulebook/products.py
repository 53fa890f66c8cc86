"""The nouns of products.toml: what a product is called, runs on and is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import date
from enum import StrEnum
from functools import cached_property
from typing import Literal

from pydantic.dataclasses import dataclass

from auditor.rulebook.confidence import Confidence
from auditor.rulebook.fields import STRICT, Build4, Kind
from auditor.version import Version


class Stance(StrEnum):
    """What the policy's article says of a product."""

    ROW = "row"
    LATER = "later"
    MIGRATE = "migrate"


class Need(StrEnum):
    """Whether a product on a Windows needs KB3140245 and its registry value."""

    REQUIRED = "required"
    ADVISED = "advised"
    NONE = "none"


@dataclass(frozen=True, config=STRICT)
class SystemRow:
    """A Windows that a product may run on, from the build `least` on where one is named."""

    os: str
    sources: tuple[str, ...]
    least: Build4 | None = None
    kb3140245: Need = Need.NONE
    install: Literal["any", "in_place", "new"] = "any"
    confidence: Confidence = Confidence.STATED


@dataclass(frozen=True, config=STRICT)
class Support:
    """Until when Microsoft supports a product; `ends` None is no end that anybody has named.

    `at_latest` says that it may have ended before. `extended` is the last day on which security
    fixes can be bought.
    """

    sources: tuple[str, ...]
    ends: date | None = None
    at_latest: bool = False
    extended: date | None = None
    confidence: Confidence = Confidence.STATED


@dataclass(frozen=True, config=STRICT)
class InPlace:
    """How a product may have come over another one (its key), and what that leaves behind.

    `keeps` and `brings` are generations of SQL Server, as in MSSQL11.RTCLOCAL.
    """

    over: str
    instances: tuple[str, ...]
    keeps: int
    brings: int
    sources: tuple[str, ...]
    never_kinds: tuple[Kind, ...] = ()


@dataclass(frozen=True, config=STRICT)
class Way:
    """How servers of another product get to this one, by who says so."""

    how: str
    sources: tuple[str, ...]


@dataclass(frozen=True, config=STRICT)
class Product:
    """A server product. `codes` maps MSI product codes to component names.

    `ways` are how to get to it, by the key of the product that one comes from.
    """

    key: str
    title: str
    base: Build4
    packages: tuple[str, ...]
    stance: Stance
    why: str
    sources: tuple[str, ...]
    service_version: int | None = None
    confidence: Confidence = Confidence.STATED
    server_core: Literal["unsupported", "unsure"] = "unsure"
    systems: tuple[SystemRow, ...] = ()
    systems_closed: bool = False
    support: Support | None = None
    in_place: InPlace | None = None
    codes: Mapping[str, str] = field(default_factory=dict)
    ways: Mapping[str, Way] = field(default_factory=dict)

    def is_supported(self, day: date) -> bool:
        """Whether Microsoft supports it on that day for all that is known: a doubt is no yes."""
        support = self.support
        return support is not None and (
            support.ends is None or (day <= support.ends and not support.at_latest)
        )

    def system(self, os: str) -> SystemRow | None:
        """The row for a Windows (its key), None where there is none."""
        return self._by_system.get(os)

    @cached_property
    def _by_system(self) -> dict[str, SystemRow]:
        return {row.os: row for row in reversed(self.systems)}

    def owns(self, version: Version) -> bool:
        """Whether a build belongs to this product line: the first three numbers are its own."""
        return (version.major, version.minor, version.build) == (
            self.base.major,
            self.base.minor,
            self.base.build,
        )

    @property
    def line(self) -> str:
        """What every build begins with, such as 6.0.9319."""
        return f"{self.base.major}.{self.base.minor}.{self.base.build}"


@dataclass(frozen=True, config=STRICT)
class Apart:
    """Products (their keys) that Microsoft does not support all at once in one topology."""

    products: tuple[str, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, config=STRICT)
class Components:
    """Names of packages after the product's name, and what each is good for."""

    core: str
    front_end: str
    edge: str
    roles: Mapping[Kind, tuple[str, ...]]
    watched: tuple[str, ...]
    tools: tuple[str, ...]
    sources: tuple[str, ...]

    @property
    def deciding(self) -> tuple[str, ...]:
        return (self.core, self.front_end)

    @cached_property
    def deciding_keys(self) -> tuple[str, ...]:
        """The names of the deciding components, casefolded."""
        return tuple(name.casefold() for name in self.deciding)

    @cached_property
    def _edge_key(self) -> str:
        return self.edge.casefold()

    def is_edges(self, key: str) -> bool:
        """Whether a package may be the Edge's own, by the name of its component, casefolded."""
        return self._edge_key in key


@dataclass(frozen=True, config=STRICT)
class Signs:
    """Services and local instances of SQL Server that a server has, whatever its packages say.

    The instance `replica` is on servers of trusted applications, too.
    """

    services: tuple[str, ...]
    instances: tuple[str, ...]
    replica: str
    sources: tuple[str, ...]
    confidence: Confidence = Confidence.STATED
