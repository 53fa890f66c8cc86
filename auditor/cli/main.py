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
from auditor.cli.streams import lasting_streams
from auditor.cli.topology import topology
from auditor.errors import AuditError, ExitCode


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="sfb-audit")
@click.option(
    "--traceback", is_flag=True, expose_value=False, help="Show a traceback with an error."
)
def cli() -> None:
    """Can this Lync Server 2013 / Skype for Business Server 2015 estate talk to Office 365
    when only TLS 1.2 is accepted there? Reads servers over WinRM, changes nothing.

    \b
    Exit codes: 0 every server is ready, some perhaps by a waiver alone: the reports say which
                1 work is needed, or a server is blocked
                2 usage or input at fault  3 incomplete: something is unknown (wins over 1)
                4 the program's own fault
    """


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
    """Run the command line and end the process with one of `ExitCode` (130 after Ctrl-C).

    Without `arguments` they are the process's own, with `*.json` replaced by names on Windows,
    where no shell does that.
    """
    with lasting_streams():
        sys.exit(_ended(arguments))


def _ended(arguments: Sequence[str] | None) -> int:
    """The exit code, after an error has been told; raises it where --traceback is given."""
    with_traceback = "--traceback" in (sys.argv[1:] if arguments is None else arguments)
    try:
        code = cli.main(arguments, prog_name="sfb-audit", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return ExitCode.USAGE
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return 130
    except AuditError as error:
        if with_traceback:
            raise
        click.echo(f"error {error}", err=True)
        return error.exit_code
    except Exception as error:
        if with_traceback:
            raise
        click.echo(f"error INTERNAL: {type(error).__name__}: {error}", err=True)
        click.echo(
            "  A fault of sfb-audit, not yours. To see where, put --traceback before the command: "
            "sfb-audit --traceback COMMAND ...",
            err=True,
        )
        return ExitCode.INTERNAL
    return code if isinstance(code, int) else ExitCode.READY
