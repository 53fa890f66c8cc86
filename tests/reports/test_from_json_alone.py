"""audit.json is enough: every report made from it is the one made from the run itself."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from auditor.audit import Audit
from reports.audit_json import read_audit, write_audit
from reports.console import print_summary
from reports.flat import write_csv
from reports.page import write_page
from reports.workbook import write_workbook
from tests.reports.entries import empty
from tests.reports.odd_audits import hostile
from tests.reports.sample import sample, several, waived


def _reports(audit: Audit, folder: Path) -> dict[str, bytes]:
    write_audit(audit, folder / "audit.json")
    write_page(audit, folder / "report.html")
    write_workbook(audit, folder / "upgrade-plan.xlsx")
    write_csv(audit, folder)
    console = io.StringIO()
    print_summary(audit, Console(file=console, width=100))
    reports = {path.name: path.read_bytes() for path in folder.iterdir()}
    return reports | {"console": console.getvalue().encode()}


AUDITS = {
    "rich": sample(),
    "empty": empty(),
    "hostile": hostile(),
    "several": several(),
    "waived": waived(),
}


@pytest.mark.parametrize("audit", AUDITS.values(), ids=AUDITS)
def test_reports_from_the_file_equal_reports_from_the_run(audit: Audit, tmp_path: Path) -> None:
    first = _reports(audit, tmp_path / "run")
    again = _reports(read_audit(tmp_path / "run" / "audit.json"), tmp_path / "file")
    assert len(first) == 8
    assert first == again
