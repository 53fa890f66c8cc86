"""Family `pool_upgrade`: whether a front end's own pool could be updated now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from auditor.facts.estate.listing import Listing, listing, optional_flag, texts
from auditor.facts.fields import Fields

_MOST = 10_000


@dataclass(frozen=True, slots=True)
class UpgradeDomain:
    """`shown` is the domain as the server prints it, for a product that names its parts else."""

    name: str | None = None
    ready: bool | None = None
    front_ends: tuple[str, ...] = ()
    shown: str | None = None


@dataclass(frozen=True, slots=True)
class PoolUpgradeFacts:
    """`state` is Ready, Busy or InsufficientActiveFrontEnds in the documents."""

    pool: str | None
    state: str | None
    front_ends: int | None
    active_front_ends: int | None
    domains: Listing[UpgradeDomain]


def decode(raw: Mapping[str, object]) -> PoolUpgradeFacts:
    """What pool_upgrade.ps1 returned; AnswerError where it is something else."""
    data = Fields(raw)
    return PoolUpgradeFacts(
        pool=data.optional_text("pool"),
        state=data.optional_text("state"),
        front_ends=data.optional_integer("front_ends", 0, _MOST),
        active_front_ends=data.optional_integer("active_front_ends", 0, _MOST),
        domains=listing(data.fields("domains"), _domain, limit=100),
    )


def _domain(item: Fields) -> UpgradeDomain:
    return UpgradeDomain(
        name=item.optional_text("name"),
        ready=optional_flag(item, "ready"),
        front_ends=texts(item, "front_ends", limit=50),
        shown=item.optional_text("shown"),
    )
