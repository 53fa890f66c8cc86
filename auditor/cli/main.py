"""The command line: `sfb-audit`. One module per command group; no logic of its own."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from auditor import __version__
from auditor.cli.assess import assess
from auditor.cli.builds import builds
from auditor.cli.collector import collector
from auditor.cli.discover import discover
from auditor.cli.explain import explain
from auditor.cli.lab import demo, lab
from auditor.cli.rulebook import rulebook
from auditor.cli.rules import rules
from auditor.cli.run import run
from auditor.cli.scenarios import scenarios
from auditor.cli.snippets import snippets
from auditor.cli.topology import topology
from auditor.errors import AuditError, ExitCode


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="sfb-audit")
@click.option("--traceback", is_flag=True, help="Show a traceback with an error.")
@click.pass_context
def cli(context: click.Context, traceback: bool) -> None:
    """Can this Lync Server 2013 / Skype for Business Server 2015 estate talk to Office 365
    when only TLS 1.2 is accepted there? Reads servers over WinRM, changes nothing.

    \b
    Exit codes: 0 every server is ready, some perhaps by a waiver alone: the reports say which
                1 work is needed, or a server is blocked
                2 usage or input at fault  3 incomplete: something is unknown (wins over 1)
                4 the program's own fault
    """
    context.obj = traceback


COMMANDS = (
    run,
    assess,
    discover,
    topology,
    explain,
    scenarios,
    rules,
    builds,
    rulebook,
    collector,
    snippets,
    lab,
    demo,
)
for command in COMMANDS:
    cli.add_command(command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and end the process with one of `ExitCode` (130 after Ctrl-C)."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = cli.main(args=arguments, prog_name="sfb-audit", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(ExitCode.USAGE)
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        sys.exit(130)
    except AuditError as error:
        if "--traceback" in arguments:
            raise
        click.echo(f"error {error}", err=True)
        sys.exit(error.exit_code)
    except Exception as error:
        if "--traceback" in arguments:
            raise
        kind = type(error).__name__
        click.echo(f"error INTERNAL: {kind}: {error}", err=True)
        click.echo("  A fault of sfb-audit, not yours; --traceback shows where it is.", err=True)
        sys.exit(ExitCode.INTERNAL)
    sys.exit(code if isinstance(code, int) else ExitCode.READY)
