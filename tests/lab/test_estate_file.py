"""The lab's estate file: a small estate of two pools, and what a person is told about mistakes."""

from __future__ import annotations

import copy
import textwrap
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from auditor.errors import UsageError
from auditor.estate.model import InUse, PoolKind
from auditor.lab import estate_file
from auditor.lab.estate_document import EstateDocument, PoolTable, ServerTable
from auditor.lab.estate_file import LabEstate, build_estate, read_estate_file

ESTATE = r"""
[lab]
name = "Small"

[users.domain]
username = 'CONTOSO\svc-sfbaudit'
password = "lab-only"

[users.edge]
username = 'EDGE01\auditor'
password = "other"

[zones.internal]
transport = "http"
auth = "ntlm"
user = "domain"

[zones.dmz]
transport = "https"
auth = "basic"
port = 15986
user = "edge"

[scenarios]
hybrid = "yes"
exchange_online = "no"

[windows.fe2015]
os = "2012r2"
products = [{ set = "sfb2015-front-end", version = "6.0.9319.516" }]

[windows.edge2015]
like = "fe2015"
os = "2012"
kb3140245 = "yes"

[[sites]]
name = "Tokyo"

[[sites]]
name = "Osaka"
central = "Tokyo"

[[pools]]
fqdn = "Pool01.contoso.com"
kind = "enterprise"
site = "Tokyo"
service_version = 7
hosts_cms = true
edge = "edge01.contoso.com"
backends = [{ fqdn = "sql01.contoso.com", instance = "rtc" }]

[[pools.servers]]
fqdn = "FE01.contoso.com"
zone = "internal"
windows = "fe2015"
roles = ["Registrar"]
upgrade_domain = "UpgradeDomain1"
clock_offset_seconds = 540
think_seconds = 0.5
configurations = ["SfbAudit"]

[[pools.servers]]
fqdn = "fe02.contoso.com"
zone = "internal"
windows = "fe2015"
address = "127.0.10.1"
fault = "password_expired"
change = { os = "2016" }

[[pools]]
fqdn = "edge01.contoso.com"
kind = "edge"
site = "Osaka"
next_hop = "pool01.contoso.com"
servers = [{ fqdn = "edge01.contoso.com", zone = "dmz", windows = "edge2015" }]

[[pools]]
fqdn = "sql01.contoso.com"
kind = "sql"
site = "Tokyo"
servers = [{ fqdn = "sql01.contoso.com" }]
"""
RAW = tomllib.loads(ESTATE)


@pytest.fixture
def lab(tmp_path: Path) -> LabEstate:
    path = tmp_path / "estate.toml"
    path.write_text(ESTATE, "utf-8")
    return read_estate_file(path)


def test_the_estate(lab: LabEstate) -> None:
    estate = lab.estate
    assert estate.name == "Small"
    assert [(site.name, site.central) for site in estate.sites] == [
        ("Tokyo", None),
        ("Osaka", "Tokyo"),
    ]
    assert [(s.key, s.in_use) for s in estate.scenarios] == [
        ("hybrid", InUse.YES),
        ("exchange_online", InUse.NO),
    ]
    pool, edge, sql = estate.pools
    assert (pool.fqdn, pool.kind, pool.service_version) == (
        "pool01.contoso.com",
        PoolKind.ENTERPRISE,
        7,
    )
    assert (pool.hosts_cms, pool.edge, edge.next_hop) == (True, edge.fqdn, pool.fqdn)
    assert pool.backends[0].instance == "rtc"
    assert not sql.takes_updates
    assert [server.fqdn for server in estate.others()] == ["sql01.contoso.com"]


def test_a_server_and_its_host(lab: LabEstate) -> None:
    server, host = lab.estate.servers()[0], lab.hosts[0]
    assert server.fqdn == host.fqdn == "fe01.contoso.com"
    assert (server.roles, server.upgrade_domain) == (("Registrar",), "UpgradeDomain1")
    assert server.zone == host.zone.name == "internal"
    assert server.address == host.address
    assert (host.clock_offset, host.think, host.fault) == (540.0, 0.5, None)
    assert [list(each.configurations) for each in lab.hosts[:2]] == [["SfbAudit"], []]


def test_machines_without_updates_are_no_hosts(lab: LabEstate) -> None:
    assert [host.fqdn for host in lab.hosts] == [
        "fe01.contoso.com",
        "fe02.contoso.com",
        "edge01.contoso.com",
    ]


def test_addresses_are_assigned_around_the_stated_ones(lab: LabEstate) -> None:
    assert [host.address for host in lab.hosts] == ["127.0.10.2", "127.0.10.1", "127.0.10.3"]


def test_descriptions_are_laid_over_each_other(lab: LabEstate) -> None:
    captions = [
        host.windows["wmi"][r"root\cimv2"]["Win32_OperatingSystem"][0]["Caption"]  # type: ignore[index]
        for host in lab.hosts
    ]
    assert captions == [
        "Microsoft Windows Server 2012 R2 Standard",
        "Microsoft Windows Server 2016 Standard",
        "Microsoft Windows Server 2012 Standard",
    ]


def test_zones_have_their_user(lab: LabEstate) -> None:
    internal, dmz = lab.zones
    assert (internal.port, internal.user.username) == (0, r"CONTOSO\svc-sfbaudit")
    assert (dmz.port, dmz.transport, dmz.auth) == (15986, "https", "basic")
    assert "lab-only" not in repr(lab)


def test_the_documented_example_is_of_this_shape() -> None:
    lines = (estate_file.__doc__ or "").splitlines()
    example = "\n".join(line for line in lines if line.startswith("    "))
    document = EstateDocument.model_validate(tomllib.loads(textwrap.dedent(example)))
    used = {*document.pools[0].model_fields_set, *document.pools[0].servers[0].model_fields_set}
    documented = {*PoolTable.model_fields, *ServerTable.model_fields} - {"product"}
    assert used >= documented - {"fault_domain", "next_hop", "paired_with"}


def test_the_shipped_demo_reads(root: Path) -> None:
    lab = read_estate_file(root / "auditor" / "lab" / "demo.toml")
    assert len(lab.hosts) == len(lab.estate.servers())


def _first_server(raw: dict[str, Any]) -> dict[str, Any]:
    server: dict[str, Any] = raw["pools"][0]["servers"][0]
    return server


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda raw: raw.pop("lab"), "lab: field required"),
        (lambda raw: raw.update(pools=[]), "there are no pools"),
        (lambda raw: raw.update(pool=[]), "top level: unknown key 'pool'; did you mean 'pools'?"),
        (
            lambda raw: _first_server(raw).update(windos="x"),
            "pools[0].servers[0]: unknown key 'windos'; did you mean 'windows'?",
        ),
        (
            lambda raw: raw["windows"]["fe2015"].update(os="2003"),
            "windows.fe2015.os: input should be '2008r2-rtm'",
        ),
        (
            lambda raw: _first_server(raw).update(zone="internl"),
            "server 'FE01.contoso.com': no zone 'internl'; did you mean 'internal'?",
        ),
        (
            lambda raw: _first_server(raw).update(windows="fe2016"),
            "no windows 'fe2016'; did you mean 'fe2015'?",
        ),
        (lambda raw: _first_server(raw).pop("windows"), "needs a zone and a windows"),
        (lambda raw: _first_server(raw).update(fqdn="FE02.contoso.com"), "is listed twice"),
        (lambda raw: _first_server(raw).update(address="127.0.10.1"), "is listed twice"),
        (lambda raw: _first_server(raw).update(address="10.0.0.1"), "not within 127.0.0.0/8"),
        (lambda raw: _first_server(raw).update(address="fe01"), "not within 127.0.0.0/8"),
        (
            lambda raw: _first_server(raw).update(change={"kb3140245": "yes"}),
            "server 'FE01.contoso.com': KB3140245 does not apply to os '2012r2'",
        ),
        (lambda raw: raw["pools"][0].update(edge="edge.contoso.com"), "no pool 'edge.contoso.com'"),
        (lambda raw: raw["pools"][0].update(site="Kyoto"), "no site 'Kyoto'"),
        (lambda raw: raw["pools"][0].update(kind="frontend"), "pools[0].kind: input should be"),
        (lambda raw: raw["pools"].append(raw["pools"][0]), "is listed twice"),
        (lambda raw: raw["zones"]["internal"].update(auth="basic"), "basic is accepted over https"),
        (lambda raw: raw["zones"]["internal"].update(user="admin"), "no user 'admin'"),
        (
            lambda raw: raw["windows"]["fe2015"].update(like="edge2015"),
            "windows 'fe2015' is like itself",
        ),
        (lambda raw: raw["scenarios"].update(hybrid="maybe"), "scenarios.hybrid: input should be"),
    ],
    ids=lambda value: None if callable(value) else value[:40],
)
def test_mistakes_are_named(change: Callable[[dict[str, Any]], object], message: str) -> None:
    raw = copy.deepcopy(RAW)
    change(raw)
    with pytest.raises(UsageError) as caught:
        build_estate(raw, "estate.toml")
    assert caught.value.code == "LAB-ESTATE"
    assert caught.value.message.startswith("estate.toml")
    assert message in caught.value.message


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"[lab", "is not TOML"), (b"\xff\xfe", "is not UTF-8"), (None, "cannot be read")],
)
def test_an_unreadable_file_is_named(tmp_path: Path, content: bytes | None, message: str) -> None:
    path = tmp_path / "estate.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError, match=message) as caught:
        read_estate_file(path)
    assert str(path) in caught.value.message
