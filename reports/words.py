"""The words for people: one vocabulary for every report."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Literal, Protocol

from auditor.audit import (
    CommandEntry,
    ComparedEntry,
    EvidenceEntry,
    FindingEntry,
    OverlayEntry,
    ReadinessWord,
    ServerEntry,
    SourceRef,
    StepEntry,
    UnderPolicyEntry,
)
from auditor.errors import ExitCode
from reports.text import one_line

# Readiness as reports count and colour it: what is ready by waivers alone stands apart.
Standing = ReadinessWord | Literal["ready_waived"]

# Those that need somebody come first.
READINESS: dict[Standing, str] = {
    "work_needed": "Work needed",
    "blocked": "Blocked",
    "unknown": "Unknown",
    "ready_waived": "Ready (waived)",
    "ready": "Ready",
    "not_in_scope": "Not in scope",
}

READINESS_MEANING: dict[Standing, str] = {
    "work_needed": "Something required is missing; the plan says what to do.",
    "blocked": "No update can make it ready: it must be migrated.",
    "unknown": "Not read or not understood. Never counts as ready.",
    "ready_waived": "It does not meet the policy; this has been accepted until a set date.",
    "ready": "Everything the policy requires was found.",
    "not_in_scope": "Nothing in use needs it, it is another product, or it was excluded.",
}

FindingStatus = Literal["pass", "fail", "advice", "unknown", "not_applicable", "waived"]

STATUS: dict[FindingStatus, str] = {
    "fail": "Fail",
    "unknown": "Unknown",
    "advice": "Advice",
    "waived": "Waived",
    "pass": "Pass",
    "not_applicable": "Not applicable",
}

STATUS_MEANING: dict[FindingStatus, str] = {
    "fail": "Required and missing.",
    "unknown": "Could not be read or understood.",
    "advice": "Worth doing; readiness does not depend on it.",
    "waived": "Fails; this has been accepted until a set date.",
    "pass": "Found as required.",
    "not_applicable": "The rule does not apply to it.",
}

IN_USE = {"yes": "Yes", "no": "No", "unknown": "Unknown", "assumed": "Assumed"}

POOL_KIND = {
    "enterprise": "Enterprise",
    "standard": "Standard Edition",
    "edge": "Edge",
    "director": "Director",
    "mediation": "Mediation",
    "persistent_chat": "Persistent Chat",
    "video_interop": "Video Interop",
    "sba": "Survivable Branch",
    "trusted_application": "Trusted application",
    "wac": "Office Web Apps",
    "sql": "SQL Server",
    "file_store": "File store",
    "gateway": "PSTN gateway",
    "unknown": "Unknown",
}

SHELL = {"powershell": "PowerShell", "cmd": "cmd", "gui": "By hand"}

_NOT_IDENTIFIED, _NOT_READ = "Not identified", "Not read"
_A_MINUTE = 60  # seconds
_ORIGIN = {"winrm": "over WinRM", "bundle": "in a file"}

EXIT_MEANING: dict[int, str] = {
    ExitCode.READY: "every server in scope is ready.",
    ExitCode.WORK_NEEDED: "work is needed, or a server is blocked; everything was read.",
    ExitCode.USAGE: "the input was invalid; nothing was audited.",
    ExitCode.INCOMPLETE: "incomplete: something is unknown, so the result may be worse than shown.",
    ExitCode.INTERNAL: "the program itself failed.",
}


class Judged(Protocol):
    """A server, a pool or a scenario of audit.json, also as it is under another policy."""

    @property
    def readiness(self) -> ReadinessWord: ...
    @property
    def by_waiver(self) -> date | None: ...


def standing(judged: Judged) -> Standing:
    if judged.readiness == "ready" and judged.by_waiver is not None:
        return "ready_waived"
    return judged.readiness


def readiness(judged: Judged) -> str:
    """Such as "Work needed", "Ready", or "Ready (waived until 2027-03-31)"."""
    if judged.readiness == "ready" and judged.by_waiver is not None:
        return ready_until(judged.by_waiver)
    return READINESS[judged.readiness]


def ready_until(day: date) -> str:
    """What is ready by waivers alone, the first of which ends on that day."""
    return f"{READINESS['ready']} (waived until {day:%Y-%m-%d})"


def exit_sentence(code: int) -> str:
    """What an exit code means, such as "Exit code 0 means: every server is ready."."""
    return f"Exit code {code} means: {EXIT_MEANING.get(code, 'not a code of this program.')}"


def count(number: int, singular: str, plural: str = "") -> str:
    """`1 server`, `2 servers`, `1,200 servers`."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"


def sentence(text: str) -> str:
    """The text with a full stop, where it does not end as a sentence does."""
    return text if text.endswith((".", "?", "!")) else f"{text}."


def utc(when: datetime) -> datetime:
    """The instant in UTC; one without a zone is taken as UTC."""
    return when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)


def instant(when: datetime | None) -> str:
    """An instant as 2026-11-24 01:02 UTC; "" where there is none."""
    return "" if when is None else f"{utc(when):%Y-%m-%d %H:%M} UTC"


def duration(minutes: int) -> str:
    """Assumed working time: `45 min`, `3 h`, `3 h 20 min`."""
    hours, rest = divmod(minutes, 60)
    return " ".join(filter(None, (f"{hours:,} h" if hours else "", f"{rest} min" if rest else "")))


def product(server: ServerEntry) -> str:
    """Of a server that was not read it is what the estate says, if that says anything."""
    known = server.product_title or server.product
    if server.reached.ok:
        return known or _NOT_IDENTIFIED
    return f"{known}, per the estate, not read" if known else _NOT_READ


def operating_system(server: ServerEntry) -> str:
    nothing = _NOT_IDENTIFIED if server.reached.ok else _NOT_READ
    return server.os_title or server.os or nothing


def build(server: ServerEntry) -> str:
    """The build and what it is called, such as `6.0.9319.516, CU6 HF2 (Mar 2018, KB4086059)`."""
    return ", ".join(filter(None, (server.build, server.build_label)))


def reached(server: ServerEntry) -> str:
    """How the conversation ended; where it failed with its code, and what to do."""
    if server.reached.unauthenticated and server.reached.ok:
        return carried(server)
    told = " ".join(filter(None, (server.reached.sentence, server.reached.hint)))
    code = "" if server.reached.ok or server.excluded else server.reached.code
    return ": ".join(filter(None, (code, told)))


def provenance(server: ServerEntry) -> str:
    """How the facts of a server came here, of when they are, and how old that was when judged."""
    when = server.reached.collected or server.reached.finished
    days = server.reached.age_days
    told = "facts of" if server.reached.ok else "tried"
    aged = server.reached.ok and days is not None and not server.reached.unauthenticated
    age = f", {count(max(days or 0, 0), 'day')} old" if aged else ""
    by = (
        f"{_ORIGIN.get(server.reached.origin, server.reached.origin)}, "
        if server.reached.ok
        else ""
    )
    at = f"{by}{told} {instant(when)}{_own_clock(server)}{age}" if when else ""
    return "\n".join(filter(None, (reached(server), at)))


def _own_clock(server: ServerEntry) -> str:
    """That an instant is by the server's own clock, where that is not ours by a minute or more."""
    skew = server.reached.clock_skew_seconds
    if server.reached.collected is None or skew is None:
        return ""
    if not _A_MINUTE <= abs(skew) < float("inf"):
        return ""
    way = "ahead" if skew > 0 else "behind"
    return f" by its own clock, {abs(skew) // _A_MINUTE:.0f} min {way}"


def collected(server: ServerEntry) -> str:
    """Of which instant its facts are, by its own clock where that is not ours."""
    return f"{instant(server.reached.collected)}{_own_clock(server)}"


def carried(server: ServerEntry) -> str:
    """What a reader must know of facts that nobody asked for over the network."""
    days = server.reached.age_days
    age = "" if days is None else f", {count(max(days, 0), 'day')} old"
    return f"From a file that was carried by hand{age}; unauthenticated: its author is unverified."


def evidence(entries: Sequence[EvidenceEntry]) -> str:
    """One line for each thing read: where, what it said, when."""
    return "\n".join(
        f"{entry.family}: {entry.path} = {entry.value}"
        + (f" (read {instant(entry.when)})" if entry.when else "")
        for entry in entries
    )


def compared(entries: Sequence[ComparedEntry]) -> str:
    """One line for each thing compared: its name, what it has, what is required, a note."""
    return "\n".join(
        one_line(f"{entry.name}: {entry.observed}, required {entry.required}")
        + (f" ({one_line(entry.note)})" if entry.note else "")
        for entry in entries
    )


def differences(under: UnderPolicyEntry, *, of_pool: bool = False) -> str:
    """One line for each rule that weighs otherwise under another policy, and why."""
    return "\n".join(
        f"{d.rule} {status_there(d.status, counted=d.counted)}, "
        f"by the main policy {status_there(d.main_status, counted=d.main_counted)}"
        + (f" ({d.subject})" if of_pool else "")
        + f": {d.reason}"
        for d in under.differs
    )


def status_there(status: FindingStatus, *, counted: bool) -> str:
    """A status in small letters; one that weighs on nothing says so."""
    word = STATUS[status].lower()
    return word if counted or status in ("pass", "not_applicable") else f"{word} (does not count)"


def counts(finding: FindingEntry) -> str:
    """Whether a finding weighs on readiness: advice never does, whatever the policy counts."""
    return "Yes" if finding.counted and finding.status != "advice" else "No"


def sources(entries: Sequence[SourceRef]) -> str:
    return "\n".join(entry.title for entry in entries)


def shell(command: CommandEntry) -> str:
    """What a command is typed into, or that it is done by hand."""
    return SHELL.get(command.shell, command.shell)


def commands(step: StepEntry) -> str:
    """The step's commands in order; a line says where they run whenever that changes."""
    lines: list[str] = []
    place: tuple[str, str] | None = None
    for command in step.commands:
        here = (command.run_on, command.shell)
        if here != place and command.shell != "gui":
            where = f" on {command.run_on}" if command.run_on else ""
            lines.append(f"# {command.shell}{where}")
        place = here
        lines.append(command.text)
    return "\n".join(lines)


def waits(step: StepEntry, numbers: dict[str, int]) -> str:
    """One line for each step this one waits for, with the reason and how firm it is."""
    return "\n".join(
        f"{wait.step}"
        + (f" (no. {numbers[wait.step]})" if wait.step in numbers else "")
        + f": {wait.reason} [{wait.order_source}]"
        for wait in step.waits_for
    )


def overlay(entry: OverlayEntry) -> str:
    """A file that was laid over the rulebook: its name, its digest, what it changed."""
    changes = "; ".join(entry.changes)
    return f"Overlay on the rulebook: {entry.file} (SHA-256 {entry.sha256}): {changes}."
