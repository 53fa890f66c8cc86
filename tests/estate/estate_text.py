"""Small estate files, and what comes of reading them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from auditor.errors import ExitCode, UsageError
from auditor.estate.estate_file import EstateFile, read_estate_file

ZONE = """
[zones.default]
credential = "admin"

[credentials.admin]
username = 'CONTOSO\\admin'
"""
POOL = """
[[pools]]
fqdn = "pool01.contoso.com"
kind = "enterprise"
servers = ["FE01.contoso.com", "fe02.contoso.com"]
"""
EDGE_ZONE = """
[zones.dmz]
transport = "https"
credential = "admin"
"""
EDGE_POOL = """
[[pools]]
fqdn = "edgepool.contoso.com"
kind = "edge"
zone = "dmz"
servers = ["edge01.contoso.com"]
"""


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "estate.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def read(folder: Path, text: str | bytes, **how: Any) -> EstateFile:
    return read_estate_file(written(folder, text), **how)


def refused(folder: Path, text: str | bytes, **how: Any) -> UsageError:
    with pytest.raises(UsageError) as caught:
        read(folder, text, **how)
    error = caught.value
    assert error.exit_code is ExitCode.USAGE
    assert str(folder) in error.message
    assert error.hint
    return error
