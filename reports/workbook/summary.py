"""Summary: the page a manager opens first. Counts are live formulas over the tables."""

from __future__ import annotations

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from auditor.audit import Audit
from reports import words
from reports.summary import Summary, summarise
from reports.text import one_line
from reports.workbook.carry_over import STATUS, CarriedOver
from reports.workbook.cells import CellValue
from reports.workbook.charts import add_charts
from reports.workbook.hours import add_hours, hours_formula, longest
from reports.workbook.room import lines_of
from reports.workbook.style import DONE, NOT_NEEDED, STEP_STATES, colour_words
from reports.workbook.summary_page import LABEL_WIDTH, TEXT_WIDTH, Page
from reports.workbook.table import set_height

MOST_WAVES = 25
_NAMED = 20  # servers named one by one before "and N more"


def add_summary(book: Workbook, audit: Audit, carried: CarriedOver) -> dict[str, float]:
    """Add the sheet; gives the results of its formulas by cell."""
    sheet: Worksheet = book.create_sheet("Summary", 0)
    for column, width in zip("ABCD", (LABEL_WIDTH, 11, 11, TEXT_WIDTH), strict=True):
        sheet.column_dimensions[column].width = width
    summary = summarise(audit)
    page = Page(sheet)
    estate = one_line(audit.estate.name, 80)
    page.put("A", f"{estate}: {one_line(audit.run.policy_title, 80)}", "Audit title")
    sheet.row_dimensions[1].height = 30
    page.line += 1
    page.put("A", summary.headline, "Audit headline")
    page.line += 1
    told = f"{summary.coverage}. {summary.exit_meaning} {summary.judged_by}".rstrip()
    page.put("A", told, "Audit headline")
    page.line += 1
    readiness = _readiness(page, summary)
    _policies(page, summary)
    _findings(page, summary)
    _steps(page, audit, carried, summary)
    _care(page, audit, carried, summary)
    waves = _waves(page, audit, carried, summary)
    add_hours(page, audit)
    _facts(page, audit, summary)
    add_charts(sheet, readiness, waves, page.known)
    sheet.sheet_view.showGridLines = False
    sheet.sheet_properties.tabColor = "1F3247"
    return page.known


def _readiness(page: Page, summary: Summary) -> tuple[int, int]:
    page.section("Readiness", "Servers", "Pools", "What it means")
    first = page.line
    for word, title in words.READINESS.items():
        page.put("A", title, "Audit label")
        page.formula("B", f'=COUNTIF(Servers[Readiness],"{title}")', summary.servers[word])
        page.put("C", summary.pools[word], "Audit count")
        page.put("D", summary.meanings[word], "Audit fact")
        set_height(page.sheet, page.line, lines_of(summary.meanings[word], TEXT_WIDTH))
        page.line += 1
    area = f"A{first}:A{page.line - 1}"
    colour_words(page.sheet, area, tuple(words.READINESS.values()))
    return first, page.line - 1


def _policies(page: Page, summary: Summary) -> None:
    """How many are ready under each policy; left out where there is only one."""
    if not summary.policies:
        return
    page.section("Policies", "Servers", "Pools", "Ready under it, and what it means")
    for policy in summary.policies:
        page.put("A", one_line(policy.key, 60), "Audit label")
        page.put("B", policy.servers["ready"], "Audit count")
        page.put("C", policy.pools["ready"], "Audit count")
        main = "The main one: plan and findings are by it. " if policy.main else ""
        told = f"{words.sentence(one_line(policy.title, 120))} {main}{policy.told}."
        page.put("D", told, "Audit fact")
        set_height(page.sheet, page.line, lines_of(told, TEXT_WIDTH))
        page.line += 1


def _findings(page: Page, summary: Summary) -> None:
    page.section("Findings", "Count", "", "What it means")
    first = page.line
    for status, title in words.STATUS.items():
        page.put("A", title, "Audit label")
        page.formula("B", f'=COUNTIF(Findings[Status],"{title}")', summary.findings[status])
        page.put("C", None, "Audit count")
        page.put("D", words.STATUS_MEANING[status], "Audit fact")
        page.line += 1
    area = f"A{first}:A{page.line - 1}"
    colour_words(page.sheet, area, tuple(words.STATUS.values()))


def _state(carried: CarriedOver, step: str) -> str:
    cell = carried.plan.get(step, {}).get(STATUS)
    return str(cell.value) if cell else ""


def _steps(page: Page, audit: Audit, carried: CarriedOver, summary: Summary) -> None:
    page.section("Plan", "Steps", "Hours", "As the project manager has set it on sheet Plan")
    first = page.line
    states = {step.id: _state(carried, step.id) for step in audit.steps}
    page.put("A", "All steps", "Audit label")
    page.formula("B", '=COUNTIF(Plan[Plan ID],"?*")', len(states))
    page.formula("C", hours_formula(), summary.minutes / 60, "Audit hours")
    told = f"{words.count(len(summary.steps_by_wave), 'wave')}. Steps of one wave may go together."
    if audit.steps:
        time = f"{words.duration(summary.minutes)} of work, assumed"
        told = f"{time}; the longest step: {longest(audit.steps)}. {told}"
    page.put("D", told, "Audit fact")
    set_height(page.sheet, page.line, lines_of(told, TEXT_WIDTH))
    page.line += 1
    others = "".join(f'-COUNTIF(Plan[Status],"{other}")' for other in STEP_STATES[1:])
    for state in STEP_STATES:
        page.put("A", state, "Audit label")
        # What has no status, or one of somebody's own, is not started.
        of_it = [step for step in audit.steps if states[step.id] == state]
        criteria = f'Plan[Status],"{state}"'
        count, hours = f"=COUNTIF({criteria})", hours_formula(criteria)
        if state == STEP_STATES[0]:
            of_it = [step for step in audit.steps if states[step.id] not in STEP_STATES[1:]]
            count = f'=COUNTIF(Plan[Plan ID],"?*"){others}'
            hours = f"=C{first}-SUM(C{page.line + 1}:C{first + len(STEP_STATES)})"
        page.formula("B", count, len(of_it))
        page.formula("C", hours, sum(step.minutes for step in of_it) / 60, "Audit hours")
        page.put("D", None, "Audit fact")
        page.line += 1
    colour_words(page.sheet, f"A{first}:A{page.line - 1}", STEP_STATES)


def _waves(
    page: Page, audit: Audit, carried: CarriedOver, summary: Summary
) -> tuple[int, int] | None:
    """Open and finished steps of each wave; waves beyond the 25th share the last line."""
    if not summary.steps_by_wave:
        return None
    page.section("Wave", "Open", "Closed", "Hours of all its steps. Closed: Done or Not needed")
    first = page.line
    numbers = list(summary.steps_by_wave)
    closed = {step.id for step in audit.steps if _state(carried, step.id) in (DONE, NOT_NEEDED)}
    for index, wave in enumerate(numbers[:MOST_WAVES]):
        last = index == MOST_WAVES - 1 and len(numbers) > MOST_WAVES
        title = f"Wave {wave}" + (" and later" if last else "")
        criterion = f'">={wave}"' if last else f"{wave}"
        steps = [s for s in audit.steps if s.wave == wave or (last and s.wave > wave)]
        finished = sum(step.id in closed for step in steps)
        done = "+".join(
            f'COUNTIFS(Plan[Wave],{criterion},Plan[Status],"{state}")'
            for state in (DONE, NOT_NEEDED)
        )
        page.put("A", title, "Audit label")
        page.formula("C", f"={done}", finished)
        open_ = f"=COUNTIF(Plan[Wave],{criterion})-C{page.line}"
        page.formula("B", open_, len(steps) - finished)
        hours = sum(step.minutes for step in steps) / 60
        page.formula("D", hours_formula(f"Plan[Wave],{criterion}"), hours, "Audit fact hours")
        page.line += 1
    return first, page.line - 1


def _care(page: Page, audit: Audit, carried: CarriedOver, summary: Summary) -> None:
    """What a reader must know before relying on the counts; left out where there is nothing."""
    lines = [
        *((f"Not read: {one_line(s.fqdn, 60)}", words.reached(s)) for s in summary.unread[:_NAMED]),
        *(
            (f"Unknown: {one_line(s.fqdn, 60)}", s.reason)
            for s in summary.unknown[:_NAMED]
            if s.reached.ok
        ),
        *(("Note", note) for note in summary.notes),
        *(("Your cells", sentence) for sentence in carried.sentences),
    ]
    if len(summary.unread) > _NAMED:
        more = f"and {len(summary.unread) - _NAMED:,} more: see sheet Servers, column Read."
        lines.insert(_NAMED, ("Not read", more))
    done = _done_but_found(audit, carried)
    if done:
        more = f"; and {len(done) - _NAMED:,} more" if len(done) > _NAMED else ""
        told = f"This audit still finds the work open: {'; '.join(done[:_NAMED])}{more}."
        lines.append(("Done, but still found", told))
    if not lines:
        return
    page.section("Read with care")
    for title, text in lines:
        page.row(title, text, "Audit fact")


def _done_but_found(audit: Audit, carried: CarriedOver) -> list[str]:
    """Steps that somebody set to Done, whose findings are there as before.

    Those without a rule, such as a restart, are no audit's to see.
    """
    return [
        f"no. {step.number} {step.title} ({', '.join(step.rules)})"
        for step in audit.steps
        if step.rules and _state(carried, step.id) == DONE
    ]


def _facts(page: Page, audit: Audit, summary: Summary) -> None:
    run = audit.run
    page.section("This run")
    facts: tuple[tuple[str, CellValue, str], ...] = (
        ("Estate", f"{audit.estate.name}, from {audit.estate.source}", "Audit fact"),
        ("Policy", f"{run.policy}: {run.policy_title}", "Audit fact"),
        ("Run", run.id, "Audit fact"),
        ("Started", run.started, "Audit fact instant"),
        ("Finished", run.finished, "Audit fact instant"),
        ("Exit code", summary.exit_meaning, "Audit fact"),
        ("Program", f"sfb-audit {run.tool_version}, rulebook of {run.rulebook_date}", "Audit fact"),
    )
    for title, value, style in facts:
        page.row(title, value, style)
