"""The folder that a run leaves behind: fact bundles while it goes, reports at its end.

audit.json  upgrade-plan.xlsx  report.html  facts/HOST.facts.json  [*.csv]
"""

from __future__ import annotations

import tempfile
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from auditor.audit import Audit
from auditor.errors import UsageError
from auditor.facts.bundle import was_asked
from reports.files import TABLES, Faults, remove_file, unwritable, write_report

FACTS = "facts"
SUFFIX = ".facts.json"


@dataclass(frozen=True, slots=True)
class Report:
    """A report that was written; `note` says what a person should know about it."""

    path: Path
    note: str = ""


class OutputFolder:
    """A folder that is known to be writable before the first server is asked.

    What cannot be written or removed later, such as a file that another program holds open,
    ends nothing: `faults` has a sentence about each. Only audit.json has to be written.
    """

    def __init__(self, path: Path) -> None:
        """Make `path` where needed; UsageError where nothing can be written there."""
        self.path = path
        self.faults = Faults()
        self._keeps_answers = False
        try:
            path.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=path):
                pass
        except OSError as error:
            raise unwritable(path, error) from error

    def write_bundle(self, fqdn: str, text: str) -> None:
        """Keep one server's answer, so that it can be judged again without asking again."""
        with self.faults.told():
            write_report(self.path / FACTS / f"{fqdn}{SUFFIX}", text.encode())
            self._keeps_answers = True

    def forget_bundles(self, keep: Collection[str]) -> tuple[str, ...]:
        """Remove what earlier runs wrote of servers that are not in `keep`.

        Bundles that somebody carried there stay. Gives a sentence on each of both.
        """
        told = []
        for bundle in sorted((self.path / FACTS).glob(f"*{SUFFIX}")):
            if bundle.name.removesuffix(SUFFIX) in keep:
                continue
            if not was_asked(bundle, SUFFIX):
                told.append(f"left {bundle}: of no server of this run, and no run asked for it")
                continue
            with self.faults.told():
                remove_file(bundle)
                told.append(f"removed {bundle}: its server was not asked this time")
        return tuple(told)

    def write_reports(self, audit: Audit, *, csv: bool) -> tuple[Report, ...]:
        """audit.json first: it is the truth, the others are views of it.

        Tables of an earlier run that are not written anew stay, and are named. UsageError
        REPORT-NOT-WRITTEN where audit.json cannot be put in its place.
        """
        from reports.audit_json import write_audit  # noqa: PLC0415 - heavy, and not for --help
        from reports.page import write_page  # noqa: PLC0415
        from reports.workbook import write_workbook  # noqa: PLC0415

        json_path, page = self.path / "audit.json", self.path / "report.html"
        try:
            write_audit(audit, json_path)
        except UsageError as error:
            if self._keeps_answers:
                facts = f"sfb-audit assess {self.path / FACTS}"
                error.hint += f" The servers' answers are kept: {facts} judges them again."
            raise
        written = [Report(json_path)]
        with self.faults.told():
            workbook = write_workbook(audit, self.path / "upgrade-plan.xlsx")
            written.append(Report(workbook.path, workbook.note))
        with self.faults.told():
            write_page(audit, page)
            written.append(Report(page))
        if csv:
            from reports.flat import write_csv  # noqa: PLC0415 - pandas is only for this

            for name in TABLES:
                with self.faults.told():
                    written += map(Report, write_csv(audit, self.path, [name]))
        elif old := [name for name in TABLES if (self.path / name).exists()]:
            note = f"Left of an earlier run: {', '.join(old)}; --csv writes them anew."
            written[0] = Report(json_path, note)
        return tuple(written)
