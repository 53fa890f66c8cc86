"""One rule as documentation: what it reads, where it counts, its cases, its sources."""

from __future__ import annotations

from collections.abc import Sequence
from inspect import getdoc, getmodule
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from auditor.assess.cases import Case
from auditor.assess.rule import AnyRule
from auditor.rulebook.model import Rulebook
from reports import words
from reports.rulebook import told_of

_STYLES = {"pass": "green", "fail": "red", "advice": "yellow", "unknown": "magenta"}


def print_rule(
    rule: AnyRule[Any], cases: Sequence[Case], rulebook: Rulebook, console: Console
) -> None:
    """Everything that can be said of a rule without a server."""
    console.print(Text(f"{rule.id}: {rule.title}", "bold"))
    console.print(Text(_about(rule)))
    counting = [key for key, policy in rulebook.policies.items() if rule.id in policy.counts]
    table = Table.grid(padding=(0, 2, 0, 0))
    for name, text in (
        ("applies to", rule.applies_to),
        ("reads", _reads(rule)),
        ("counts in", ", ".join(counting) or "no policy: it informs"),
        ("rulebook", told_of(rulebook)),
    ):
        table.add_row(Text(f"  {name}", "dim"), Text(text))
    console.print(table)
    _cases(cases, console)
    console.print(Text("\nSources", "bold"))
    for source in (rulebook.sources[key] for key in rule.sources):
        console.print(Text(f"  {source.title} {source.url}".rstrip()))


def _reads(rule: AnyRule[Any]) -> str:
    of_servers = [f"family {key}" for key in rule.needs]
    of_estate = [f"the estate's family {key}, where it was asked for" for key in rule.asks]
    return ", ".join([*of_servers, *of_estate]) or "no fact family"


def _about(rule: AnyRule[Any]) -> str:
    """What its class says of it, else its module."""
    own = type(rule).__doc__
    about = getdoc(type(rule)) if own else getdoc(getmodule(type(rule)))
    return " ".join((about or "").split())


def _by(case: Case) -> str:
    """By which policy, and on which day, where that is not the usual."""
    usual = Case("", "", "", {})
    by = f"policy {case.policy}" if case.policy != usual.policy else ""
    on = f"on {case.on:%Y-%m-%d}" if case.on != usual.on else ""
    return " ".join(filter(None, (by, on)))


def _cases(cases: Sequence[Case], console: Console) -> None:
    console.print(Text("\nCases", "bold"))
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    titles = {str(key): title for key, title in words.STATUS.items()}
    for case in cases:
        word = Text(f"  {titles[case.status]}", _STYLES.get(case.status, "dim"))
        table.add_row(word, Text(case.title), Text(_by(case), "dim"))
    console.print(table)
