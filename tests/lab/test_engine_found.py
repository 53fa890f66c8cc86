"""Which program may be the lab's PowerShell engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.errors import UsageError
from auditor.lab.engine import environment, find_engine


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder that is all of PATH; no engine is stated."""
    monkeypatch.delenv("AUDITOR_PWSH", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def program(path: Path, script: str) -> Path:
    path.write_text(f"#!/bin/sh\n{script}\n", "ascii")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("stated", "told"),
    [(None, "there is none"), ("/nowhere/pwsh", "AUDITOR_PWSH names /nowhere/pwsh")],
)
def test_without_an_engine_the_error_says_where_it_was_looked_for(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch, stated: str | None, told: str
) -> None:
    if stated:
        monkeypatch.setenv("AUDITOR_PWSH", stated)
    with pytest.raises(UsageError, match=told) as caught:
        find_engine()
    assert caught.value.code == "LAB-PWSH"


@pytest.mark.parametrize("script", ["echo no", "exit 1", "echo yes; echo more", ""])
def test_a_powershell_that_plays_no_windows_will_not_do(nowhere: Path, script: str) -> None:
    program(nowhere / "pwsh", script)
    with pytest.raises(UsageError, match="does not play the Windows") as caught:
        find_engine()
    assert caught.value.code == "LAB-PWSH"


def test_a_file_that_is_no_program_will_not_do(nowhere: Path) -> None:
    (nowhere / "pwsh").write_bytes(b"\x7fELF")
    (nowhere / "pwsh").chmod(0o755)
    with pytest.raises(UsageError, match="cannot be started"):
        find_engine()


def test_what_is_stated_goes_before_what_is_on_the_path(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(nowhere / "pwsh", "echo no")
    mine = program(nowhere / "mine", "echo yes")
    monkeypatch.setenv("AUDITOR_PWSH", str(mine))
    assert find_engine() == mine


@pytest.mark.powershell
def test_the_engine_of_the_tests_will_do(pwsh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDITOR_PWSH", str(pwsh))
    assert find_engine() == pwsh


def test_an_engine_is_told_where_its_windows_is_and_no_secret(
    nowhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SFB_AUDIT_PASSWORD", "AWS_SECRET_ACCESS_KEY", "PYTHONPATH"):
        monkeypatch.setenv(name, "secret")
    told = environment(nowhere / "state.json")
    assert told["PWSH_STATE"] == str(nowhere / "state.json")
    assert "secret" not in told.values()
