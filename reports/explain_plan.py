"""The plan in an explanation: the steps of a subject, each with what a change board asks, and
one step as a paper of its own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from rich.text import Text

from auditor.audit import StepEntry
from reports import needs, words
from reports.explain_paper import Paper, some
from reports.explain_subject import findings_behind, waiting_for
from reports.rows import print_heading, print_line, print_list, print_paragraph, print_rows
from reports.text import one_line, visible

_MOST_STEPS, _MOST_RULES = 12, 8
_ASSUMED = "Durations are assumed."
_MORE = "For a whole step: sfb-audit explain with its number or ID."


def print_steps(paper: Paper, steps: Sequence[StepEntry]) -> None:
    """Each step with its wave, its minutes, what it waits for and why, its impact and the way
    back; shortly, or whole and of every step where the whole is wanted.
    """
    if not steps:
        return
    rules = ", ".join(sorted({r for s in steps for r in s.rules if paper.wants(r)}))
    paper.title(f"In the plan, for {rules}" if paper.wanted else "In the plan")
    shown = steps if paper.whole else steps[:_MOST_STEPS]
    rows = [(f"step {step.number}", _shortly(paper, step)) for step in shown]
    hidden = len(steps) - len(rows)
    if hidden > 0:
        rows.append(("", f"and {words.count(hidden, 'more step')}: --full, or upgrade-plan.xlsx"))
    print_rows(rows, paper.console, max(len(name) for name, _ in rows))
    print_paragraph(_ASSUMED if paper.whole else f"{_ASSUMED} {_MORE}", paper.console, "dim")


def _shortly(paper: Paper, step: StepEntry) -> str:
    tell = str if paper.whole else _first_sentence
    waits = [f"after {told}" for told in _waits(paper, step, tell)]
    return "\n".join(
        (
            f"{one_line(step.title, 200)} ({step.id})",
            f"wave {step.wave}, {words.duration(step.minutes)}",
            *waits,
            f"impact: {tell(step.impact)}",
            f"rollback: {tell(step.rollback)}",
        )
    )


def _first_sentence(text: str) -> str:
    """The first sentence; a mark says that there is more."""
    line = one_line(text, 300)
    first = re.split(r"(?<=[.!?]) (?=[A-Z])", line, maxsplit=1)[0]
    return first if first == line else f"{first} …"


def _waits(paper: Paper, step: StepEntry, tell: Callable[[str], str] = str) -> list[str]:
    """Such as "step 18: One front end at a time. (practice)"; what is official goes unsaid.

    What it waits for by one and the same reason stands together.
    """
    by_reason: dict[tuple[str, str], list[str]] = {}
    for wait in step.waits_for:
        firm = "" if wait.order_source == "official" else f" ({wait.order_source})"
        by_reason.setdefault((wait.reason, firm), []).append(paper.step_named(wait.step))
    return [
        f"{' and '.join(names)}: {tell(reason)}{firm}"
        for (reason, firm), names in by_reason.items()
    ]


def print_step(paper: Paper, step: StepEntry) -> None:
    """One step for the board: what, why, when, what it does to users, the way back, how."""
    steps = paper.audit.steps
    title = f"{one_line(step.title, 200)}: step {step.number} of {len(steps)}"
    print_heading(title, "bold", "", paper.console)
    waiting = (
        f"step {each.number}: {one_line(each.title, 200)}"
        for each in waiting_for(paper.audit, step)
    )
    names = needs.scenario_names(paper.audit)
    found = [f for f in findings_behind(paper.audit, step) if paper.wants(f.rule)]
    rules = dict.fromkeys(f"{f.rule}  {f.title}" for f in found)
    known = {source.key: source for source in paper.audit.sources}
    order = [known[wait.source] for wait in step.waits_for if wait.source in known]
    print_rows(
        [
            ("plan ID", f"{step.id} (stays when numbers change)"),
            ("wave", f"{step.wave} of {max(each.wave for each in steps)}"),
            ("takes", f"{words.duration(step.minutes)} (assumed)"),
            ("target", _target(step)),
            ("needed for", needs.needed_by(step.needed_by, names, "; ")),
            ("why", step.reason),
            ("rules", some(rules, len(rules) if paper.whole else _MOST_RULES)),
            ("impact", step.impact),
            ("rollback", step.rollback),
            ("waits for", "\n".join(_waits(paper, step)) or "nothing"),
            ("waits for it", "\n".join(waiting) or "nothing"),
            ("sources", paper.cite(dict.fromkeys((*step.source, *order)))),
        ],
        paper.console,
    )
    _commands(paper, step)


def _target(step: StepEntry) -> str:
    where = [step.target, f"of {step.pool}" if step.pool not in ("", step.target) else ""]
    return ", ".join(filter(None, (" ".join(filter(None, where)), step.site)))


def _commands(paper: Paper, step: StepEntry) -> None:
    """Those to type stand whole, each on a line of its own, so that they can be copied."""
    if not step.commands:
        return
    paper.title("What to do, in this order")
    place: tuple[str, str] | None = None
    for command in step.commands:
        here = (command.run_on, command.shell)
        if here != place and command.shell != "gui":
            where = f" on {command.run_on}" if command.run_on else ""
            print_list([f"# {command.shell}{where}"], paper.console, "dim")
        place = here
        if command.shell == "gui":
            print_list([one_line(command.text, 4_000)], paper.console)
        else:
            for line in visible(command.text).split("\n"):
                print_line(Text(f"  {line}"), paper.console)
