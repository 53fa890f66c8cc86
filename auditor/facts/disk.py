"""Family `disk`: the local fixed drives, from Win32_LogicalDisk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from auditor.facts.fields import Fields

_LIMIT = 100


@dataclass(frozen=True, slots=True)
class Disk:
    """`drive` is such as "C:"; bytes, None where Windows does not know them."""

    drive: str
    size: int | None
    free: int | None


@dataclass(frozen=True, slots=True)
class DiskFacts:
    """`system_drive` is the one that Windows is on, None where it does not say."""

    system_drive: str | None
    items: tuple[Disk, ...]
    truncated: bool = False

    @property
    def system(self) -> Disk | None:
        """The drive that Windows is on, None where it is not among the items."""
        drive = (self.system_drive or "").upper()
        return next((each for each in self.items if each.drive.upper() == drive), None)


def decode(raw: Mapping[str, object]) -> DiskFacts:
    """What disk.ps1 returned; AnswerError where it is something else."""
    data = Fields(raw)
    return DiskFacts(
        system_drive=data.optional_text("system_drive"),
        items=tuple(
            Disk(
                drive=item.text("drive"),
                size=item.optional_integer("size", 0, 2**64 - 1),
                free=item.optional_integer("free", 0, 2**64 - 1),
            )
            for item in data.items("items", limit=_LIMIT)
        ),
        truncated=data.flag("truncated"),
    )
