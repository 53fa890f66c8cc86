"""The end of `run` and `assess`: judge, write the reports, tell the person."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import click

from auditor.assemble import RunFacts
from auditor.cli.options import Reporting
from auditor.estate.model import Estate
from auditor.facts.reading import Reading
from auditor.pipeline import judge
from reports.console import make_console, print_summary
from reports.output import OutputFolder


@dataclass(frozen=True, slots=True)
class Asked:
    """What came back from the servers, by FQDN, and what is known of the estate's own settings.

    `again` is the command line that asks them again, "" where they were not asked.
    """

    readings: Mapping[str, Reading]
    evidence: Sequence[Reading]
    started: datetime
    again: str = ""


def judge_and_report(
    estate: Estate, asked: Asked, output: OutputFolder, reporting: Reporting
) -> int:
    """Everything after the last server answered; the summary goes to stdout, talk to stderr."""
    number = RunFacts.new_id(asked.started)
    run = RunFacts(number, asked.started, datetime.now(UTC), asked.again)
    audit = judge(
        estate, asked.readings, reporting.knowledge, run, reporting.waivers, asked.evidence
    )
    written = output.write_reports(audit, csv=reporting.csv)
    try:
        print_summary(audit, make_console())
    except (OSError, SystemExit):  # rich ends the program where a pipe is closed
        # The reports are written and the exit code is the audit's, whether or not anybody reads.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    for report in written:
        click.echo(f"wrote {report.path}" + (f"\n  {report.note}" if report.note else ""), err=True)
    return audit.run.exit_code
