"""Estates and readings for the tests of scenarios."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from auditor.assess.scenarios.weighing import Weighed, weigh
from auditor.estate.model import Estate, InUse, Pool, PoolKind, Server
from auditor.estate.scenarios import stated_scenarios
from auditor.facts.reading import Reading
from auditor.rulebook import load
from tests import estate_kinds as kinds
from tests.estate_facts import front_end

BOOK = load()


def pool(fqdn: str, kind: PoolKind, *members: str) -> Pool:
    servers = tuple(Server(name, fqdn) for name in members)
    return Pool(fqdn, kind, "Tokyo", servers, service_version=7)


FRONT = pool("pool01.contoso.com", PoolKind.ENTERPRISE, "fe01.contoso.com")
EDGE = pool("edge.contoso.com", PoolKind.EDGE, "edge01.contoso.com")
GATEWAY = replace(pool("gw.contoso.com", PoolKind.GATEWAY), takes_updates=False)
STATED = "estate.toml"


def estate(*pools: Pool, source: str = "topology contoso.xml", **stated: str) -> Estate:
    said = stated_scenarios({key: InUse(word) for key, word in stated.items()}, STATED)
    return Estate("Contoso", source, pools=pools or (FRONT, EDGE), scenarios=said, is_whole=True)


def weighed(
    shell: kinds.Shell | Reading,
    where: Estate | None = None,
    *,
    refused: Collection[str] = (),
    absent: Collection[str] = ("call_data_connector",),
    truncated: Collection[str] = (),
) -> dict[str, Weighed]:
    """Every scenario of an estate whose one front end answers so."""
    if not isinstance(shell, Reading):
        shell = front_end(shell, refused=refused, absent=absent, truncated=truncated)
    return {each.key: each for each in weigh(where or estate(), [shell], BOOK)}


def in_use(found: dict[str, Weighed]) -> dict[str, str]:
    return {key: each.in_use.value for key, each in found.items()}
