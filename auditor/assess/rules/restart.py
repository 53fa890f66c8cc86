"""Is a restart of Windows pending? What was installed is active only after it."""

from __future__ import annotations

from auditor.assess.model import Finding, Status
from auditor.assess.rule import Context, Rule, Subject
from auditor.facts.reboot import RebootFacts
from auditor.facts.registry_signal import RegistrySignal

_PRESENT, _UNREADABLE = "present", "unreadable"


class NoRestartPending(Rule):
    """Servicing and Windows Update say that an update waits; a rename of files may be anything's.

    An installer that could not replace a file in use leaves a rename for the restart, and so do
    many other programs: whether the product's update is among them is not known.
    """

    id = "SFB-BOOT-001"
    title = "No restart is pending"
    applies_to = "every Lync or Skype for Business server"
    needs = ("reboot",)
    sources = ("css-reboot", "practice")
    needs_product = False

    def judge(self, subject: Subject, context: Context) -> Finding:  # noqa: ARG002
        facts = subject.get(RebootFacts)
        status, reason = _verdict(facts)
        mend = status in (Status.FAIL, Status.UNKNOWN)
        told = [signal for signal in _signals(facts) if signal.state == _PRESENT]
        return self.finding(
            subject,
            status,
            observed="; ".join(signal.where for signal in told) or "nothing that asks for one",
            required="nothing that waits for a restart",
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


def update_waits(subject: Subject) -> str | None:
    """Why an update that is installed may not be active yet, None where nothing says so."""
    facts = subject.find(RebootFacts)
    if facts is None:
        return None
    if _certain(facts):
        return "an update waits for a restart"
    return "files wait for a restart to be replaced" if _renames(facts) else None


def _verdict(facts: RebootFacts) -> tuple[Status, str]:
    certain = _certain(facts)
    if certain:
        return Status.FAIL, f"An update is not active before a restart: {', '.join(certain)}."
    if _renames(facts):
        return Status.UNKNOWN, (
            "Files are to be replaced or removed at the next restart; whether an update's are "
            "among them is not known."
        )
    unread = [signal.where for signal in _signals(facts) if signal.state == _UNREADABLE]
    if unread:
        return Status.UNKNOWN, f"Not readable: {', '.join(unread)}."
    if _renamed(facts):
        return Status.ADVICE, "The computer gets another name with the next restart."
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


def _renames(facts: RebootFacts) -> bool:
    """A value of no entries is left over, and waits for nothing."""
    return facts.file_renames.state == _PRESENT and facts.file_rename_entries != 0


def _renamed(facts: RebootFacts) -> bool:
    names = [facts.active_computer_name.value, facts.computer_name.value]
    return None not in names and names[0] != names[1]


def _shown(signal: RegistrySignal) -> str:
    return signal.state if signal.value is None else str(signal.value)
