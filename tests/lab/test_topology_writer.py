"""A lab's topology document reads back as the estate that it was written from."""

from __future__ import annotations

from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from auditor.estate.model import Estate, Pool, PoolKind, Server, Site, SqlBackend
from auditor.estate.topology import read_topology
from auditor.lab.estate_file import read_estate_file
from auditor.lab.topology_writer import topology_text
from tests.lab.configured import configured

ABOUT_A_POOL = ("fqdn", "kind", "site", "takes_updates", "hosts_cms", "edge", "paired_with")


def demo() -> Estate:
    with resources.as_file(resources.files("auditor.lab") / "demo.toml") as shipped:
        return read_estate_file(shipped).estate


def rich() -> Estate:
    return configured().estate


def again(estate: Estate, tmp_path: Path) -> Estate:
    path = tmp_path / "topology.xml"
    path.write_text(topology_text(estate), "utf-8")
    return read_topology(path)


def shape(pool: Pool) -> dict[str, object]:
    """What a topology says of a pool. A SQL Server's version is that of the databases there."""
    said = {name: getattr(pool, name) for name in ABOUT_A_POOL}
    is_edge, is_sql = pool.kind is PoolKind.EDGE, pool.kind is PoolKind.SQL
    said["next_hop"] = pool.next_hop if is_edge else None
    said["version"] = None if is_sql else pool.service_version
    said["backends"] = [(b.fqdn, b.instance, b.always_on, b.collocated) for b in pool.backends]
    said["servers"] = [(s.fqdn, s.upgrade_domain, s.fault_domain) for s in pool.servers]
    return said


@pytest.mark.parametrize("written", [demo, rich])
def test_an_estate_reads_back(written: object, tmp_path: Path) -> None:
    assert callable(written)
    estate = written()
    read = again(estate, tmp_path)
    assert [(s.name, s.central) for s in read.sites] == [(s.name, s.central) for s in estate.sites]
    assert [shape(pool) for pool in read.pools] == [shape(pool) for pool in estate.pools]
    assert read.name == "contoso.com"


def test_nothing_of_it_puzzles_the_reader(tmp_path: Path) -> None:
    puzzled = again(rich(), tmp_path).notes
    assert [note for note in puzzled if "states no version" not in note] == []


def test_a_sql_server_that_nobody_listed_is_in_the_document(tmp_path: Path) -> None:
    estate = rich()
    first = replace(estate.pools[0], backends=(SqlBackend("sql9.contoso.com", "rtc"),))
    read = again(replace(estate, pools=(first, *estate.pools[1:])), tmp_path)
    assert read.pools[0].backends[0].fqdn == "sql9.contoso.com"
    assert read.pools[-1].kind is PoolKind.SQL


def test_stated_roles_are_services(tmp_path: Path) -> None:
    estate = rich()
    pool = estate.pools[0]
    server = replace(pool.servers[0], roles=("Registrar", "MediationServer"))
    told = replace(pool, servers=(server, *pool.servers[1:]))
    read = again(replace(estate, pools=(told, *estate.pools[1:])), tmp_path)
    assert "MediationServer" in read.pools[0].servers[0].roles


def test_links_routes_and_databases_read_back(tmp_path: Path) -> None:
    site, edge = "Tokyo", "edge.contoso.com"
    backend = SqlBackend(
        "sql.contoso.com",
        "rtc",
        always_on=True,
        databases=("UserStore", "MonitoringStore"),
        primary_node="node1.contoso.com",
    )
    estate = Estate(
        "contoso.com",
        "a test",
        sites=(Site(site, federation_route=edge),),
        pools=(
            _pool("pool.contoso.com", PoolKind.ENTERPRISE, backends=(backend,), media_edge=edge),
            _pool("dir.contoso.com", PoolKind.DIRECTOR, edge=edge),
            _pool(
                "med.contoso.com",
                PoolKind.MEDIATION,
                registrar="pool.contoso.com",
                gateways=("sbc.contoso.com",),
            ),
            _pool("sbc.contoso.com", PoolKind.GATEWAY, takes_updates=False),
            _pool(edge, PoolKind.EDGE, next_hop="dir.contoso.com"),
        ),
    )
    read = again(estate, tmp_path)
    pool, director, mediation = read.pools[:3]
    assert read.sites == estate.sites
    assert pool.backends == (backend,)
    assert pool.media_edge == edge
    assert (director.edge, director.media_edge) == (edge, None)
    assert mediation.registrar == "pool.contoso.com"
    assert mediation.gateways == ("sbc.contoso.com",)


def _pool(fqdn: str, kind: PoolKind, **more: Any) -> Pool:
    servers = (Server(f"a.{fqdn}", fqdn), Server(f"b.{fqdn}", fqdn))
    return Pool(fqdn, kind, "Tokyo", servers, service_version=7, **more)
