"""`sfb-audit rulebook`, and files of one's own: what they may do, and what is refused."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from auditor.rulebook import load
from auditor.rulebook.check import problems
from tests.cli.command import Ended, sfb_audit

CU14 = """
[[builds]]
product = "sfb2015"
version = "6.0.9319.900"
name = "CU14"
month = "2027-01"
kb = ["KB5099999"]
sources = ["cu14"]

[sources.cu14]
title = "CU14 for Skype for Business Server 2015"
url = "https://example.com/cu14"
"""
RAISED = """
[policies.cloud-moves-2022.minimum.sfb2015]
build = "6.0.9319.900"
sources = ["cu14"]
"""
CONTOSO = """
like = "office365-tls12"
title = "Contoso: nothing older than CU9"
without = ["SFB-CLOCK-001"]
max_age_days = 7

[minimum.sfb2015]
build = "6.0.9319.548"
sources = ["standard"]

[sources.standard]
title = "Contoso server standard 7.2"
"""


def _file(folder: Path, text: str, name: str = "own.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def _told(capsys: pytest.CaptureFixture[str], *arguments: object) -> Ended:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", "250")
        return sfb_audit(capsys, *arguments)


def test_the_shipped_rulebook_is_consistent_and_what_was_checked_is_told(
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = _told(capsys, "rulebook", "check")
    assert (told.code, told.err) == (0, "")
    assert "Consistent." in told.out
    for what in ("sources:", "builds:", "products:", "Windows:", "policies:", "rules:"):
        assert what in told.out
    assert f" {len(load().all_updates)}  ok  builds:" in told.out


def test_a_new_update_and_a_policy_over_it(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    overlay = _file(tmp_path, CU14 + RAISED)
    policy = _file(tmp_path, CONTOSO, "contoso.toml")
    told = _told(capsys, "rulebook", "check", overlay, policy)
    assert told.code == 0
    assert hashlib.sha256(overlay.read_bytes()).hexdigest() in told.out
    for change in (
        "own.toml: builds: sfb2015 6.0.9319.900 (CU14) added",
        "own.toml: sources.cu14 added",
        "own.toml: policies.cloud-moves-2022 changed (minimum.sfb2015)",
        "contoso.toml: policies.contoso added",
    ):
        assert change in told.out
    builds = _told(capsys, "builds", "6.0.9319.899", "--rulebook", overlay, "--rulebook", policy)
    assert "after it                 6.0.9319.900 CU14 (Jan 2027, KB5099999), by cu14" in builds.out
    assert "is below the minimum 6.0.9319.900" in builds.out
    assert "policy contoso           meets the minimum 6.0.9319.548" in builds.out
    shown = _told(capsys, "rules", "show", "SFB-CLOCK-001", "--rulebook", policy)
    assert "contoso" not in next(line for line in shown.out.splitlines() if "counts in" in line)
    before = _told(capsys, "rules", "--rulebook", policy, "show", "SFB-CU-001")
    assert "cloud-moves-2022, contoso" in before.out
    assert "contoso.toml (SHA-256" in before.out
    assert _told(capsys, "rules", "--rulebook", overlay).code == 0
    listed = _told(capsys, "rulebook", "policies", policy)
    assert "contoso: Contoso: nothing older than CU9" in listed.out
    assert "6.0.9319.900" not in str(load())  # nothing of it stays in this process


def test_an_entry_can_be_changed_and_cites_who_says_so(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    text = """
    [products.sfb2019]
    packages = ["Skype for Business Server 2019", "SfB Server 2019"]
    sources = ["wiki"]
    [[products.sfb2019.systems]]
    os = "2019"
    sources = ["wiki"]
    [products.sfb2015.support]
    ends = 2027-10-14
    sources = ["wiki"]
    [clock]
    max_skew_minutes = 3
    sources = ["wiki"]
    [[unnumbered]]
    product = "sfb2015"
    name = "CU3"
    month = "2016-06"
    kb = ["KB3149227"]
    sources = ["wiki", "sfb-updates"]
    [sources.wiki]
    title = "Our wiki"
    [sources.dtls]
    url = "https://learn.microsoft.com/moved"
    """
    from auditor.knowledge import read_knowledge

    book = read_knowledge([_file(tmp_path, text)]).rulebook
    product = book.products["sfb2019"]
    assert product.sources == ("wiki", *load().products["sfb2019"].sources)
    assert product.packages[1] == "SfB Server 2019"
    row = product.system("2019")
    assert row is not None
    assert (row.confidence, row.sources) == ("stated", ("wiki",))
    assert len(product.systems) == len(load().products["sfb2019"].systems)
    assert str(book.products["sfb2015"].support).count("2027") == 1
    assert book.clock.max_skew_minutes == 3
    assert len(book.unnumbered) == len(load().unnumbered)
    assert book.sources["dtls"].title == load().sources["dtls"].title
    assert problems(book) == []
    assert _told(capsys, "rulebook", "check", tmp_path / "own.toml").code == 0


# a file with a list without rows
EMPTIED = """
[policies.tls10-disable]
excludes = []
prerequisites = []
sources = ["wiki"]
[updates.kb3140245]
files = []
sources = ["wiki"]
[products.sfb2015]
systems = []
sources = ["wiki"]
[sources.wiki]
title = "Our wiki"
"""


def test_no_rows_take_none_away(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    from auditor.knowledge import read_knowledge

    shipped, path = load(), _file(tmp_path, EMPTIED)
    policy = _file(tmp_path, 'like = "tls10-disable"\ntitle = "T"\nexcludes = []', "contoso.toml")
    book = read_knowledge([path], [str(policy)]).rulebook
    for key in ("tls10-disable", "contoso"):
        assert book.policies[key].excludes == shipped.policies["tls10-disable"].excludes
        assert book.policies[key].prerequisites == shipped.policies["tls10-disable"].prerequisites
    assert book.updates["kb3140245"].files == shipped.updates["kb3140245"].files
    assert book.products["sfb2015"].systems == shipped.products["sfb2015"].systems
    told = _told(capsys, "rulebook", "check", path)
    assert told.code == 0
    assert "updates.kb3140245 cites more" in told.out


_STANDARD = """
sources = ["standard"]
[sources.standard]
title = "Contoso server standard 7.2"
"""

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
        """[policies.tls10-disable.sql.sfb2015]
        title = "t"
        builds = ["11.0.5352.0"]
        clients = true
        how = "h" """,
        "11.0.5352.0 of SQL Server for sfb2015 is lower than the shipped 11.0.5678.0",
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
    path = _file(tmp_path, text + _STANDARD)
    later = _file(tmp_path, CU14, "later.toml")
    told = _told(capsys, "rulebook", "check", path, later)
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


@pytest.mark.parametrize(("lines", "shipped"), OWN)
def test_a_policy_of_ones_own_that_asks_less_says_so(
    lines: dict[str, str], shipped: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = _file(tmp_path, _own(**{"without": "", **lines}), "contoso.toml")
    for command in ("check", "policies"):
        told = _told(capsys, "rulebook", command, path)
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
    path = _file(tmp_path, whole + _STANDARD, "ours.toml")
    second = _file(tmp_path, _own(like='like = "ours"', without="", build='build = "6.0.9319.516"'))
    told = _told(capsys, "rulebook", "check", path, second)
    assert told.code == 0
    assert told.out.count("lower than the shipped") == 1
    assert "policies.ours: 6.0.9319.235 for sfb2015 is lower than the shipped 6.0.9319.516" in (
        told.out
    )


_MINIMUM = "[policies.office365-tls12.minimum.sfb2015]\n"

_EXCLUDES = (
    "[[policies.tls10-disable.excludes]]\n"
    "product = 'sfb2015'\nwhy = 'w'\ninstead = 'i'\nsources = ['dtls']\n"
)
_PREREQUISITE = (
    "[[policies.tls10-disable.prerequisites]]\n"
    "title = 't'\ncheck = 'c'\nproducts = ['sfb2015']\nsources = ['dtls']\n"
)

# a file -> what it is told
REFUSED = [
    ("builds = 7", "builds: it is no list; write [[builds]]"),
    ("[[builds]]\nversion = '1.2.3'", "builds[1].product: Field required"),
    (CU14.replace("6.0.9319.900", "6.0.9319.x"), "builds[1].version: Value error, '6.0.9319.x'"),
    (CU14.replace("6.0.9319.900", "7.0.2046.900"), "not in the line of 6.0.9319.0"),
    (CU14.replace('sources = ["cu14"]', "sources = []"), "build 6.0.9319.900: no source"),
    (CU14.replace('sources = ["cu14"]', 'sources = ["cu15"]'), "cu15 is not known"),
    (CU14.replace("KB5099999", "5099999"), "'5099999' is no KB number"),
    (CU14.replace("2027-01", "January 2027"), "'January 2027' is no month"),
    (CU14.replace("CU14 for", "\\u0020").replace("Skype for Business Server 2015", ""), "no title"),
    (_MINIMUM + 'build = "6.0.9319.548"', "minimum.sfb2015.sources: Field required"),
    (_MINIMUM + 'build = "6.0.9319.548"\nsources = []', "for sfb2015: no source"),
    (_MINIMUM + 'build = "6.0.9319.548"\nsources = ["practice"]', "stated by nobody"),
    (_MINIMUM + 'build = "6.0.9319.549"\nsources = ["dtls"]', "is no build of sfb2015"),
    (_MINIMUM + 'build = "x"\nsources = ["dtls"]', "minimum.sfb2015.build: Value error, 'x'"),
    ("[policies.office365-tls12]\nmax_age_days = 90", "it needs `sources` of its own"),
    ("[policies.office365-tls12]\nsources = []", "sources: none is left"),
    ("[products.sfb2015]\nsources = []", "products.sfb2015.sources: none is left"),
    ("[products.sfb2015]\npackages = ['x']", "it changes packages, so it needs `sources`"),
    ("[products.sfb2015]\nsystems = 5\nsources = ['dtls']", "products.sfb2015.systems: "),
    ("[products]\nsfb2015 = 5", "products.sfb2015: it is no table"),
    ("[products.'<b>']\ntitle = 'x'", "small letters, digits and hyphens make a key"),
    ("[windows.2012]\nwinhttp_tls12 = true", "windows.2012: it changes winhttp_tls12"),
    ("windows = 5", "windows: it is no table"),
    ("[sources.dtls]\ntitle = ''", "source dtls: no title"),
    ("[sources.dtls]\nurl = 'http://example.com'", "is no https address"),
    ("[sources.dtls]\nwho = 'me'", "sources.dtls.who: Unexpected keyword argument"),
    ("[clock]\nmax_skew_minutes = 'soon'\nsources = ['dtls']", "clock.max_skew_minutes: "),
    ("[registry.schannel]\nprotocol = 'x'", "registry: not a table that a file can change"),
    ("[policies.mine]\nlike = 'nobody'", "policies.mine.like: there is no policy 'nobody'"),
    ("[policies.mine]\ntitle = 'Mine'", "policies.mine.counts: Field required"),
    (
        "[policies.mine]\nlike = 'office365-tls12'\ntitle = 'Mine'\ncounts = ['SFB-X-001']",
        "policy mine: there is no rule SFB-X-001",
    ),
    (
        _MINIMUM + 'build = "6.0.9319.548"\nsources = ["dtls"]\nkinds = { sbs = "6.0.9319.516" }',
        "minimum.sfb2015.kinds.sbs.[key]: Value error, there is no kind of pool 'sbs'",
    ),
    (_EXCLUDES + "kinds = ['Edge']", "excludes[6].kinds[1]: Value error, there is no kind of pool"),
    (_EXCLUDES + "except_kinds = ['x']", "excludes[6].except_kinds[1]: Value error"),
    (
        _PREREQUISITE + "kinds = ['x']",
        "kinds[1]: Value error, there is no kind of pool 'x' (enterprise, standard, ",
    ),
    ("a = ", "is not TOML"),
]


@pytest.mark.parametrize(("text", "words"), REFUSED)
def test_what_a_file_over_the_rulebook_may_not_do(
    text: str, words: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = _file(tmp_path, text)
    for command in (["builds", "--rulebook", path], ["rulebook", "check", path]):
        told = _told(capsys, *command)
        assert (told.code, told.out) == (2, "")
        assert "error RULEBOOK-INVALID" in told.err
        assert str(path) in told.err
        assert words in told.err


def _own(**changes: str) -> str:
    """Contoso's policy with lines replaced."""
    lines = [changes.get(line.partition(" ")[0], line) for line in CONTOSO.splitlines()]
    return "\n".join(lines)


# a policy's own file -> what it is told
REFUSED_POLICIES = [
    (_own(like='like = "office"'), "like: there is no policy 'office'"),
    (_own(like="", without=""), "unstarred: Field required"),
    (_own(like="", without=""), "cites: Field required"),
    (_own(title=""), "title: Field required"),
    (_own(without='without = ["SFB-X-001"]'), "without: SFB-X-001 does not count anyway"),
    (_own(without='counts = ["SFB-X-001"]'), "there is no rule SFB-X-001"),
    (_own(build='build = "6.0.9319.549"'), "6.0.9319.549 is no build of sfb2015"),
    (_own(sources="sources = []"), "no source"),
    (_own(sources=""), "minimum.sfb2015.sources: Field required"),
    (_own(sources='sources = ["x"]'), "x is not known"),
    (_own(max_age_days="max_age_days = 0"), "a day at least"),
    (_own(max_age_days="max_age_days = 'x'"), "max_age_days: "),
    (_own(max_age_days="strict = true"), "strict: Unexpected keyword argument"),
    (_own(like='like = "tls10-disable"', without='without = ["SFB-PROD-003"]'), "has to count"),
    (_own(like='like = "tls10-disable"', without='without = ["SFB-PRE-001"]'), "has to count"),
    (_own(like='like = "tls10-disable"', without='without = ["SFB-SQL-001"]'), "has to count"),
    (_own(like='like = "tls10-disable"', without='without = ["SFB-SQL-002"]'), "has to count"),
    (
        _own(sources='sources = ["standard"]\nkinds = { enterprize = "6.0.9319.869" }'),
        "minimum.sfb2015.kinds.enterprize.[key]: Value error, there is no kind of pool",
    ),
    ("like = ", "it is not TOML"),
]


@pytest.mark.parametrize(("text", "words"), REFUSED_POLICIES)
def test_what_is_no_policy(
    text: str, words: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = _file(tmp_path, text, "contoso.toml")
    told = _told(capsys, "assess", "x.json", "--out", tmp_path / "out", "--policy", path)
    assert (told.code, told.out) == (2, "")
    assert "error POLICY-INVALID" in told.err
    assert words in told.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("My Policy.toml", "small letters, digits and hyphens, please"),
        ("office365-tls12.toml", "there is a policy office365-tls12 already"),
    ],
)
def test_a_policy_is_called_like_its_file(
    name: str, words: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = _file(tmp_path, CONTOSO, name)
    told = _told(capsys, "assess", "x.json", "--out", tmp_path / "out", "--policy", path)
    assert told.code == 2
    assert words in told.err


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--policy", "nowhere.toml"], "POLICY-UNREADABLE"),
        (["--policy", "nobody"], "POLICY-UNKNOWN"),
        (["--policy", "office365-tls12", "--policy", "nobody"], "POLICY-UNKNOWN"),
        (["--rulebook", "nowhere.toml"], "RULEBOOK-UNREADABLE"),
    ],
)
def test_what_is_not_there(
    arguments: list[str], code: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    told = _told(capsys, "assess", "x.json", "--out", tmp_path / "out", *arguments)
    assert (told.code, told.out) == (2, "")
    assert f"error {code}" in told.err


def test_a_file_that_is_too_large(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = _file(tmp_path, "#" * (2**20 + 1))
    out = tmp_path / "out"
    told = _told(capsys, "assess", "x.json", "--out", out, "--rulebook", path)
    assert "error RULEBOOK-TOO-LARGE" in told.err
    told = _told(capsys, "assess", "x.json", "--out", out, "--policy", path)
    assert "error POLICY-TOO-LARGE" in told.err


def test_every_shipped_policy_is_listed_with_what_it_asks(
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = _told(capsys, "rulebook", "policies")
    assert told.code == 0
    for key, policy in load().policies.items():
        assert f"{key}: {policy.title}" in told.out
        assert all(str(threshold.build) in told.out for threshold in policy.minimum.values())
        assert all(rule in told.out for rule in policy.counts)
        assert all(row.why in told.out for row in policy.excludes)
        assert all(row.title in told.out for row in policy.prerequisites)
