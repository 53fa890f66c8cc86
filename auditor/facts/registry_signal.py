"""Whether a registry key or value is there, where not being able to read it is a fact too."""

from __future__ import annotations

from dataclasses import dataclass

from auditor.facts.fields import AnswerError, Fields
from auditor.facts.registry_value import RegistryValue


@dataclass(frozen=True, slots=True)
class RegistrySignal:
    """A key, or a value of it where `name` is not empty.

    `state` is "present", "absent" or "unreadable"; `value` is None unless a value is present.
    """

    path: str
    name: str
    state: str
    value: RegistryValue | None = None

    @property
    def where(self) -> str:
        return f"{self.path}, {self.name}" if self.name else self.path

    @classmethod
    def read(cls, item: Fields) -> RegistrySignal:
        """What Get-RegistrySignal returned; AnswerError where it is something else."""
        state = item.choice("state", "present", "absent", "unreadable")
        value = item.registry_value("value")
        if value is not None and state != "present":
            raise AnswerError(item.path, f"{state}, and a value beside it")
        return cls(item.text("path"), item.text("name"), state, value)
