"""Hours of the plan by pool and by scenario, which follow the minutes on sheet Plan."""

from __future__ import annotations

import re
from collections.abc import Sequence

from auditor.audit import Audit, StepEntry
from reports import needs, words
from reports.text import one_line
from reports.workbook.room import lines_of
from reports.workbook.summary_page import LABEL_WIDTH, TEXT_WIDTH, Page
from reports.workbook.table import set_height

MOST_POOLS = 25
_WHOLE_ESTATE = "The whole estate"

# Others could be read as a pattern, or as a comparison, by the formula that counts them.
_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,252}")
_LONGEST_NAME = 100  # Excel looks for 255 characters at most
_PATTERN = re.compile(r"[~*?]")


def hours_formula(criteria: str = "") -> str:
    """The hours of the steps that meet the criteria of a SUMIFS, of all where there are none."""
    counted = f"SUMIFS(Plan[Minutes],{criteria})" if criteria else "SUM(Plan[Minutes])"
    return f"={counted}/60"


def longest(steps: Sequence[StepEntry]) -> str:
    """The longest of some steps, such as "40 h, no. 4: Migrate old01"."""
    step = max(steps, key=lambda one: (one.minutes, -one.number))
    time = words.duration(step.minutes) or "0 min"
    return f"{time}, no. {step.number}: {one_line(step.title, 110)}"


def add_hours(page: Page, audit: Audit) -> None:
    """Hours by pool and by scenario; left out where there is no step."""
    if audit.steps:
        _by_pool(page, audit)
        _by_scenario(page, audit)


def _by_pool(page: Page, audit: Audit) -> None:
    page.section("Hours by pool", "Steps", "Hours", "The longest step")
    first = page.line
    by_pool: dict[str, list[StepEntry]] = {}
    for step in audit.steps:
        by_pool.setdefault(step.pool, []).append(step)
    named = [pool for pool in by_pool if not pool or _PLAIN.fullmatch(pool)][:MOST_POOLS]
    for pool in named:
        _line(page, pool or _WHOLE_ESTATE, f'Plan[Pool],"{pool}"', by_pool[pool])
    rest = [step for step in audit.steps if step.pool not in named]
    if rest:
        above = f"{first}:{{0}}{page.line - 1}"
        count = f'=COUNTIF(Plan[Plan ID],"?*")-SUM(B{above.format("B")})'
        hours = f"{hours_formula()}-SUM(C{above.format('C')})"
        _put(page, "All other pools", count, hours, rest)


def _by_scenario(page: Page, audit: Audit) -> None:
    """A step that several scenarios need counts for each of them."""
    several = "The longest step. What several scenarios need counts for each."
    page.section("Hours by scenario", "Steps", "Hours", several)
    names = needs.scenario_names(audit)
    told = {step.id: needs.needed_by(step.needed_by, names) for step in audit.steps}
    for name in dict.fromkeys((*names.values(), needs.NOT_NEEDED)):
        needed = [step for step in audit.steps if name in told[step.id]]
        if needed and name.isprintable() and len(name) <= _LONGEST_NAME:
            escaped = _PATTERN.sub(r"~\g<0>", name).replace('"', '""')
            _line(page, name, f'Plan[Needed by],"*{escaped}*"', needed)


def _line(page: Page, title: str, criteria: str, steps: Sequence[StepEntry]) -> None:
    _put(page, title, f"=COUNTIFS({criteria})", hours_formula(criteria), steps)


def _put(page: Page, title: str, count: str, hours: str, steps: Sequence[StepEntry]) -> None:
    label, told = one_line(title, 60), longest(steps)
    page.put("A", label, "Audit long label")
    page.formula("B", count, len(steps))
    page.formula("C", hours, sum(step.minutes for step in steps) / 60, "Audit hours")
    page.put("D", told, "Audit fact")
    tallest = max(lines_of(label, LABEL_WIDTH), lines_of(told, TEXT_WIDTH))
    set_height(page.sheet, page.line, tallest)
    page.line += 1
