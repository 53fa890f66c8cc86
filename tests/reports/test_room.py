"""A row of the plan is as high as its text, on screen and on paper; what is cut says so."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from auditor.audit import Audit
from reports.workbook import write_workbook
from reports.workbook.room import all_lines_of, cut_to
from tests.reports.odd_audits import hostile, large
from tests.reports.sample import STEPS, sample

MARK = "... The row ends here: the rest is at step 1 in report.html."


def _plan(folder: Path, **changed: object) -> Worksheet:
    """Sheet Plan of a plan of one step."""
    audit = sample().model_copy(update={"steps": (STEPS[0].model_copy(update=changed),)})
    return load_workbook(write_workbook(audit, folder / "plan.xlsx").path)["Plan"]


def _cell(plan: Worksheet, header: str) -> str:
    headers = [cell.value for cell in plan[1]]
    return str(plan.cell(2, headers.index(header) + 1).value)


def _height(plan: Worksheet) -> float:
    return plan.row_dimensions[2].height or 15.0


@pytest.mark.parametrize("kind", [sample, hostile, lambda: large(200)])
def test_several_rows_are_seen_at_once(kind: Callable[[], Audit], tmp_path: Path) -> None:
    plan = load_workbook(write_workbook(kind(), tmp_path / "plan.xlsx").path)["Plan"]
    heights = [plan.row_dimensions[row].height or 15 for row in range(2, plan.max_row + 1)]
    assert max(heights) <= 120


def test_a_reason_is_cut_between_words(tmp_path: Path) -> None:
    told = " ".join(f"word{n}" for n in range(2_000))
    plan = _plan(tmp_path, reason=told)
    kept, mark = _cell(plan, "Why").split("\n")
    assert mark == MARK
    assert told.startswith(f"{kept} ")
    assert kept.split()[-1] in told.split()
    assert _height(plan) == pytest.approx(120, abs=15)


def test_what_a_person_wrote_is_never_cut(tmp_path: Path) -> None:
    path = write_workbook(sample(), tmp_path / "plan.xlsx").path
    note = "\n".join(f"line {n}" for n in range(60))
    book = load_workbook(path)
    headers = [cell.value for cell in book["Plan"][1]]
    book["Plan"].cell(2, headers.index("Notes") + 1).value = note
    book.save(path)
    plan = load_workbook(write_workbook(sample(), path).path)["Plan"]
    assert _cell(plan, "Notes") == note
    assert _height(plan) == 409


# text, width -> lines
ROOM = [
    ("", 10, 1),
    ("ten letter", 10, 1),
    ("ten letters", 10, 2),
    ("a\nb", 10, 2),
    ("x" * 10, 10, 1),
    ("x" * 11, 10, 2),
    ("x" * 25 + " y", 10, 3),
    ("x" * 25 + " " + "y" * 5, 10, 4),
    ("aaaa bbbbbbbb cc", 10, 3),
    ("利用者がいる", 10, 2),
]


@pytest.mark.parametrize(("text", "width", "lines"), ROOM)
def test_lines_break_at_blanks_and_long_words_where_the_cell_ends(
    text: str, width: float, lines: int
) -> None:
    assert all_lines_of(text, width) == lines


# text in 3 lines of 10 characters, marked by "more"
CUTS = [
    ("a\nb\nc", "a\nb\nc"),
    ("a\nb\nc\nd", "a\nb\nmore"),
    ("a\nbbbb bbbb bbbb\nc", "a\nmore"),
    ("aaaa bbbb cccc dddd eeee ffff gggg", "aaaa bbbb cccc dddd\nmore"),
    ("aaaa bbbb cccc dddd eeee ffff gggg\nb", "aaaa bbbb cccc dddd\nmore"),
    ("x" * 99, "\nmore"),
]


@pytest.mark.parametrize(("text", "cut"), CUTS)
def test_a_cut_never_leaves_half_a_line_but_of_the_first(text: str, cut: str) -> None:
    assert cut_to(text, 10, 3, "more") == cut


def test_the_plan_prints_on_a4_in_parts_that_each_name_the_step(tmp_path: Path) -> None:
    plan = _plan(tmp_path)
    headers = [str(cell.value) for cell in plan[1]]
    setup, scale = plan.page_setup, plan.page_setup.scale or 100
    assert (setup.orientation, setup.paperSize) == ("landscape", 9)
    assert scale >= 60
    assert plan.print_title_rows == "$1:$1"
    first, last = str(plan.print_title_cols).replace("$", "").split(":")
    repeated = [str(cell.value) for cell in plan[f"{first}1:{last}1"][0]]
    assert repeated == ["No.", "Target", "Action", "Minutes"]
    ends = [0, *(part.id for part in plan.col_breaks.brk), len(headers)]
    parts = [headers[a:b] for a, b in pairwise(ends)]
    assert [part[-1] for part in parts] == ["Why", "Rollback", "Source", "Notes"]
    assert parts[-1] == ["Owner", "Planned date", "Status", "Ticket", "Notes"]
    for part in parts:
        letters = [get_column_letter(headers.index(h) + 1) for h in {*part, *repeated}]
        pixels = sum(7 * plan.column_dimensions[letter].width + 5 for letter in letters)
        assert pixels * scale / 100 <= (11.69 - 0.8) * 96, part
