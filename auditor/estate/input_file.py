"""Reads the files that a person names: bounded in size, and refused with a sentence."""

from __future__ import annotations

from pathlib import Path

from auditor.errors import UsageError

MIB = 2**20


def read_input(path: Path, *, area: str, hint: str, limit: int) -> bytes:
    """The bytes of `path`, at most `limit`; UsageError AREA-UNREADABLE or AREA-TOO-LARGE."""
    try:
        with path.open("rb") as file:
            content = file.read(limit + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL character in the name
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"{area}-UNREADABLE", f"{path} cannot be read: {reason}.", hint) from None
    if len(content) > limit:
        raise UsageError(
            f"{area}-TOO-LARGE", f"{path} is larger than {limit // MIB} MiB.", hint
        ) from None
    return content
