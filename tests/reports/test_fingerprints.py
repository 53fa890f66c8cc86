"""An edit of the tool's own columns is undone, said, and kept in a copy; nothing else is one."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from auditor.audit import Audit
from reports.workbook import Written, write_workbook
from tests.reports.odd_audits import hostile
from tests.reports.sample import sample

HEADERS = {"Wave": 2, "No.": 3, "Action": 7, "Minutes": 8, "Why": 9}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_workbook(sample(), tmp_path / "upgrade-plan.xlsx").path


def _edit(path: Path, edit: Callable[[Worksheet], None], save: Path | None = None) -> None:
    book = load_workbook(path)
    edit(book["Plan"])
    book.save(save or path)


def _again(path: Path, audit: Audit | None = None) -> Written:
    return write_workbook(audit or sample(), path)


def _set(row: int, header: str, value: object) -> Callable[[Worksheet], None]:
    def edit(sheet: Worksheet) -> None:
        assert sheet.cell(1, HEADERS[header]).value == header
        sheet.cell(row, HEADERS[header]).value = value  # type: ignore[assignment]

    return edit


@pytest.mark.parametrize(
    ("header", "value", "words"),
    [
        ("Minutes", 90, "Minutes of S-0001 (90)"),
        ("Minutes", None, "Minutes of S-0001 (emptied)"),
        ("Minutes", "an hour", "Minutes of S-0001 (an hour)"),
        ("Why", "because I say so", "Why of S-0001 (because I say so)"),
        ("Action", "=1+1", "Action of S-0001 (=1+1)"),
        ("Wave", 9, "Wave of S-0001 (9)"),
    ],
)
def test_an_edit_is_undone_and_told_and_the_edited_workbook_kept(
    path: Path, header: str, value: object, words: str
) -> None:
    before = load_workbook(path)["Plan"].cell(2, HEADERS[header]).value
    _edit(path, _set(2, header, value))
    note = _again(path).note
    assert "1 cell of the grey columns had been edited" in note
    assert words in note
    assert load_workbook(path)["Plan"].cell(2, HEADERS[header]).value == before
    (kept,) = path.parent.glob("upgrade-plan.before-*.xlsx")
    assert kept.name in note
    assert load_workbook(kept)["Plan"].cell(2, HEADERS[header]).value == value


def test_many_edits_are_counted(path: Path) -> None:
    def edit(sheet: Worksheet) -> None:
        for row in range(2, 10):
            _set(row, "Minutes", 500 + row)(sheet)

    _edit(path, edit)
    note = _again(path).note
    assert "8 cells of the grey columns" in note
    assert "and 3 more" in note


def _nothing(sheet: Worksheet) -> None:
    """Opened and saved."""


def _sorted_by_hand(sheet: Worksheet) -> None:
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    for line, row in enumerate(reversed(rows), 2):
        for column, value in enumerate(row, 1):
            sheet.cell(line, column).value = value


def _column_deleted(sheet: Worksheet) -> None:
    sheet.delete_cols(HEADERS["Why"])


def _row_deleted(sheet: Worksheet) -> None:
    sheet.delete_rows(3)


def _people_at_work(sheet: Worksheet) -> None:
    owner = next(cell.column for cell in sheet[1] if cell.value == "Owner")
    for row in range(2, 8):
        sheet.cell(row, owner or 1).value = "K."


def _other_line_ends(sheet: Worksheet) -> None:
    for row in sheet.iter_rows(min_row=2):
        for cell in row:
            if isinstance(cell.value, str):
                cell.value = cell.value.replace("\n", "\r\n")


@pytest.mark.parametrize(
    "work",
    [_nothing, _sorted_by_hand, _column_deleted, _row_deleted, _people_at_work, _other_line_ends],
)
def test_what_is_no_edit(path: Path, work: Callable[[Worksheet], None]) -> None:
    _edit(path, work)
    assert "had been edited" not in _again(path).note
    assert not list(path.parent.glob("*.before-*"))


def test_a_step_that_the_audit_itself_changed_is_no_edit(path: Path) -> None:
    steps = tuple(s.model_copy(update={"minutes": s.minutes + 5}) for s in sample().steps)
    assert _again(path, sample().model_copy(update={"steps": steps})).note == ""
    assert load_workbook(path)["Plan"].cell(2, HEADERS["Minutes"]).value == steps[0].minutes


def test_a_workbook_of_an_earlier_version_tells_nothing(path: Path) -> None:
    book: Workbook = load_workbook(path)
    del book["Fingerprints"]
    _set(2, "Minutes", 90)(book["Plan"])
    book.save(path)
    assert _again(path).note == ""


@pytest.mark.parametrize("kind", [sample, hostile])
def test_libreoffice_changes_nothing_that_counts(tmp_path: Path, kind: Callable[[], Audit]) -> None:
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("LibreOffice is not installed")
    path = write_workbook(kind(), tmp_path / "upgrade-plan.xlsx").path
    saved = tmp_path / "saved"
    profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    command: list[str | Path] = [
        program,
        profile,
        "--headless",
        "--convert-to",
        "xlsx",
        "--outdir",
        saved,
        path,
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    shutil.copy(saved / path.name, path)
    assert "had been edited" not in _again(path, kind()).note
