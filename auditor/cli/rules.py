"""`sfb-audit rules`: what is judged, and by which source."""

from __future__ import annotations

import click


@click.command()
def rules() -> None:
    """List the rules: id, title, what they apply to, sources."""
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
