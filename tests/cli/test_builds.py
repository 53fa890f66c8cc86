"""`sfb-audit builds`: what a build number is, and what lies around it."""

from __future__ import annotations

from datetime import date

import pytest

from auditor.rulebook import load
from auditor.rulebook.builds import supported
from tests.cli.command import Ended, sfb_audit


def _builds(capsys: pytest.CaptureFixture[str], *arguments: str) -> Ended:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", "200")
        return sfb_audit(capsys, "builds", *arguments)


def test_every_build_is_listed_newest_first_with_its_sources(
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = _builds(capsys)
    assert told.code == 0
    versions = [line.split()[0] for line in told.out.splitlines() if line[1:2].isdigit()]
    known = load().builds
    assert sorted(versions) == sorted(str(build.version) for build in known)
    sfb2015 = [str(build.version) for build in load().builds_of("sfb2015")]
    assert [v for v in versions if v.startswith("6.0.")] == sfb2015[::-1]
    assert all(source in told.out for build in known for source in build.sources)


def test_updates_without_a_number_are_listed_and_no_number_is_invented(
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = _builds(capsys)
    lines = [line for line in told.out.splitlines() if "no number" in line]
    assert len(lines) == len(load().unnumbered)
    assert any("CU3" in line and "KB3149227" in line for line in lines)


@pytest.mark.parametrize("text", ["6.0.9319", "6.0", "6.0.9319.516.1", "6.0.9319.", "C6"])
def test_a_build_has_four_numbers(capsys: pytest.CaptureFixture[str], text: str) -> None:
    told = _builds(capsys, text)
    assert told.code == 2
    assert "Builds have four numbers" in told.err


def test_one_product(capsys: pytest.CaptureFixture[str]) -> None:
    told = _builds(capsys, "--product", "lync2013")
    assert "5.0.8308.1001" in told.out
    assert "6.0.9319" not in told.out


@pytest.mark.parametrize(
    ("build", "words"),
    [
        ("6.0.9319.516", ["CU6 HF2 (Mar 2018, KB4086059)", "meets the minimum 6.0.9319.516"]),
        ("6.0.9319.515", ["not a build that a source names", "is below the minimum 6.0.9319.516"]),
        ("5.0.8308.992", ["CU9 (Jul 2017, KB4019183)", "is below the minimum 5.0.8308.1001"]),
        ("5.0.8308.1000", ["before it", "CU9", "after it", "5.0.8308.1001 CU10"]),
        ("4.0.7577.728", ["CU17", "has to be migrated"]),
        ("7.0.2046.820", ["Server 2019", "Subscription Edition"]),  # one line of numbers for both
        ("7.0.2046.819", ["before it", "7.0.2046.553", "after it", "none is known"]),
        ("6.0.9319.99999", ["after it", "none is known"]),
        ("5.0.8308.1001", ["before it", "5.0.8308.992 CU9", "after it", "5.0.8308.1101"]),
        ("6.0.9319.547", ["is below the minimum 6.0.9319.548", "for pools of kind sba"]),
        ("6.0.9319.548", ["meets the minimum 6.0.9319.548", "support ended on 2025-10-14"]),
        ("7.0.2046.122", ["is below the minimum 7.0.2046.123"]),
        ("7.0.2046.123", ["meets the minimum 7.0.2046.123", "support ended on 2025-10-14"]),
        ("7.0.2046.384", ["is below the minimum 7.0.2046.385"]),
        (
            "7.0.2046.820",
            ["RTM (2025, KB5065372; KB not certain)", "is supported, no end is named"],
        ),
        (
            "6.0.9319.619",
            [
                "CU12 (Aug 2021, KB5005359; month and KB not certain)",
                "meets the minimum 6.0.9319.619",
            ],
        ),
        ("6.0.9319.618", ["is below the minimum 6.0.9319.619"]),
        ("5.0.8308.1181", ["is below the minimum 5.0.8308.1182", "except in pools of kind edge"]),
        ("5.0.8308.1182", ["meets the minimum 5.0.8308.1182", "is ruled out"]),
        (
            "6.0.9319.272",
            ["known parts", "Core Components KB3199088", "Mediation Server KB3199096"],
        ),
        # CU9 as Microsoft's table links it is the article of one package.
        ("6.0.9319.548", ["CU9 (May 2019), by", "known parts", "Web Components Server KB4487981"]),
        ("7.0.2046.123", ["CU1 (Jun 2019; month not certain)"]),
        ("6.0.9319.881", ["CU13 hotfix (Aug 2025)"]),
        ("6.0.9319.544", ["KB4492302, KB4492303; KB not certain"]),
        (
            "6.0.9319.72",
            ["of Web Components Server (Sep 2015, KB3080355)", "Enterprise Web App KB3080352"],
        ),
        ("5.0.8308.956", ["Core Components; Front End Server; Conferencing Server"]),
        (
            "5.0.8308.965",
            ["Front End Server; Conferencing Att", "Service KB3175338", "does not change   "],
        ),
        ("4.0.7577.203", ["Web Components Server 4.0.7577.205"]),
    ],
)
def test_a_build_and_its_neighbours(
    capsys: pytest.CaptureFixture[str], build: str, words: list[str]
) -> None:
    told = _builds(capsys, build)
    assert told.code == 0
    assert not [word for word in words if word not in told.out]


# what is asked, the product or none -> how what is told begins
CALLED = [
    ("KB4487981", "", "6.0.9319.548: Skype for Business Server 2015\n"),
    ("4487981", "", "6.0.9319.548: Skype for Business Server 2015\n"),
    ("kb4487981", "sfb2015", "6.0.9319.548: Skype for Business Server 2015\n"),
    ("KB3199096", "", "6.0.9319.272: Skype for Business Server 2015\n"),  # of one component
    ("cu6  hf2", "sfb2015", "6.0.9319.516: Skype for Business Server 2015\n"),
]


@pytest.mark.parametrize(("text", "product", "begins"), CALLED)
def test_an_update_is_found_by_its_kb_number_and_its_name(
    capsys: pytest.CaptureFixture[str], text: str, product: str, begins: str
) -> None:
    told = _builds(capsys, *text.split(), *(["--product", product] if product else []))
    assert (told.code, told.err) == (0, "")
    assert told.out.startswith(begins)
    assert "policy office365-tls12" in told.out


# what is asked, the product or none -> the first two columns of what is listed
SEVERAL = [
    ("CU9", "", ["4.0.7577.217 CU9", "5.0.8308.992 CU9", "6.0.9319.548 CU9"]),
    ("CU6", "sfb2015", ["6.0.9319.516 CU6 HF2", "no number CU6 HF1", "no number CU6"]),
    ("CU7", "sfb2019", ["7.0.2046.523 CU7 HF1", "7.0.2046.521 CU7"]),
    ("CU6 HF2", "", ["5.0.8308.945 CU6 HF2", "6.0.9319.516 CU6 HF2"]),
    ("KB5000675", "", ["5.0.8308.1136 security", "6.0.9319.601 security", "7.0.2046.252 security"]),
    ("CU3", "sfb2015", ["no number CU3"]),  # of which no number is known
]


@pytest.mark.parametrize(("text", "product", "rows"), SEVERAL)
def test_several_updates_of_a_kb_number_or_name_are_listed(
    capsys: pytest.CaptureFixture[str], text: str, product: str, rows: list[str]
) -> None:
    told = _builds(capsys, text, *(["--product", product] if product else []))
    assert told.code == 0
    lines = [" ".join(line.split()) for line in told.out.splitlines()]
    lines = [line for line in lines if line[:1].isdigit() or line.startswith("no number")]
    assert len(lines) == len(rows)
    assert all(line.startswith(f"{row} ") for line, row in zip(lines, rows, strict=True))


def test_the_keys_of_products_are_in_the_help_and_in_what_an_error_goes_on_with(
    capsys: pytest.CaptureFixture[str],
) -> None:
    told, refused = _builds(capsys, "--help").out, _builds(capsys, "KB1234567").err
    assert not [key for key in load().products if key not in told]
    assert not [key for key in load().products if f"({key})" not in refused]


def test_what_only_some_policies_say_is_said_of_those(capsys: pytest.CaptureFixture[str]) -> None:
    told = _builds(capsys, "6.0.9319.548").out
    assert "is ruled out" not in told
    counting = [policy for policy in load().policies.values() if policy.support == "fail"]
    assert told.count("support ended on") == len(counting)


# the product, the day -> what is said of its support
SUPPORT = [
    ("sfb2015", date(2025, 10, 14), "is supported until 2025-10-14"),
    ("sfb2015", date(2025, 10, 15), "support ended on 2025-10-14"),
    ("ocs2007r2", date(2025, 10, 14), "support ends on 2025-10-14 at the latest, or has ended"),
    (
        "ocs2007r2",
        date(2025, 10, 15),
        "support has ended, on 2025-10-14 at the latest (the day is not known here)",
    ),
    ("sfbse", date(2026, 11, 27), "is supported, no end is named"),
]


@pytest.mark.parametrize(("product", "today", "words"), SUPPORT)
def test_support_is_told_as_of_the_day(product: str, today: date, words: str) -> None:
    assert supported(load().products[product].support, today) == words


def test_what_a_build_is_does_not_repeat_its_number(capsys: pytest.CaptureFixture[str]) -> None:
    lines = [line.split(maxsplit=1) for line in _builds(capsys, "6.0.9319.548").out.splitlines()]
    (told,) = [line[1] for line in lines if line and line[0] == "is"]
    assert told.startswith("CU9 (May 2019")


def test_what_is_not_known_of_support_is_said() -> None:
    assert supported(None, date(2026, 11, 27)).startswith("no source here says")


def test_a_product_without_builds_cites_who_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    told = _builds(capsys, "3.5.6907.0").out
    _, _, sources = told.partition("Sources")
    assert "support-blog-ja" in sources
    assert "se-announcement" in sources


def test_of_products_that_share_numbers_the_one_with_that_build_comes_first(
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = _builds(capsys, "7.0.2046.820").out
    assert told.startswith("7.0.2046.820: Skype for Business Server Subscription Edition")
    assert told.index("Subscription Edition") < told.index(
        "7.0.2046.820: Skype for Business Server 2"
    )
    before = _builds(capsys, "7.0.2046.400").out
    assert "Subscription Edition" not in before  # it began with a later one


# product -> names in the order in which they are listed
MONTHS = [
    ("sfb2015", ["6.0.9319.548", "CU7", ".516", "CU6 HF1", "CU6 (Dec", "CU5", "CU4 HF1", "CU3"]),
    ("lync2013", ["CU5 HF8", "CU5 HF7.1 (Dec", "CU5 HF7 (Dec", "CU5 HF6", "CU5 HF5"]),
]


@pytest.mark.parametrize(("product", "names"), MONTHS)
def test_updates_without_a_number_stand_in_their_months(
    capsys: pytest.CaptureFixture[str], product: str, names: list[str]
) -> None:
    """Of one month's updates those without a number are the later ones."""
    told = _builds(capsys, "--product", product).out
    places = [told.index(name) for name in names]
    assert places == sorted(places)


def test_no_word_is_broken_at_80_columns(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", "80")
        told = sfb_audit(capsys, "builds").out
    listed = told.partition("\nSources")[0].split()
    book = load()
    words = {source for build in book.builds for source in build.sources}
    words |= {str(build.version) for build in book.builds}
    words |= {policy.key for policy in book.policies.values() if policy.minimum}
    assert words <= set(listed)
    assert all(len(line.rstrip()) <= 80 for line in told.partition("\nSources")[0].splitlines())


def test_a_build_of_another_product_says_of_which(capsys: pytest.CaptureFixture[str]) -> None:
    told = _builds(capsys, "6.0.9319.548", "--product", "sfb2019")
    assert told.code == 2
    assert "is not a build of Skype for Business Server 2019" in told.err
    assert "Skype for Business Server 2015 (--product sfb2015)" in told.err


def test_a_build_shared_by_two_products_can_be_asked_of_one(
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = _builds(capsys, "7.0.2046.820", "--product", "sfb2019")
    assert "Subscription Edition" not in told.out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["banana"], "BUILD-UNREADABLE"),
        (["17.0.2046.123"], "BUILD-UNREADABLE"),  # as a page of Microsoft's prints it
        (["6.0.9319.516", "--product", "lync2013"], "BUILD-UNREADABLE"),
        (["--product", "lync2012"], "PRODUCT-UNKNOWN"),
    ],
)
def test_what_is_no_build(
    capsys: pytest.CaptureFixture[str], arguments: list[str], code: str
) -> None:
    told = _builds(capsys, *arguments)
    assert (told.code, told.out) == (2, "")
    assert f"error {code}" in told.err
