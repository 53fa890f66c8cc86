"""Ready by a waiver alone: no report counts, colours or calls it as what meets the policy."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from rich.console import Console

from auditor.audit import Audit, ReadinessWord, UnderPolicyEntry
from reports import needs, words
from reports.flat import write_csv
from reports.page.write import page_text
from reports.scenarios_console import print_scenarios
from reports.scenarios_of_run import matrices_of_run
from reports.summary import summarise
from reports.workbook import write_workbook
from tests.reports.entries import empty, server
from tests.reports.printed import printed
from tests.reports.sample import LATER, SOON, sample, waived

ALL_READY = "2 servers: every server in scope is ready"
NOT_MET = "What is waived does not meet the policy."
CODE_0 = "Exit code 0 means: every server in scope is ready"


def _of(*servers: tuple[str, date | None], pool: date | None = None, code: int = 0) -> Audit:
    entries = tuple(
        server(f"s{number}.contoso.com", "p", readiness, by_waiver=until)
        for number, (readiness, until) in enumerate(servers)
    )
    pools = (waived().pools[0].model_copy(update={"by_waiver": pool}),)
    run = empty().run.model_copy(update={"exit_code": code})
    return empty().model_copy(update={"servers": entries, "pools": pools, "run": run})


READY, WORK = ("ready", None), ("work_needed", None)

# servers, when the pool's waiver ends -> the headline
HEADLINES: list[tuple[list[tuple[str, date | None]], date | None, str]] = [
    ([READY, READY], None, f"{ALL_READY}."),
    (
        [READY, ("ready", SOON)],
        SOON,
        f"{ALL_READY}, 1 of them by a waiver (until 2018-10-31).",
    ),
    (
        [("ready", LATER), ("ready", SOON)],
        SOON,
        f"{ALL_READY}, 2 of them by a waiver (the first until 2018-10-31).",
    ),
    (
        [READY, READY],
        LATER,
        f"{ALL_READY}, 1 pool by a waiver (until 2018-12-31).",
    ),
    (
        [READY, ("ready", SOON), WORK],
        None,
        "2 of 3 servers ready, 1 of them by a waiver (until 2018-10-31); 1 need work.",
    ),
    ([READY, WORK], None, "1 of 2 servers ready; 1 need work."),
]


@pytest.mark.parametrize(("servers", "pool", "headline"), HEADLINES)
def test_the_headline(
    servers: list[tuple[str, date | None]], pool: date | None, headline: str
) -> None:
    audit = _of(*servers, pool=pool)
    assert summarise(audit).headline == headline
    assert headline in " ".join(printed(audit, 200).split())


@pytest.mark.parametrize(
    ("audit", "meaning"),
    [
        (_of(READY), f"{CODE_0}."),
        (
            _of(READY, ("ready", SOON)),
            f"{CODE_0}, 1 of them by a waiver (until 2018-10-31). {NOT_MET}",
        ),
        (
            _of(READY, pool=SOON),
            f"{CODE_0}, 1 pool by a waiver (until 2018-10-31). {NOT_MET}",
        ),
        (
            _of(WORK, ("ready", SOON), code=1),
            "Exit code 1 means: work is needed, or a server is blocked; everything was read.",
        ),
    ],
)
def test_what_the_exit_code_means(audit: Audit, meaning: str, tmp_path: Path) -> None:
    assert summarise(audit).exit_meaning == meaning
    assert " ".join(printed(audit, 120).split()).endswith(meaning)
    assert meaning in page_text(audit)
    sheet = load_workbook(write_workbook(audit, tmp_path / "plan.xlsx").path)["Summary"]
    cells = [str(cell.value) for row in sheet for cell in row]
    assert meaning in cells
    assert any(meaning in cell for cell in cells[:20])


@pytest.mark.parametrize(
    ("readiness", "until", "standing", "told"),
    [
        ("ready", None, "ready", "Ready"),
        ("ready", SOON, "ready_waived", "Ready (waived until 2018-10-31)"),
        ("work_needed", None, "work_needed", "Work needed"),
        ("blocked", SOON, "blocked", "Blocked"),  # no file of ours, and no greener for it
    ],
)
def test_the_words(
    readiness: ReadinessWord, until: date | None, standing: words.Standing, told: str
) -> None:
    entry = UnderPolicyEntry(policy="p", readiness=readiness, reason="", by_waiver=until)
    assert words.standing(entry) == standing
    assert words.readiness(entry) == told


def test_servers_pools_and_policies_are_counted_apart() -> None:
    summary = summarise(waived())
    assert (summary.servers["ready"], summary.servers["ready_waived"]) == (2, 2)
    assert (summary.pools["ready"], summary.pools["ready_waived"]) == (1, 2)
    main, other = summary.policies
    assert (main.servers["ready"], main.servers["ready_waived"]) == (2, 2)
    assert (other.servers["ready"], other.servers["ready_waived"]) == (1, 3)
    assert main.told == (
        "2 servers ready by a waiver (the first until 2018-10-31), 2 ready; "
        "2 pools ready by a waiver (the first until 2018-10-31), 1 ready"
    )


def test_the_sentences_that_say_what_ready_means_are_true() -> None:
    meanings = summarise(waived()).meanings
    assert meanings["ready"] == "Everything the policy requires was found."
    assert meanings["ready_waived"] == (
        "It does not meet the policy; this has been accepted until a set date, the first until "
        "2018-10-31."
    )
    assert summarise(sample()).meanings == words.READINESS_MEANING


@pytest.mark.parametrize("width", [80, 120])
def test_the_console(width: int) -> None:
    text = printed(waived(), width)
    assert max(len(line) for line in text.splitlines()) <= width
    flat = " ".join(text.split())
    assert "Ready (waived) 2 Ready 2" in flat
    servers = text.partition("Servers of")[2].partition("Policies")[0]
    assert len(re.findall(r"Ready \(waived", servers)) == 2
    assert servers.index("\nedge01 ") < servers.index("\nfe01 ")
    assert "2018-12-31)" in servers
    scenarios = text.partition("\nScenarios")[2].partition("Read with care")[0]
    assert "Ready (waived" in scenarios
    assert "2018-10-31)" in scenarios


def test_the_console_names_the_pools_and_the_policies_where_it_differs() -> None:
    text = printed(waived(), 160)
    for told in (
        "- pool01.contoso.com: ready (waived until 2018-12-31)",
        "- edgepool01.contoso.com: ready (waived until 2018-10-31)",
        "office365-tls12: Ready ",
        "contoso: Ready (waived until 2018-12-31)",
    ):
        assert told in text
    assert "- dir01" not in text
    differ = text.partition("Where they differ")[2].partition("Scenarios")[0]
    assert "fe01.contoso.com" in differ
    assert "fe02.contoso.com" not in differ


def test_on_the_console_it_is_not_green() -> None:
    text = printed(waived(), 160, colour=True)
    assert "\x1b[36mReady (waived) 2" in text
    assert "\x1b[32mReady 2" in text
    assert "\x1b[32mReady (" not in text
    assert "\x1b[36mcontoso: Ready (waived until 2018-12-31)" in text


def test_the_way_to_office_365_names_what_is_not_ready_before_what_is_waived() -> None:
    audit = waived()
    bad = audit.pools[2].model_copy(update={"readiness": "work_needed", "fqdn": "zz.contoso.com"})
    fine = audit.pools[2]
    scenario = audit.scenarios[0].model_copy(
        update={"pools": ("pool01.contoso.com", "zz.contoso.com", fine.fqdn)}
    )
    audit = audit.model_copy(update={"pools": (*audit.pools, bad)})
    waived_pool = "pool01.contoso.com: ready (waived until 2018-12-31)"
    assert needs.unready(scenario, audit) == ("zz.contoso.com: work needed", waived_pool)
    assert needs.pools_on(scenario, audit) == (
        "zz.contoso.com: work needed",
        waived_pool,
        fine.fqdn,
    )


def test_the_page() -> None:
    page = page_text(waived())
    apart = '<span class="word ready_waived">Ready (waived)</span> <small>until {}</small>'
    tables = page.partition('<section id="servers">')[2].partition('<section id="scenarios">')
    # edge01 and fe02, under contoso these and fe01; two pools, under contoso the same.
    assert tables[0].count(apart.format(SOON)) == 4
    assert tables[0].count(apart.format(LATER)) == 5
    assert apart.format(SOON) in tables[2]
    assert f"<b>fe02.contoso.com</b> {apart.format(LATER)} 1 waived" in page
    assert '<li class="ready_waived"><b>2</b> Ready (waived)<small>It does not meet' in page
    assert '<li class="ready"><b>2</b> Ready<small>Everything the policy requires' in page
    assert '<rect class="ready_waived" x="0.0" y="0" width="50.0"' in page
    for rule in ("rect.ready_waived", ".counts .ready_waived", ".word.ready_waived"):
        assert rule in page
    assert "ready by a waiver (the first until 2018-10-31)" in page


def _rows(sheet: Worksheet) -> list[dict[str, Any]]:
    header, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(map(str, header), row, strict=True)) for row in rows]


def test_the_workbooks_sheets_can_be_filtered_by_it(tmp_path: Path) -> None:
    book = load_workbook(write_workbook(waived(), tmp_path / "plan.xlsx").path)
    found = {row["Server"]: row for row in _rows(book["Servers"])}
    soon, later = (datetime.combine(day, datetime.min.time()) for day in (SOON, LATER))
    told = {name: (row["Readiness"], row["Waived until"]) for name, row in found.items()}
    assert told == {
        "fe01.contoso.com": ("Ready", None),
        "fe02.contoso.com": ("Ready (waived)", later),
        "edge01.contoso.com": ("Ready (waived)", soon),
        "dir01.contoso.com": ("Ready", None),
    }
    assert found["fe01.contoso.com"]["Under contoso"] == "Ready (waived)"
    (scenario,) = _rows(book["Scenarios"])
    assert (scenario["Readiness"], scenario["Waived until"]) == ("Ready (waived)", soon)
    assert str(scenario["Pools on its path"]).splitlines() == [
        "pool01.contoso.com: ready (waived until 2018-12-31)",
        "edgepool01.contoso.com: ready (waived until 2018-10-31)",
        "dir01.contoso.com",
    ]


def test_the_workbook_colours_it_as_neither_ready_nor_waived(tmp_path: Path) -> None:
    book = load_workbook(write_workbook(waived(), tmp_path / "plan.xlsx").path)
    for sheet in ("Summary", "Servers", "Scenarios"):
        fills = {
            rule.formula[0]: rule.dxf.fill.bgColor.rgb
            for area in book[sheet].conditional_formatting
            for rule in area.rules
            if rule.type == "cellIs"
        }
        assert fills['"Ready (waived)"'] not in {fills['"Ready"'], fills['"Not in scope"']}


def test_the_workbooks_summary_counts_it_apart(tmp_path: Path) -> None:
    path = write_workbook(waived(), tmp_path / "plan.xlsx").path
    formulas, shown = load_workbook(path)["Summary"], load_workbook(path, data_only=True)["Summary"]
    counted = {
        formulas[f"A{row}"].value: (
            formulas[f"B{row}"].value,
            shown[f"B{row}"].value,
            shown[f"C{row}"].value,
            shown[f"D{row}"].value,
        )
        for row in range(6, 12)
    }
    assert counted["Ready (waived)"] == (
        '=COUNTIF(Servers[Readiness],"Ready (waived)")',
        2,
        2,
        summarise(waived()).meanings["ready_waived"],
    )
    assert counted["Ready"][1:] == (2, 1, "Everything the policy requires was found.")
    policies = {shown[f"A{row}"].value: shown[f"B{row}"].value for row in range(13, 18)}
    assert policies["contoso"] == 1
    with zipfile.ZipFile(path) as archive:
        chart = archive.read("xl/charts/chart1.xml").decode()
    assert "<v>Ready (waived)</v>" in chart
    assert chart.count("<dPt>") == len(words.READINESS)


def test_the_csv(tmp_path: Path) -> None:
    paths = {path.name: path for path in write_csv(waived(), tmp_path)}
    rows = {
        name: list(csv.DictReader(io.StringIO(paths[name].read_text("utf-8-sig"))))
        for name in ("servers.csv", "scenarios.csv")
    }
    assert [(row["readiness"], row["by_waiver"]) for row in rows["servers.csv"]] == [
        ("ready", ""),
        ("ready", "2018-12-31"),
        ("ready", "2018-10-31"),
        ("ready", ""),
    ]
    assert rows["servers.csv"][0]["other_policies"] == "contoso: ready (waived until 2018-12-31)"
    assert rows["servers.csv"][3]["other_policies"] == "contoso: ready"
    assert rows["scenarios.csv"][0]["by_waiver"] == "2018-10-31"


def test_the_scenarios_of_a_run() -> None:
    from auditor.rulebook import load

    stream = io.StringIO()
    console = Console(file=stream, width=160, highlight=False)
    print_scenarios("Contoso", matrices_of_run(waived(), load()), console)
    text = stream.getvalue()
    row = next(line for line in text.splitlines() if line.startswith(">"))
    assert row.rstrip().endswith("Ready (waived)")
    assert "The path is: Ready (waived until 2018-10-31)" in text
    assert "- pool01.contoso.com: Ready (waived until 2018-12-31)" in text
    assert "- dir01" not in text
