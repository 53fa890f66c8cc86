"""`sfb-audit rulebook`: is the knowledge consistent, and which policies are there?"""

from __future__ import annotations

from pathlib import Path

import click

from auditor.cli import options


@click.group()
def rulebook() -> None:
    """Check the rulebook, with files of your own over it, and list the policies."""


@rulebook.command()
@click.argument("files", type=options.FILE, nargs=-1)
def check(files: tuple[Path, ...]) -> int:
    """Prove the rulebook consistent, with FILES over it: overlays and policies of your own.

    Exit code 0 where it is, 2 where it is not.

    \b
    sfb-audit rulebook check
    sfb-audit rulebook check updates-2027.toml contoso.toml
    """
    from auditor.errors import ExitCode
    from auditor.knowledge import read_files, rules_and_sources
    from auditor.rulebook.check import checks
    from reports.console import make_console
    from reports.rulebook import print_checks

    found = read_files(files).rulebook
    sound = print_checks(found, checks(rules_and_sources()), make_console())
    return ExitCode.READY if sound else ExitCode.USAGE


@rulebook.command()
@click.argument("files", type=options.FILE, nargs=-1)
def policies(files: tuple[Path, ...]) -> None:
    """List the policies, those in FILES too: what each asks, of whom, by which source."""
    from auditor.knowledge import read_files
    from reports.console import make_console
    from reports.rulebook import print_policies

    print_policies(read_files(files).rulebook, make_console())
