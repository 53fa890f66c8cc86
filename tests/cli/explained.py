"""`sfb-audit explain` as a user calls it, over an audit that a test writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.audit import (
    EvidenceEntry,
    FindingEntry,
)
from reports.audit_json import write_audit
from tests.cli.command import Ended, sfb_audit
from tests.reports.entries import STARTED
from tests.reports.sample import sample

READ = tuple(
    EvidenceEntry(family="winhttp", path=f"HKLM:\\{view}", value="absent", when=STARTED)
    for view in ("native", "wow6432")
)


def explain(
    capsys: pytest.CaptureFixture[str], run: Path, *arguments: str, width: int = 200
) -> Ended:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", str(width))
        return sfb_audit(capsys, "explain", *arguments, "--run", run)


def number_of(address: str, told: str) -> str:
    """The number under which a paper lists the source of this address."""
    before = told.partition("\nSources\n")[2].partition(f"{address}\n")[0]
    return before[before.rindex("[") : before.rindex("]") + 1]


def write_with(run: Path, *findings: FindingEntry, **changes: object) -> None:
    audit = sample().model_copy(update={"findings": findings, **changes})
    write_audit(audit, run / "audit.json")
