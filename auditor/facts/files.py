"""Family `files`: versions of winhttp.dll and webio.dll, 64-bit and 32-bit copies."""

from __future__ import annotations

from dataclasses import dataclass

from auditor.version import Version


@dataclass(frozen=True, slots=True)
class FileFact:
    """`version` comes from the numeric parts, never from FileVersion's text; None when absent."""

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
