"""Family `os`: which Windows, from Win32_OperatingSystem and the Windows NT key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from auditor.facts.fields import Fields
from auditor.version import Version

VIEWS = ("native", "wow6432")


@dataclass(frozen=True, slots=True)
class OsFacts:
    """`product_type` is 1 workstation, 2 domain controller, 3 server (Win32_OperatingSystem).

    `installation` is the registry's InstallationType ("Server", "Server Core"), None where absent.
    """

    caption: str
    version: Version
    product_type: int
    service_pack: int
    architecture: str
    installation: str | None = None
    language: int | None = None
    last_boot: datetime | None = None

    @property
    def views(self) -> tuple[str, ...]:
        """The registry's views of HKLM\\SOFTWARE; a 32-bit Windows has the native one alone."""
        return VIEWS[:1] if "32" in self.architecture else VIEWS


def decode(raw: Mapping[str, object]) -> OsFacts:
    """What os.ps1 returned; AnswerError where it is something else."""
    data = Fields(raw)
    return OsFacts(
        caption=data.text("caption"),
        version=data.version("version"),
        product_type=data.integer("product_type", 1, 3),
        service_pack=data.integer("service_pack", 0, 100),
        architecture=data.text("architecture"),
        installation=data.optional_text("installation"),
        language=data.optional_integer("language", 0, 2**32 - 1),
        last_boot=data.optional_instant("last_boot"),
    )
