"""A file of one's own that asks less than the shipped rulebook is taken, and never in silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.rulebook import load
from tests.cli.own_files import CU14, STANDARD, file_of, own_policy, told_of

_SQL = """[policies.tls10-disable.sql.sfb2015]
title = "t"
builds = [{}]
clients = true
how = "h" """

# a file over the rulebook -> what it asks less of
LOWERED = [
    (
        '[policies.office365-tls12.minimum.sfb2015]\nbuild = "6.0.9319.235"',
        "policies.office365-tls12: 6.0.9319.235 for sfb2015 is lower than the shipped 6.0.9319.516",
    ),
    (
        """[policies.tls10-disable.minimum.sfb2015]
        build = "6.0.9319.548"
        kinds = { sba = "6.0.9319.281", edge = "6.0.9319.516" }""",
        "6.0.9319.281 for sfb2015 in pools of kind sba is lower than the shipped 6.0.9319.516",
        "6.0.9319.516 for sfb2015 in pools of kind edge is lower than the shipped 6.0.9319.548",
    ),
    (
        "[policies.tls10-disable.dotnet]\nrelease = 394802\ntitle = 't'\nproducts = []\nhow = 'h'",
        "policies.tls10-disable: release 394802 of .NET is lower than the shipped 460798",
    ),
    (
        _SQL.format('"11.0.5352.0"'),
        "11.0.5352.0 of SQL Server for sfb2015 is lower than the shipped 11.0.5678.0",
        "the last build of SQL Server for sfb2015, 11.0.5352.0, is lower than the shipped 12.",
    ),
    (
        _SQL.format('"11.0.7001.0", "12.0.2271.0", "12.0.4439.1", "12.0.5000.0"'),
        "12.0.2271.0 of SQL Server for sfb2015 is lower than the shipped 12.0.2564.0",
    ),
    (
        """[updates.kb3140245]
        files = [{ os = "2012", name = "winhttp.dll", version = "6.2.9200.1" }]""",
        "updates.kb3140245: winhttp.dll 6.2.9200.1 on 2012 is lower than the shipped",
    ),
    (
        "[products.sfb2015]\nsystems = [{ os = '2019', sources = ['standard'] }]",
        "products.sfb2015: no least build on 2019 is lower than the shipped 6.0.9319.548",
    ),
    (
        """[products.lync2013]
        systems = [{ os = "2012r2", least = "5.0.8308.420", sources = ["standard"] }]""",
        "products.lync2013: 5.0.8308.420 on 2012r2 is lower than the shipped 5.0.8308.556",
    ),
]


@pytest.mark.parametrize(("text", "sentences"), [(text, told) for text, *told in LOWERED])
def test_what_asks_less_than_the_shipped_rulebook_says_so(
    text: str, sentences: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = file_of(tmp_path, text + STANDARD)
    later = file_of(tmp_path, CU14, "later.toml")
    told = told_of(capsys, "rulebook", "check", path, later)
    assert told.code == 0
    assert told.out.count("lower than the shipped") == len(sentences)
    for sentence in sentences:
        assert sentence in told.out


# lines of Contoso's own policy -> whether it asks less than the shipped one that it is like
OWN = [
    ({"build": 'build = "6.0.9319.235"'}, "6.0.9319.516"),
    ({"build": 'build = "6.0.9319.516"'}, ""),
    ({"build": 'build = "6.0.9319.516"', "like": 'like = "tls10-disable"'}, "6.0.9319.548"),
    ({"build": 'build = "6.0.9319.516"', "like": 'like = "supported-today"'}, ""),
]

# a file over the rulebook's products -> what it asks less of
PRODUCTS = [
    (
        "systems = [{ os = '2012', kb3140245 = 'advised', sources = ['standard'] }]",
        "products.sfb2015: KB3140245 on 2012 is advised, and required as shipped",
    ),
    (
        "systems = [{ os = '2012', kb3140245 = 'required', sources = ['standard'] }]",
        None,
    ),
    (
        "support = { ends = 2025-10-15, sources = ['standard'] }",
        "products.sfb2015: support ends on 2025-10-15, and on 2025-10-14 as shipped",
    ),
    (
        "support = { sources = ['standard'] }",
        "products.sfb2015: support ends on no day, and on 2025-10-14 as shipped",
    ),
    ("support = { ends = 2025-10-14, sources = ['standard'] }", None),
]


@pytest.mark.parametrize(("lines", "sentence"), PRODUCTS)
def test_a_product_that_asks_less_says_so(
    lines: str, sentence: str | None, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = file_of(tmp_path, f"[products.sfb2015]\n{lines}{STANDARD}")
    told = told_of(capsys, "rulebook", "check", path)
    if sentence is None:
        assert "shipped" not in told.out
    else:
        assert sentence in told.out


def test_an_older_first_build_says_so(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = file_of(tmp_path, f'[products.sfbse]\nbase = "7.0.2046.819"{STANDARD}')
    told = told_of(capsys, "rulebook", "check", path)
    assert "products.sfbse: base 7.0.2046.819 is lower than the shipped 7.0.2046.820" in told.out


# a policy like tls10-disable -> what weighs less in it than in that one
_DOTNET = """[dotnet]
release = 460798
title = "t"
products = ["sfb2015"]
how = "h"
sources = ["dtls"]"""
_NO_CLIENTS = """[sql.sfb2015]
title = "t"
builds = ["11.0.5678.0"]
clients = false
how = "h"
sources = ["dtls"]"""
LIGHTER = [
    ('strong_crypto = "advice"', "strong_crypto is advice, and fail as shipped"),
    ('unstarred = "fail"\nsupport = "fail"', None),
    ("max_age_days = 31", "facts count for 31 days, and for 30 as shipped"),
    ("max_age_days = 30", None),
    ('scope = "paths"', "scope is paths, and estate as shipped"),
    ("extended_updates = true", "extended_updates is true, and false as shipped"),
    ('without = ["SFB-OS-001"]', "SFB-OS-001 does not count, and does as shipped"),
    (_DOTNET, "no .NET is asked of sfb2019, and one is as shipped"),
    (_DOTNET.replace('"sfb2015"', '"sfb2019", "sfb2015", "lync2013"'), None),
    (_NO_CLIENTS, "no clients of SQL Server are asked of sfb2015, and they are as shipped"),
    (_NO_CLIENTS.replace("false", "true"), None),
    (_NO_CLIENTS.replace("2015", "2019"), None),
]


@pytest.mark.parametrize(("lines", "sentence"), LIGHTER)
def test_what_weighs_less_than_in_the_shipped_policy_says_so(
    lines: str, sentence: str | None, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = file_of(tmp_path, f'like = "tls10-disable"\ntitle = "T"\n{lines}', "ours.toml")
    told = told_of(capsys, "rulebook", "check", path)
    assert told.code == 0
    assert told.out.count("as shipped") == (sentence is not None)
    assert f"policies.ours: {sentence or ''}" in told.out or sentence is None


def test_a_policy_that_is_like_none_weighs_less_only_where_every_shipped_one_weighs_more(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    whole = """
    title = "Ours"
    unstarred = "advice"
    strong_crypto = "advice"
    support = "advice"
    max_age_days = 31
    counts = ["SFB-CU-001"]
    cites = ["dtls"]
    """
    path = file_of(tmp_path, whole, "ours.toml")
    told = told_of(capsys, "rulebook", "check", path)
    weights = [line for line in told.out.splitlines() if "as shipped" in line]
    everywhere = set.intersection(*(set(each.counts) for each in load().policies.values()))
    assert len(weights) == 1 + len(everywhere - {"SFB-CU-001"})
    assert "policies.ours: facts count for 31 days, and for 30 as shipped" in told.out


@pytest.mark.parametrize(("lines", "shipped"), OWN)
def test_a_policy_of_ones_own_that_asks_less_says_so(
    lines: dict[str, str], shipped: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = file_of(tmp_path, own_policy(**{"without": "", **lines}), "contoso.toml")
    for command in ("check", "policies"):
        told = told_of(capsys, "rulebook", command, path)
        assert told.code == 0
        assert ("lower than the shipped" in told.out) is bool(shipped)
        assert not shipped or f"for sfb2015 is lower than the shipped {shipped}" in told.out


def test_a_policy_that_is_like_none_stands_beside_every_shipped_one(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    whole = """
    title = "Ours"
    unstarred = "fail"
    strong_crypto = "fail"
    support = "fail"
    max_age_days = 7
    counts = ["SFB-CU-001"]
    cites = ["standard"]
    [minimum.sfb2015]
    build = "6.0.9319.235"
    """
    path = file_of(tmp_path, whole + STANDARD, "ours.toml")
    second = file_of(
        tmp_path, own_policy(like='like = "ours"', without="", build='build = "6.0.9319.516"')
    )
    told = told_of(capsys, "rulebook", "check", path, second)
    assert told.code == 0
    assert told.out.count("lower than the shipped") == 1
    assert "policies.ours: 6.0.9319.235 for sfb2015 is lower than the shipped 6.0.9319.516" in (
        told.out
    )
