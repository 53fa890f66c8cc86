"""Inputs and tools that are not part of the project; tests skip where they are absent."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


def _tool(variable: str, name: str) -> Path:
    stated = os.environ.get(variable)
    tool = Path(stated) if stated else SHARED / "tools" / name
    if not tool.exists():
        pytest.skip(f"{name} not found (set {variable})")
    return tool


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line for each thing that is not here, with the number of tests that want it."""
    reports = terminalreporter.stats.get("skipped", [])
    reasons = Counter(str(report.longrepr[2]) for report in reports)
    for reason, count in reasons.most_common():
        terminalreporter.write_line(f"{count} tests not run: {reason.removeprefix('Skipped: ')}")


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def realdata() -> Path:
    """Real inputs that nobody on the project wrote."""
    folder = SHARED / "realdata"
    if not folder.is_dir():
        pytest.skip("../shared/realdata is not here")
    return folder


@pytest.fixture(scope="session")
def pwsh() -> Path:
    """A real PowerShell engine with a simulated Windows behind it."""
    return _tool("AUDITOR_PWSH", "pwsh")


@pytest.fixture(scope="session")
def workbook_check() -> Path:
    """Microsoft's workbook validator."""
    return _tool("AUDITOR_WORKBOOK_CHECK", "workbook-check")
