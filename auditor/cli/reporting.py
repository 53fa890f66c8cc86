"""The end of `run` and `assess`: judge, write the reports, tell the person."""

from __future__ import annotations

import contextlib
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

_MOST_FAULTS = 12


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
    try:
        written = output.write_reports(audit, csv=reporting.csv)
        # They are written and the exit code is the audit's, whether or not anybody can read.
        with contextlib.suppress(OSError):
            print_summary(audit, make_console())
        for report in written:
            note = f"\n  {report.note}" if report.note else ""
            click.echo(f"wrote {report.path}{note}", err=True)
    finally:
        tell_faults(output.faults.sentences)
    return audit.run.exit_code


def tell_faults(sentences: Sequence[str]) -> None:
    """Say what could not be written or removed, at the end, where it is seen."""
    for sentence in sentences[:_MOST_FAULTS]:
        click.echo(f"not done: {sentence}", err=True)
    hidden = len(sentences) - _MOST_FAULTS
    if hidden > 0:
        click.echo(f"not done: {hidden:,} more", err=True)
    if sentences:
        click.echo(
            "  What lies there is not from this run. Close it, or free some space.", err=True
        )
