"""Family `hotfixes`: Win32_QuickFixEngineering.

It corroborates and never decides: an update that a later one replaced is missing from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from auditor.facts.fields import Fields


@dataclass(frozen=True, slots=True)
class Hotfix:
    """`id` is such as "KB3140245"; `installed_on` is the text Windows gave (its format varies)."""

    id: str
    description: str | None = None
    installed_on: str | None = None


@dataclass(frozen=True, slots=True)
class HotfixesFacts:
    """`truncated` is true where the server had more entries than the snippet's bound."""

    items: tuple[Hotfix, ...]
    truncated: bool = False

    def has(self, *ids: str) -> str | None:
        """The first of `ids` that is installed, else None."""
        installed = {item.id.upper() for item in self.items}
        return next((wanted for wanted in ids if wanted.upper() in installed), None)


def decode(raw: Mapping[str, object]) -> HotfixesFacts:
    """What hotfixes.ps1 returned; AnswerError where it is something else."""
    data = Fields(raw)
    return HotfixesFacts(
        items=tuple(
            Hotfix(
                id=item.text("id"),
                description=item.optional_text("description"),
                installed_on=item.optional_text("installed_on"),
            )
            for item in data.items("items")
        ),
        truncated=data.flag("truncated"),
    )
