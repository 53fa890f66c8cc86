"""A report is there whole or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from auditor.errors import UsageError

# The tables that --csv writes.
TABLES = ("servers.csv", "findings.csv", "plan.csv", "scenarios.csv")


class Faults:
    """What could not be done to files, such as one that another program holds open."""

    def __init__(self) -> None:
        self.sentences: list[str] = []

    @contextlib.contextmanager
    def told(self) -> Iterator[None]:
        """What is inside ends with its first UsageError; that is kept, and the rest goes on."""
        try:
            yield
        except UsageError as error:
            self.sentences.append(error.message)


def replace_file(path: Path, content: bytes) -> None:
    """Put `content` at `path` in one move, by way of a new file in the same folder.

    Raises OSError; what was at `path` before is untouched then.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        with temporary.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(OSError):
            shutil.copymode(path, temporary)  # who could read the old one can read this one
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_report(path: Path, content: bytes) -> None:
    """`replace_file`, making the folder where needed; UsageError where it cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, content)
    except OSError as error:
        raise unwritable(path, error) from error


def remove_file(path: Path) -> None:
    """Remove `path`, if it is there; UsageError where it cannot be."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise _failed(path, "removed", error) from error


def unwritable(path: Path, error: OSError) -> UsageError:
    """The error for a report that cannot be put where it should go."""
    return _failed(path, "written", error)


def _failed(path: Path, done: str, error: OSError) -> UsageError:
    return UsageError(
        "REPORT-NOT-WRITTEN",
        f"{path} cannot be {done}: {error.strerror or error}.",
        "Choose another folder with --out, close the file if it is open, or free some space.",
    )
