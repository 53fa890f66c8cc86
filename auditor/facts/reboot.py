"""Family `reboot`: where Windows and installers note that a restart is due."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from auditor.facts.fields import AnswerError, Fields
from auditor.facts.registry_signal import RegistrySignal

_PATHS_LIMIT = 200


@dataclass(frozen=True, slots=True)
class RebootFacts:
    """`file_rename_entries` counts texts, two for each file; None where there is no such value.

    `file_rename_paths` are these texts: what is renamed, and to what (nothing: it is deleted).
    They are None where there is no such value, and in answers of collectors that did not tell
    them; `file_renames_cut` says that one or more are missing or cut.
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
    file_rename_paths: tuple[str, ...] | None = None
    file_renames_cut: bool = False


def decode(raw: Mapping[str, object]) -> RebootFacts:
    """What reboot.ps1 returned; AnswerError where it is something else."""
    data = Fields(raw)
    renames = RegistrySignal.read(data.fields("file_renames"))
    entries = data.optional_integer("file_rename_entries", 0, 2**31)
    paths = data.optional_texts("file_rename_paths", limit=_PATHS_LIMIT)
    if renames.state != "present" and (entries or paths):
        raise AnswerError("file_renames", f"{renames.state}, and texts of it beside it")
    return RebootFacts(
        component_servicing=RegistrySignal.read(data.fields("component_servicing")),
        windows_update=RegistrySignal.read(data.fields("windows_update")),
        file_renames=renames,
        file_rename_entries=entries,
        update_exe=RegistrySignal.read(data.fields("update_exe")),
        update_exe_flags=RegistrySignal.read(data.fields("update_exe_flags")),
        active_computer_name=RegistrySignal.read(data.fields("active_computer_name")),
        computer_name=RegistrySignal.read(data.fields("computer_name")),
        file_rename_paths=paths,
        file_renames_cut=data.optional_flag("file_renames_cut") or False,
    )
