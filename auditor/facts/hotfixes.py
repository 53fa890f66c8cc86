"""Family `hotfixes`: Win32_QuickFixEngineering. Corroborates, never decides (superseded KBs are missing)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hotfix:
    """`id` is such as "KB3140245"; `installed_on` is the text Windows gave (its format varies)."""

    id: str
    description: str | None = None
    installed_on: str | None = None


@dataclass(frozen=True, slots=True)
class HotfixesFacts:
    items: tuple[Hotfix, ...]

    def has(self, *ids: str) -> str | None:
        """The first of `ids` that is installed, else None."""
        installed = {item.id.upper() for item in self.items}
        return next((wanted for wanted in ids if wanted.upper() in installed), None)
