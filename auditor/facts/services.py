"""Family `services`: the Windows services of Lync and Skype for Business, from Win32_Service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from auditor.facts.fields import Fields

_LIMIT = 500


@dataclass(frozen=True, slots=True)
class Service:
    """`state` is WMI's word, such as "Running"; `start_mode` "Auto", "Manual" or "Disabled".

    Both are English on every Windows; None where WMI does not know them.
    """

    name: str
    state: str | None
    start_mode: str | None


@dataclass(frozen=True, slots=True)
class ServicesFacts:
    """`truncated` is true where the server had more entries than the snippet's bound."""

    items: tuple[Service, ...]
    truncated: bool = False

    def find(self, name: str) -> Service | None:
        return next((each for each in self.items if each.name.lower() == name.lower()), None)


def decode(raw: Mapping[str, object]) -> ServicesFacts:
    """What services.ps1 returned; AnswerError where it is something else."""
    data = Fields(raw)
    return ServicesFacts(
        items=tuple(
            Service(
                name=item.text("name"),
                state=item.optional_text("state"),
                start_mode=item.optional_text("start_mode"),
            )
            for item in data.items("items", limit=_LIMIT)
        ),
        truncated=data.flag("truncated"),
    )
