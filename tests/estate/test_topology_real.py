"""Documents of real estates: pools, kinds, roles, versions, SQL and Edge as they are there.

None has a branch, a pair, a mirror or a Director; those are in test_topology.py, by hand.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from auditor.assess.identify import expected_products
from auditor.estate.model import Pool, PoolKind, PoolService, Site, SqlBackend
from auditor.estate.topology import read_topology
from auditor.estate.topology_document import EXPORT
from auditor.rulebook import load

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
APPLICATIONS = "ApplicationStore"
STORES = ("UserStore", APPLICATIONS, "CentralMgmtStore")

# pool: kind, its servers, their roles, and what else differs from the defaults of a pool
Expected = dict[str, tuple[PoolKind, list[str], tuple[str, ...], dict[str, Any]]]

JOHAN: Expected = {
    "s4blab92-fe1.contoso.com": (
        PoolKind.STANDARD,
        ["s4blab92-fe1.contoso.com"],
        STANDARD_EDITION,
        {
            "hosts_cms": True,
            "backends": (
                SqlBackend("s4blab92-fe1.contoso.com", "rtc", collocated=True, databases=STORES),
            ),
            "edge": "s4blab92-es1.contoso.com",
            "media_edge": "s4blab92-es1.contoso.com",
            "file_stores": (r"\\s4blab92-fe1.contoso.com\LyncShare",),
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
            "backends": (
                SqlBackend(
                    "srv-sql-01.tenant.rlevchenko.com",
                    always_on=True,
                    databases=STORES,
                    primary_node="srv-sql-01.tenant.rlevchenko.com",
                ),
            ),
            "file_stores": (r"\\tenant.rlevchenko.com\skype",),
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
            "backends": (
                SqlBackend("skypefe.contoso.com", "rtc", collocated=True, databases=STORES),
            ),
            "edge": "edge.contoso.com",
            "media_edge": "edge.contoso.com",
            "gateways": ("sbc1.contoso.com",),
            "file_stores": (r"\\skypefe.contoso.com\LyncShare",),
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
AUTOMATED_LAB: Expected = {
    "frontendpool.contoso.com": (
        PoolKind.ENTERPRISE,
        [f"xfrontend{number}.contoso.com" for number in (1, 2, 3, 4)],
        (
            "UserServices",
            "Registrar",
            "WebServices",
            "ConfServices",
            "MediationServer",
            "ApplicationServer",
        ),
        {
            "backends": (
                SqlBackend(
                    "xsql1.contoso.com",
                    databases=("UserStore", "ArchivingStore", "MonitoringStore", APPLICATIONS),
                ),
            ),
            "edge": "edgepool.contoso.com",
            "media_edge": "edgepool.contoso.com",
            "file_stores": (r"\\xfile1.contoso.com\Data1",),
        },
    ),
    "edgepool.contoso.com": (
        PoolKind.EDGE,
        [f"xedge{number}.contoso.com" for number in (1, 2, 3)],
        EDGE,
        {"next_hop": "frontendpool.contoso.com"},
    ),
    "xoffice1.contoso.com": (
        PoolKind.WAC,
        ["xoffice1.contoso.com"],
        ("WacService",),
        {"takes_updates": False},
    ),
    "xsql1.contoso.com": (
        PoolKind.SQL,
        ["xsql1.contoso.com"],
        ("UserStore", APPLICATIONS, "ArchivingStore", "MonitoringStore"),
        {"takes_updates": False},
    ),
    "xfile1.contoso.com": (
        PoolKind.FILE_STORE,
        ["xfile1.contoso.com"],
        ("FileStore",),
        {"takes_updates": False},
    ),
    "xfile2.contoso.com": (
        PoolKind.FILE_STORE,
        ["xfile2.contoso.com"],
        ("FileStore",),
        {"takes_updates": False},
    ),
}
UNPUBLISHED = (
    "Topology Builder saved this file, and says that it was not published: servers may differ. "
    f"For what is published: {EXPORT}"
)
CASES = [
    (
        "JohanVeldhuis_SfBLab_DefaultTopology.xml",
        ("contoso.com", "SiteA"),
        JOHAN,
        ("s4blab92-wac1 is named without a domain.",),
    ),
    ("rlevchenko_DefaultTopology.xml", ("tenant.rlevchenko.com", "Tenant"), RLEVCHENKO, ()),
    ("ibenbouzid_lab_V3_DefaultTopology_Skype.xml", ("contoso.com", "TVP"), IBENBOUZID, ()),
    (
        "SfBAutomatedLab_Contoso.tbxml",
        ("contoso.com", "Contoso"),
        AUTOMATED_LAB,
        (
            UNPUBLISHED,
            "No pool is said to host the Central Management service.",
        ),
    ),
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
            pool.fqdn,
            kind,
            names[1],
            servers=pool.servers,
            service_version=7,
            services=tuple(PoolService(role, 7) for role in roles),
            **more,
        )
        assert [server.fqdn for server in pool.servers] == servers
        assert all(server.roles == roles for server in pool.servers)


@pytest.mark.parametrize(
    ("name", "front_ends"),
    [("rlevchenko_DefaultTopology.xml", 1), ("SfBAutomatedLab_Contoso.tbxml", 4)],
)
def test_domains_of_enterprise_front_ends(realdata: Path, name: str, front_ends: int) -> None:
    servers = read_topology(realdata / "topology" / name).servers()[:front_ends]
    assert [(server.upgrade_domain, server.fault_domain) for server in servers] == [
        (f"UpgradeDomain{number}", f"FaultDomain{number}") for number in range(1, front_ends + 1)
    ]


@pytest.mark.parametrize("name", [case[0] for case in CASES])
def test_every_document_of_the_field_is_told_as_skype_for_business_2015(
    realdata: Path, name: str
) -> None:
    rulebook = load()
    for pool in read_topology(realdata / "topology" / name).pools:
        assert expected_products(pool, rulebook) == ("sfb2015",)


def test_no_document_of_the_field_is_left_out(realdata: Path) -> None:
    files = {path.name for path in (realdata / "topology").iterdir()}
    assert files == {case[0] for case in CASES}
