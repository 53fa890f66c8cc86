"""Errors for people: what failed, what it means, what to do next.

Every error has a stable `code`, which the documentation lists. Exit codes of the
command line are in `ExitCode`.
"""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What the process ends with; INCOMPLETE wins over WORK_NEEDED."""

    READY = 0
    WORK_NEEDED = 1
    USAGE = 2
    INCOMPLETE = 3
    INTERNAL = 4


class AuditError(Exception):
    """Something that a person can act on; `hint` says how."""

    exit_code = ExitCode.INTERNAL

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.code}: {self.message}" + (f"\n  {self.hint}" if self.hint else "")


class UsageError(AuditError):
    """The input is at fault: a file, an option, a folder. Exit code 2, and no audit is written.

    It never goes without a hint.
    """

    exit_code = ExitCode.USAGE

    def __init__(self, code: str, message: str, hint: str) -> None:
        super().__init__(code, message, hint)


class UnreachedError(AuditError):
    """The one server that a command is about could not be read. Exit code 3, as in a run.

    `code` is the outcome's own, REACH-...; the input may well be right.
    """

    exit_code = ExitCode.INCOMPLETE
