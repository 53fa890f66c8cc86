"""`sfb-audit explain`: why a server, pool or scenario has the status it has; what a step is."""

from __future__ import annotations

import json
from pathlib import Path

import click

from auditor.cli import options
from auditor.errors import UsageError

_RUN, _DEMO = Path("audit"), Path("out/demo")


@click.command()
@click.argument("subject")
@click.option(
    "--run",
    "folder",
    type=options.FILE,
    default=_RUN,
    show_default=True,
    help="Folder of a run, or its audit.json.",
)
@click.option("--rule", "rules", multiple=True, help="Only this rule, in full (repeatable).")
@click.option("--full", is_flag=True, help="Passing rules with their evidence, every step.")
@click.option("--json", "as_json", is_flag=True, help="The same, as that part of audit.json.")
def explain(subject: str, folder: Path, rules: tuple[str, ...], full: bool, as_json: bool) -> None:
    """Explain SUBJECT from the audit of a run: a server, a pool, a scenario, or a step of the plan.

    First what stands in the way: what was read, where and when, what was required, why the
    status follows, what to do, and by which sources. Rules that pass are summarised. Then the
    steps: wave, minutes, what each waits for and why, its impact and the way back.

    A server or pool goes by its FQDN or its beginning up to a dot, a scenario by its key or
    title, a step by its number or its plan ID.

    \b
    sfb-audit explain fe01.contoso.com --run audit
    sfb-audit explain fe01 --rule SFB-CU-001
    sfb-audit explain fe01 --full > fe01.txt
    sfb-audit explain hybrid
    sfb-audit explain 19
    """
    from reports.audit_json import read_audit
    from reports.console import make_console
    from reports.explain import print_explanation
    from reports.explain_subject import check_rules, find_subject, part_of

    if folder == _RUN and not folder.exists() and (_DEMO / "audit.json").is_file():
        raise UsageError(
            "AUDIT-NOT-READ",
            f"{folder} is not there.",
            f"Name the folder of a run; the demo's is --run {_DEMO}.",
        )
    audit = read_audit(folder / "audit.json" if folder.is_dir() else folder)
    found = find_subject(audit, subject)
    check_rules(audit, rules)
    if as_json:
        part = part_of(audit, found, rules).model_dump(mode="json")
        click.echo(json.dumps(part, indent=2))  # ASCII alone: it may end on a terminal
    else:
        print_explanation(audit, found, rules, make_console(), full=full)
