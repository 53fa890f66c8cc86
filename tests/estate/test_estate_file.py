"""The estate file: what it says, and what is assumed where it is silent."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from auditor.estate.model import InUse, PoolKind, SqlBackend
from auditor.estate.zone import Auth, CredentialReference, RunOptions, SecretSource, Transport, Zone
from auditor.lab.ca import CertificateAuthority
from tests.estate.estate_text import EDGE_POOL, EDGE_ZONE, POOL, ZONE, read, refused
from tests.estate.topology_text import whole_estate


def test_the_shortest_file(tmp_path: Path) -> None:
    said = read(tmp_path, ZONE + POOL)
    (pool,) = said.estate.pools
    assert (pool.fqdn, pool.kind, pool.site) == (
        "pool01.contoso.com",
        PoolKind.ENTERPRISE,
        "default",
    )
    assert [(s.fqdn, s.zone, s.address) for s in pool.servers] == [
        ("fe01.contoso.com", "default", None),
        ("fe02.contoso.com", "default", None),
    ]
    assert said.estate.source == "estate file estate.toml"
    assert said.options == RunOptions(64, 120.0, 10.0, 8 * 2**20)
    assert said.zones == {
        "default": Zone(
            "default",
            Transport.HTTP,
            5985,
            Auth.NEGOTIATE,
            CredentialReference("admin", "CONTOSO\\admin", SecretSource.PROMPT),
        )
    }


def test_a_byte_order_mark_and_windows_lines(tmp_path: Path) -> None:
    text = (ZONE + POOL).replace("\n", "\r\n")
    assert len(read(tmp_path, text.encode("utf-8-sig")).estate.servers()) == 2


@pytest.mark.parametrize(
    ("zone", "credential", "expected"),
    [
        (
            "",
            'source = "env"\nvariable = "SFB_PASS"',
            Zone(
                "default",
                auth=Auth.NEGOTIATE,
                credential=CredentialReference("admin", "me", SecretSource.ENVIRONMENT, "SFB_PASS"),
            ),
        ),
        (
            'transport = "https"\nauth = "basic"',
            'source = "keyring"\nservice = "sfb-audit"',
            Zone(
                "default",
                Transport.HTTPS,
                5986,
                Auth.BASIC,
                CredentialReference("admin", "me", SecretSource.KEYRING, "sfb-audit"),
            ),
        ),
        (
            'port = 8443\nauth = "ntlm"\nspn_service = "http"',
            "",
            Zone(
                "default",
                Transport.HTTP,
                8443,
                Auth.NTLM,
                CredentialReference("admin", "me", SecretSource.PROMPT),
                spn_service="http",
            ),
        ),
    ],
)
def test_zones_and_credentials(tmp_path: Path, zone: str, credential: str, expected: Zone) -> None:
    text = (
        f'[zones.default]\ncredential = "admin"\n{zone}\n'
        f'[credentials.admin]\nusername = "me"\n{credential}\n{POOL}'
    )
    assert read(tmp_path, text).zones == {"default": expected}


def test_paths_count_from_the_estate_file(tmp_path: Path) -> None:
    CertificateAuthority(tmp_path, "ca")
    text = """
        [zones.default]
        transport = "https"
        ca_file = "ca.pem"
        credential = "admin"
        [credentials.admin]
        username = "me"
        source = "file"
        path = "keys/admin"
    """
    zone = read(tmp_path, text + POOL).zones["default"]
    assert zone.ca_file == tmp_path / "ca.pem"
    assert zone.credential is not None
    assert zone.credential.locator == str(tmp_path / "keys" / "admin")


def test_everything_that_a_pool_can_say(tmp_path: Path) -> None:
    text = """
        [estate]
        name = "Contoso"
        [[sites]]
        name = "Tokyo"
        [[sites]]
        name = "Nara"
        central = "Tokyo"
        [[pools]]
        fqdn = "Pool01.contoso.com"
        kind = "enterprise"
        site = "Tokyo"
        product = "lync2013"
        service_version = 6
        hosts_cms = true
        edge = "edgepool.contoso.com"
        paired_with = "pool02.contoso.com"
        media_edge = "edgepool.contoso.com"
        registrar = "Pool02.contoso.com"
        gateways = ["sbc01.contoso.com"]
        file_stores = ['\\\\files.contoso.com\\lync']
        backends = [{ fqdn = "SQL01.contoso.com", instance = "rtc", always_on = true, \
                      databases = ["UserStore"], primary_node = "Node1.contoso.com", \
                      mirror = 'sql02\\rtc' }]
        servers = [{ fqdn = "fe01.contoso.com", address = "10.0.0.1", upgrade_domain = "U1", \
                     fault_domain = "F1", roles = ["Registrar"], zone = "dmz" }]
        [[pools]]
        fqdn = "pool02.contoso.com"
        site = "Nara"
        servers = ["fe02.contoso.com"]
        [[pools]]
        fqdn = "sbc01.contoso.com"
        kind = "gateway"
        site = "Tokyo"
    """
    text = text.replace('"Tokyo"\n', '"Tokyo"\nfederation_route = "edgepool.contoso.com"\n', 1)
    estate = read(tmp_path, text + EDGE_POOL + 'site = "Tokyo"\n' + EDGE_ZONE + ZONE).estate
    pool = estate.pools[0]
    assert estate.name == "Contoso"
    assert [(site.name, site.central) for site in estate.sites] == [
        ("Tokyo", None),
        ("Nara", "Tokyo"),
    ]
    assert (pool.fqdn, pool.site, pool.product) == ("pool01.contoso.com", "Tokyo", "lync2013")
    assert (pool.service_version, pool.hosts_cms) == (6, True)
    assert (pool.edge, pool.paired_with) == ("edgepool.contoso.com", "pool02.contoso.com")
    assert (pool.media_edge, pool.registrar) == ("edgepool.contoso.com", "pool02.contoso.com")
    assert (pool.gateways, pool.file_stores) == (
        ("sbc01.contoso.com",),
        (r"\\files.contoso.com\lync",),
    )
    assert estate.sites[0].federation_route == "edgepool.contoso.com"
    assert pool.backends == (
        SqlBackend(
            "sql01.contoso.com",
            "rtc",
            always_on=True,
            databases=("UserStore",),
            primary_node="node1.contoso.com",
            mirror=r"sql02\rtc",
        ),
    )
    server = pool.servers[0]
    assert (server.address, server.zone, server.roles) == ("10.0.0.1", "dmz", ("Registrar",))
    assert (server.upgrade_domain, server.fault_domain) == ("U1", "F1")
    assert estate.pools[1].kind is PoolKind.UNKNOWN


def test_the_only_site_need_not_be_named(tmp_path: Path) -> None:
    text = ZONE + '[[sites]]\nname = "Tokyo"\n' + POOL
    assert read(tmp_path, text).estate.pools[0].site == "Tokyo"


def test_machines_without_updates_are_listed_and_need_no_zone(tmp_path: Path) -> None:
    text = ZONE + POOL + '[[pools]]\nfqdn = "sql01"\nkind = "sql"\nservers = ["sql01"]\n'
    estate = read(tmp_path, text).estate
    assert [(s.fqdn, s.zone) for s in estate.others()] == [("sql01", None)]
    assert len(estate.servers()) == 2


ZONES_OF_SERVERS = [
    ("its own", 'servers = [{ fqdn = "fe01", zone = "a" }]', "a"),
    ("its pool's", 'zone = "b"\nservers = ["fe01"]', "b"),
    ("its own before its pool's", 'zone = "b"\nservers = [{ fqdn = "fe01", zone = "a" }]', "a"),
    ("the one called default", 'servers = ["fe01"]', "default"),
]


@pytest.mark.parametrize(
    ("pool", "zone"), [c[1:] for c in ZONES_OF_SERVERS], ids=[c[0] for c in ZONES_OF_SERVERS]
)
def test_zone_of_a_server(tmp_path: Path, pool: str, zone: str) -> None:
    zones = '[zones.a]\ncredential = "admin"\n[zones.b]\ncredential = "admin"\n'
    text = f'{ZONE}{zones}[[pools]]\nfqdn = "pool01"\n{pool}\n'
    assert read(tmp_path, text).estate.servers()[0].zone == zone


def test_the_only_zone_is_the_default(tmp_path: Path) -> None:
    text = ZONE.replace("zones.default", "zones.inside") + POOL
    assert {s.zone for s in read(tmp_path, text).estate.servers()} == {"inside"}


def test_scenarios_as_stated(tmp_path: Path) -> None:
    text = '[scenarios]\nhybrid = "no"\nfederation = "unknown"\n' + ZONE + POOL
    said = {s.key: (s.in_use, s.evidence) for s in read(tmp_path, text).estate.scenarios}
    assert said == {
        "hybrid": (InUse.NO, 'estate.toml states hybrid = "no"'),
        "federation": (InUse.UNKNOWN, 'estate.toml states federation = "unknown"'),
        "exchange_online": (
            InUse.ASSUMED,
            "nobody stated it, so it is judged as if it were in use",
        ),
    }


def test_structure_from_a_topology_and_ways_from_overrides(tmp_path: Path) -> None:
    whole_estate().written(tmp_path)
    text = (
        '[estate]\ntopology = "topology.xml"\n'
        + ZONE
        + EDGE_ZONE
        + '[[overrides]]\npool = "edgepool.contoso.com"\nzone = "dmz"\n'
        + '[[overrides]]\nserver = "edge02.contoso.com"\naddress = "10.9.0.2"\nzone = "default"\n'
    )
    estate = read(tmp_path, text).estate
    ways = {s.fqdn: (s.zone, s.address) for s in estate.servers()}
    assert (estate.name, estate.source) == ("contoso.com", "topology topology.xml")
    assert len(ways) == 11
    assert ways["fe01.contoso.com"] == ("default", None)
    assert ways["edge01.contoso.com"] == ("dmz", None)
    assert ways["edge02.contoso.com"] == ("default", "10.9.0.2")


def test_a_topology_of_the_command_line_replaces_the_pools_but_not_the_ways(
    tmp_path: Path,
) -> None:
    """The Edge servers must not fall into the zone of the domain members."""
    topology = whole_estate().written(tmp_path)
    own = '[[pools]]\nfqdn = "old.contoso.com"\nservers = ["old01.contoso.com"]\n'
    text = '[estate]\nname = "Contoso"\n' + ZONE + EDGE_ZONE + EDGE_POOL + own
    estate = read(tmp_path, text, topology=topology).estate
    zones = {s.fqdn: s.zone for s in estate.servers()}
    assert estate.name == "Contoso"
    assert (zones["edge01.contoso.com"], zones["edge02.contoso.com"]) == ("dmz", "dmz")
    assert zones["fe01.contoso.com"] == "default"
    assert (
        "estate.toml lists old01.contoso.com, which topology.xml does not have: not audited."
        in estate.notes
    )


def test_structure_from_a_list_of_servers(tmp_path: Path) -> None:
    (tmp_path / "servers.csv").write_text("fqdn,zone\nfe01,\nedge01,dmz\n", "utf-8")
    text = '[estate]\nservers_csv = "servers.csv"\n' + ZONE + EDGE_ZONE
    estate = read(tmp_path, text).estate
    assert [(s.fqdn, s.zone) for s in estate.servers()] == [("fe01", "default"), ("edge01", "dmz")]


def test_two_servers_may_share_an_address_on_different_ports(tmp_path: Path) -> None:
    text = (
        ZONE
        + '[zones.other]\nport = 6000\ncredential = "admin"\n'
        + '[[pools]]\nfqdn = "a"\nservers = [{ fqdn = "a", address = "127.0.0.1" }]\n'
        + '[[pools]]\nfqdn = "b"\nzone = "other"\n'
        + 'servers = [{ fqdn = "b", address = "127.0.0.1" }]\n'
    )
    assert len(read(tmp_path, text).estate.servers()) == 2


def test_assessing_needs_neither_zones_nor_servers(tmp_path: Path) -> None:
    text = '[scenarios]\nhybrid = "no"\n'
    assert read(tmp_path, text, collecting=False).estate.servers() == ()
    assert len(read(tmp_path, text + POOL, collecting=False).estate.servers()) == 2
    assert refused(tmp_path, text).code == "ESTATE-EMPTY"


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("threads", ("1", "256")),
        ("deadline_seconds", ("1", "3600", "0.5e1")),
        ("connect_seconds", ("0.1", "300")),
        ("byte_budget_mib", ("1", "256")),
    ],
)
def test_limits_of_a_run_within_their_range(
    tmp_path: Path, key: str, values: tuple[str, ...]
) -> None:
    for value in values:
        options = read(tmp_path, f"[run]\n{key} = {value}\n{ZONE}{POOL}").options
        if key == "byte_budget_mib":
            assert options.byte_budget == int(value) * 2**20
        else:
            assert getattr(options, key) == float(value)


def test_a_path_may_be_long_and_a_site_may_be_japanese(tmp_path: Path) -> None:
    """An ideographic space is no control character."""
    text = ZONE + f'source = "file"\npath = "{"keys/" * 60}admin"\n'
    said = read(tmp_path, text + '[[sites]]\nname = "東京　本社"\n' + POOL)
    assert said.estate.sites[0].name == "東京　本社"


def test_a_table_may_be_called_like_a_secret(tmp_path: Path) -> None:
    text = (ZONE + POOL).replace("credentials.admin", "credentials.password-of-admin")
    text = text.replace('credential = "admin"', 'credential = "password-of-admin"')
    assert read(tmp_path, text).estate.servers()


OTHER = "\n[credentials.other]\nusername = 'other'\n"


def test_a_server_may_sign_in_with_another_credential_than_its_zone(tmp_path: Path) -> None:
    text = ZONE + OTHER + POOL + EDGE_POOL + EDGE_ZONE
    text += '[[overrides]]\nserver = "fe02.contoso.com"\ncredential = "other"\n'
    text += '[[overrides]]\npool = "edgepool.contoso.com"\ncredential = "other"\n'
    said = read(tmp_path, text)
    ways = {server.fqdn: said.way_to(server) for server in said.estate.servers()}
    named = {name: way.credential and way.credential.name for name, way in ways.items()}
    assert named == {
        "fe01.contoso.com": "admin",
        "fe02.contoso.com": "other",
        "edge01.contoso.com": "other",
    }
    other = said.credentials["other"]
    assert ways["fe01.contoso.com"] == said.zones["default"]
    assert ways["fe02.contoso.com"] == replace(said.zones["default"], credential=other)


def test_an_excluded_server_is_kept_and_not_audited(tmp_path: Path) -> None:
    text = ZONE + POOL + '[[overrides]]\nserver = "fe02.contoso.com"\nexclude = " CHG1234 "\n'
    estate = read(tmp_path, text).estate
    assert [server.fqdn for server in estate.servers()] == ["fe01.contoso.com"]
    assert [(s.fqdn, s.excluded) for s in estate.excluded()] == [("fe02.contoso.com", "CHG1234")]
    assert not estate.pools[0].is_excluded


def test_a_pool_is_excluded_whole(tmp_path: Path) -> None:
    text = ZONE + POOL + '[[overrides]]\npool = "pool01.contoso.com"\nexclude = "CHG1234"\n'
    said = read(tmp_path, text, collecting=False)
    assert said.estate.pools[0].is_excluded
    assert refused(tmp_path, text).code == "ESTATE-EMPTY"


def test_an_exclusion_that_matches_nothing_is_said_aloud(tmp_path: Path) -> None:
    text = ZONE + POOL + '[[overrides]]\nserver = "fe03.contoso.com"\nexclude = "gone"\n'
    (note,) = read(tmp_path, text).estate.notes
    assert note.startswith("An exclusion matches nothing: fe03.contoso.com is not in the estate")
    assert "did you mean 'fe0" in note


def test_a_topology_for_structure_and_a_list_for_the_ways(tmp_path: Path) -> None:
    whole_estate().written(tmp_path)
    (tmp_path / "servers.csv").write_text(
        "fqdn;pool;zone;address;credential;exclude\n"
        "edge01.contoso.com;;dmz;10.9.0.1;other;\n"
        "fe02.contoso.com;wrong.contoso.com;;;;being decommissioned\n"
        "old01.contoso.com;;;;;\n",
        "utf-8",
    )
    text = '[estate]\ntopology = "topology.xml"\nservers_csv = "servers.csv"\n'
    text += ZONE + EDGE_ZONE + OTHER
    text += '[[overrides]]\nserver = "edge01.contoso.com"\naddress = "10.9.0.9"\n'
    estate = read(tmp_path, text).estate
    servers = {server.fqdn: server for pool in estate.pools for server in pool.servers}
    edge = servers["edge01.contoso.com"]
    assert (edge.pool, edge.zone, edge.credential) == ("edgepool.contoso.com", "dmz", "other")
    assert edge.address == "10.9.0.9"  # an override wins over the list
    assert servers["fe02.contoso.com"].excluded == "being decommissioned"
    assert servers["fe02.contoso.com"].pool == "pool01.contoso.com"
    assert "old01.contoso.com" not in servers
    assert (
        "servers.csv lists old01.contoso.com, which topology.xml does not have: not audited."
        in estate.notes
    )
