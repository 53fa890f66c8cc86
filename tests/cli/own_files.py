"""Files of one's own over the rulebook, and what `sfb-audit` tells of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.command import Ended, sfb_audit

CU14 = """
[[builds]]
product = "sfb2015"
version = "6.0.9319.900"
name = "CU14"
month = "2027-01"
kb = ["KB5099999"]
sources = ["cu14"]

[sources.cu14]
title = "CU14 for Skype for Business Server 2015"
url = "https://example.com/cu14"
"""
CONTOSO = """
like = "office365-tls12"
title = "Contoso: nothing older than CU9"
without = ["SFB-CLOCK-001"]
max_age_days = 7

[minimum.sfb2015]
build = "6.0.9319.548"
sources = ["standard"]

[sources.standard]
title = "Contoso server standard 7.2"
"""
STANDARD = """
sources = ["standard"]
[sources.standard]
title = "Contoso server standard 7.2"
"""


def file_of(folder: Path, text: str, name: str = "own.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def told_of(capsys: pytest.CaptureFixture[str], *arguments: object) -> Ended:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", "250")
        return sfb_audit(capsys, *arguments)


def own_policy(**changes: str) -> str:
    """Contoso's policy with lines replaced."""
    lines = [changes.get(line.partition(" ")[0], line) for line in CONTOSO.splitlines()]
    return "\n".join(lines)
