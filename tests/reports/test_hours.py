"""Where the hours of the plan are: by status, wave, pool and scenario, as formulas over it."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook

from auditor.audit import Audit, StepEntry
from reports.workbook import write_workbook
from tests.reports.entries import empty
from tests.reports.sample import STEPS, sample

Line = tuple[object, object, object]


def _lines(audit: Audit, folder: Path, *, shown: bool = True) -> dict[str, Line]:
    """Columns B to D of the summary by its labels; formulas, or what they give."""
    path = write_workbook(audit, folder / "plan.xlsx").path
    sheet = load_workbook(path, data_only=shown)["Summary"]
    return {
        str(row[0].value): (row[1].value, row[2].value, row[3].value)
        for row in sheet.iter_rows()
        if row[0].value
    }


def _with(*steps: StepEntry) -> Audit:
    return sample().model_copy(update={"steps": steps})


# label -> steps, hours, the longest step
HOURS = [
    ("All steps", 8, 1345 / 60, "16 h, no. 7: Migrate to Skype for Business Server 2015"),
    ("Not started", 8, 1345 / 60, ""),
    ("Done", 0, 0, ""),
    ("old01.contoso.com", 1, 16, "16 h, no. 7: Migrate to Skype for Business Server 2015"),
    ("The whole estate", 1, 0.25, "15 min, no. 8: Audit again"),
]


@pytest.mark.parametrize(("label", "steps", "hours", "longest"), HOURS)
def test_how_the_hours_come_about(
    label: str, steps: int, hours: float, longest: str, tmp_path: Path
) -> None:
    counted, spent, told = _lines(sample(), tmp_path)[label]
    assert counted == steps
    assert spent == pytest.approx(hours)
    assert longest in str(told)


def test_pools_add_up_to_the_whole(tmp_path: Path) -> None:
    lines = _lines(sample(), tmp_path)
    pools = {step.pool or "The whole estate" for step in STEPS}
    assert sum(int(str(lines[pool][0])) for pool in pools) == len(STEPS)
    assert sum(float(str(lines[pool][1])) for pool in pools) == pytest.approx(1345 / 60)


def test_they_follow_what_is_changed_on_the_plan(tmp_path: Path) -> None:
    lines = _lines(sample(), tmp_path, shown=False)
    assert lines["All steps"][1] == "=SUM(Plan[Minutes])/60"
    assert lines["Done"][1] == '=SUMIFS(Plan[Minutes],Plan[Status],"Done")/60'
    assert lines["Wave 4"][2] == "=SUMIFS(Plan[Minutes],Plan[Wave],4)/60"
    assert lines["old01.contoso.com"][:2] == (
        '=COUNTIFS(Plan[Pool],"old01.contoso.com")',
        '=SUMIFS(Plan[Minutes],Plan[Pool],"old01.contoso.com")/60',
    )


def test_a_step_that_two_scenarios_need_counts_for_both(tmp_path: Path) -> None:
    keys = tuple(scenario.key for scenario in sample().scenarios)[:2]
    both = STEPS[0].model_copy(update={"needed_by": keys})
    one = STEPS[1].model_copy(update={"needed_by": keys[:1]})
    none = STEPS[2].model_copy(update={"needed_by": ()})
    audit = _with(both, one, none)
    lines = [*_lines(audit, tmp_path).items()]
    start = [label for label, _ in lines].index("Hours by scenario")
    told = lines[start + 1 : start + 4]
    assert [counted for _, (counted, _, _) in told] == [2, 1, 1]
    assert told[2][0] == "No scenario in use"
    formula = str(_lines(audit, tmp_path, shown=False)[told[0][0]][0])
    assert formula == f'=COUNTIFS(Plan[Needed by],"*{told[0][0]}*")'


def test_many_pools_and_odd_names_share_the_last_line(tmp_path: Path) -> None:
    """A name that a formula would take for a pattern is in none."""
    odd = STEPS[0].model_copy(update={"pool": '>5*"', "id": "odd", "minutes": 60})
    pools = [
        STEPS[0].model_copy(update={"pool": f"p{n}.contoso.com", "id": f"p{n}", "minutes": 30})
        for n in range(30)
    ]
    audit = _with(odd, *pools)
    lines = _lines(audit, tmp_path)
    assert "p24.contoso.com" in lines
    assert "p25.contoso.com" not in lines
    counted, spent, _ = lines["All other pools"]
    assert (counted, spent) == (6, 3.5)
    formulas = "".join(
        str(cell) for line in _lines(audit, tmp_path, shown=False).values() for cell in line
    )
    assert ">5*" not in formulas


def test_a_plan_without_steps_has_no_such_lines(tmp_path: Path) -> None:
    lines = _lines(empty(), tmp_path)
    assert lines["All steps"][:2] == (0, 0)
    assert not {"Hours by pool", "Hours by scenario"} & {*lines}
