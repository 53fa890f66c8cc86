"""Is a restart of Windows pending? What was installed is active only after it."""

from __future__ import annotations

import re
from enum import Enum

from auditor.assess.model import Finding, Status
from auditor.assess.rule import Context, Rule, Subject, shorten
from auditor.facts.reboot import RebootFacts
from auditor.facts.registry_signal import RegistrySignal
from auditor.rulebook.model import Restart

_SHORT_NAME = re.compile(r"~[0-9]+(\.[^\\]*)?\\")
_PRESENT, _UNREADABLE = "present", "unreadable"


class _Renames(Enum):
    """What the files that are renamed or removed at the next start may belong to."""

    NOTHING = "nothing"
    OTHERS = "other programs"
    UPDATE = "an update"
    UNTOLD = "not told"


class NoRestartPending(Rule):
    """Servicing and Windows Update show a waiting update; a file rename may be any program's.

    An installer that could not replace a file in use leaves a rename for the restart, and so do
    many other programs, some of them always: where the files are shows which ones may matter.
    """

    id = "SFB-BOOT-001"
    title = "No restart is pending"
    applies_to = "every Lync or Skype for Business server"
    needs = ("reboot",)
    sources = ("css-reboot", "pendmoves", "file-renames-field")
    needs_product = False
    no_fail = "No update is known to be among this, so this is advice."

    def judge(self, subject: Subject, context: Context) -> Finding:
        facts = subject.get(RebootFacts)
        status, reason = _verdict(facts, context.rulebook.restart)
        mend = status in (Status.FAIL, Status.UNKNOWN)
        told = [signal for signal in _signals(facts) if signal.state == _PRESENT]
        return self.finding(
            subject,
            status,
            observed="; ".join(signal.where for signal in told) or "nothing that requires one",
            required="nothing waiting for a restart",
            reason=reason,
            evidence=[
                subject.evidence("reboot", signal.where, _shown(signal))
                for signal in (*_signals(facts), facts.active_computer_name, facts.computer_name)
            ],
            remediation="Restart the server when it is out of service, then audit it again."
            if status is not Status.PASS
            else "",
            actions=("restart-server",) if mend else (),
        )


def update_waits(subject: Subject, context: Context) -> str | None:
    """Why an update that is installed may not be active yet, None where nothing says so."""
    facts = subject.find(RebootFacts)
    if facts is None:
        return None
    if _certain(facts):
        return "an update waits for a restart"
    if _renames(facts, context.rulebook.restart) in (_Renames.UPDATE, _Renames.UNTOLD):
        return "files wait for a restart to be replaced"
    return None


def _verdict(facts: RebootFacts, restart: Restart) -> tuple[Status, str]:
    certain = _certain(facts)
    if certain:
        return Status.FAIL, f"An update is not active until a restart: {', '.join(certain)}."
    renames = _renames(facts, restart)
    if renames is _Renames.UPDATE:
        first = shorten(_watched(facts, restart)[0])
        return Status.UNKNOWN, (
            f"Files are to be replaced or removed at the next restart, and {first} may belong to "
            "an update."
        )
    if renames is _Renames.UNTOLD:
        return Status.UNKNOWN, (
            "Files are to be replaced or removed at the next restart; whether they belong to an "
            "update is not known."
        )
    unread = [signal.where for signal in _signals(facts) if signal.state == _UNREADABLE]
    if unread:
        return Status.UNKNOWN, f"Not readable: {', '.join(unread)}."
    unclear = [signal for signal in (facts.update_exe, facts.update_exe_flags) if _unclear(signal)]
    if unclear:
        said = ", ".join(f"{signal.where} is {_shown(signal)}" for signal in unclear)
        return Status.UNKNOWN, f"{shorten(said)}: whether that requires a restart is not known."
    advice = []
    if renames is _Renames.OTHERS:
        advice.append(
            "Files are to be replaced or removed at the next restart, none of them in a folder "
            "that Windows, the product or an installer usually uses; which folder the product was "
            "installed into is not read."
        )
    if _renamed(facts):
        advice.append("The computer will get another name at the next restart.")
    if advice:
        return Status.ADVICE, " ".join(advice)
    return Status.PASS, "Nothing waits for a restart."


def _signals(facts: RebootFacts) -> tuple[RegistrySignal, ...]:
    return (
        facts.component_servicing,
        facts.windows_update,
        facts.update_exe,
        facts.update_exe_flags,
        facts.file_renames,
    )


def _certain(facts: RebootFacts) -> list[str]:
    """Who says that an update waits."""
    said = {
        "component servicing": facts.component_servicing.state == _PRESENT,
        "Windows Update": facts.windows_update.state == _PRESENT,
        "an update's installer": _asks(facts.update_exe) or _asks(facts.update_exe_flags),
    }
    return [who for who, so in said.items() if so]


def _asks(signal: RegistrySignal) -> bool:
    """A number other than 0 asks for a restart."""
    return signal.value is not None and bool(signal.value.dword)


def _unclear(signal: RegistrySignal) -> bool:
    """It is there, and no number that could be 0 or something else."""
    return signal.state == _PRESENT and (signal.value is None or signal.value.dword is None)


def _renames(facts: RebootFacts, restart: Restart) -> _Renames:
    """A value of no entries, or of empty ones, is left over, and waits for nothing.

    Where more or fewer are told than were counted, nobody knows what they are.
    """
    paths, entries = facts.file_rename_paths, facts.file_rename_entries
    if facts.file_renames.state != _PRESENT or (entries == 0 and not paths):
        return _Renames.NOTHING
    if _watched(facts, restart):
        return _Renames.UPDATE
    if paths is None or facts.file_renames_cut or len(paths) != entries:
        return _Renames.UNTOLD
    return _Renames.OTHERS if any(path.strip() for path in paths) else _Renames.NOTHING


def _watched(facts: RebootFacts, restart: Restart) -> list[str]:
    """Paths that may belong to an update."""
    return [path for path in facts.file_rename_paths or () if _matters(path, restart)]


def _matters(path: str, restart: Restart) -> bool:
    """Whether it lies where an update's may; PROGRA~1 and the like may stand for any folder."""
    plain = _plain(path)
    return restart.watches(f"{plain}\\") or _SHORT_NAME.search(plain) is not None


def _plain(path: str) -> str:
    """The path without detours, which may lead out of a folder that it names."""
    parts: list[str] = []
    for part in path.replace("/", "\\").split("\\"):
        if part == "..":
            del parts[-1:]
        elif part not in ("", "."):
            parts.append(part)
    return "".join(f"\\{part}" for part in parts)


def _renamed(facts: RebootFacts) -> bool:
    names = [facts.active_computer_name.value, facts.computer_name.value]
    return None not in names and names[0] != names[1]


def _shown(signal: RegistrySignal) -> str:
    return signal.state if signal.value is None else str(signal.value)
