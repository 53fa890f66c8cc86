"""`sfb-audit rules`: what is judged, and by which source."""

from __future__ import annotations

from pathlib import Path

import click

from auditor.cli import options

_OVERLAYS = "sfb-audit.rules.overlays"  # given before the subcommand


@click.group(invoke_without_command=True)
@options.overlays
@click.pass_context
def rules(context: click.Context, overlays: tuple[Path, ...]) -> None:
    """List the rules: id, title, what they apply to, sources."""
    context.meta[_OVERLAYS] = overlays
    if context.invoked_subcommand is not None:
        return
    from auditor.assess.rules import RULES
    from auditor.knowledge import read_files
    from reports.console import make_console
    from reports.rule import print_rules

    print_rules(RULES, read_files(overlays).rulebook, make_console())


@rules.command()
@click.argument("rule")
@options.overlays
@click.pass_context
def show(context: click.Context, rule: str, overlays: tuple[Path, ...]) -> None:
    """Show one RULE: what it reads, where it counts, its cases and its sources."""
    from auditor.assess.cases import cases_of
    from auditor.assess.rules import rule_named
    from auditor.knowledge import read_files
    from reports.console import make_console
    from reports.rule import print_rule

    found = rule_named(rule)
    book = read_files((*context.meta[_OVERLAYS], *overlays)).rulebook
    print_rule(found, cases_of(found.id), book, make_console())
