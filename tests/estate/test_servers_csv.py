"""A list of servers as a spreadsheet saves it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.errors import UsageError
from auditor.estate.model import Estate, InUse, PoolKind
from auditor.estate.servers_csv import read_servers_csv


def read(folder: Path, content: str | bytes) -> Estate:
    path = folder / "servers.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_servers_csv(path)


def refused(folder: Path, content: str | bytes) -> UsageError:
    with pytest.raises(UsageError) as caught:
        read(folder, content)
    assert str(folder) in caught.value.message
    assert caught.value.hint
    return caught.value


def test_names_alone_are_enough(tmp_path: Path) -> None:
    estate = read(tmp_path, "fqdn\nFE01.contoso.com\nfe02.contoso.com\n")
    assert (estate.name, estate.source) == ("servers", "server list servers.csv")
    assert [(p.fqdn, p.kind, p.site) for p in estate.pools] == [
        ("fe01.contoso.com", PoolKind.UNKNOWN, "default"),
        ("fe02.contoso.com", PoolKind.UNKNOWN, "default"),
    ]
    assert {s.zone for s in estate.servers()} == {None}
    assert {s.in_use for s in estate.scenarios} == {InUse.ASSUMED}


EVERYTHING = (
    "FQDN;Pool;Kind;Site;Product;Zone;Address;Roles;Upgrade_Domain\r\n"
    'fe01.contoso.com;pool01;Enterprise;"To;kyo";sfb2015;inside;10.0.0.1;'
    "Registrar UserServices;U1\r\n"
    "fe02.contoso.com;pool01;;;;;;;\r\n"
    ";;;;;;;;\r\n"
    "sql01.contoso.com;;sql\r\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("separator", [";", ","])
def test_everything_that_a_line_can_say(tmp_path: Path, encoding: str, separator: str) -> None:
    estate = read(tmp_path, EVERYTHING.replace(";", separator).encode(encoding))
    pool, sql = estate.pools
    first, second = pool.servers
    assert (pool.fqdn, pool.kind, pool.product) == ("pool01", PoolKind.ENTERPRISE, "sfb2015")
    assert pool.site == f"To{separator}kyo"
    assert (first.zone, first.address, first.upgrade_domain) == ("inside", "10.0.0.1", "U1")
    assert first.roles == ("Registrar", "UserServices")
    assert (second.fqdn, second.zone, second.roles) == ("fe02.contoso.com", None, ())
    assert (sql.kind, sql.takes_updates) == (PoolKind.SQL, False)
    assert [site.name for site in estate.sites] == [pool.site, "default"]


# How programs save a list: text, encoding.
SAVED = {
    "Excel, Unicode text": ("fqdn\tpool\tsite\r\nfe01\tpool01\tTo,kyo\r\n", "utf-16"),
    "Excel, CSV UTF-8": ("fqdn;pool;site\r\nfe01;pool01;To,kyo\r\n", "utf-8-sig"),
    "with a line for Excel": ("sep=;\r\nfqdn;pool;site\r\nfe01;pool01;To,kyo\r\n", "utf-8"),
    "Export-Csv": ('"fqdn","pool","site"\r\n"fe01","pool01","To,kyo"\r\n', "utf-16"),
    "an editor": ('"FQDN", pool ,site,,\nfe01, pool01,"To,kyo",,\n\n', "utf-8"),
}


@pytest.mark.parametrize(("text", "encoding"), SAVED.values(), ids=SAVED.keys())
def test_however_it_was_saved(tmp_path: Path, text: str, encoding: str) -> None:
    (pool,) = read(tmp_path, text.encode(encoding)).pools
    assert (pool.fqdn, pool.site) == ("pool01", "To,kyo")
    assert [server.fqdn for server in pool.servers] == ["fe01"]


def test_who_signs_in_and_what_is_left_out(tmp_path: Path) -> None:
    estate = read(tmp_path, "fqdn,credential,exclude\nfe01,edge,\nfe02,,being retired\n")
    assert [(s.fqdn, s.credential) for s in estate.servers()] == [("fe01", "edge")]
    assert [(s.fqdn, s.excluded) for s in estate.excluded()] == [("fe02", "being retired")]


@pytest.mark.parametrize("mark", ["yes", "NO", "true", "False", "0", "1", "x", "-"])
def test_a_mark_is_no_reason_to_leave_a_server_out(tmp_path: Path, mark: str) -> None:
    error = refused(tmp_path, f"fqdn,exclude\nfe01,\nfe02,{mark}\nfe 03,\n")
    assert error.code == "SERVERS-INVALID"
    assert f"line 3: exclude {mark!r} is no reason: say why in words" in error.message
    assert "line 4" in error.message


def test_what_a_spreadsheet_leaves_behind_is_nothing(tmp_path: Path) -> None:
    content = 'fqdn;site;;\nfe01\xa0;"To\r\nkyo";;\n;;;\nfe02;;;\n'
    assert [(p.fqdn, p.site) for p in read(tmp_path, content).pools] == [
        ("fe01", "To kyo"),
        ("fe02", "default"),
    ]


def test_a_kind_may_be_written_in_any_case(tmp_path: Path) -> None:
    estate = read(tmp_path, "fqdn,pool,kind\na,p,Enterprise\nb,p,enterprise\nc,q,SQL\n")
    assert [pool.kind for pool in estate.pools] == [PoolKind.ENTERPRISE, PoolKind.SQL]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "no column fqdn"),
        (",fqdn\nx,a\n", "column 1 has no name"),
        ("fqdn,,site\na,,x\n", "column 2 has no name"),
        ("fqdn,site\na,To\x1bkyo\n", "line 2: holds a control character"),
        ("fe01.contoso.com\n", "unknown column 'fe01.contoso.com'"),
        ("fqdn,poool\na,b\n", "unknown column 'poool'; did you mean 'pool'?"),
        ("fqdn,site,site\na,b,c\n", "column site is there twice"),
        ("fqdn,site\na,b,c\n", "line 2: has more cells than the header"),
        ("fqdn,site\na,x\n,b\n", "line 3: no fqdn"),
        ("fqdn\nfe 01\n", "line 2: fqdn 'fe 01' is not a name of a machine"),
        ("fqdn,address\na,b c\n", "line 2: address 'b c' is not a name of a machine"),
        ("fqdn,kind\na,frontend\n", "pool a: 'frontend' is no kind of pool (enterprise,"),
        ("fqdn,pool,site\na,p,x\nb,p,y\n", "pool p: site is x and y"),
        ("fqdn,pool,kind\na,p,Edge\nb,p,sql\n", "pool p: kind is edge and sql"),
        ("fqdn,pool\na,p\nA,q\n", "server a is listed twice: in p and in q"),
        ("fqdn\na\na\n", "pool a: server a is listed twice"),
        ("fqdn,address\na,10.0.0.1\nb,10.0.0.1\n", "servers a and b have the same address"),
        ('fqdn\n"' + "a" * 200_000 + '"\n', "line 2: field larger than field limit"),
    ],
)
def test_what_cannot_be_used_is_named_with_its_line(
    tmp_path: Path, content: str, sentence: str
) -> None:
    error = refused(tmp_path, content)
    assert error.code == "SERVERS-INVALID"
    assert f"\n  {sentence}" in error.message


def test_all_problems_at_once(tmp_path: Path) -> None:
    error = refused(tmp_path, "fqdn\n" + "a b\n" * 30)
    assert error.message.count("is not a name") == 20
    assert error.message.endswith("and 10 more")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("fqdn\n", "SERVERS-EMPTY"),
        ("fqdn,pool\n,\n", "SERVERS-EMPTY"),
        ("fqdn\nfe01\n".encode("utf-16")[:-1], "SERVERS-UNREADABLE"),
        ("fqdn,site\nfe01,München\n".encode("cp1252"), "SERVERS-UNREADABLE"),
        (b"fqdn\n" + b"a\n" * 2**23, "SERVERS-TOO-LARGE"),
    ],
    ids=["no line", "blank line", "half a character", "cp1252", "large"],
)
def test_what_is_no_list(tmp_path: Path, content: str | bytes, code: str) -> None:
    assert refused(tmp_path, content).code == code


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        read_servers_csv(tmp_path / "none.csv")
    assert caught.value.code == "SERVERS-UNREADABLE"


@settings(
    deadline=None,
    max_examples=80,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    st.lists(
        st.text(st.sampled_from('ab.,;" \r\n\0é'), max_size=12) | st.text(max_size=6), max_size=6
    )
)
def test_any_lines_are_read_or_refused(tmp_path: Path, lines: list[str]) -> None:
    content = "\n".join(["fqdn,pool", *lines]).encode("utf-8", "replace")
    try:
        estate = read(tmp_path, content)
    except UsageError as error:
        assert error.code.startswith("SERVERS-")  # noqa: PT017 - either way is right
    else:
        assert estate.servers()
