"""The estate file: what it says, what is assumed where it is silent, what it may not say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.errors import ExitCode, UsageError
from auditor.estate.estate_file import EstateFile, read_estate_file
from auditor.estate.model import InUse, PoolKind, SqlBackend
from auditor.estate.zone import Auth, CredentialReference, RunOptions, SecretSource, Transport, Zone
from tests.estate.topology_text import whole_estate

ZONE = """
[zones.default]
credential = "admin"

[credentials.admin]
username = 'CONTOSO\\admin'
"""
POOL = """
[[pools]]
fqdn = "pool01.contoso.com"
kind = "enterprise"
servers = ["FE01.contoso.com", "fe02.contoso.com"]
"""
EDGE_ZONE = """
[zones.dmz]
transport = "https"
credential = "admin"
"""
EDGE_POOL = """
[[pools]]
fqdn = "edgepool.contoso.com"
kind = "edge"
zone = "dmz"
servers = ["edge01.contoso.com"]
"""


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "estate.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def read(folder: Path, text: str | bytes, **how: Any) -> EstateFile:
    return read_estate_file(written(folder, text), **how)


def refused(folder: Path, text: str | bytes, **how: Any) -> UsageError:
    with pytest.raises(UsageError) as caught:
        read(folder, text, **how)
    error = caught.value
    assert error.exit_code is ExitCode.USAGE
    assert str(folder) in error.message
    assert error.hint
    return error


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
    (tmp_path / "ca.pem").touch()
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
        backends = [{ fqdn = "SQL01.contoso.com", instance = "rtc", always_on = true }]
        servers = [{ fqdn = "fe01.contoso.com", address = "10.0.0.1", upgrade_domain = "U1", \
                     fault_domain = "F1", roles = ["Registrar"], zone = "dmz" }]
        [[pools]]
        fqdn = "pool02.contoso.com"
        site = "Nara"
        servers = ["fe02.contoso.com"]
    """
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
    assert pool.backends == (SqlBackend("sql01.contoso.com", "rtc", always_on=True),)
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


INVALID = [
    ("unknown table", "[zone.default]\n", "zone: unknown key; did you mean 'zones'?"),
    (
        "unknown key of a zone",
        ZONE + 'trasport = "http"',
        "credentials.admin.trasport: unknown key",
    ),
    (
        "unknown key of run",
        "[run]\ntreads = 8\n",
        "run.treads: unknown key; did you mean 'threads'?",
    ),
    (
        "unknown key of a server",
        '[[pools]]\nfqdn = "a"\nservers = [{ fqdn = "a", adress = "b" }]\n',
        "pools[0].servers[0].adress: unknown key; did you mean 'address'?",
    ),
    (
        "a key that another table has",
        "[run]\nadress = 8\n",
        "run.adress: unknown key\n",
    ),
    (
        "unknown scenario",
        '[scenarios]\nhybird = "yes"\n',
        "scenarios.hybird: unknown key; did you mean 'hybrid'?",
    ),
    (
        "a scenario that is neither yes nor no",
        '[scenarios]\nhybrid = "maybe"\n',
        "scenarios.hybrid: input should be 'yes', 'no' or 'unknown'",
    ),
    ("a kind that is none", '[[pools]]\nfqdn = "a"\nkind = "frontend"\n', "pools[0].kind: input"),
    ("a pool without a name", '[[pools]]\nkind = "edge"\n', "pools[0].fqdn: field required"),
    (
        "a name that could be a command",
        '[[pools]]\nfqdn = "a"\nservers = ["fe01; calc"]\n',
        "pools[0].servers[0].fqdn: 'fe01; calc' is not a name or IPv4 address of a machine",
    ),
    ("a server that is a number", '[[pools]]\nfqdn = "a"\nservers = [1]\n', "pools[0].servers[0]:"),
    ("too many threads", "[run]\nthreads = 1000\n", "run.threads: input should be less"),
    ("no end of time", "[run]\ndeadline_seconds = inf\n", "run.deadline_seconds: input should be"),
    ("no time at all", "[run]\nconnect_seconds = nan\n", "run.connect_seconds: input should be"),
    (
        "basic over http",
        ZONE.replace('"admin"\n', '"admin"\nauth = "basic"\n') + POOL,
        ('zones.default.auth: basic sends the password readable, so it needs transport = "https"'),
    ),
    (
        "a CA for http",
        ZONE.replace('"admin"\n', '"admin"\nca_file = "ca.pem"\n') + POOL,
        'zones.default.ca_file: is for transport = "https"',
    ),
    (
        "a CA that is not there",
        ZONE.replace('"admin"\n', '"admin"\ntransport = "https"\nca_file = "ca.pem"\n') + POOL,
        "zones.default.ca_file: there is no file ",
    ),
    (
        "unknown credential",
        ZONE.replace('credential = "admin"', 'credential = "admn"') + POOL,
        "zones.default.credential: no [credentials.admn]; did you mean 'admin'?",
    ),
    (
        "a source without its locator",
        ZONE + 'source = "env"\n' + POOL,
        'credentials.admin: source = "env" needs variable',
    ),
    (
        "a locator of another source",
        ZONE + 'path = "x"\n' + POOL,
        'credentials.admin.path: is not for source = "prompt"',
    ),
    ("no zones", POOL, "zones: there is none; add [zones.default]"),
    (
        "no zone to choose",
        ZONE.replace("zones.default", "zones.inside") + EDGE_ZONE + POOL,
        (
            "no zone for fe01.contoso.com, fe02.contoso.com: name one at the server or its pool, "
            'or call one "default"'
        ),
    ),
    (
        "unknown zone",
        ZONE + POOL.replace("kind", 'zone = "defalt"\nkind'),
        (
            "no [zones.defalt], which fe01.contoso.com, fe02.contoso.com are in; "
            "did you mean 'default'?"
        ),
    ),
    (
        "unknown site",
        ZONE + '[[sites]]\nname = "Tokyo"\n' + POOL.replace("kind", 'site = "Tokio"\nkind'),
        "pool pool01.contoso.com: no site 'Tokio'; did you mean 'Tokyo'?",
    ),
    (
        "which site",
        ZONE + '[[sites]]\nname = "Tokyo"\n[[sites]]\nname = "Nara"\n' + POOL,
        "pool pool01.contoso.com: which site? name one of [[sites]]",
    ),
    (
        "a branch of nothing",
        ZONE + '[[sites]]\nname = "Tokyo"\ncentral = "Kyoto"\n' + POOL,
        "site Tokyo: central names no other site: 'Kyoto'",
    ),
    (
        "a link to nothing",
        ZONE + POOL.replace("kind", 'edge = "pool02.contoso.com"\nkind'),
        (
            "pool pool01.contoso.com: edge names no pool: pool02.contoso.com; "
            "did you mean 'pool01.contoso.com'?"
        ),
    ),
    (
        "a link to itself",
        ZONE + POOL.replace("kind", 'paired_with = "Pool01.contoso.com"\nkind'),
        "pool pool01.contoso.com: paired_with names the pool itself",
    ),
    (
        "a pool without servers",
        ZONE + POOL + '[[pools]]\nfqdn = "a"\n',
        "pool a: has no servers",
    ),
    (
        "a server twice, in other letters",
        ZONE + POOL + '[[pools]]\nfqdn = "b"\nservers = ["Fe01.CONTOSO.com"]\n',
        "server fe01.contoso.com is listed twice: in pool01.contoso.com and in b",
    ),
    (
        "a pool twice",
        ZONE
        + POOL
        + POOL.upper()
        .replace("[[POOLS]]\nFQDN", "[[pools]]\nfqdn")
        .replace('KIND = "ENTERPRISE"\nSERVERS', "servers"),
        "pool pool01.contoso.com is listed twice",
    ),
    (
        "a site twice",
        ZONE + '[[sites]]\nname = "a"\n[[sites]]\nname = "a"\n' + POOL,
        "site a is listed twice",
    ),
    (
        "an address twice",
        ZONE
        + '[[pools]]\nfqdn = "a"\nservers = [{ fqdn = "a", address = "10.0.0.1" },'
        + '{ fqdn = "b", address = "10.0.0.1" }]\n',
        "servers a and b have the same address, 10.0.0.1",
    ),
    (
        "the name of another server for an address",
        ZONE + '[[pools]]\nfqdn = "a"\nservers = ["a", { fqdn = "b", address = "A" }]\n',
        "servers a and b have the same address, a",
    ),
    (
        "Central Management twice",
        ZONE
        + POOL
        + 'hosts_cms = true\n[[pools]]\nfqdn = "b"\nhosts_cms = true\nservers = ["b"]\n',
        "hosts_cms is true for pool01.contoso.com and b; only one pool is the active host",
    ),
    (
        "an override of nothing",
        ZONE + POOL + '[[overrides]]\nserver = "fe09.contoso.com"\n',
        "overrides[0]: fe09.contoso.com is not in the estate; did you mean 'fe0",
    ),
    (
        "an override of neither",
        ZONE + POOL + '[[overrides]]\nzone = "default"\n',
        "overrides[0]: name either a server or a pool",
    ),
    (
        "an override twice",
        ZONE + POOL + '[[overrides]]\nserver = "fe01.contoso.com"\n' * 2,
        "overrides[1]: fe01.contoso.com is listed twice",
    ),
    (
        "one address for a pool",
        ZONE + POOL + '[[overrides]]\npool = "pool01.contoso.com"\naddress = "a"\n',
        "overrides[0].address: is for a server, not for a pool",
    ),
    (
        "pools and a list of servers",
        '[estate]\nservers_csv = "servers.csv"\n' + ZONE + POOL,
        "estate.servers_csv and [[pools]]: only one of them can say which servers there are",
    ),
]


@pytest.mark.parametrize(
    ("text", "sentence"), [case[1:] for case in INVALID], ids=[case[0] for case in INVALID]
)
def test_what_cannot_be_used_is_named_with_its_place(
    tmp_path: Path, text: str, sentence: str
) -> None:
    (tmp_path / "servers.csv").write_text("fqdn\nfe01\n", "utf-8")
    error = refused(tmp_path, text)
    assert error.code == "ESTATE-INVALID"
    assert f"\n  {sentence}" in error.message + "\n"
    assert "docs/estate-file.md" in error.hint


def test_all_problems_at_once_up_to_twenty(tmp_path: Path) -> None:
    text = ZONE + POOL + "".join(f'[[pools]]\nfqdn = "empty{n}"\n' for n in range(25))
    lines = refused(tmp_path, text).message.splitlines()
    assert lines[1:21] == [f"  pool empty{n}: has no servers" for n in range(20)]
    assert lines[21:] == ["  and 5 more"]


def test_problems_of_different_kinds_are_told_together(tmp_path: Path) -> None:
    text = ZONE.replace('"admin"\n', '"admn"\n', 1) + POOL.replace("kind", 'edge = "x"\nkind')
    message = refused(tmp_path, text).message
    assert "no [credentials.admn]" in message
    assert "edge names no pool: x" in message


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('[credentials.admin]\nusername = "me"\npassword = "{}"\n', "credentials.admin.password"),
        ('[credentials.admin]\nusername = "me"\nPasswd = "{}"\n', "credentials.admin.Passwd"),
        ('[credentials]\nadmin = {{ client_secret = "{}" }}\n', "credentials.admin.client_secret"),
        ('pwd = "{}"\n', "pwd"),
        (
            '[[pools]]\nfqdn = "a"\nservers = [{{ fqdn = "a", pass = "{}" }}]\n',
            "pools[0].servers[0].pass",
        ),
        ('[zones.dmz]\npasswords = ["{}"]\n', "zones.dmz.passwords"),
        ('[a.b.c.d.e.f]\nuser_password_2 = "{}"\n', "a.b.c.d.e.f.user_password_2"),
    ],
)
def test_a_password_is_refused_and_not_repeated(tmp_path: Path, text: str, place: str) -> None:
    error = refused(tmp_path, text.format("Hunter2!"))
    assert error.code == "ESTATE-SECRET"
    assert place in error.message
    assert "Hunter2!" not in str(error)
    assert error.__cause__ is None
    for source in ("prompt", "env", "keyring", "file"):
        assert f'"{source}"' in error.hint


def test_a_table_may_be_called_like_a_secret(tmp_path: Path) -> None:
    text = (ZONE + POOL).replace("credentials.admin", "credentials.password-of-admin")
    text = text.replace('credential = "admin"', 'credential = "password-of-admin"')
    assert read(tmp_path, text).estate.servers()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"[estate\nname = 1", "line 1"),
        (b"[estate]\n\nname = \n", "line 3"),
        (b"\xff\xfe[\x00e\x00", "utf-8"),
        (b"a = " + b"[" * 100_000, "nested too deeply"),
        (b"a = " + b"9" * 5000, "digits"),
    ],
    ids=["bracket", "value", "utf-16", "depth", "digits"],
)
def test_what_is_no_toml(tmp_path: Path, content: bytes, words: str) -> None:
    error = refused(tmp_path, content)
    assert error.code == "ESTATE-NOT-TOML"
    assert words in error.message


def test_keys_nested_without_end_are_an_unknown_key(tmp_path: Path) -> None:
    error = refused(tmp_path, ".".join("a" * 2_000) + " = 1\n")
    assert error.code == "ESTATE-INVALID"
    assert len(error.message) < 1000


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        read_estate_file(tmp_path / "none.toml")
    assert caught.value.code == "ESTATE-UNREADABLE"
    assert "--config" in caught.value.hint


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    """Half of it would parse, and half of the servers would be missing."""
    assert refused(tmp_path, (ZONE + POOL).ljust(2**22 + 1)).code == "ESTATE-TOO-LARGE"


def test_the_topology_that_a_file_names_has_its_own_words(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        read(tmp_path, '[estate]\ntopology = "none.xml"\n' + ZONE)
    assert caught.value.code == "TOPOLOGY-UNREADABLE"


@settings(
    deadline=None,
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.data())
def test_any_change_of_a_line_is_read_or_refused(tmp_path: Path, data: st.DataObject) -> None:
    """No file, however spoiled, ends in anything but an estate or a sentence."""
    lines = (ZONE + EDGE_ZONE + "[run]\nthreads = 8\n" + POOL + EDGE_POOL).splitlines()
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(lines) - 1))
        other = st.sampled_from([*lines, "", "fqdn = 1", "servers = {}", "x = [[1, {a = 2}]]"])
        lines[place] = data.draw(other | st.text(max_size=20))
    try:
        said = read(tmp_path, "\n".join(lines).encode("utf-8", "replace"))
    except UsageError as error:
        refusal = error
    else:
        assert said.estate.servers()
        assert {server.zone for server in said.estate.servers()} <= set(said.zones)
        return
    assert refusal.code.startswith("ESTATE-")
    assert refusal.hint
