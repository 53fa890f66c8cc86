"""Commands: the engineer's runbook, one row for each command in the plan's order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from openpyxl import Workbook

from auditor.audit import Audit, CommandEntry, StepEntry
from reports import words
from reports.workbook.cells import Place
from reports.workbook.previous import COMMANDS, STEP_NUMBER
from reports.workbook.room import row_ends
from reports.workbook.style import TOOL_TAB
from reports.workbook.table import Column, add_table


@dataclass(frozen=True, slots=True)
class CommandRow:
    """One command of a step; `line` counts them from 1."""

    step: StepEntry
    line: int
    command: CommandEntry


def add_commands(book: Workbook, audit: Audit) -> None:
    sheet = add_table(book, COMMANDS, _COLUMNS, _rows(audit))
    sheet.sheet_properties.tabColor = TOOL_TAB


def first_commands(audit: Audit) -> dict[str, Place]:
    """By the ID of a step, where its first command stands; a step without commands has none."""
    places: dict[str, Place] = {}
    for line, row in enumerate(_rows(audit), 2):
        places.setdefault(row.step.id, Place(COMMANDS, f"A{line}"))
    return places


def _rows(audit: Audit) -> list[CommandRow]:
    return [
        CommandRow(step, line, command)
        for step in audit.steps
        for line, command in enumerate(step.commands, 1)
    ]


def _text(
    header: str, width: float, value: Callable[[CommandRow], str], style: str = "Audit text"
) -> Column[CommandRow]:
    return Column(header, width, value, style, rest=lambda row: row_ends(row.step.number))


_COLUMNS: tuple[Column[CommandRow], ...] = (
    Column(STEP_NUMBER, 6, lambda row: row.step.number, "Audit number"),
    Column("Wave", 7, lambda row: row.step.wave, "Audit number"),
    _text("Target", 22, lambda row: row.step.target),
    _text("Action", 30, lambda row: row.step.title),
    Column("Line", 6, lambda row: row.line, "Audit number"),
    _text("Run on", 24, lambda row: row.command.run_on),
    _text("Shell", 12, lambda row: words.shell(row.command)),
    _text("Command", 80, lambda row: row.command.text, "Audit code"),
)
