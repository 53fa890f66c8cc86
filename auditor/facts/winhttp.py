"""Family `winhttp`: DefaultSecureProtocols in both registry views."""

from __future__ import annotations

from dataclasses import dataclass

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
