"""The estate file that a lab writes says all that the lab's own says of pools and sites."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from auditor.errors import UsageError
from auditor.estate.estate_file import read_estate_file
from auditor.lab import estate_file
from auditor.lab.estate_file import LabEstate, build_estate
from auditor.lab.inventory import write_inventory

EDGE = "edge01.contoso.com"
POOL: dict[str, object] = {
    "fqdn": "med01.contoso.com",
    "kind": "mediation",
    "site": "Tokyo",
    "edge": EDGE,
    "media_edge": "Edge01.contoso.com",
    "registrar": EDGE,
    "gateways": ["SBC01.contoso.com"],
    "file_stores": [r"\\files.contoso.com\lync"],
    "backends": [
        {
            "fqdn": "sql01.contoso.com",
            "instance": "rtc",
            "always_on": True,
            "databases": ["UserStore", "MonitoringStore"],
            "primary_node": "node1.contoso.com",
            "mirror": r"sql02.contoso.com\rtc",
        }
    ],
    "servers": [{"fqdn": "med01.contoso.com", "zone": "internal", "windows": "fe"}],
}


def _lab(pool: dict[str, object], route: str = EDGE) -> LabEstate:
    others = [
        {"fqdn": "sbc01.contoso.com", "kind": "gateway", "site": "Tokyo"},
        {
            "fqdn": EDGE,
            "kind": "edge",
            "site": "Tokyo",
            "servers": [{"fqdn": EDGE, "zone": "internal", "windows": "fe"}],
        },
    ]
    raw = {
        "lab": {"name": "Small"},
        "users": {"domain": {"username": r"CONTOSO\svc", "password": "lab-only"}},
        "zones": {"internal": {"transport": "http", "auth": "ntlm", "user": "domain"}},
        "sites": [{"name": "Tokyo", "federation_route": route}],
        "windows": {"fe": {"os": "2012r2", "products": []}},
        "pools": [pool, *others],
    }
    return build_estate(raw, "small.toml")


def test_what_is_written_reads_back(tmp_path: Path) -> None:
    described = _lab(POOL)
    authority = tmp_path / "ca.pem"
    authority.write_text("a certificate", "utf-8")
    path = write_inventory(described, {"internal": 15985}, authority, tmp_path / "lab")
    read = read_estate_file(path).estate
    assert read.sites == described.estate.sites
    assert [replace(pool, servers=()) for pool in read.pools] == [
        replace(pool, servers=()) for pool in described.estate.pools
    ]
    written = read.pools[0]
    assert (written.media_edge, written.registrar, written.gateways) == (
        EDGE,
        EDGE,
        ("sbc01.contoso.com",),
    )
    assert written.file_stores == (r"\\files.contoso.com\lync",)
    assert written.backends[0].mirror == r"sql02.contoso.com\rtc"
    assert read.sites[0].federation_route == EDGE


@pytest.mark.parametrize("key", ["media_edge", "registrar", "gateways"])
def test_a_link_that_leads_nowhere_is_named(key: str) -> None:
    wrong = "edge09.contoso.com"
    with pytest.raises(UsageError) as caught:
        _lab({**POOL, key: [wrong] if key == "gateways" else wrong})
    assert caught.value.code == estate_file.CODE
    assert "no pool 'edge09.contoso.com'" in caught.value.message


def test_a_route_that_leads_nowhere_is_named() -> None:
    with pytest.raises(UsageError) as caught:
        _lab(POOL, route="edge09.contoso.com")
    assert "site 'Tokyo': no pool 'edge09.contoso.com'" in caught.value.message
