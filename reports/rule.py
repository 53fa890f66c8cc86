"""Rules as documentation: what each reads, where it counts, its cases, its sources."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from inspect import getdoc, getmodule
from typing import Any

from rich.console import Console
from rich.text import Text

from auditor.assess.cases import Case
from auditor.assess.rule import AnyRule
from auditor.rulebook.model import Rulebook, Source
from auditor.rulebook.policy import Policy
from reports import words
from reports.rows import print_line, print_paragraph, print_rows
from reports.rulebook import requirements, told_of


def print_rules(rules: Iterable[AnyRule[Any]], rulebook: Rulebook, console: Console) -> None:
    """Every rule: its title, what it applies to, its sources with their addresses."""
    for rule in rules:
        print_line(Text(f"{rule.id}: {rule.title}", "bold"), console)
        rows = [("applies to", rule.applies_to), ("source", _cited(_sources(rule, rulebook)))]
        print_rows(rows, console)
        console.print()


def print_rule(
    rule: AnyRule[Any], cases: Sequence[Case], rulebook: Rulebook, console: Console
) -> None:
    """Everything that can be said of a rule without a server."""
    print_line(Text(f"{rule.id}: {rule.title}", "bold"), console)
    for paragraph in _about(rule):
        print_paragraph(paragraph, console)
    counting = [
        f"{key}{_as_advice(rule, policy)}"
        for key, policy in rulebook.policies.items()
        if rule.id in policy.counts
    ]
    print_rows(
        [
            ("applies to", rule.applies_to),
            ("reads", _reads(rule)),
            ("counts in", ", ".join(counting) or "no policy: it informs"),
            ("rulebook", told_of(rulebook)),
        ],
        console,
    )
    required = [
        (key, "\n".join(requirements(rulebook, policy, rule.id)))
        for key, policy in rulebook.policies.items()
        if rule.id in policy.counts
    ]
    if any(told for _, told in required):
        print_line(Text("\nWhat each policy requires", "bold"), console)
        print_rows(required, console, max(len(key) for key, _ in required))
    print_line(Text("\nCases", "bold"), console)
    titles = {str(key): title for key, title in words.STATUS.items()}
    told = [(titles[case.status], f"{case.title}{_by(case)}") for case in cases]
    print_rows(told, console, max(map(len, titles.values())))
    print_line(Text("\nSources", "bold"), console)
    print_rows([("", _cited(_sources(rule, rulebook)))], console, 0)


def _as_advice(rule: AnyRule[Any], policy: Policy) -> str:
    """Advice lowers nothing: a policy may count the rule, and make no fail of a lack."""
    advice = rule.weight and getattr(policy, rule.weight) == "advice"
    return " (as advice)" if advice else ""


def _reads(rule: AnyRule[Any]) -> str:
    of_servers = [f"family {key}" for key in rule.needs]
    of_estate = [f"the estate's family {key}, where it was asked for" for key in rule.asks]
    return ", ".join([*of_servers, *of_estate]) or "no fact family"


def _about(rule: AnyRule[Any]) -> list[str]:
    """The paragraphs of what its class says of it, else of what its module says."""
    own = type(rule).__doc__
    about = getdoc(type(rule)) if own else getdoc(getmodule(type(rule)))
    return [" ".join(paragraph.split()) for paragraph in (about or "").split("\n\n")]


def _by(case: Case) -> str:
    """By which policy, and on which day, where that is not the usual."""
    usual = Case("", "", "", {})
    by = f"policy {case.policy}" if case.policy != usual.policy else ""
    on = f"on {case.on:%Y-%m-%d}" if case.on != usual.on else ""
    told = " ".join(filter(None, (by, on)))
    return f" ({told})" if told else ""


def _sources(rule: AnyRule[Any], rulebook: Rulebook) -> list[Source]:
    return [rulebook.sources[key] for key in rule.sources]


def _cited(sources: Iterable[Source]) -> str:
    """Titles, and under each its address, whole."""
    return "\n".join(f"{s.title}\n  {s.url}" if s.url else s.title for s in sources)
