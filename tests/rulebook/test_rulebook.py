"""The shipped knowledge: sound, sourced, and in agreement with what others collected."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from pathlib import Path

import pytest

from auditor.rulebook import load
from auditor.rulebook.builds import describe_build
from auditor.rulebook.check import problems
from auditor.rulebook.loader import RULEBOOK_DATE
from auditor.rulebook.model import Build, Rulebook, Threshold
from auditor.version import Version

BOOK = load()


def test_the_shipped_rulebook_has_no_faults() -> None:
    assert problems(BOOK) == []


def test_the_date_is_a_day() -> None:
    assert re.fullmatch(r"20[0-9]{2}-[01][0-9]-[0-3][0-9]", RULEBOOK_DATE)
    assert load().date == RULEBOOK_DATE
    assert load() is BOOK


def _swapped() -> Rulebook:
    return replace(BOOK, builds=tuple(reversed(BOOK.builds)))


def _stray_build(**differs: object) -> Rulebook:
    first = BOOK.builds[0]
    fields = {
        "product": first.product,
        "version": first.version,
        "name": first.name,
        "month": first.month,
        "sources": first.sources,
        **differs,
    }
    return replace(BOOK, builds=(Build(**fields),))  # type: ignore[arg-type]


def _threshold(build: str, *sources: str) -> Rulebook:
    policy = BOOK.policies["office365-tls12"]
    minimum = {**policy.minimum, "lync2013": Threshold(Version.parse(build), sources)}
    return replace(BOOK, policies={policy.key: replace(policy, minimum=minimum)})


# broken rulebook -> words of what the checker says
FAULTS = [
    (_swapped(), "stands after"),
    (_stray_build(sources=()), "no source"),
    (_stray_build(sources=("hearsay",)), "hearsay is not known"),
    (_stray_build(product="lync2099"), "no product lync2099"),
    (_stray_build(version="6.0.9319.1"), "not in the line of 4.0.7577.0"),
    (_stray_build(month="November 2017"), "is no month"),
    (_threshold("5.0.8308.1001"), "no source"),
    (_threshold("5.0.8308.1003", "support-blog-ja"), "is no build of lync2013"),
]


@pytest.mark.parametrize(("broken", "words"), FAULTS)
def test_the_checker_finds_faults(broken: Rulebook, words: str) -> None:
    assert any(words in problem for problem in problems(broken))


def test_thresholds_are_the_articles() -> None:
    minimum = BOOK.policies["office365-tls12"].minimum
    assert str(minimum["lync2013"].build) == "5.0.8308.1001"
    assert str(minimum["sfb2015"].build) == "6.0.9319.516"
    moves = BOOK.policies["cloud-moves-2022"].minimum
    assert {key: str(threshold.build) for key, threshold in moves.items()} == {
        "lync2013": "5.0.8308.1182",
        "sfb2015": "6.0.9319.619",
        "sfb2019": "7.0.2046.385",
    }


def test_stars_are_the_articles() -> None:
    stars = {
        (product.key, row.os): row.kb3140245.value
        for product in BOOK.products.values()
        for row in product.systems
    }
    assert {key for key, need in stars.items() if need == "required"} == {
        ("sfb2015", "2008r2"),
        ("sfb2015", "2012"),
    }
    assert {key for key, need in stars.items() if need == "advised"} == {
        ("lync2013", "2008r2"),
        ("lync2013", "2012"),
    }


# product, build -> label
LABELS = [
    ("sfb2015", "6.0.9319.516", "CU6 HF2 (Mar 2018, KB4086059)"),
    ("lync2013", "5.0.8308.1001", "CU10 (Jul 2018, KB4295703)"),
    ("lync2013", "5.0.8308.0", "RTM (Nov 2012)"),
    ("lync2013", "5.0.8308.1182", "CU10 HF7 (2021)"),
    (
        "sfb2015",
        "6.0.9319.515",
        "between CU5 (May 2017, KB4012621) and CU6 HF2 (Mar 2018, KB4086059)",
    ),
    (
        "lync2013",
        "5.0.8308.1000",
        "between CU9 (Jul 2017, KB4019183) and CU10 (Jul 2018, KB4295703)",
    ),
    ("sfb2015", "6.0.9319.9999", "newer than CU13 hotfix (Aug 2025, KB3061064)"),
    ("sfb2015", "5.0.8308.1", "older than RTM (May 2015)"),
    # The same number is another thing under another name.
    ("sfbse", "7.0.2046.820", "RTM (Aug 2025, KB5065372)"),
    ("sfb2019", "7.0.2046.820", "newer than CU8 hotfix (Aug 2025)"),
    ("ocs2007r2", "3.5.6907.0", ""),
]


@pytest.mark.parametrize(("product", "build", "label"), LABELS)
def test_builds_in_words(product: str, build: str, label: str) -> None:
    assert describe_build(BOOK, product, Version.parse(build)) == label


# Numbers of the collection that are no update level of the product as a whole: fixed versions
# of single components, thresholds of scanners, and rows that contradict a better source.
NO_LEVEL = {
    "5.0.8308.726",
    "5.0.8308.803",
    "5.0.8308.1091",
    "5.0.8308.557",
    "6.0.9319.562",
}


@pytest.mark.realdata
def test_builds_agree_with_a_collection_made_elsewhere(realdata: Path) -> None:
    table = realdata / "datasets" / "lync_sfb_server_builds_collected.csv"
    titles = {product.title: product.key for product in BOOK.products.values()}
    known = {(build.product, str(build.version)): build for build in BOOK.builds}
    with table.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 60
    missing = {row["build"] for row in rows if (titles[row["product"]], row["build"]) not in known}
    assert missing == NO_LEVEL
    years = re.compile(r"\b(20[0-9]{2})\b")
    for row in rows:
        build = known.get((titles[row["product"]], row["build"]))
        year = years.search(row["label"])
        if build is not None and year is not None and build.confidence == "stated":
            # A scanner dates the October 2023 update by its own month.
            assert abs(int(build.month[:4]) - int(year[1])) == 0, row
