"""Family `winhttp`: DefaultSecureProtocols in both registry views."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from auditor.facts.fields import Fields
from auditor.facts.registry_value import RegistryValue


@dataclass(frozen=True, slots=True)
class WinHttpView:
    """`view` is "native" or "wow6432"; `value` is None where DefaultSecureProtocols is absent."""

    view: str
    path: str
    key_present: bool
    value: RegistryValue | None = None


@dataclass(frozen=True, slots=True)
class WinHttpFacts:
    """A 32-bit Windows has the native view alone."""

    views: tuple[WinHttpView, ...]

    def find(self, view: str) -> WinHttpView | None:
        return next((v for v in self.views if v.view == view), None)


def decode(raw: Mapping[str, object]) -> WinHttpFacts:
    """What winhttp.ps1 returned; AnswerError where it is something else."""
    return WinHttpFacts(
        tuple(
            WinHttpView(
                view=item.choice("view", "native", "wow6432"),
                path=item.text("path"),
                key_present=item.flag("key_present"),
                value=item.value_in_key("value"),
            )
            for item in Fields(raw).places("views", "view", limit=2)
        )
    )
