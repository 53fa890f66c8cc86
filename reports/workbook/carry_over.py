"""What people wrote into the last workbook, sorted for the new one.

Cells in the manager's columns go by Plan ID to the same step. Rows whose step is gone, if
anybody wrote into them, go to the sheet "Done or gone" and stay there; they return when
the step does. Rows typed into the plan by hand go to "Own tasks".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from auditor.audit import Audit
from reports.workbook.fingerprints import Edit, edits
from reports.workbook.previous import GONE, OWN_TASKS, PLAN_ID, Cells, PmCell, Previous

PLANNED_DATE, STATUS, NEEDED_BY = "Planned date", "Status", "Needed by"
PM_COLUMNS = ("Owner", PLANNED_DATE, STATUS, "Ticket", "Notes")
PLAN_TOOL_COLUMNS = (
    PLAN_ID, "Wave", "Site", "Pool", "No.", "Target", "Action", "Why", NEEDED_BY, "Rules",
    "Commands", "Waits for", "Minutes", "Impact", "Rollback", "Source",
)  # fmt: skip
GONE_SINCE = "Gone since"
GONE_TOOL_COLUMNS = (PLAN_ID, "Site", "Pool", "Target", "Action", "Why", GONE_SINCE)
TASK_COLUMNS = ("Task", "Target")
_EDITS_NAMED = 5


@dataclass(frozen=True, slots=True)
class CarriedOver:
    """`plan` by Plan ID; `own_columns`, `task_columns` are columns that people added.

    `edits` are cells of the tool's that people changed; they are as the audit says again.
    `sentences` tell the people what was moved or could not be kept.
    """

    plan: Mapping[str, Cells]
    own_tasks: tuple[Cells, ...] = ()
    gone: tuple[Cells, ...] = ()
    own_columns: tuple[str, ...] = ()
    task_columns: tuple[str, ...] = ()
    edits: tuple[Edit, ...] = ()
    sentences: tuple[str, ...] = ()


def carry_over(previous: Previous | None, audit: Audit) -> CarriedOver:
    """Match what people wrote to the steps of `audit`; every row they wrote into is kept."""
    if previous is None:
        return CarriedOver(plan={})
    steps = {step.id for step in audit.steps}
    plan: dict[str, Cells] = {}
    gone: list[Cells] = []
    typed_in: list[Cells] = []
    today = audit.run.finished.date()
    moved = 0
    for row in previous.plan.rows:
        plan_id, written = _plan_id(row), _written(row, PLAN_TOOL_COLUMNS)
        if not plan_id:
            typed_in.append(_as_own_task(row))
        elif not written:
            continue
        elif plan_id in steps and plan_id not in plan:
            plan[plan_id] = written
        else:
            moved += 1
            gone.append(_as_gone(row, today))
    for row in previous.gone.rows:
        plan_id, written = _plan_id(row), _written(row, GONE_TOOL_COLUMNS)
        if written and plan_id in steps and plan_id not in plan:
            plan[plan_id] = written
        else:
            gone.append(row)
    edited = tuple(edits(previous))
    return CarriedOver(
        plan=plan,
        own_tasks=(*previous.own_tasks.rows, *typed_in),
        gone=tuple(gone),
        own_columns=_added((*previous.plan.headers, *previous.gone.headers)),
        task_columns=_added((*previous.own_tasks.headers, *_headers(typed_in))),
        edits=edited,
        sentences=_sentences(moved, len(typed_in), edited, previous.left_behind),
    )


def _plan_id(row: Cells) -> str:
    cell = row.get(PLAN_ID)
    return str(cell.value).strip() if cell else ""


def _written(row: Cells, tool_columns: Iterable[str]) -> Cells:
    return {header: cell for header, cell in row.items() if header not in tool_columns}


def _as_gone(row: Cells, since: date) -> Cells:
    kept = {
        header: cell
        for header, cell in row.items()
        if header in GONE_TOOL_COLUMNS or header not in PLAN_TOOL_COLUMNS
    }
    return {**kept, GONE_SINCE: PmCell(since)}


def _as_own_task(row: Cells) -> Cells:
    """A row typed into the plan: its action is the task, what has no column goes into Task."""
    rest = [
        str(cell.value)
        for header, cell in row.items()
        if header in PLAN_TOOL_COLUMNS and header != "Target"
    ]
    kept = _written(row, [header for header in PLAN_TOOL_COLUMNS if header != "Target"])
    return {**kept, "Task": PmCell(" | ".join(rest))} if rest else kept


def _headers(rows: Iterable[Cells]) -> tuple[str, ...]:
    return tuple(header for row in rows for header in row)


def _added(headers: Iterable[str]) -> tuple[str, ...]:
    """Headers that people added, in the order met; upper and lower case make no difference."""
    ours = (*PLAN_TOOL_COLUMNS, *GONE_TOOL_COLUMNS, *PM_COLUMNS, *TASK_COLUMNS)
    seen = {header.casefold() for header in ours}
    added = []
    for header in headers:
        if header.casefold() not in seen:
            seen.add(header.casefold())
            added.append(header)
    return tuple(added)


def _sentences(
    moved: int, typed_in: int, edited: Sequence[Edit], left_behind: tuple[str, ...]
) -> tuple[str, ...]:
    sentences = []
    if moved:
        rows = "1 row whose step is" if moved == 1 else f"{moved} rows whose steps are"
        sentences.append(f"{rows} no longer in the plan: kept on sheet {GONE}.")
    if typed_in:
        rows = "1 row typed" if typed_in == 1 else f"{typed_in} rows typed"
        sentences.append(f"{rows} into the plan by hand: moved to sheet {OWN_TASKS}.")
    if edited:
        cells = "1 cell" if len(edited) == 1 else f"{len(edited)} cells"
        named = "; ".join(str(edit) for edit in edited[:_EDITS_NAMED])
        more = len(edited) - _EDITS_NAMED
        rest = f"; and {more} more" if more > 0 else ""
        sentences.append(
            f"{cells} of the grey columns had been edited and are as the audit says again: "
            f"{named}{rest}. The coloured columns keep what you write."
        )
    if left_behind:
        sentences.append(f"Not carried over: {', '.join(left_behind)}.")
    return tuple(sentences)
