"""What the estate's snippets are made of: cmdlets that only read, with parameters that exist."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

import pytest

from auditor.facts.estate.families import CMDLETS, ESTATE_FAMILIES
from tests.powershell.management_shell import LYNC2013, SFB2015, SFB2019, Cmdlets


@pytest.fixture(scope="module")
def cmdlets(realdata: Path) -> Cmdlets:
    return Cmdlets(realdata / "powershell" / "sfb-cmdlets.tsv")


SNIPPETS = sorted(family.snippet for family in ESTATE_FAMILIES)


@pytest.mark.parametrize("name", [*SNIPPETS, "estate/values.ps1"])
def test_is_readable_by_whoever_must_approve_it(name: str) -> None:
    text = resources.files("ps_snippets").joinpath(name).read_text("ascii")
    header, _, body = text.partition("\n\n")
    assert all(line.startswith("#") for line in header.splitlines())
    for word in ("Reads:", "Rights:", "Needs:", "Never:"):
        assert f"# {word}" in header
    assert all(len(line) <= 100 for line in text.splitlines())
    assert len(text.splitlines()) <= 90
    # It asks, and does nothing else: no other verb of the Management Shell, no method.
    assert set(re.findall(r"\b([A-Z][a-z]+)-Cs[A-Z]", body)) <= {"Get"}
    assert "|" not in re.sub(r"'[^']*'", "", body)


def test_each_family_names_the_cmdlets_that_its_snippet_calls() -> None:
    for family in ESTATE_FAMILIES:
        text = resources.files("ps_snippets").joinpath(family.snippet).read_text("ascii")
        body = text.partition("\n\n")[2]
        called = set(re.findall(r"Get-Cs\w+", body))
        assert called == set(CMDLETS[family.key].split(", ")), family.key


@pytest.mark.realdata
def test_the_local_replica_is_asked_where_every_product_has_one(cmdlets: Cmdlets) -> None:
    for family in ESTATE_FAMILIES:
        text = resources.files("ps_snippets").joinpath(family.snippet).read_text("ascii")
        for cmdlet, rest in re.findall(r"(Get-Cs\w+)([^\n|)]*-ErrorAction Stop)", text):
            offered = [
                "LocalStore" in cmdlets.parameters(cmdlet, product)
                for product in (LYNC2013, SFB2015, SFB2019)
                if cmdlets.known(cmdlet, product)
            ]
            assert offered
            assert ("-LocalStore" in rest) is all(offered), cmdlet
