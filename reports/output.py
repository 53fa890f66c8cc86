"""The folder that a run leaves behind: fact bundles while it goes, reports at its end.

audit.json  upgrade-plan.xlsx  report.html  facts/HOST.facts.json  [*.csv]
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from auditor.audit import Audit
from reports.files import replace_file, unwritable, write_report

FACTS = "facts"
SUFFIX = ".facts.json"
_TABLES = ("servers.csv", "findings.csv", "plan.csv", "scenarios.csv")


@dataclass(frozen=True, slots=True)
class Report:
    """A report that was written; `note` says what a person should know about it."""

    path: Path
    note: str = ""


class OutputFolder:
    """A folder that is known to be writable before the first server is asked."""

    def __init__(self, path: Path) -> None:
        """Make `path` where needed; UsageError where nothing can be written there."""
        self.path = path
        probe = path / ".sfb-audit.probe"
        try:
            path.mkdir(parents=True, exist_ok=True)
            replace_file(probe, b"")
            probe.unlink()
        except OSError as error:
            raise unwritable(path, error) from error

    def write_bundle(self, fqdn: str, text: str) -> None:
        """Keep one server's answer, so that it can be judged again without asking again."""
        write_report(self.path / FACTS / f"{fqdn}{SUFFIX}", text.encode())

    def forget_bundles(self, keep: Collection[str]) -> None:
        """Remove bundles of servers that are not in `keep`: they are of an earlier estate."""
        for bundle in (self.path / FACTS).glob(f"*{SUFFIX}"):
            if bundle.name.removesuffix(SUFFIX) not in keep:
                bundle.unlink(missing_ok=True)

    def write_reports(self, audit: Audit, *, csv: bool) -> tuple[Report, ...]:
        """audit.json first: it is the truth, the others are views of it.

        Tables of an earlier run that are not written anew stay, and are named.
        """
        from reports.audit_json import write_audit  # noqa: PLC0415 - heavy, and not for --help
        from reports.page import write_page  # noqa: PLC0415
        from reports.workbook import write_workbook  # noqa: PLC0415

        json_path = self.path / "audit.json"
        write_audit(audit, json_path)
        workbook = write_workbook(audit, self.path / "upgrade-plan.xlsx")
        page = self.path / "report.html"
        write_page(audit, page)
        written = [Report(json_path), Report(workbook.path, workbook.note), Report(page)]
        if csv:
            from reports.flat import write_csv  # noqa: PLC0415 - pandas is only for this

            written += [Report(path) for path in write_csv(audit, self.path)]
        elif old := [name for name in _TABLES if (self.path / name).exists()]:
            note = f"Left of an earlier run: {', '.join(old)}; --csv writes them anew."
            written[0] = Report(json_path, note)
        return tuple(written)
