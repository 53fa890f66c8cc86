"""docs/plan.md: it names every sheet of the workbook, and what is the manager's on them."""

from __future__ import annotations

from pathlib import Path

import pytest

from reports.workbook.carry_over import GONE_SINCE, PM_COLUMNS
from reports.workbook.previous import FINGERPRINTS
from reports.workbook.style import STEP_STATES
from reports.workbook.write import OUR_SHEETS


@pytest.fixture(scope="module")
def page(root: Path) -> str:
    return (root / "docs" / "plan.md").read_text("utf-8")


@pytest.mark.parametrize("name", sorted({*OUR_SHEETS, *PM_COLUMNS, GONE_SINCE} - {FINGERPRINTS}))
def test_every_sheet_and_every_column_of_the_manager_is_named(page: str, name: str) -> None:
    assert f"*{name}*" in page


def test_the_states_of_a_step_are_named(page: str) -> None:
    assert f"{', '.join(STEP_STATES[:-1])} and {STEP_STATES[-1]}" in page
