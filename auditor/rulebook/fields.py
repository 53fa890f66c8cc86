"""What the rulebook's models share: no unknown keys, and versions as versions."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, ConfigDict

from auditor.version import Version

STRICT = ConfigDict(extra="forbid")


def _version(value: object) -> Version:
    return value if isinstance(value, Version) else Version.parse(str(value))


Build4 = Annotated[Version, BeforeValidator(_version)]
