"""Which estate a command is about, by what the person named."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.errors import UsageError
from auditor.estate.model import Estate, InUse, PoolKind
from auditor.estate.scenarios import KEYS, stated_scenarios
from auditor.estate.sources import default_zone, estate_to_assess, estate_to_run, joined_by
from auditor.estate.zone import Auth, SecretSource, Transport
from tests.estate.topology_text import Box, Document, On, whole_estate

ZONES = """
[zones.default]
credential = "admin"
[zones.dmz]
transport = "https"
credential = "admin"
[credentials.admin]
username = "me"
"""


@pytest.fixture
def topology(tmp_path: Path) -> Path:
    return whole_estate().written(tmp_path)


@pytest.fixture
def servers(tmp_path: Path) -> Path:
    path = tmp_path / "servers.csv"
    path.write_text("fqdn\nfe01.contoso.com\n", "utf-8")
    return path


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "estate.toml"
    path.write_text(
        ZONES
        + '[scenarios]\nhybrid = "no"\n[[pools]]\nfqdn = "edgepool.contoso.com"\nkind = "edge"\n'
        + 'zone = "dmz"\nservers = ["edge01.contoso.com"]\n',
        "utf-8",
    )
    return path


def assessed(names: list[str], **where: Path) -> Estate:
    known = estate_to_assess(where.get("config"), where.get("topology"))
    return joined_by(known.estate, names)


def kinds(estate: Estate) -> dict[str, PoolKind]:
    return {s.fqdn: pool.kind for pool in estate.pools for s in pool.servers}


def test_a_topology_alone_is_reached_in_one_way(topology: Path) -> None:
    said = estate_to_run(None, topology, None, "CONTOSO\\me")
    assert {server.zone for server in said.estate.servers()} == {"default"}
    assert said.zones == {"default": default_zone("CONTOSO\\me")}


def test_the_default_way(topology: Path) -> None:
    zone = default_zone("CONTOSO\\me")
    assert (zone.transport, zone.port, zone.auth) == (Transport.HTTP, 5985, Auth.NEGOTIATE)
    assert zone.credential is not None
    assert (zone.credential.source, zone.credential.username) == (
        SecretSource.PROMPT,
        "CONTOSO\\me",
    )


def test_a_list_of_servers_alone(servers: Path) -> None:
    said = estate_to_run(None, None, servers, "me")
    assert [(s.fqdn, s.zone) for s in said.estate.servers()] == [("fe01.contoso.com", "default")]


def test_zones_of_the_estate_file_and_structure_of_the_topology(
    config: Path, topology: Path
) -> None:
    said = estate_to_run(config, topology, None, None)
    zones = {s.fqdn: s.zone for s in said.estate.servers()}
    assert (len(zones), zones["edge02.contoso.com"], zones["fe01.contoso.com"]) == (
        11,
        "dmz",
        "default",
    )
    assert {s.key: s.in_use for s in said.estate.scenarios}["hybrid"] is InUse.NO


@pytest.mark.parametrize(
    ("named", "code", "words"),
    [
        ((), "RUN-SOURCES", "--config"),
        (("topology", "servers"), "RUN-SOURCES", "--topology"),
        (("config", "servers"), "RUN-SOURCES", "servers_csv"),
        (("topology",), "RUN-USER", '--username "DOMAIN\\user"'),
    ],
)
def test_what_a_run_lacks_is_said(
    request: pytest.FixtureRequest, named: tuple[str, ...], code: str, words: str
) -> None:
    config, topology, servers = (
        request.getfixturevalue(name) if name in named else None
        for name in ("config", "topology", "servers")
    )
    with pytest.raises(UsageError) as caught:
        estate_to_run(config, topology, servers, None)
    assert caught.value.code == code
    assert words in caught.value.hint


def test_zones_that_nothing_describes(servers: Path) -> None:
    servers.write_text("fqdn,zone\nedge01,dmz\n", "utf-8")
    with pytest.raises(UsageError) as caught:
        estate_to_run(None, None, servers, "me")
    assert caught.value.code == "RUN-ZONES"
    assert "dmz" in caught.value.message


def test_a_topology_without_servers_to_audit(tmp_path: Path) -> None:
    gateway = Document([Box("1", "sbc.contoso.com", set_up="false")], [On("PstnGateway", "1")])
    with pytest.raises(UsageError) as caught:
        estate_to_run(None, gateway.written(tmp_path), None, "me")
    assert caught.value.code == "ESTATE-EMPTY"


def test_bundles_alone_are_pools_of_unknown_kind() -> None:
    estate = assessed(["fe01.contoso.com", "edge01", "fe01.contoso.com"])
    assert kinds(estate) == {
        "fe01.contoso.com": PoolKind.UNKNOWN,
        "edge01": PoolKind.UNKNOWN,
    }
    assert {pool.site for pool in estate.pools} == {site.name for site in estate.sites}
    assert {scenario.in_use for scenario in estate.scenarios} == {InUse.ASSUMED}
    assert estate.notes == ()


def test_bundles_of_an_estate_that_knows_them(topology: Path) -> None:
    estate = assessed(["fe01.contoso.com"], topology=topology)
    assert len(estate.servers()) == 11
    assert not any("bundle" in note for note in estate.notes)


def test_a_bundle_of_a_stranger_is_judged_and_named(topology: Path) -> None:
    estate = assessed(["edge01.workgroup", "new.contoso.com"], topology=topology)
    assert kinds(estate)["new.contoso.com"] is PoolKind.UNKNOWN
    assert len(estate.servers()) == 13
    assert estate.notes[-2:] == (
        (
            "edge01.workgroup is not in topology topology.xml; it is judged as a pool of its own. "
            "It may be edge01.contoso.com, which has no bundle."
        ),
        "new.contoso.com is not in topology topology.xml; it is judged as a pool of its own.",
    )


def test_a_bundle_of_a_machine_without_updates_is_named(topology: Path) -> None:
    estate = assessed(["sql01.contoso.com"], topology=topology)
    assert len(estate.servers()) == 11
    assert (
        "sql01.contoso.com is sql in topology topology.xml and takes no updates: "
        "its bundle is not judged." in estate.notes
    )


@pytest.mark.parametrize("role", ["ExternalServer", "HoloServer"])
def test_a_bundle_says_more_than_that_nothing_is_set_up(tmp_path: Path, role: str) -> None:
    boxes = [Box("1", "x.contoso.com", ("a.contoso.com", "b.contoso.com"), set_up="false")]
    topology = Document(boxes, [On(role, "1")]).written(tmp_path)
    assert assessed(["c.contoso.com"], topology=topology).servers()[0].fqdn == "c.contoso.com"
    estate = assessed(["a.contoso.com"], topology=topology)
    assert [server.fqdn for server in estate.servers()] == ["a.contoso.com", "b.contoso.com"]
    assert estate.notes[-1] == (
        "x.contoso.com is audited after all: there is a bundle of a.contoso.com."
    )


def test_a_bundle_of_an_excluded_server_says_nothing(tmp_path: Path) -> None:
    boxes = [Box("1", "x.contoso.com", ("a.contoso.com", "b.contoso.com"), set_up="false")]
    Document(boxes, [On("HoloServer", "1")]).written(tmp_path)
    config = tmp_path / "estate.toml"
    config.write_text(
        '[estate]\ntopology = "topology.xml"\n'
        '[[overrides]]\nserver = "a.contoso.com"\nexclude = "being decommissioned"\n'
    )
    assert assessed(["a.contoso.com"], config=config).servers() == ()


def test_a_bundle_of_a_pool_without_machines_fills_it(tmp_path: Path) -> None:
    document = Document([Box("1", "se01.contoso.com", ())], [On("UserServices", "1")])
    estate = assessed(["se01.contoso.com"], topology=document.written(tmp_path))
    assert [pool.fqdn for pool in estate.pools] == ["se01.contoso.com"]
    assert kinds(estate) == {"se01.contoso.com": PoolKind.ENTERPRISE}


def test_a_bundle_named_like_an_empty_file_store_is_judged(tmp_path: Path) -> None:
    document = Document([Box("1", "dfs.contoso.com", ())], [On("FileStore", "1")])
    estate = assessed(["dfs.contoso.com"], topology=document.written(tmp_path))
    assert [server.fqdn for server in estate.servers()] == ["dfs.contoso.com"]


def test_a_server_that_has_its_bundle_is_no_other_name_of_a_stranger(topology: Path) -> None:
    names = ["edge01.contoso.com", "edge01.workgroup"]
    assert assessed(names, topology=topology).notes[-1] == (
        "edge01.workgroup is not in topology topology.xml; it is judged as a pool of its own."
    )


def test_scenarios_of_an_estate_file_without_servers(tmp_path: Path) -> None:
    path = tmp_path / "estate.toml"
    path.write_text('[scenarios]\nhybrid = "no"\n', "utf-8")
    estate = assessed(["fe01"], config=path)
    assert {s.key: s.in_use for s in estate.scenarios}["hybrid"] is InUse.NO
    assert (kinds(estate), estate.notes) == ({"fe01": PoolKind.UNKNOWN}, ())


@pytest.mark.parametrize("name", ["", "fe01; calc", "../fe01", "=cmd", "FE01", "fe01."])
def test_a_bundle_whose_name_cannot_be_one_is_refused(name: str) -> None:
    with pytest.raises(UsageError) as caught:
        assessed([name])
    assert caught.value.code == "BUNDLE-NAME"


def test_every_scenario_is_stated_or_assumed() -> None:
    said = stated_scenarios({"federation": InUse.YES}, "estate.toml")
    assert tuple(scenario.key for scenario in said) == KEYS
    assert [scenario.in_use for scenario in said] == [InUse.ASSUMED, InUse.YES, InUse.ASSUMED]
    assert said[1].evidence == 'estate.toml states federation = "yes"'
    assert "as if it were in use" in said[0].evidence
