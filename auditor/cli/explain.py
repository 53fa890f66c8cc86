"""`sfb-audit explain`: why a server, pool or scenario has the status it has."""

from __future__ import annotations

import json
from pathlib import Path

import click

from auditor.cli import options


@click.command()
@click.argument("subject")
@click.option(
    "--run",
    "folder",
    type=options.FILE,
    default=Path("audit"),
    show_default=True,
    help="Folder of a run, or its audit.json.",
)
@click.option("--rule", "rules", multiple=True, help="Only this rule (repeatable).")
@click.option("--json", "as_json", is_flag=True, help="The same as that part of audit.json.")
def explain(subject: str, folder: Path, rules: tuple[str, ...], as_json: bool) -> None:
    """Explain SUBJECT (a server, a pool or a scenario) from the audit of a run.

    For each rule: what was read, where and when, what was required, the source, why the
    status follows, and what to do.

    \b
    sfb-audit explain fe01.contoso.com --run audit
    sfb-audit explain fe01 --rule SFB-CU-001
    sfb-audit explain hybrid
    """
    from reports.audit_json import read_audit
    from reports.console import make_console
    from reports.explain import print_explanation
    from reports.explain_subject import check_rules, find_subject, part_of

    audit = read_audit(folder / "audit.json" if folder.is_dir() else folder)
    found = find_subject(audit, subject)
    check_rules(audit, rules)
    if as_json:
        part = part_of(audit, found, rules).model_dump(mode="json")
        click.echo(json.dumps(part, indent=2))  # ASCII alone: it may end on a terminal
    else:
        print_explanation(audit, found, rules, make_console())
