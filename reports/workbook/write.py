"""The workbook, written where it belongs, or beside it where that is not safe."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from openpyxl import Workbook

from auditor.audit import Audit
from auditor.errors import UsageError
from reports.files import replace_file, unwritable
from reports.text import visible
from reports.workbook.carry_over import CarriedOver, carry_over
from reports.workbook.commands import add_commands
from reports.workbook.findings import COMPONENTS, add_components, add_findings
from reports.workbook.people import add_gone, add_own_tasks
from reports.workbook.plan import add_plan, add_plan_fingerprints, print_in_parts
from reports.workbook.previous import (
    COMMANDS,
    FINGERPRINTS,
    GONE,
    OWN_TASKS,
    PLAN,
    Previous,
    UnreadableWorkbookError,
    read_previous,
)
from reports.workbook.save import workbook_bytes
from reports.workbook.scenarios import add_scenarios, add_sources
from reports.workbook.servers import add_other_machines, add_servers
from reports.workbook.style import add_styles
from reports.workbook.summary import add_summary
from reports.workbook.table import ready_to_print

OUR_SHEETS = frozenset(
    {"Summary", PLAN, COMMANDS, OWN_TASKS, GONE, FINGERPRINTS, "Servers", "Findings",
     COMPONENTS, "Scenarios", "Sources", "Other machines"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Written:
    """Where the workbook is; `note` tells people what they would not expect, or is ""."""

    path: Path
    note: str = ""


def write_workbook(audit: Audit, path: Path) -> Written:
    """Write the upgrade plan to `path`, with what people typed into the workbook there.

    A workbook that is open, unreadable or not ours is left alone: the new one goes beside
    it as `<name>.<run id>.xlsx`, and the note says so. Raises UsageError where the folder
    cannot be written.
    """
    if path.is_dir():
        raise UsageError(
            "REPORT-NOT-WRITTEN", f"{path} is a folder.", "Name a file for the workbook."
        )
    signature = _signature(path)
    previous, obstacle = _read(path)
    carried = carry_over(previous, audit)
    content = workbook_bytes(*_build(audit, carried))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not obstacle and _signature(path) != signature:
            obstacle = "it was saved by somebody else while the new one was made"
        kept = "" if obstacle else _keep(path, audit.run.id, previous, carried)
        if not obstacle:
            obstacle = _replace(path, content)
        if obstacle:
            beside = _beside(path, audit.run.id)
            replace_file(beside, content)
            return Written(beside, _note(path, beside, obstacle, carried))
    except OSError as error:
        raise unwritable(path, error) from error
    return Written(path, " ".join(filter(None, (*carried.sentences, kept))))


def _build(audit: Audit, carried: CarriedOver) -> tuple[Workbook, datetime, dict[str, float]]:
    book = Workbook()
    book.remove(book.worksheets[0])
    add_styles(book)
    book.properties.title = visible(f"Upgrade plan: {audit.estate.name}"[:200])
    book.properties.creator = "sfb-audit"
    add_plan(book, audit, carried)
    add_commands(book, audit)
    add_own_tasks(book, carried)
    if carried.gone:
        add_gone(book, carried)
    add_servers(book, audit)
    add_findings(book, audit)
    add_components(book, audit)
    add_scenarios(book, audit)
    if audit.estate.other_machines:
        add_other_machines(book, audit)
    add_sources(book, audit)
    add_plan_fingerprints(book, audit)
    known = add_summary(book, audit, carried)
    for sheet in book.worksheets:
        ready_to_print(sheet, audit.run.id, wide=sheet.title in ("Servers", "Findings"))
        if sheet.tables:
            sheet.print_title_rows = "1:1"
    print_in_parts(book[PLAN])
    book.active = 0
    return book, audit.run.finished, known


def _read(path: Path) -> tuple[Previous | None, str]:
    """The old workbook, if any, and why it must not be replaced ("" if it may be)."""
    if not path.exists():
        return None, ""
    try:
        previous = read_previous(path, OUR_SHEETS)
    except UnreadableWorkbookError as error:
        return None, str(error)
    lock = next(filter(Path.exists, _lock_files(path)), None)
    if lock is None:
        return previous, ""
    return previous, f"somebody has it open (if nobody has, delete {lock.name})"


def _lock_files(path: Path) -> tuple[Path, ...]:
    """What Excel and LibreOffice leave beside a workbook that is open."""
    return (
        path.with_name(f"~${path.name}"),
        path.with_name(f"~${path.name[2:]}"),  # Excel shortens longer names
        path.with_name(f".~lock.{path.name}#"),
    )


def _signature(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return status.st_mtime_ns, status.st_size


def _keep(path: Path, run_id: str, previous: Previous | None, carried: CarriedOver) -> str:
    """Copy an old workbook that holds more than is carried over; a sentence about it, or ""."""
    if previous is None or not (previous.left_behind or carried.edits):
        return ""
    copy = _free(path.with_name(f"{path.stem}.before-{_safe(run_id)}.xlsx"))
    shutil.copy2(path, copy)
    return f"The workbook as it was is kept as {copy.name}."


def _replace(path: Path, content: bytes) -> str:
    """Put the new workbook in place; what stops it, or ""."""
    try:
        replace_file(path, content)
    except PermissionError:
        return "it is open in another program, or may not be changed"
    return ""


def _safe(run_id: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]", "-", run_id)[:60] or "run"


def _beside(path: Path, run_id: str) -> Path:
    return _free(path.with_name(f"{path.stem}.{_safe(run_id)}.xlsx"))


def _free(path: Path) -> Path:
    """`path`, or the first of `path-2`, `path-3` … that does not exist."""
    candidate, number = path, 2
    while candidate.exists():
        candidate = path.with_name(f"{path.stem}-{number}{path.suffix}")
        number += 1
    return candidate


def _note(path: Path, beside: Path, obstacle: str, carried: CarriedOver) -> str:
    return " ".join(
        (
            f"{path.name} was left as it is: {obstacle}.",
            f"The new workbook is {beside.name}.",
            *carried.sentences,
        )
    )
