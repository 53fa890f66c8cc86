"""Several policies in one report: each view says what the others make of servers and pools."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from openpyxl import load_workbook
from rich.console import Console

from auditor.audit import Audit
from reports.explain import print_explanation
from reports.explain_subject import find_subject
from reports.flat import write_csv
from reports.page.write import page_text
from reports.summary import summarise
from reports.workbook import write_workbook
from tests.reports.odd_audits import HOSTILE
from tests.reports.printed import printed
from tests.reports.sample import sample, several

DIFFERS = "SFB-CU-001 fail, by the main policy pass"


def _explained(audit: Audit, subject: str) -> str:
    stream = io.StringIO()
    console = Console(file=stream, width=200, markup=False, highlight=False, emoji=False)
    print_explanation(audit, find_subject(audit, subject), (), console)
    return " ".join(stream.getvalue().split())


def test_the_counts_of_each_policy() -> None:
    main, other = summarise(several()).policies
    assert (main.key, main.main, main.exit_code) == ("office365-tls12", True, 3)
    assert main.servers == summarise(sample()).servers
    assert (other.key, other.main, other.exit_code) == ("contoso", False, 1)
    assert other.servers["blocked"] == len(sample().servers)
    assert other.pools["blocked"] == len(sample().pools)
    assert other.told.startswith(f"{len(sample().servers)} servers blocked; ")


def test_one_policy_alone_needs_no_table() -> None:
    assert summarise(sample()).policies == ()
    assert "Where they differ" not in printed(sample(), 120)
    assert 'id="policies"' not in page_text(sample())


@pytest.mark.parametrize("width", [80, 120])
def test_the_console(width: int) -> None:
    text = printed(several(), width)
    assert max(len(line) for line in text.splitlines()) <= width
    for said in ("Policies", "Where they differ", "contoso: Blocked", "contoso: SFB-CU-001 fail"):
        assert said in text
    assert "Overlay on the rulebook: contoso.toml (SHA-256 abab" in " ".join(text.split())


def test_the_console_counts_those_that_differ_in_rules_alone() -> None:
    audit = several()
    also = {"readiness": "ready", "by_waiver": None}
    same = {
        s.fqdn: s.model_copy(update={"also": (s.also[0].model_copy(update=also),)})
        for s in audit.servers
        if s.fqdn in ("fe01.contoso.com", "se02.contoso.com", "dir01.contoso.com")
    }
    (under,) = same["se02.contoso.com"].also
    bare = (under.model_copy(update={"differs": ()}),)
    same["se02.contoso.com"] = same["se02.contoso.com"].model_copy(update={"also": bare})
    servers = tuple(same.get(server.fqdn, server) for server in audit.servers)
    text = printed(audit.model_copy(update={"servers": servers}), 120)
    named = "fe01.contoso.com, dir01.contoso.com, old01.contoso.com"  # not se02: nothing differs
    assert re.search(rf"\n3 servers differ in rules only: {named} *\n", text)
    assert "fe01" not in text.partition("Where they differ")[2].partition("differ in rules")[0]
    alone = audit.model_copy(update={"servers": (same["fe01.contoso.com"],)})
    text = printed(alone, 120)
    assert "1 server differs in rules only: fe01.contoso.com" in text
    assert "Where they differ" not in text


def test_the_page() -> None:
    page = page_text(several())
    assert page.count("<th>Under contoso</th>") == 2  # servers, pools
    assert page.count(DIFFERS) == len(sample().servers) + len(sample().pools)
    assert "beside it contoso" in page
    for heading in ("Plan", "Findings"):
        assert f"<h2>{heading} by the main policy, office365-tls12</h2>" in page
        assert f"<h2>{heading}</h2>" in page_text(sample())


def test_every_report_says_at_its_head_by_which_policy_it_counts(tmp_path: Path) -> None:
    said = "By the main policy, office365-tls12; for contoso see Policies."
    book = load_workbook(write_workbook(several(), tmp_path / "plan.xlsx").path)
    head = " ".join(str(book["Summary"][f"A{row}"].value) for row in range(1, 5))
    assert said in head
    assert said in " ".join(printed(several(), 120).split()).partition("Servers of")[0]
    assert said in page_text(several()).partition("</header>")[0]
    assert "main policy" not in printed(sample(), 120) + page_text(sample())


def test_the_workbook(tmp_path: Path) -> None:
    book = load_workbook(write_workbook(several(), tmp_path / "plan.xlsx").path)
    headers = [cell.value for cell in book["Servers"][1]]
    assert headers[1:6] == [
        "Readiness", "Waived until", "Reason", "Under contoso", "Why under contoso",
    ]  # fmt: skip
    row = [cell.value for cell in book["Servers"][2]]
    assert row[4] == "Blocked"
    assert str(row[5]).startswith(DIFFERS)
    ranges = [str(each.sqref) for each in book["Servers"].conditional_formatting]
    assert any(each.startswith("E2:") for each in ranges)
    texts = [str(cell.value) for line in book["Summary"] for cell in line if cell.value]
    assert "contoso" in texts
    assert any("Contoso: nothing older than CU9." in text for text in texts)
    assert any("SHA-256 abab" in text for text in texts)


def test_the_csv(tmp_path: Path) -> None:
    write_csv(several(), tmp_path)
    with (tmp_path / "servers.csv").open(encoding="utf-8-sig", newline="") as file:
        assert {row["other_policies"] for row in csv.DictReader(file)} == {"contoso: blocked"}


@pytest.mark.parametrize("subject", ["fe01.contoso.com", "pool01.contoso.com", "hybrid"])
def test_the_explanation(subject: str) -> None:
    told = _explained(several(), subject)
    assert "Under the policy contoso: Blocked" in told
    assert "fail, by the main policy pass" in told
    assert "Overlay on the rulebook: contoso.toml" in told
    assert "Under the policy" not in _explained(sample(), subject)


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_policys_own_file_does_no_harm(text: str, tmp_path: Path) -> None:
    audit = several(text)
    assert "<script>alert" not in page_text(audit)
    assert "\x1b" not in printed(audit, 120)
    book = load_workbook(write_workbook(audit, tmp_path / "plan.xlsx").path)
    for line in book["Servers"]:
        assert not [cell for cell in line if cell.data_type == "f"]
