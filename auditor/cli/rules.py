"""`sfb-audit rules`: what is judged, and by which source."""

from __future__ import annotations

import click


@click.group(invoke_without_command=True)
@click.pass_context
def rules(context: click.Context) -> None:
    """List the rules: id, title, what they apply to, sources."""
    if context.invoked_subcommand is not None:
        return
    from auditor.assess.rules import RULES
    from auditor.rulebook import load
    from reports.console import make_console, print_rules

    sources = load().sources
    print_rules(
        [
            (rule.id, rule.title, rule.applies_to, [sources[key] for key in rule.sources])
            for rule in RULES
        ],
        make_console(),
    )


@rules.command()
@click.argument("rule")
def show(rule: str) -> None:
    """Show one RULE: what it reads, where it counts, its cases and its sources."""
    from auditor.assess.cases import cases_of
    from auditor.assess.rules import rule_named
    from auditor.rulebook import load
    from reports.console import make_console
    from reports.rule import print_rule

    found = rule_named(rule)
    print_rule(found, cases_of(found.id), load(), make_console())
