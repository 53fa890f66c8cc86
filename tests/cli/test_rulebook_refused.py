"""What a file over the rulebook and a policy of one's own may not do."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.own_files import CONTOSO, CU14, file_of, own_policy, told_of

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
    ("builds = 7", "builds: it is not a list; write [[builds]]"),
    ("[[builds]]\nversion = '1.2.3'", "builds[1].product: Field required"),
    (CU14.replace("6.0.9319.900", "6.0.9319.x"), "builds[1].version: Value error, '6.0.9319.x'"),
    (CU14.replace("6.0.9319.900", "7.0.2046.900"), "not in the line of 6.0.9319.0"),
    (CU14.replace('sources = ["cu14"]', "sources = []"), "build 6.0.9319.900: no source"),
    (CU14.replace('sources = ["cu14"]', 'sources = ["cu15"]'), "cu15 is not known"),
    (CU14.replace("KB5099999", "5099999"), "'5099999' is not a KB number"),
    (CU14.replace("2027-01", "January 2027"), "'January 2027' is not a month"),
    (CU14.replace("CU14 for", "\\u0020").replace("Skype for Business Server 2015", ""), "no title"),
    (_MINIMUM + 'build = "6.0.9319.548"', "minimum.sfb2015.sources: Field required"),
    (_MINIMUM + 'build = "6.0.9319.548"\nsources = []', "for sfb2015: no source"),
    (_MINIMUM + 'build = "6.0.9319.548"\nsources = ["practice"]', "stated by nobody"),
    (_MINIMUM + 'build = "6.0.9319.549"\nsources = ["dtls"]', "is not a build of sfb2015"),
    (_MINIMUM + 'build = "x"\nsources = ["dtls"]', "minimum.sfb2015.build: Value error, 'x'"),
    ("[policies.office365-tls12]\nmax_age_days = 90", "it needs `sources` of its own"),
    ("[policies.office365-tls12]\nsources = []", "sources: none is left"),
    ("[products.sfb2015]\nsources = []", "products.sfb2015.sources: none is left"),
    ("[products.sfb2015]\npackages = ['x']", "it changes packages, so it needs `sources`"),
    ("[products.sfb2015]\nsystems = 5\nsources = ['dtls']", "products.sfb2015.systems: "),
    ("[products]\nsfb2015 = 5", "products.sfb2015: it is not a table"),
    ("[products.'<b>']\ntitle = 'x'", "small letters, digits and hyphens make a key"),
    ("[windows.2012]\nwinhttp_tls12 = true", "windows.2012: it changes winhttp_tls12"),
    ("windows = 5", "windows: it is not a table"),
    ("[sources.dtls]\ntitle = ''", "source dtls: no title"),
    ("[sources.dtls]\nurl = 'http://example.com'", "is not an https address"),
    ("[sources.dtls]\nwho = 'me'", "sources.dtls.who: Unexpected keyword argument"),
    ("[clock]\nmax_skew_minutes = 'soon'\nsources = ['dtls']", "clock.max_skew_minutes: "),
    ("[clock]\nmax_skew_minutes = -5\nsources = ['dtls']", "must be between 1 and 60"),
    ("[clock]\nmax_skew_minutes = 61\nsources = ['dtls']", "must be between 1 and 60"),
    ("[clock]\nmax_skew_minutes = " + "9" * 5000, "is not TOML: Exceeds the limit"),
    ("a = " + "[" * 3000, "is not TOML: it is nested too deeply"),
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
    path = file_of(tmp_path, text)
    for command in (["builds", "--rulebook", path], ["rulebook", "check", path]):
        told = told_of(capsys, *command)
        assert (told.code, told.out) == (2, "")
        assert "error RULEBOOK-INVALID" in told.err
        assert str(path) in told.err
        assert words in told.err


# a policy's own file -> what it is told
REFUSED_POLICIES = [
    (own_policy(like='like = "office"'), "like: there is no policy 'office'"),
    (own_policy(like="", without=""), "unstarred: Field required"),
    (own_policy(like="", without=""), "cites: Field required"),
    (own_policy(title=""), "title: Field required"),
    (own_policy(without='without = ["SFB-X-001"]'), "without: SFB-X-001 does not count anyway"),
    (own_policy(without='counts = ["SFB-X-001"]'), "there is no rule SFB-X-001"),
    (own_policy(build='build = "6.0.9319.549"'), "6.0.9319.549 is not a build of sfb2015"),
    (own_policy(sources="sources = []"), "no source"),
    (own_policy(sources=""), "minimum.sfb2015.sources: Field required"),
    (own_policy(sources='sources = ["x"]'), "x is not known"),
    (own_policy(max_age_days="max_age_days = 0"), "a day at least"),
    (own_policy(max_age_days="max_age_days = 10000000000"), "facts may be at most 366 days old"),
    (own_policy(max_age_days="max_age_days = 367"), "facts may be at most 366 days old"),
    (own_policy(max_age_days="max_age_days = " + "9" * 5000), "it is not TOML: Exceeds the limit"),
    (own_policy(max_age_days="a = " + "[" * 3000), "it is not TOML: it is nested too deeply"),
    (own_policy(max_age_days="max_age_days = 'x'"), "max_age_days: "),
    (own_policy(max_age_days="strict = true"), "strict: Unexpected keyword argument"),
    (
        own_policy(like='like = "tls10-disable"', without='without = ["SFB-PROD-003"]'),
        "must count",
    ),
    (
        own_policy(like='like = "tls10-disable"', without='without = ["SFB-PRE-001"]'),
        "must count",
    ),
    (
        own_policy(like='like = "tls10-disable"', without='without = ["SFB-SQL-001"]'),
        "must count",
    ),
    (
        own_policy(like='like = "tls10-disable"', without='without = ["SFB-SQL-002"]'),
        "must count",
    ),
    (
        own_policy(sources='sources = ["standard"]\nkinds = { enterprize = "6.0.9319.869" }'),
        "minimum.sfb2015.kinds.enterprize.[key]: Value error, there is no kind of pool",
    ),
    ("like = ", "it is not TOML"),
]


@pytest.mark.parametrize(("text", "words"), REFUSED_POLICIES)
def test_what_is_no_policy(
    text: str, words: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = file_of(tmp_path, text, "contoso.toml")
    told = told_of(capsys, "assess", "x.json", "--out", tmp_path / "out", "--policy", path)
    assert (told.code, told.out) == (2, "")
    assert "error POLICY-INVALID" in told.err
    assert words in told.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("My Policy.toml", "use small letters, digits and hyphens"),
        ("office365-tls12.toml", "there is already a policy office365-tls12"),
    ],
)
def test_a_policy_is_called_like_its_file(
    name: str, words: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = file_of(tmp_path, CONTOSO, name)
    told = told_of(capsys, "assess", "x.json", "--out", tmp_path / "out", "--policy", path)
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
    told = told_of(capsys, "assess", "x.json", "--out", tmp_path / "out", *arguments)
    assert (told.code, told.out) == (2, "")
    assert f"error {code}" in told.err


def test_a_file_that_is_too_large(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = file_of(tmp_path, "#" * (2**20 + 1))
    out = tmp_path / "out"
    told = told_of(capsys, "assess", "x.json", "--out", out, "--rulebook", path)
    assert "error RULEBOOK-TOO-LARGE" in told.err
    told = told_of(capsys, "assess", "x.json", "--out", out, "--policy", path)
    assert "error POLICY-TOO-LARGE" in told.err
