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
    ("[[builds]]\nversion = '1.2.3'", "builds[1].product: is missing"),
    (CU14.replace("6.0.9319.900", "6.0.9319.x"), "builds[1].version: '6.0.9319.x'"),
    (CU14.replace("6.0.9319.900", "7.0.2046.900"), "not in the line of 6.0.9319.0"),
    (CU14.replace('sources = ["cu14"]', "sources = []"), "build 6.0.9319.900: no source"),
    (CU14.replace('sources = ["cu14"]', 'sources = ["cu15"]'), "cu15 is not known"),
    (CU14.replace("KB5099999", "5099999"), "'5099999' is not a KB number"),
    (CU14.replace("2027-01", "January 2027"), "'January 2027' is not a month"),
    (CU14.replace("CU14 for", "\\u0020").replace("Skype for Business Server 2015", ""), "no title"),
    (_MINIMUM + 'build = "6.0.9319.548"', "minimum.sfb2015.sources: is missing"),
    (_MINIMUM + 'build = "6.0.9319.548"\nsources = []', "for sfb2015: no source"),
    (_MINIMUM + 'build = "6.0.9319.548"\nsources = ["practice"]', "stated by nobody"),
    (_MINIMUM + 'build = "6.0.9319.549"\nsources = ["dtls"]', "is not a build of sfb2015"),
    (_MINIMUM + 'build = "x"\nsources = ["dtls"]', "minimum.sfb2015.build: 'x'"),
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
    ("[sources.dtls]\nwho = 'me'", "sources.dtls.who: unknown key"),
    (
        "[products.sfb2015]\nsources = ['dtls']\n[[products.sfb2015.systems]]\nos = '2012'\n",
        "products.sfb2015.systems[1].sources: is missing",
    ),
    ("[products.sfb2015]\nsources = ['dtls', 5]", "sources[2]: it has to be text, in quotes"),
    ("[clock]\nmax_skew_minutes = 'soon'\nsources = ['dtls']", "clock.max_skew_minutes: "),
    ("[clock]\nmax_skew_minutes = -5\nsources = ['dtls']", "must be between 1 and 60"),
    ("[clock]\nmax_skew_minutes = 61\nsources = ['dtls']", "must be between 1 and 60"),
    ("[clock]\nmax_skew_minutes = " + "9" * 5000, "is not TOML: Exceeds the limit"),
    ("a = " + "[" * 3000, "is not TOML: it is nested too deeply"),
    ("[registry.schannel]\nprotocol = 'x'", "registry: not a table that a file can change"),
    ("[policies.mine]\nlike = 'nobody'", "policies.mine.like: there is no policy 'nobody'"),
    (
        "[policies.mine]\ntitle = 'Mine'",
        "policies.mine.like: is missing, and so is what it would give: unstarred, strong_crypto, ",
    ),
    (
        "[policies.mine]\nlike = 'office365-tls12'\ntitle = 'Mine'\ncounts = ['SFB-X-001']",
        "policy mine: there is no rule SFB-X-001",
    ),
    (
        _MINIMUM + 'build = "6.0.9319.548"\nsources = ["dtls"]\nkinds = { sbs = "6.0.9319.516" }',
        "minimum.sfb2015.kinds.sbs: there is no kind of pool 'sbs'",
    ),
    (_EXCLUDES + "kinds = ['Edge']", "excludes[1].kinds[1]: there is no kind of pool"),
    (_EXCLUDES + "except_kinds = ['x']", "excludes[1].except_kinds[1]: there is no kind of pool"),
    (
        _PREREQUISITE + "kinds = ['x']",
        "kinds[1]: there is no kind of pool 'x' (enterprise, standard, ",
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
    (
        own_policy(like="", without=""),
        (
            "like: is missing, and so is what it would give: unstarred, strong_crypto, support, "
            "counts, cites\n"
        ),
    ),
    (own_policy(title=""), "title: is missing"),
    (own_policy(without='without = ["SFB-X-001"]'), "without: there is no rule SFB-X-001"),
    (own_policy(without='counts = ["SFB-X-001"]'), "there is no rule SFB-X-001"),
    (own_policy(build='build = "6.0.9319.549"'), "6.0.9319.549 is not a build of sfb2015"),
    (own_policy(sources="sources = []"), "no source"),
    (own_policy(sources=""), "minimum.sfb2015.sources: is missing"),
    (own_policy(sources='sources = ["x"]'), "x is not known"),
    (own_policy(max_age_days="max_age_days = 0"), "a day at least"),
    (own_policy(max_age_days="max_age_days = 10000000000"), "facts may be at most 366 days old"),
    (own_policy(max_age_days="max_age_days = 367"), "facts may be at most 366 days old"),
    (own_policy(max_age_days="max_age_days = " + "9" * 5000), "it is not TOML: Exceeds the limit"),
    (own_policy(max_age_days="a = " + "[" * 3000), "it is not TOML: it is nested too deeply"),
    (own_policy(max_age_days="max_age_days = 'x'"), "max_age_days: "),
    (own_policy(max_age_days="strict = true"), "strict: unknown key"),
    (own_policy(without='without = "SFB-CLOCK-001"'), "without: write it as a list, in [ ]"),
    (own_policy(without='without = ["SFB-SVC-001"]'), "without: SFB-SVC-001 does not count anyway"),
    (own_policy(without="counts = 5"), "counts: write it as a list, in [ ]"),
    (own_policy(like='like = "contoso"'), "like: it ends at itself"),
    (own_policy(title="title = 7"), "title: it has to be text, in quotes"),
    (own_policy(max_age_days="extended_updates = 1.5"), "extended_updates: it has to be true or "),
    (own_policy(max_age_days="dotnet = 5"), "dotnet: write it as [dotnet]\n"),
    ('like = "office365-tls12"\ntitle = "T"\nminimum = 5', "minimum: write it as [minimum.NAME]"),
    (own_policy(max_age_days="excludes = 5"), "excludes: write it as [[excludes]], once for each"),
    (own_policy(max_age_days="unstarred = 'Fail'"), "'advice' or 'fail'; did you mean 'fail'?"),
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
        "minimum.sfb2015.kinds.enterprize: there is no kind of pool",
    ),
    ("like = ", "it is not TOML"),
]


# a policy's own file -> all that it is told, in its order
ALL_AT_ONCE = {
    "like is misspelt": (
        own_policy(
            like='lik = "office365-tls12"',
            without='without = ["SFB-CLOK-001"]',
            max_age_days="max_age_days = 999",
            build='build = "6.0.9319.549"',
            sources="",
        ),
        [
            "without: there is no rule SFB-CLOK-001; did you mean 'SFB-CLOCK-001'?",
            "minimum.sfb2015.sources: is missing",
            "lik: unknown key; did you mean 'like'?",
            "policy contoso: 6.0.9319.549 is not a build of sfb2015",
            "policy contoso: facts may be at most 366 days old",
        ],
    ),
    "like is missing": (
        own_policy(like="", max_age_days="unstarred = 'fail'"),
        ["like: is missing, and so is what it would give: strong_crypto, support, max_age_days, c"],
    ),
    "like names no policy": (
        own_policy(like='like = "office365-tls2"', max_age_days="support = 5"),
        [
            "like: there is no policy 'office365-tls2'; did you mean 'office365-tls12'?",
            "support: it has to be 'advice' or 'fail'",
        ],
    ),
    "a kind of pool is misspelt": (
        own_policy(sources='sources = []\nkinds = { sbs = "6.0.9319.516" }'),
        [
            "minimum.sfb2015.kinds.sbs: there is no kind of pool 'sbs' (",
            "policy contoso for sfb2015: no source",
        ],
    ),
    "a list holds what it cannot": (
        own_policy(without="counts = [1]", max_age_days="max_age_days = 999"),
        ["counts[1]: it has to be text, in quotes"],  # of the rest nothing is known
    ),
    "a title is missing": (
        own_policy(title="", max_age_days="max_age_days = 999"),
        [
            "sources.standard.title: is missing",
            "title: is missing",
            "policy contoso: facts may be at most 366 days old",
        ],
    ),
    "a product and a rule are misspelt": (
        own_policy(without="counts = ['SFB-CU-01']").replace("minimum.sfb2015", "minimum.sfb15"),
        [
            "policy contoso: there is no product sfb15; did you mean 'sfb2015'?",
            "policy contoso: there is no rule SFB-CU-01; did you mean 'SFB-CU-001'?",
        ],
    ),
}


@pytest.mark.parametrize(("text", "faults"), ALL_AT_ONCE.values(), ids=ALL_AT_ONCE)
def test_a_policy_is_told_all_at_once_and_nothing_that_is_not_so(
    text: str, faults: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    told = told_of(capsys, "rulebook", "check", file_of(tmp_path, text, "contoso.toml"))
    lines = [line.strip() for line in told.err.splitlines()][1:-1]
    assert len(lines) == len(faults)
    for line, fault in zip(lines, faults, strict=True):
        assert line.startswith(fault)


# overlays with policies that are like each other -> all that they are told
LIKES = [
    (
        (
            "[policies.b]\nlike = 'a'\ntitle = 'B'\nwithout = ['SFB-CU-001', 'SFB-PROD-001']\n"
            "[policies.a]\nlike = 'office365-tls12'\ntitle = 'A'\nwithout = ['SFB-CU-001']\n"
        ),
        ["policies.b.without: SFB-CU-001 does not count anyway"],
    ),
    (
        "[policies.b]\nlike = 'a'\ntitle = 'B'\n[policies.a]\nlike = 'b'\ntitle = 'A'\n",
        ["policies.b.like: it ends at itself"],
    ),
    (
        "[policies.c]\nlike = 'b'\ntitle = 'C'\n[policies.b]\nlike = 'b'\ntitle = 'B'\n",
        ["policies.b.like: it ends at itself"],
    ),
    (
        "[policies.a]\nlike = 'nobody'\ntitle = 'A'\nwithout = ['SFB-CU-001']\n",
        ["policies.a.like: there is no policy 'nobody'"],
    ),
]


@pytest.mark.parametrize(("text", "faults"), LIKES)
def test_what_is_wrong_between_policies_is_told_once(
    text: str, faults: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    told = told_of(capsys, "rulebook", "check", file_of(tmp_path, text))
    assert [line.strip() for line in told.err.splitlines()][1:-1] == faults


_TWO_BUILDS = """
[[builds]]
product = "sfb2016"
version = "6.0.9319.900"
name = "CU14"
month = "January 2027"
kb = "KB5099999"
[[builds]]
version = "6.0.9319.901"
souces = ["dtls"]
"""


def test_an_overlay_is_told_all_at_once(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    first = _TWO_BUILDS.partition("[[builds]]\nversion")[0]
    told = told_of(capsys, "rulebook", "check", file_of(tmp_path, first))
    for fault in (
        "builds[1].kb: write it as a list, in [ ]",
        "builds[1].sources: is missing",
        "build 6.0.9319.900: no product sfb2016; did you mean 'sfb2019'?",
        "build 6.0.9319.900: 'January 2027' is not a month",
    ):
        assert f"\n  {fault}\n" in told.err
    told = told_of(capsys, "rulebook", "check", file_of(tmp_path, _TWO_BUILDS))
    assert "builds[2].product: is missing" in told.err
    assert "builds[2].souces: unknown key; did you mean 'sources'?" in told.err
    assert "no product" not in told.err  # of the second one nobody knows what it is


@pytest.mark.parametrize(
    ("text", "told", "untold"),
    [
        ("[sourcez.cu14]\ntitle = 'T'\n" + CU14.partition("[sources")[0], "'sources'", "cu14 is"),
        (CU14 + "[sources.'<b>']\ntitle = 'T'\n[windows]\n2012 = 5", "make a key", "CU14"),
    ],
)
def test_nothing_is_told_that_rests_on_what_was_not_understood(
    text: str, told: str, untold: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    err = told_of(capsys, "rulebook", "check", file_of(tmp_path, text)).err
    assert told in err
    assert untold not in err


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
