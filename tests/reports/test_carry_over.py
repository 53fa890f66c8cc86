"""What a project manager typed is there the next morning, whatever became of the step."""

from __future__ import annotations

import os
import subprocess
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.worksheet.worksheet import Worksheet

from auditor.audit import Audit, StepEntry
from auditor.errors import UsageError
from reports import words
from reports.workbook import Written, write_workbook
from reports.workbook.fingerprints import fingerprint
from reports.workbook.save import workbook_bytes
from tests.reports.entries import empty
from tests.reports.sample import STEPS, sample

LATER = "20180821T010203Z-77aa"


def _audit(*steps: StepEntry, run_id: str = LATER) -> Audit:
    """The sample with these steps, and little else, so that many workbooks are soon made."""
    run = sample().run.model_copy(update={"id": run_id})
    less = {"servers": sample().servers[:2], "findings": sample().findings[:2], "scenarios": ()}
    return sample().model_copy(update={"steps": steps or STEPS, "run": run, **less})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A workbook as the last run left it."""
    return write_workbook(_audit(run_id="first"), tmp_path / "upgrade-plan.xlsx").path


def _edit(path: Path, edit: Callable[[Workbook], None]) -> None:
    book = load_workbook(path)
    edit(book)
    book.save(path)


def _headers(sheet: Worksheet) -> dict[str, int]:
    return {str(cell.value): cell.column or 0 for cell in sheet[1] if cell.value}


def _type(sheet: Worksheet, row: int, **values: object) -> None:
    """Type into a row, by header; `Planned_date` is the column Planned date."""
    headers = _headers(sheet)
    for header, value in values.items():
        sheet.cell(row, headers[header.replace("_", " ")]).value = value  # type: ignore[assignment]  # what people type


def _rows(path: Path, sheet: str) -> list[dict[str, object]]:
    found = load_workbook(path)[sheet]
    headers = _headers(found)
    rows: list[dict[str, object]] = [
        {h: row[c - 1].value for h, c in headers.items() if row[c - 1].value is not None}
        for row in found.iter_rows(min_row=2)
    ]
    return [row for row in rows if row]


def _by_id(path: Path, sheet: str = "Plan") -> dict[object, dict[str, object]]:
    return {row["Plan ID"]: row for row in _rows(path, sheet)}


def test_every_cell_of_the_manager_follows_its_step(path: Path) -> None:
    day = datetime(2018, 9, 1)  # noqa: DTZ001 - Excel knows no time zones
    typed = {
        "Owner": "Müller, K.",
        "Planned_date": day,
        "Status": "In progress",
        "Ticket": 4711,
        "Notes": "=not a formula\nsecond line",
    }
    _edit(path, lambda book: _type(book["Plan"], 4, **typed))
    written = write_workbook(_audit(*reversed(STEPS)), path)
    assert written == Written(path)
    row = _by_id(path)["S-0003"]
    assert {key.replace(" ", "_"): row[key] for key in list(row)[-5:]} == typed
    assert load_workbook(path)["Plan"]["T7"].data_type != "f"


def test_it_survives_many_nights(path: Path) -> None:
    _edit(path, lambda book: _type(book["Plan"], 2, Notes="_x0041_ stays", Owner="'quoted"))
    for _ in range(3):
        write_workbook(_audit(), path)
    assert (
        _by_id(path)["S-0001"]["Notes"] == "_x005F_x0041_ stays"
    )  # as stored; Excel shows _x0041_
    assert _by_id(path)["S-0001"]["Owner"] == "'quoted"


@settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    order=st.permutations(range(8)),
    notes=st.lists(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1), max_size=8),
)
def test_any_order_of_rows_and_any_notes_come_back(
    order: list[int], notes: list[str], tmp_path: Path
) -> None:
    path = tmp_path / "upgrade-plan.xlsx"
    path.unlink(missing_ok=True)
    write_workbook(_audit(*(STEPS[i] for i in order)), path)

    def fill(book: Workbook) -> None:
        for row, note in enumerate(notes, 2):
            cell = book["Plan"].cell(row, _headers(book["Plan"])["Notes"])
            cell.value = note
            cell.data_type = "s"

    _edit(path, fill)
    write_workbook(_audit(), path)
    found = _by_id(path)
    for index, note in zip(order, notes, strict=False):
        assert str(found[STEPS[index].id]["Notes"]).replace("_x005F_", "_") == note.replace(
            "_x005F_", "_"
        )


def test_a_row_whose_step_is_gone_is_kept_with_its_text_and_returns_with_it(path: Path) -> None:
    _edit(path, lambda book: _type(book["Plan"], 3, Status="Done", Notes="easy"))
    written = write_workbook(_audit(*STEPS[2:]), path)
    assert "1 row whose step is no longer in the plan" in written.note
    (kept,) = _rows(path, "Done or gone")
    assert kept["Plan ID"] == "S-0002"
    assert kept["Target"] == "fe02.contoso.com"
    assert kept["Action"] == "Install the cumulative update"
    assert kept["Notes"] == "easy"
    assert kept["Status"] == "Done"
    assert kept["Gone since"] == datetime(2018, 8, 20)  # noqa: DTZ001

    assert write_workbook(_audit(*STEPS[2:]), path).note == ""
    assert _rows(path, "Done or gone") == [kept]

    write_workbook(_audit(), path)
    assert _by_id(path)["S-0002"]["Notes"] == "easy"
    assert "Done or gone" not in load_workbook(path).sheetnames


def test_a_step_marked_done_and_still_found_is_said(path: Path) -> None:
    _edit(path, lambda book: _type(book["Plan"], 3, Status="Done"))
    write_workbook(_audit(), path)
    rows = {row[0].value: row for row in load_workbook(path)["Summary"].iter_rows()}
    assert rows["Done, but still found"][3].value == (
        "This audit still finds the work open: no. 2 Install the cumulative update (SFB-CU-001)."
    )
    shown = {r[0].value: r for r in load_workbook(path, data_only=True)["Summary"].iter_rows()}
    assert (shown["Done"][1].value, shown["Not started"][1].value) == (1, 7)
    assert (shown["Wave 1"][1].value, shown["Wave 1"][2].value) == (1, 1)


def test_what_no_audit_sees_is_done_when_somebody_says_so(path: Path) -> None:
    """A restart, or a server out of service, leaves nothing that a rule could find."""
    restart = STEPS[0].model_copy(update={"rules": (), "title": "Restart it"})
    _edit(path, lambda book: _type(book["Plan"], 2, Status="Done"))
    write_workbook(_audit(restart, *STEPS[1:]), path)
    titles = [row[0].value for row in load_workbook(path)["Summary"].iter_rows()]
    assert "Done, but still found" not in titles


def test_of_many_done_steps_the_first_are_named(path: Path) -> None:
    many = [
        STEPS[1].model_copy(update={"id": f"S-{n}", "number": n, "title": f"Step {n}"})
        for n in range(1, 24)
    ]
    write_workbook(_audit(*many), path)

    def all_done(book: Workbook) -> None:
        for row in range(2, 25):
            _type(book["Plan"], row, Status="Done")

    _edit(path, all_done)
    write_workbook(_audit(*many), path)
    rows = {row[0].value: row for row in load_workbook(path)["Summary"].iter_rows()}
    told = str(rows["Done, but still found"][3].value)
    assert "no. 20 Step 20 (" in told
    assert "no. 21" not in told
    assert told.endswith("; and 3 more.")


def test_own_tasks_come_back_with_columns_of_their_own(path: Path) -> None:
    def edit(book: Workbook) -> None:
        sheet = book["Own tasks"]
        sheet.cell(1, 8).value = "Budget"
        _type(sheet, 5, Task="Order hardware", Owner="K.", Budget=1250.5)

    _edit(path, edit)
    write_workbook(_audit(), path)
    assert _rows(path, "Own tasks") == [{"Task": "Order hardware", "Owner": "K.", "Budget": 1250.5}]


def test_columns_that_the_manager_added_or_renamed_stay(path: Path) -> None:
    def edit(book: Workbook) -> None:
        plan = book["Plan"]
        plan.cell(1, _headers(plan)["Owner"]).value = "Responsible"
        plan.cell(1, 21).value = "Change board"
        _type(plan, 2, Responsible="K.", Change_board="approved")

    _edit(path, edit)
    write_workbook(_audit(), path)
    row = _by_id(path)["S-0001"]
    assert (row["Responsible"], row["Change board"]) == ("K.", "approved")
    assert "Owner" in _headers(load_workbook(path)["Plan"])


def test_a_row_typed_into_the_plan_becomes_an_own_task(path: Path) -> None:
    _edit(path, lambda book: _type(book["Plan"], 10, Action="Tell users", Owner="K."))
    written = write_workbook(_audit(), path)
    assert "1 row typed into the plan by hand" in written.note
    assert _rows(path, "Own tasks") == [{"Task": "Tell users", "Owner": "K."}]


def test_a_second_row_with_the_same_id_is_kept_apart(path: Path) -> None:
    def edit(book: Workbook) -> None:
        plan = book["Plan"]
        _type(plan, 2, Owner="first")
        _type(plan, 3, Plan_ID="S-0001", Owner="second")

    _edit(path, edit)
    write_workbook(_audit(), path)
    assert _by_id(path)["S-0001"]["Owner"] == "first"
    assert _by_id(path, "Done or gone")["S-0001"]["Owner"] == "second"


def test_a_title_above_the_table_does_not_confuse(path: Path) -> None:
    def edit(book: Workbook) -> None:
        plan = book["Plan"]
        _type(plan, 2, Owner="K.")
        plan.tables.clear()
        plan.insert_rows(1, 2)
        plan["A1"] = "Our plan"

    _edit(path, edit)
    write_workbook(_audit(), path)
    assert _by_id(path)["S-0001"]["Owner"] == "K."


def test_a_formula_that_was_never_calculated_is_kept_as_text(path: Path) -> None:
    _edit(path, lambda book: _type(book["Plan"], 2, Ticket="=1+1"))
    write_workbook(_audit(), path)
    assert _by_id(path)["S-0001"]["Ticket"] == "=1+1"


def test_links_of_the_manager_stay_if_they_are_web_addresses(path: Path) -> None:
    def edit(book: Workbook) -> None:
        plan = book["Plan"]
        _type(plan, 2, Ticket="CHG-1")
        _type(plan, 3, Ticket="CHG-2")
        plan.cell(2, _headers(plan)["Ticket"]).hyperlink = "https://tickets.example/1"
        plan.cell(3, _headers(plan)["Ticket"]).hyperlink = "file://server/x.exe"

    _edit(path, edit)
    write_workbook(_audit(), path)
    ticket = list(load_workbook(path)["Plan"]["T"][1:3])
    assert [c.value for c in ticket] == ["CHG-1", "CHG-2"]
    assert ticket[0].hyperlink
    assert ticket[0].hyperlink.target == "https://tickets.example/1"
    assert ticket[1].hyperlink is None


def test_what_is_not_carried_over_is_named_and_the_old_file_kept(path: Path) -> None:
    def edit(book: Workbook) -> None:
        book.create_sheet("Budget")["A1"] = "mine"
        book["Plan"]["P2"].comment = Comment("ask K.", "PM")

    _edit(path, edit)
    before = path.read_bytes()
    written = write_workbook(_audit(), path)
    assert "sheet Budget" in written.note
    assert "remarks on sheet Plan" in written.note
    kept = path.with_name(f"upgrade-plan.before-{LATER}.xlsx")
    assert kept.name in written.note
    assert kept.read_bytes() == before


def _with_commands_in_the_plan(book: Workbook) -> None:
    """As it was before the commands had a sheet of their own."""
    del book["Commands"]
    plan, marks = book["Plan"], book["Fingerprints"]
    for row, step in enumerate(STEPS, 2):
        told = words.commands(step)
        cell = plan.cell(row, _headers(plan)["Commands"])
        cell.hyperlink = None
        cell.value = told
        marks.cell(row, _headers(marks)["Commands"]).value = fingerprint(told)


def test_commands_that_stood_in_the_plan_are_no_edit(path: Path) -> None:
    def edit(book: Workbook) -> None:
        _with_commands_in_the_plan(book)
        _type(book["Plan"], 3, Owner="K.", Status="In progress", Notes="half of it")

    _edit(path, edit)
    before = _by_id(path)["S-0002"]
    assert "SkypeServerUpdateInstaller.exe" in str(before["Commands"])
    assert write_workbook(_audit(), path).note == ""
    after = _by_id(path)["S-0002"]
    assert after["Commands"] == "4 on sheet Commands"
    assert {h: after[h] for h in ("Owner", "Status", "Notes")} == {
        h: before[h] for h in ("Owner", "Status", "Notes")
    }
    assert write_workbook(_audit(), path).note == ""


def test_a_sheet_that_a_person_called_commands_is_kept_in_a_copy(path: Path) -> None:
    def edit(book: Workbook) -> None:
        _with_commands_in_the_plan(book)
        book.create_sheet("Commands")["A1"] = "for the night shift"

    _edit(path, edit)
    written = write_workbook(_audit(), path)
    assert "Not carried over: sheet Commands." in written.note
    kept = load_workbook(path.with_name(f"upgrade-plan.before-{LATER}.xlsx"))
    assert kept["Commands"]["A1"].value == "for the night shift"


def test_the_sheet_of_commands_is_written_anew(path: Path) -> None:
    _edit(path, lambda book: _type(book["Commands"], 2, Command="format c:"))
    assert write_workbook(_audit(), path).note == ""
    assert load_workbook(path)["Commands"]["H2"].value == STEPS[0].commands[0].text


def test_nothing_to_do_any_more_keeps_the_history(path: Path) -> None:
    _edit(path, lambda book: _type(book["Plan"], 3, Status="Done"))
    write_workbook(empty(), path)
    assert _rows(path, "Plan") == []
    assert _by_id(path, "Done or gone")["S-0002"]["Status"] == "Done"
    write_workbook(empty(), path)
    assert _by_id(path, "Done or gone")["S-0002"]["Status"] == "Done"


def _not_a_workbook(path: Path) -> None:
    path.write_bytes(b"not a zip")


def _broken_zip(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-500])


def _other_workbook(path: Path) -> None:
    Workbook().save(path)


def _plan_without_ids(path: Path) -> None:
    book = Workbook()
    book.create_sheet("Plan")["A1"] = "my plan"
    book.save(path)


def _other_zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.txt", "x")


def _open_in_excel(path: Path) -> None:
    path.with_name(f"~${path.name}").write_bytes(b"")


def _open_in_libreoffice(path: Path) -> None:
    path.with_name(f".~lock.{path.name}#").write_bytes(b"")


@pytest.mark.parametrize(
    "spoil",
    [
        _not_a_workbook,
        _broken_zip,
        _other_workbook,
        _plan_without_ids,
        _other_zip,
        _open_in_excel,
        _open_in_libreoffice,
    ],
)
def test_a_file_that_must_not_be_replaced_is_left_and_the_new_one_goes_beside(
    path: Path, spoil: Callable[[Path], None]
) -> None:
    spoil(path)
    before = path.read_bytes()
    written = write_workbook(_audit(), path)
    assert written.path == path.with_name(f"upgrade-plan.{LATER}.xlsx")
    assert "upgrade-plan.xlsx was left as it is" in written.note
    assert written.path.name in written.note
    assert path.read_bytes() == before
    assert len(_by_id(written.path)) == 8

    again = write_workbook(_audit(), path)
    assert again.path == path.with_name(f"upgrade-plan.{LATER}-2.xlsx")


def test_an_open_workbook_is_still_read_for_the_new_one(path: Path) -> None:
    _edit(path, lambda book: _type(book["Plan"], 2, Owner="K."))
    _open_in_excel(path)
    assert _by_id(write_workbook(_audit(), path).path)["S-0001"]["Owner"] == "K."


def test_windows_refusing_to_replace_an_open_file(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = Path.replace

    def refuse(self: Path, target: Path) -> Path:
        if target == path:
            raise PermissionError(13, "in use by another process")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", refuse)
    written = write_workbook(_audit(), path)
    assert written.path.name == f"upgrade-plan.{LATER}.xlsx"
    assert "open in another program" in written.note
    assert not list(path.parent.glob("*.tmp"))


def test_a_workbook_saved_while_the_new_one_is_made_is_not_lost(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build = workbook_bytes

    def slow(*arguments: object) -> bytes:
        path.write_bytes(path.read_bytes() + b"saved")
        return build(*arguments)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr("reports.workbook.write.workbook_bytes", slow)
    written = write_workbook(_audit(), path)
    assert written.path != path
    assert path.read_bytes().endswith(b"saved")


def test_a_folder_in_the_way_or_not_writable_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        write_workbook(sample(), tmp_path)
    assert caught.value.code == "REPORT-NOT-WRITTEN"
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(UsageError) as caught:
        write_workbook(sample(), tmp_path / "file" / "plan.xlsx")
    assert caught.value.code == "REPORT-NOT-WRITTEN"


def test_a_run_id_is_never_a_path(path: Path) -> None:
    _not_a_workbook(path)
    run = sample().run.model_copy(update={"id": "../../etc/x"})
    written = write_workbook(sample().model_copy(update={"run": run}), path)
    assert written.path.parent == path.parent


@pytest.mark.workbook_check
def test_a_carried_over_workbook_passes_the_validator(path: Path, workbook_check: Path) -> None:
    def edit(book: Workbook) -> None:
        _type(book["Plan"], 2, Owner="=1", Notes="\tx", Planned_date="after the holidays")
        book["Plan"].cell(1, 21).value = "Own [#] 'column'"
        _type(book["Plan"], 3, Status="Done")
        _type(book["Own tasks"], 2, Task="t")

    _edit(path, edit)
    write_workbook(_audit(*STEPS[:1]), path)
    check = subprocess.run([workbook_check, path], capture_output=True, text=True, check=False)
    assert check.returncode == 0, check.stdout


def test_the_new_file_may_be_read_by_whoever_could_read_the_old(path: Path) -> None:
    if os.name != "posix":
        pytest.skip("permissions of this kind are POSIX")
    path.chmod(0o640)
    write_workbook(_audit(), path)
    assert path.stat().st_mode & 0o777 == 0o640
