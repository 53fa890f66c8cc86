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
from auditor.lab.ca import CertificateAuthority
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
    CertificateAuthority(tmp_path, "dmz-ca")
    path = tmp_path / "estate.toml"
    path.write_text(examples(guide, "toml")[number], "utf-8")
    said = read_estate_file(path)
    assert len(said.estate.servers()) == (3, 11, 7)[number]


def test_the_complete_example_says_what_the_guide_says(tmp_path: Path, guide: str) -> None:
    CertificateAuthority(tmp_path, "dmz-ca")
    path = tmp_path / "estate.toml"
    path.write_text(examples(guide, "toml")[2], "utf-8")
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


def test_an_override_goes_with_a_topology(tmp_path: Path, guide: str) -> None:
    whole_estate().written(tmp_path)
    CertificateAuthority(tmp_path, "dmz-ca")
    _, with_topology, _, override = examples(guide, "toml")
    path = tmp_path / "estate.toml"
    local = "[credentials.edge02]\nusername = 'auditor'\n"
    text = override.replace("fe03", "fe02")  # the topology has two
    path.write_text(with_topology + local + text, "utf-8")
    estate = read_estate_file(path).estate
    edge = next(server for server in estate.servers() if server.fqdn == "edge02.contoso.com")
    assert (edge.address, edge.credential) == ("10.9.0.2", "edge02")
    assert [server.fqdn for server in estate.excluded()] == ["fe02.contoso.com"]


def test_the_list_of_servers_is_one(tmp_path: Path, guide: str) -> None:
    path = tmp_path / "servers.csv"
    path.write_text(examples(guide, "csv")[0], "utf-8")
    assert len(read_servers_csv(path).servers()) == 3


@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_key_is_described(guide: str, name: str) -> None:
    for key in TABLES[name].model_fields:
        assert f"`{key}`" in guide, f"{name}.{key}"


def test_limits_of_a_run_are_as_described(guide: str) -> None:
    for key, said in estate_document.RunTable.model_json_schema()["properties"].items():
        row = f"{said['minimum']:g} to {said['maximum']:g} | {said['default']:g} |"
        assert re.search(rf"^\| `{key}` \| .* \| {re.escape(row)}$", guide, re.MULTILINE), key


@pytest.mark.parametrize(
    "name", ["docs/estate-file.md", "docs/errors.md", "docs/least-privilege.md", "README.md"]
)
def test_links_lead_somewhere(root: Path, name: str) -> None:
    page = root / name
    for link in re.findall(r"\]\(([^)]+)\)", page.read_text("utf-8")):
        if "://" in link:
            continue
        file, _, anchor = link.partition("#")
        target = page.parent / file if file else page
        assert target.exists(), link
        if anchor:
            headings = re.findall(r"^#+ (.+)$", target.read_text("utf-8"), re.MULTILINE)
            slugs = {re.sub(r"[^a-z0-9 -]", "", h.lower()).replace(" ", "-") for h in headings}
            assert anchor in slugs, link


def test_every_kind_column_and_scenario_is_described(guide: str) -> None:
    for word in (*PoolKind, *COLUMNS, *KEYS):
        assert f"`{word}`" in guide, word
