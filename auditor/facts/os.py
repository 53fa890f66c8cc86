"""Family `os`: which Windows, from Win32_OperatingSystem and the Windows NT key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from auditor.version import Version


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
