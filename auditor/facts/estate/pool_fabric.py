"""Family `pool_fabric`: the report on a pool's replicas, as the server prints it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from auditor.facts.estate.listing import texts
from auditor.facts.fields import Fields


@dataclass(frozen=True, slots=True)
class PoolFabricFacts:
    """`report` are lines for people; `truncated` where there were more than 200."""

    pool: str | None
    report: tuple[str, ...]
    truncated: bool = False


def decode(raw: Mapping[str, object]) -> PoolFabricFacts:
    """What pool_fabric.ps1 returned; AnswerError where it is something else."""
    data = Fields(raw)
    report = data.fields("report")
    return PoolFabricFacts(
        pool=data.optional_text("pool"),
        report=texts(report, "items", limit=200),
        truncated=report.flag("truncated"),
    )
