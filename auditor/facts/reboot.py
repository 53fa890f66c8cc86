"""Family `reboot`: where Windows and installers note that a restart is due."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from auditor.facts.fields import Fields
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


@dataclass(frozen=True, slots=True)
class RebootFacts:
    """`file_rename_entries` counts texts, two for each file; None where there is no such value.

    A rename waits for a restart where `active_computer_name` and `computer_name` differ.
    `update_exe` and `update_exe_flags` ask for one where their number is not 0.
    """

    component_servicing: RegistrySignal
    windows_update: RegistrySignal
    file_renames: RegistrySignal
    file_rename_entries: int | None
    update_exe: RegistrySignal
    update_exe_flags: RegistrySignal
    active_computer_name: RegistrySignal
    computer_name: RegistrySignal


def decode(raw: Mapping[str, object]) -> RebootFacts:
    """What reboot.ps1 returned; AnswerError where it is something else."""
    data = Fields(raw)
    return RebootFacts(
        component_servicing=_signal(data, "component_servicing"),
        windows_update=_signal(data, "windows_update"),
        file_renames=_signal(data, "file_renames"),
        file_rename_entries=data.optional_integer("file_rename_entries", 0, 2**31),
        update_exe=_signal(data, "update_exe"),
        update_exe_flags=_signal(data, "update_exe_flags"),
        active_computer_name=_signal(data, "active_computer_name"),
        computer_name=_signal(data, "computer_name"),
    )


def _signal(data: Fields, name: str) -> RegistrySignal:
    item = data.fields(name)
    return RegistrySignal(
        path=item.text("path"),
        name=item.text("name"),
        state=item.choice("state", "present", "absent", "unreadable"),
        value=item.registry_value("value"),
    )
