"""The examples of docs/estate-file.md are read, so that they cannot rot."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from auditor.estate import estate_document
from auditor.estate.estate_file import read_estate_file
from auditor.estate.model import InUse, PoolKind
from auditor.estate.scenarios import KEYS
from auditor.estate.servers_csv import COLUMNS, read_servers_csv
from tests.estate.topology_text import whole_estate

TABLES = {name: value for name, value in vars(estate_document).items() if name.endswith("Table")}


@pytest.fixture(scope="module")
def guide(root: Path) -> str:
    return (root / "docs" / "estate-file.md").read_text("utf-8")


def examples(guide: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", guide, re.DOTALL)


@pytest.mark.parametrize("number", [0, 1, 2])
def test_every_example_is_an_estate(tmp_path: Path, guide: str, number: int) -> None:
    whole_estate().written(tmp_path)
    (tmp_path / "dmz-ca.pem").touch()
    path = tmp_path / "estate.toml"
    path.write_text(examples(guide, "toml")[number], "utf-8")
    said = read_estate_file(path)
    assert len(said.estate.servers()) == (3, 11, 7)[number]


def test_the_complete_example_says_what_the_guide_says(tmp_path: Path, guide: str) -> None:
    (tmp_path / "dmz-ca.pem").touch()
    path = tmp_path / "estate.toml"
    path.write_text(examples(guide, "toml")[-1], "utf-8")
    said = read_estate_file(path)
    zones = {server.fqdn: server.zone for server in said.estate.servers()}
    assert zones["edge01.contoso.com"] == "dmz"
    assert zones["fe01.contoso.com"] == "default"
    assert {s.key: s.in_use for s in said.estate.scenarios} == {
        "hybrid": InUse.YES,
        "federation": InUse.YES,
        "exchange_online": InUse.NO,
    }
    assert said.options.threads == 32
    assert [pool.fqdn for pool in said.estate.pools if pool.hosts_cms] == ["pool01.contoso.com"]


def test_the_list_of_servers_is_one(tmp_path: Path, guide: str) -> None:
    path = tmp_path / "servers.csv"
    path.write_text(examples(guide, "csv")[0], "utf-8")
    assert len(read_servers_csv(path).servers()) == 3


@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_key_is_described(guide: str, name: str) -> None:
    for key in TABLES[name].model_fields:
        assert f"`{key}`" in guide, f"{name}.{key}"


def test_every_kind_column_and_scenario_is_described(guide: str) -> None:
    for word in (*PoolKind, *COLUMNS, *KEYS):
        assert f"`{word}`" in guide, word
