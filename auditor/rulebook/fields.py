"""What the rulebook's models share: no unknown keys, versions as versions, kinds that there are."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, ConfigDict

from auditor.mistakes import nearest
from auditor.version import Version

STRICT = ConfigDict(extra="forbid")


def _version(value: object) -> Version:
    return value if isinstance(value, Version) else Version.parse(str(value))


Build4 = Annotated[Version, BeforeValidator(_version)]

# The kinds of pools that an estate has. The estate's own list is out of reach from here; a test
# holds the two together.
KINDS = (
    "enterprise",
    "standard",
    "edge",
    "director",
    "mediation",
    "persistent_chat",
    "video_interop",
    "sba",
    "trusted_application",
    "wac",
    "sql",
    "file_store",
    "gateway",
    "unknown",
)


def _kind(value: str) -> str:
    if value not in KINDS:
        near = nearest(value, KINDS)
        raise ValueError(f"there is no kind of pool {value!r} ({', '.join(KINDS)}){near}")
    return value


Kind = Annotated[str, AfterValidator(_kind)]
