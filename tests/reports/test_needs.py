"""What each report says of who needs a thing, how the ways go, and what is excluded."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from rich.console import Console

from auditor.audit import Audit, ScenarioEntry
from reports import needs
from reports.console import print_summary
from reports.explain import print_explanation
from reports.explain_subject import find_subject
from reports.flat import write_csv
from reports.page.write import page_text
from reports.summary import summarise
from reports.workbook import write_workbook
from tests.reports.entries import reached
from tests.reports.sample import sample

CHANGE = "being decommissioned, CHG1234"


@pytest.fixture(scope="module")
def audit() -> Audit:
    """The sample, with fe03 left out."""
    whole = sample()
    left_out = {
        "readiness": "not_in_scope",
        "reason": f"excluded: {CHANGE}",
        "excluded": CHANGE,
        "reached": reached("REACH-NOT-ASKED", False, sentence=f"It is excluded: {CHANGE}"),
    }
    servers = tuple(
        server.model_copy(update=left_out) if server.fqdn == "fe03.contoso.com" else server
        for server in whole.servers
    )
    return whole.model_copy(update={"servers": servers})


def _rows(audit: Audit, folder: Path, sheet: str) -> list[dict[str, object]]:
    book = load_workbook(write_workbook(audit, folder / "plan.xlsx").path)
    header, *rows = book[sheet].iter_rows(values_only=True)
    return [dict(zip(map(str, header), row, strict=True)) for row in rows]


def _console(audit: Audit) -> str:
    console = Console(file=StringIO(), width=220)
    print_summary(audit, console)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def _explained(audit: Audit, name: str) -> str:
    console = Console(file=StringIO(), width=220)
    print_explanation(audit, find_subject(audit, name), (), console)
    assert isinstance(console.file, StringIO)
    return console.file.getvalue()


def test_the_workbook_says_what_each_thing_is_needed_by(audit: Audit, tmp_path: Path) -> None:
    servers = {row["Server"]: row for row in _rows(audit, tmp_path, "Servers")}
    assert servers["fe01.contoso.com"]["Needed by"] == "Hybrid"
    both = "Hybrid\nFederation with Office 365 (assumed)"
    assert servers["edge01.contoso.com"]["Needed by"] == both
    assert servers["se01.contoso.com"]["Needed by"] == "No scenario in use"
    findings = {row["Subject"]: row for row in _rows(audit, tmp_path, "Findings")}
    assert findings["fe02.contoso.com"]["Needed by"] == "Hybrid"
    assert findings["se01.contoso.com"]["Needed by"] == "No scenario in use"
    steps = {row["Target"]: row for row in _rows(audit, tmp_path, "Plan")}
    assert steps["edge01.contoso.com"]["Needed by"] == both


def test_a_scenarios_row_shows_its_way_and_what_on_it_is_not_ready(
    audit: Audit, tmp_path: Path
) -> None:
    row = _rows(audit, tmp_path, "Scenarios")[0]
    way = "pool01.contoso.com > dir01.contoso.com > edgepool01.contoso.com"
    assert str(row["Way to Office 365"]).splitlines()[0] == way
    assert "The next hop of edgepool01.contoso.com is not known" in str(row["Way to Office 365"])
    pools = "pool01.contoso.com: work needed\nedgepool01.contoso.com: work needed"
    assert row["Pools on its path"] == pools
    page = page_text(audit)
    assert f"<p>{way.replace('>', '&gt;')}</p>" in page
    assert pools in page
    for text in (_console(audit), _explained(audit, "hybrid")):
        assert way in text
        assert "edgepool01.contoso.com: work needed" in text


def test_a_server_that_is_left_out_is_listed_with_its_reason(audit: Audit, tmp_path: Path) -> None:
    rows = {row["Server"]: row for row in _rows(audit, tmp_path, "Servers")}
    row = rows["fe03.contoso.com"]
    assert (row["Readiness"], row["Read"]) == ("Not in scope", "Excluded")
    assert row["Reason"] == f"excluded: {CHANGE}"
    for text in (_console(audit), page_text(audit), _explained(audit, "fe03")):
        assert f"excluded: {CHANGE}" in text
    flat = next(path for path in write_csv(audit, tmp_path) if path.name == "servers.csv")
    cells = {r["fqdn"]: r for r in csv.DictReader(StringIO(flat.read_text("utf-8-sig")))}
    assert cells["fe03.contoso.com"]["excluded"] == CHANGE
    assert cells["edge01.contoso.com"]["needed_by"] == "hybrid, federation"


def test_nobody_is_told_that_it_could_not_be_read(audit: Audit) -> None:
    summary = summarise(audit)
    assert "fe03.contoso.com" not in {server.fqdn for server in summary.unread}
    assert summary.coverage == "11 of 13 servers read, 1 excluded"


def test_findings_that_no_scenario_needs_are_marked(audit: Audit) -> None:
    aside = audit.findings[8].model_copy(update={"counted": False, "needed_by": ()})
    marked = audit.model_copy(update={"findings": (aside,)})
    assert "no scenario in use needs it" in page_text(marked)
    assert "no: no scenario in use needs it" in _explained(marked, aside.subject)
    needed = aside.model_copy(update={"needed_by": ("hybrid",)})
    unmarked = page_text(audit.model_copy(update={"findings": (needed,)}))
    assert "no scenario in use needs it" not in unmarked


def _scenario(ways: int, in_use: str = "yes") -> ScenarioEntry:
    chains = tuple((f"pool{n}", "edge") for n in range(ways))
    return sample().scenarios[0].model_copy(update={"chains": chains, "in_use": in_use})


def test_of_many_ways_the_first_ones_are_shown_and_the_others_counted() -> None:
    assert needs.ways(_scenario(0)) == ()
    assert needs.ways(_scenario(6))[-1] == "pool5 > edge"
    assert needs.ways(_scenario(7))[-1] == "and 1 more way"
    assert needs.ways(_scenario(500))[-1] == "and 494 more ways"


def test_what_is_not_in_use_has_nothing_that_is_not_ready() -> None:
    audit, unused = sample(), _scenario(1, "no")
    assert needs.unready(unused, audit) == ()
    assert needs.pools_on(unused, audit) == unused.pools
