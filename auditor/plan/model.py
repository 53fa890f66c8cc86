"""Steps: what is to be done, on what, after what, and why in that order."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class OrderSource(StrEnum):
    """How firm the ground under an order is."""

    OFFICIAL = "official"
    PRACTICE = "practice"
    ASSUMED = "assumed"


class TargetKind(StrEnum):
    SERVER = "server"
    POOL = "pool"
    DATABASE = "database"
    ESTATE = "estate"


@dataclass(frozen=True, slots=True)
class Command:
    """One line to run, and where: `shell` is powershell, cmd or gui (words, not a command)."""

    text: str
    shell: str = "powershell"
    run_on: str = ""


@dataclass(frozen=True, slots=True)
class Wait:
    """The step must not start before `step` is done; `reason` says why, `source` who says so."""

    step: str
    reason: str
    order_source: OrderSource
    source: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do on one target.

    `id` is a short hash of target and action, the same on every run. `action` is a key of
    the rulebook's procedures. `minutes` is an assumption. `wave` numbers from 1: steps of
    one wave wait for nothing in it.
    """

    id: str
    action: str
    title: str
    target: str
    target_kind: TargetKind
    pool: str
    site: str
    commands: tuple[Command, ...]
    waits_for: tuple[Wait, ...]
    wave: int
    minutes: int
    impact: str
    rollback: str
    rules: tuple[str, ...]
    reason: str
    source: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Steps in an order that can be worked from top to bottom."""

    steps: tuple[Step, ...]
    notes: tuple[str, ...] = ()
