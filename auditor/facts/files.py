"""Family `files`: versions of winhttp.dll and webio.dll, 64-bit and 32-bit copies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from auditor.facts.fields import Fields
from auditor.version import Version


@dataclass(frozen=True, slots=True)
class FileFact:
    """`version` comes from the numeric parts, never from FileVersion's text.

    It is None when the file is absent, and when it is `present` but carries no version.
    """

    name: str
    location: str
    path: str
    present: bool
    version: Version | None


@dataclass(frozen=True, slots=True)
class FilesFacts:
    """`location` is "System32" or "SysWOW64"."""

    items: tuple[FileFact, ...]

    def find(self, name: str, location: str) -> FileFact | None:
        """The copy of `name` in `location`, None where the snippet did not report it."""
        for item in self.items:
            if item.name.lower() == name.lower() and item.location.lower() == location.lower():
                return item
        return None


def decode(raw: Mapping[str, object]) -> FilesFacts:
    """What files.ps1 returned; AnswerError where it is something else."""
    items = Fields(raw).places("items", "name", "location", limit=100)
    return FilesFacts(tuple(_file(item) for item in items))


def _file(item: Fields) -> FileFact:
    present = item.flag("present")
    return FileFact(
        name=item.text("name"),
        location=item.choice("location", "System32", "SysWOW64"),
        path=item.text("path"),
        present=present,
        version=_version(item) if present else None,
    )


def _version(item: Fields) -> Version | None:
    version = Version(*item.integers("version", 4, 0, 65535))
    return version if version > Version(0, 0) else None
