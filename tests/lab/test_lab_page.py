"""docs/lab.md: the estate in it is one, and the pages are found from the README."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from auditor.lab.estate_file import build_estate


def test_the_estate_of_ones_own_can_be_used_as_it_stands(root: Path) -> None:
    page = (root / "docs" / "lab.md").read_text("utf-8")
    (example,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    described = build_estate(tomllib.loads(example), "docs/lab.md")
    assert [(host.fqdn, host.fault) for host in described.hosts] == [
        ("fe01.fabrikam.com", None),
        ("fe02.fabrikam.com", None),
        ("fe03.fabrikam.com", "password_expired"),
    ]


@pytest.mark.parametrize("name", ["lab.md", "plan.md"])
def test_what_a_page_links_to_is_there(root: Path, name: str) -> None:
    page = (root / "docs" / name).read_text("utf-8")
    for target in re.findall(r"\]\(([^)#:]+)\)", page):
        assert (root / "docs" / target).exists(), target
    assert f"docs/{name}" in (root / "README.md").read_text("utf-8")
