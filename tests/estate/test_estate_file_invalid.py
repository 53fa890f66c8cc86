"""What an estate file may not say: each mistake is named with its place, and all at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.estate.estate_text import EDGE_POOL, EDGE_ZONE, POOL, ZONE, refused

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
        "pools[1].servers[1].adress: unknown key; did you mean 'address'?",
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
        "scenarios.hybrid: it has to be 'yes', 'no' or 'unknown'",
    ),
    (
        "a kind that is none",
        '[[pools]]\nfqdn = "a"\nkind = "frontend"\n',
        "pools[1].kind: it has to be",
    ),
    (
        "a word in other letters",
        ZONE.replace('"admin"\n', '"admin"\ntransport = "HTTPS"\n'),
        "zones.default.transport: it has to be 'http' or 'https'; did you mean 'https'?",
    ),
    (
        "a tab where a backslash was meant",
        '[credentials.admin]\nusername = "CONTOSO\\tom"\n',
        (
            "credentials.admin.username: 'CONTOSO\\tom' holds a control character; "
            "in double quotes a backslash makes one: use 'single quotes'"
        ),
    ),
    (
        "tabs in a path of Windows",
        '[estate]\ntopology = "C:\\temp\\topology.xml"\n',
        "estate.topology: 'C:\\temp\\topology.xml' holds a control character",
    ),
    (
        "an empty name",
        '[credentials.admin]\nusername = ""\n',
        "credentials.admin.username: is empty",
    ),
    ("a zone without a name", '[zones.""]\ncredential = "admin"\n', "zones.: is empty"),
    ("one table of pools", '[pools]\nfqdn = "a"\n', "pools: write it as [[pools]], once for each"),
    ("a list of zones", '[[zones]]\nname = "a"\n', "zones: write it as [zones.NAME]\n"),
    (
        "a list of scenarios",
        '[[scenarios]]\nhybrid = "no"\n',
        "scenarios: write it as [scenarios]\n",
    ),
    ("a list of limits", "[[run]]\nthreads = 8\n", "run: write it as [run]\n"),
    ("a word for a zone", '[zones]\ndmz = "https"\n', "zones.dmz: write it as [zones.dmz]\n"),
    (
        "one server without a list",
        '[[pools]]\nfqdn = "a"\nservers = "fe01"\n',
        "pools[1].servers: write it as a list, in [ ]\n",
    ),
    (
        "a word for a SQL instance",
        '[[pools]]\nfqdn = "a"\nbackends = ["sql01"]\n',
        "pools[1].backends[1]: write it as a table, in { }\n",
    ),
    ("a pool without a name", '[[pools]]\nkind = "edge"\n', "pools[1].fqdn: is missing"),
    (
        "a name that could be a command",
        '[[pools]]\nfqdn = "a"\nservers = ["fe01; calc"]\n',
        "pools[1].servers[1].fqdn: 'fe01; calc' is not a name or IPv4 address of a machine",
    ),
    ("a server that is a number", '[[pools]]\nfqdn = "a"\nservers = [1]\n', "pools[1].servers[1]:"),
    ("too many threads", "[run]\nthreads = 1000\n", "run.threads: it has to be less"),
    ("no end of time", "[run]\ndeadline_seconds = inf\n", "run.deadline_seconds: it has to be"),
    ("no time at all", "[run]\nconnect_seconds = nan\n", "run.connect_seconds: it has to be"),
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
        "a CA that is no certificate",
        ZONE.replace('"admin"\n', '"admin"\ntransport = "https"\nca_file = "servers.csv"\n') + POOL,
        "zones.default.ca_file: no certificate in PEM form ",
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
        ZONE + EDGE_ZONE + EDGE_POOL + POOL.replace("kind", 'edge = "edgpool.contoso.com"\nkind'),
        (
            "pool pool01.contoso.com: edge names no pool: edgpool.contoso.com; "
            "did you mean 'edgepool.contoso.com'?"
        ),
    ),
    (
        "a link to nothing that is like the pool's own name",
        ZONE + POOL.replace("kind", 'edge = "pool02.contoso.com"\nkind'),
        "pool pool01.contoso.com: edge names no pool: pool02.contoso.com\n",
    ),
    (
        "a link to a server",
        ZONE + POOL.replace("kind", 'next_hop = "fe02.contoso.com"\nkind'),
        (
            "pool pool01.contoso.com: next_hop names no pool: fe02.contoso.com; "
            "it is a server of pool01.contoso.com"
        ),
    ),
    (
        "a link to itself",
        ZONE + POOL.replace("kind", 'paired_with = "Pool01.contoso.com"\nkind'),
        "pool pool01.contoso.com: paired_with names the pool itself",
    ),
    (
        "a gateway that is not there",
        ZONE + POOL.replace("kind", 'gateways = ["sbc01"]\nkind'),
        "pool pool01.contoso.com: gateways names no pool: sbc01",
    ),
    (
        "a federation route that is not there",
        ZONE + POOL + '[[sites]]\nname = "Tokyo"\nfederation_route = "pool02.contoso.com"\n',
        (
            "site Tokyo: federation_route names no pool: pool02.contoso.com; "
            "did you mean 'pool01.contoso.com'?"
        ),
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
        "a server twice in one pool",
        ZONE + POOL.replace('"fe02.contoso.com"', '"fe01.contoso.com"'),
        "pool pool01.contoso.com: server fe01.contoso.com is listed twice\n",
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
        "overrides[1]: fe09.contoso.com is not in the estate; did you mean 'fe0",
    ),
    (
        "an override of neither",
        ZONE + POOL + '[[overrides]]\nzone = "default"\n',
        "overrides[1]: name either a server or a pool",
    ),
    (
        "an override twice",
        ZONE + POOL + '[[overrides]]\nserver = "fe01.contoso.com"\n' * 2,
        "overrides[2]: fe01.contoso.com is listed twice",
    ),
    (
        "an override that says nothing of a server",
        ZONE + POOL + '[[overrides]]\nserver = "fe01.contoso.com"\n',
        "overrides[1]: says neither zone, credential nor exclusion of fe01.contoso.com",
    ),
    (
        "an override that says nothing of a pool",
        ZONE + POOL + '[[overrides]]\npool = "pool01.contoso.com"\n',
        "overrides[1]: says neither zone, credential nor exclusion of pool01.contoso.com",
    ),
    (
        "an override of both",
        ZONE + POOL + '[[overrides]]\npool = "pool01.contoso.com"\nserver = "fe01.contoso.com"\n',
        "overrides[1]: name either a server or a pool",
    ),
    (
        "one address for a pool",
        ZONE + POOL + '[[overrides]]\npool = "pool01.contoso.com"\naddress = "a"\n',
        "overrides[1].address: is for a server, not for a pool",
    ),
    (
        "an exclusion without a reason",
        ZONE + POOL + '[[overrides]]\nserver = "fe01.contoso.com"\nexclude = "  "\n',
        "overrides[1].exclude: is empty",
    ),
    (
        "an exclusion by flag",
        ZONE + POOL + '[[overrides]]\nserver = "fe01.contoso.com"\nexclude = true\n',
        "overrides[1].exclude: it has to be text, in quotes",
    ),
    (
        "a mark for a reason, yes",
        ZONE + POOL + '[[overrides]]\nserver = "fe01.contoso.com"\nexclude = "yes"\n',
        "overrides[1].exclude: 'yes' is no reason: say why in words",
    ),
    (
        "a mark for a reason, No",
        ZONE + POOL + '[[overrides]]\nserver = "fe01.contoso.com"\nexclude = "No"\n',
        "overrides[1].exclude: 'No' is no reason: say why in words",
    ),
    (
        "a mark for a reason, 1",
        ZONE + POOL + '[[overrides]]\nserver = "fe01.contoso.com"\nexclude = "1"\n',
        "overrides[1].exclude: '1' is no reason: say why in words",
    ),
    (
        "a mark for a reason, -",
        ZONE + POOL + '[[overrides]]\nserver = "fe01.contoso.com"\nexclude = "-"\n',
        "overrides[1].exclude: '-' is no reason: say why in words",
    ),
    (
        "an exclusion that says more of nothing",
        ZONE + POOL + '[[overrides]]\nserver = "fe09"\nexclude = "is retired"\nzone = "default"\n',
        "overrides[1]: fe09 is not in the estate",
    ),
    (
        "a credential that is not there",
        ZONE + POOL + '[[overrides]]\nserver = "fe01.contoso.com"\ncredential = "admni"\n',
        "no [credentials.admni], with which fe01.contoso.com is asked; did you mean 'admin'?",
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


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("threads", ("0", "257", "1.5", '"many"')),
        ("deadline_seconds", ("0.9", "3601", "-1", "inf")),
        ("connect_seconds", ("0", "301", "nan")),
        ("byte_budget_mib", ("0", "257")),
    ],
)
def test_limits_of_a_run_out_of_their_range(
    tmp_path: Path, key: str, values: tuple[str, ...]
) -> None:
    for value in values:
        error = refused(tmp_path, f"[run]\n{key} = {value}\n{ZONE}{POOL}")
        assert f"\n  run.{key}: it has to be" in error.message


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


def test_a_product_that_is_none_is_told_with_the_rest(tmp_path: Path) -> None:
    text = ZONE + 'trasport = "x"\n' + POOL + 'product = "sfb15"\n'
    message = refused(tmp_path, text, products=["lync2013", "sfb2015"]).message
    assert "\n  credentials.admin.trasport: unknown key" in message
    assert "\n  pools[1].product: there is no product 'sfb15'; did you mean 'sfb2015'?" in message
    assert "no product" not in refused(tmp_path, text).message, "nobody said which there are"


LINKS = POOL.replace("kind", 'edge = "nowhere"\nkind')
OTHER_ZONE = '[zones.dmz]\nauth = "basic"\ncredential = "admni"\n'

# a file with a mistake among its keys -> all that is told
MIXED = {
    "of other tables what is certain is told too": (
        ZONE + "[run]\ntreads = 8\n" + OTHER_ZONE + LINKS + '[[pools]]\nfqdn = "empty"\n',
        [
            "run.treads: unknown key; did you mean 'threads'?",
            'zones.dmz.auth: basic sends the password readable, so it needs transport = "https"',
            "zones.dmz.credential: no [credentials.admni]; did you mean 'admin'?",
            "pool pool01.contoso.com: edge names no pool: nowhere",
            "pool empty: has no servers",
        ],
    ),
    "of a zone with a mistake nothing more": (
        ZONE + OTHER_ZONE.replace("auth", 'trasport = "https"\nauth') + POOL,
        ["zones.dmz.trasport: unknown key; did you mean 'transport'?"],
    ),
    "of a credential with a mistake nothing more": (
        ZONE + 'source = "env"\nvaraible = "X"\n' + POOL,
        ["credentials.admin.varaible: unknown key; did you mean 'variable'?"],
    ),
    "of a pool with a mistake nothing more": (
        ZONE + LINKS.replace("servers", "sevrers"),
        ["pools[1].sevrers: unknown key; did you mean 'servers'?"],
    ),
    "of a site with a mistake nothing more": (
        ZONE + '[[sites]]\nname = "a"\ncentral = "b"\nroute = "x"\n' + POOL,
        ["sites[1].route: unknown key"],
    ),
    "a name twice": (
        ZONE + POOL + "[run]\ntreads = 8\n" + POOL.replace("fe0", "fe1"),
        [
            "run.treads: unknown key; did you mean 'threads'?",
            "pool pool01.contoso.com is listed twice",
        ],
    ),
    "a table that nobody knows": (
        ZONE.replace("[credentials", "[credential") + POOL,
        ["credential: unknown key; did you mean 'credentials'?"],
    ),
    "a credential that is no table": (
        ZONE.partition("[credentials")[0] + '[credentials]\nadmin = "x"\n' + POOL,
        ["credentials.admin: write it as [credentials.admin]"],
    ),
    "a pool without a name": (
        ZONE + LINKS + '[[pools]]\nkind = "edge"\n',
        ["pools[2].fqdn: is missing"],
    ),
    "servers of a list": (
        ZONE + '[estate]\nservers_csv = "servers.csv"\nnmae = "x"\n' + LINKS,
        ["estate.nmae: unknown key; did you mean 'name'?"],
    ),
}


@pytest.mark.parametrize(("text", "told"), MIXED.values(), ids=MIXED)
def test_nothing_is_told_that_may_come_of_another_mistake(
    tmp_path: Path, text: str, told: list[str]
) -> None:
    assert [line.strip() for line in refused(tmp_path, text).message.splitlines()[1:]] == told
