"""Documents of real estates: pools, kinds, roles, versions, SQL and Edge as they are there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from auditor.estate.model import Pool, PoolKind, Site, SqlBackend
from auditor.estate.topology import read_topology

pytestmark = pytest.mark.realdata

STANDARD_EDITION = (
    "UserServices",
    "Registrar",
    "UserStore",
    "FileStore",
    "WebServices",
    "ConfServices",
    "MediationServer",
    "ApplicationServer",
    "ApplicationStore",
    "CentralMgmt",
    "CentralMgmtStore",
)
ENTERPRISE = (
    "UserServices",
    "Registrar",
    "WebServices",
    "ConfServices",
    "ApplicationServer",
    "CentralMgmt",
)
EDGE = ("EdgeServer", "ManagementServices")
STORES = ("UserStore", "ApplicationStore", "CentralMgmtStore")

# pool: kind, its servers, their roles, and what else differs from the defaults of a pool
Expected = dict[str, tuple[PoolKind, list[str], tuple[str, ...], dict[str, Any]]]

JOHAN: Expected = {
    "s4blab92-fe1.contoso.com": (
        PoolKind.STANDARD,
        ["s4blab92-fe1.contoso.com"],
        STANDARD_EDITION,
        {
            "hosts_cms": True,
            "backends": (SqlBackend("s4blab92-fe1.contoso.com", "rtc", collocated=True),),
            "edge": "s4blab92-es1.contoso.com",
        },
    ),
    "s4blab92-es1.contoso.com": (
        PoolKind.EDGE,
        ["s4blab92-es1.contoso.com"],
        EDGE,
        {"next_hop": "s4blab92-fe1.contoso.com"},
    ),
    "s4blab92-wac1": (PoolKind.WAC, ["s4blab92-wac1"], ("WacService",), {"takes_updates": False}),
}
RLEVCHENKO: Expected = {
    "poolfe.tenant.rlevchenko.com": (
        PoolKind.ENTERPRISE,
        ["skype-fe-01.tenant.rlevchenko.com"],
        ENTERPRISE,
        {
            "hosts_cms": True,
            "backends": (SqlBackend("srv-sql-01.tenant.rlevchenko.com", "", always_on=True),),
        },
    ),
    "srv-sql-01.tenant.rlevchenko.com": (
        PoolKind.SQL,
        ["srv-sql-01.tenant.rlevchenko.com"],
        STORES,
        {"takes_updates": False},
    ),
    "tenant.rlevchenko.com": (
        PoolKind.FILE_STORE,
        ["tenant.rlevchenko.com"],
        ("FileStore",),
        {"takes_updates": False},
    ),
    "srv-owa-01.tenant.rlevchenko.com": (
        PoolKind.WAC,
        ["srv-owa-01.tenant.rlevchenko.com"],
        ("WacService",),
        {"takes_updates": False},
    ),
}
IBENBOUZID: Expected = {
    "skypefe.contoso.com": (
        PoolKind.STANDARD,
        ["skypefe.contoso.com"],
        STANDARD_EDITION,
        {
            "hosts_cms": True,
            "backends": (SqlBackend("skypefe.contoso.com", "rtc", collocated=True),),
            "edge": "edge.contoso.com",
        },
    ),
    "edge.contoso.com": (
        PoolKind.EDGE,
        ["edge.contoso.com"],
        EDGE,
        {"next_hop": "skypefe.contoso.com"},
    ),
    "sbc1.contoso.com": (
        PoolKind.GATEWAY,
        ["sbc1.contoso.com"],
        ("PstnGateway",),
        {"takes_updates": False},
    ),
}
CASES = [
    (
        "JohanVeldhuis_SfBLab_DefaultTopology.xml",
        ("contoso.com", "SiteA"),
        JOHAN,
        ("s4blab92-wac1 is named without a domain.",),
    ),
    ("rlevchenko_DefaultTopology.xml", ("tenant.rlevchenko.com", "Tenant"), RLEVCHENKO, ()),
    ("ibenbouzid_lab_V3_DefaultTopology_Skype.xml", ("contoso.com", "TVP"), IBENBOUZID, ()),
]


@pytest.mark.parametrize(("name", "names", "pools", "notes"), CASES, ids=[c[0] for c in CASES])
def test_estates_of_the_field(
    realdata: Path, name: str, names: tuple[str, str], pools: Expected, notes: tuple[str, ...]
) -> None:
    estate = read_topology(realdata / "topology" / name)
    assert (estate.name, estate.sites) == (names[0], (Site(names[1]),))
    assert estate.notes == notes
    assert [pool.fqdn for pool in estate.pools] == list(pools)
    for pool in estate.pools:
        kind, servers, roles, more = pools[pool.fqdn]
        assert pool == Pool(
            pool.fqdn, kind, names[1], servers=pool.servers, service_version=7, **more
        )
        assert [server.fqdn for server in pool.servers] == servers
        assert all(server.roles == roles for server in pool.servers)


def test_domains_of_an_enterprise_front_end(realdata: Path) -> None:
    estate = read_topology(realdata / "topology" / "rlevchenko_DefaultTopology.xml")
    front_end = estate.servers()[0]
    assert (front_end.upgrade_domain, front_end.fault_domain) == ("UpgradeDomain1", "FaultDomain1")
