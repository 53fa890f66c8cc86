"""The end of `run` and `assess`: judge, write the reports, tell the person."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime

import click

from auditor.assemble import RunFacts
from auditor.cli.options import Reporting
from auditor.estate.model import Estate
from auditor.facts.reading import Reading
from auditor.pipeline import judge
from reports.console import make_console, print_summary
from reports.output import OutputFolder


def judge_and_report(
    estate: Estate,
    readings: Mapping[str, Reading],
    output: OutputFolder,
    reporting: Reporting,
    started: datetime,
) -> int:
    """Everything after the last server answered; the summary goes to stdout, talk to stderr."""
    run = RunFacts(RunFacts.new_id(started), started, datetime.now(UTC))
    audit = judge(estate, readings, reporting.knowledge, run, reporting.waivers)
    written = output.write_reports(audit, csv=reporting.csv)
    try:
        print_summary(audit, make_console())
    except (OSError, SystemExit):  # rich ends the program where a pipe is closed
        # The reports are written and the exit code is the audit's, whether or not anybody reads.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    for report in written:
        click.echo(f"wrote {report.path}" + (f"\n  {report.note}" if report.note else ""), err=True)
    return audit.run.exit_code
