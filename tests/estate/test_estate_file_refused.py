"""Estate files that are refused whole: passwords in them, no TOML, not there."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.errors import UsageError
from auditor.estate.estate_file import read_estate_file
from tests.estate.estate_text import EDGE_POOL, EDGE_ZONE, POOL, ZONE, read, refused


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('[credentials.admin]\nusername = "me"\npassword = "{}"\n', "credentials.admin.password"),
        ('[credentials.admin]\nusername = "me"\nPasswd = "{}"\n', "credentials.admin.Passwd"),
        ('[credentials]\nadmin = {{ client_secret = "{}" }}\n', "credentials.admin.client_secret"),
        ('pwd = "{}"\n', "pwd"),
        (
            '[[pools]]\nfqdn = "a"\nservers = [{{ fqdn = "a", pass = "{}" }}]\n',
            "pools[1].servers[1].pass",
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


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"[estate\nname = 1", "line 1"),
        (b'[credentials.a]\nusername = "CONTOSO\\svc"\n', "line 2"),
        (b"[estate]\n\nname = \n", "line 3"),
        (b"\xff\xfe[\x00e\x00", "utf-8"),
        (b"a = " + b"[" * 100_000, "nested too deeply"),
        (b"a = " + b"9" * 5000, "digits"),
    ],
    ids=["bracket", "backslash", "value", "utf-16", "depth", "digits"],
)
def test_what_is_no_toml(tmp_path: Path, content: bytes, words: str) -> None:
    error = refused(tmp_path, content)
    assert error.code == "ESTATE-NOT-TOML"
    assert words in error.message
    assert r"'DOMAIN\user'" in error.hint


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
    max_examples=80,
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
