"""`sfb-audit snippets`: what runs on a server, for whoever must approve it."""

from __future__ import annotations

import dataclasses
import json

import click

from auditor.errors import UsageError


@click.group(invoke_without_command=True)
@click.pass_context
def snippets(context: click.Context) -> None:
    """List the fact families: what each reads, and the lowest Windows PowerShell."""
    if context.invoked_subcommand is not None:
        return
    from auditor.facts.estate.families import ESTATE_FAMILIES
    from auditor.facts.families import FAMILIES
    from auditor.facts.touched import touched
    from reports.console import make_console
    from reports.snippets import print_families

    known = touched()
    server = [(family.key, known[family.snippet]) for family in FAMILIES]
    estate = [(family.key, known[family.snippet]) for family in ESTATE_FAMILIES]
    print_families({"Of every server": server, "Of the estate, once": estate}, make_console())


@snippets.command()
@click.argument("family", required=False)
@click.option("--joined", is_flag=True, help="The whole script, as it is sent to a server.")
def show(family: str | None, joined: bool) -> None:
    """Print the script of FAMILY, or with --joined all that is sent."""
    from importlib import resources

    from auditor.collect.script import joined_script
    from auditor.facts.estate.families import ESTATE_FAMILIES
    from auditor.facts.families import FAMILIES

    if joined:
        click.echo(joined_script().text, nl=False)
        return
    files = {each.key: each.snippet for each in (*FAMILIES, *ESTATE_FAMILIES)}
    if family not in files:
        raise UsageError(
            "SNIPPET-UNKNOWN",
            f"there is no fact family {family!r}." if family else "Which fact family?",
            f"Families: {', '.join(files)}; or --joined.",
        )
    text = resources.files("ps_snippets").joinpath(files[family]).read_text("utf-8")
    click.echo(text.replace("\r\n", "\n"), nl=False)


@snippets.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def audit(as_json: bool) -> None:
    """Say what the scripts touch: commands, registry, WMI, files; which rights they need."""
    from auditor.facts.touched import touched
    from reports.console import make_console
    from reports.snippets import print_touched

    found = touched()
    if as_json:
        click.echo(json.dumps([dataclasses.asdict(each) for each in found.values()], indent=2))
    else:
        print_touched(found.values(), make_console())
