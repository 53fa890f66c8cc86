"""The table of commands says what the snippets say: cmdlets, properties, limits."""

from __future__ import annotations

import re
from importlib import resources

import pytest

from auditor.collect import cs_commands as table
from auditor.collect.cs_commands import Fields, Kind, Part
from auditor.facts.estate.families import CMDLETS, ESTATE_FAMILIES

_FIELD = re.compile(
    r"(\w+) += @?\(?Get-(Text|Flag|Number|Instant|TextList) -From \$\w+(?:\[0\])? -Name '(\w+)'"
)
_LIMIT = re.compile(r"New-Listing -Item \$\w+ -Limit (\d+)")
_SAME = {"TextList": "texts"}


def snippet(family: str) -> str:
    return resources.files("ps_snippets").joinpath("estate", f"{family}.ps1").read_text("ascii")


def said_by(snippet_text: str) -> list[tuple[str, str, str]]:
    return [
        (name, said, _SAME.get(kind, kind.lower()))
        for name, kind, said in _FIELD.findall(snippet_text)
    ]


def said_in(fields: Fields) -> list[tuple[str, str, str]]:
    special = {Kind.TOKEN_ADDRESS, Kind.TOKEN_SERVICE, Kind.SHOWN}
    return [
        (name, said, kind.value) for name, (said, kind) in fields.items() if kind not in special
    ]


def parts() -> list[tuple[str, list[Part]]]:
    listings = [(family, [part]) for family, part in table.LISTINGS.items()]
    return listings + [(family, list(found.values())) for family, found in table.PARTS.items()]


@pytest.mark.parametrize(("family", "listed"), parts(), ids=[family for family, _ in parts()])
def test_a_listing_is_that_of_its_snippet(family: str, listed: list[Part]) -> None:
    text = snippet(family)
    fields = [field for part in listed for field in said_in(part.fields)]
    assert sorted(said_by(text)) == sorted(fields)
    assert [int(limit) for limit in _LIMIT.findall(text)] == [part.limit for part in listed]
    assert CMDLETS[family] == ", ".join(part.cmdlet for part in listed)


def test_the_state_of_a_pool_is_that_of_its_snippet() -> None:
    fields = [*said_in(table.UPGRADE_DOMAIN_FIELDS), *said_in(table.UPGRADE_FIELDS)]
    assert sorted(said_by(snippet("pool_upgrade"))) == sorted(fields)


def test_every_family_can_be_asked_for() -> None:
    others = {"topology", "federated_domains", "pool_upgrade", "pool_fabric"}
    known = {family.key for family in ESTATE_FAMILIES}
    assert {*table.LISTINGS, *table.PARTS, *others} == known
