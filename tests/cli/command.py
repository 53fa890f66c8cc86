"""Runs the command line in this process, as a shell would see it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from auditor.cli.main import main


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended: exit code, stdout, stderr."""

    code: int
    out: str
    err: str


def sfb_audit(capsys: pytest.CaptureFixture[str], *arguments: object) -> Ended:
    """`sfb-audit ARGUMENTS...`"""
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        main([str(argument) for argument in arguments])
    captured = capsys.readouterr()
    code = ended.value.code
    assert isinstance(code, int)
    return Ended(code, captured.out, captured.err)
