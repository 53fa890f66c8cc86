"""The shipped knowledge says what its sources say, and agrees with what others collected."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from auditor.assess.identify import identify_product
from auditor.assess.rules import RULES
from auditor.estate.model import Pool, PoolKind
from auditor.facts.families import FamilyResult
from auditor.facts.products import Product, ProductsFacts
from auditor.facts.reading import Reach, ReachState, Reading
from auditor.rulebook import load
from auditor.rulebook.builds import describe_build, label, place_build
from auditor.rulebook.fields import KINDS
from auditor.rulebook.loader import RULEBOOK_DATE
from auditor.rulebook.model import Build
from auditor.rulebook.policy import Exclusion, Policy
from auditor.rulebook.procedures import load_procedures
from auditor.rulebook.sql import sql_build
from auditor.version import Version

BOOK = load()


def test_the_kinds_of_pools_are_those_of_an_estate() -> None:
    assert list(KINDS) == [kind.value for kind in PoolKind]


def test_the_date_is_a_day() -> None:
    assert re.fullmatch(r"20[0-9]{2}-[01][0-9]-[0-3][0-9]", RULEBOOK_DATE)
    assert load().date == RULEBOOK_DATE
    assert load() is BOOK


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


def test_what_disabling_tls10_asks_is_microsofts_page() -> None:
    policy = BOOK.policies["tls10-disable"]
    assert {key: str(threshold.build) for key, threshold in policy.minimum.items()} == {
        "lync2013": "5.0.8308.1001",  # the update that brought TLS 1.2, for its Edge
        "sfb2015": "6.0.9319.548",
        "sfb2019": "7.0.2046.123",
    }
    sba = policy.least("sfb2015", "sba")
    assert sba is not None
    assert str(sba.build) == "6.0.9319.516"
    assert policy.strong_crypto == "fail"
    assert policy.dotnet is not None
    assert (policy.dotnet.release, policy.dotnet.products) == (460798, ("sfb2015", "sfb2019"))
    excluded = [(row.product or row.os, row.kinds, row.except_kinds) for row in policy.excludes]
    assert excluded == [
        ("lync2013", ("sba",), ()),
        ("lync2013", (), ("edge",)),
        ("lync2010", (), ()),
        ("ocs2007r2", (), ()),
        ("2008", (), ()),
    ]


# a build as Setup writes it -> its branch
BRANCHES = [
    ("12.1.4100.1", "SQL Server 2014 with service pack 1"),
    ("12.0.4100.1", "SQL Server 2014 with service pack 1"),
    ("12.0.4100.0", "SQL Server 2014 with cumulative updates and no service pack"),
    ("10.52.4000.0", "SQL Server 2008 R2 before service pack 3"),
    ("10.3.5500.0", "SQL Server 2008 before service pack 4"),
    ("16.0.1000.6", "SQL Server 2016 or later"),
    ("13.0.1000.0", None),
    ("10.50.1000.0", None),
    ("9.4.5000.0", None),
]


@pytest.mark.parametrize(("build", "called"), BRANCHES)
def test_builds_of_sql_server_belong_to_branches(build: str, called: str | None) -> None:
    branch = BOOK.sql.branch(sql_build(Version.parse(build)))
    assert (branch and branch.called) == called


def test_the_first_builds_with_tls12_are_those_of_kb3135244() -> None:
    speaks = [str(b.speaks) for b in BOOK.sql.branches if b.speaks and b.begins.major < 13]
    assert speaks == [
        "10.0.6547.0",
        "10.50.6542.0",
        "11.0.5352.0",
        "11.0.5644.2",
        "11.0.6216.27",
        "11.0.6518.0",
        "11.0.7001.0",  # service pack 4 has it
        "12.0.2271.0",
        "12.0.2564.0",
        "12.0.4219.0",
        "12.0.4439.1",
        "12.0.5000.0",  # so has 2014's service pack 2
    ]


def test_support_ends_when_microsofts_lifecycle_pages_say() -> None:
    ends = {key: product.support for key, product in BOOK.products.items()}
    assert {key: support and str(support.ends) for key, support in ends.items()} == {
        "ocs2007r2": "2025-10-14",
        "lync2010": "2021-04-13",
        "lync2013": "2023-04-11",
        "sfb2015": "2025-10-14",
        "sfb2019": "2025-10-14",
        "sfbse": "None",
    }
    assert {key for key, support in ends.items() if support and support.at_latest} == {"ocs2007r2"}
    bought = {key: str(s.extended) for key, s in ends.items() if s and s.extended}
    assert bought == {"sfb2015": "2026-10-31", "sfb2019": "2026-10-31"}


def test_months_are_not_after_the_rulebook_itself() -> None:
    months = [entry.month for entry in BOOK.all_updates]
    assert [month for month in months if month > RULEBOOK_DATE] == []


def test_no_source_stands_there_for_nobody() -> None:
    text = " ".join(
        repr(getattr(BOOK, name)) for name in BOOK.__dataclass_fields__ if name != "sources"
    )
    text += " ".join(repr(rule.sources) for rule in RULES)
    text += repr(load_procedures())
    assert [key for key in BOOK.sources if f"'{key}'" not in text] == []


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
    ("lync2013", "5.0.8308.1182", "CU10 HF7 (2021; year not certain)"),
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
    ("sfb2015", "6.0.9319.9999", "newer than CU13 hotfix (Aug 2025)"),
    ("sfb2015", "5.0.8308.1", "older than RTM (May 2015)"),
    # The same number is another thing under another name.
    ("sfbse", "7.0.2046.820", "RTM (2025, KB5065372; KB not certain)"),
    ("sfb2019", "7.0.2046.820", "newer than CU8 hotfix (Aug 2025)"),
    ("ocs2007r2", "3.5.6907.0", ""),
]


@pytest.mark.parametrize(("product", "build", "label"), LABELS)
def test_builds_in_words(product: str, build: str, label: str) -> None:
    assert describe_build(BOOK, product, Version.parse(build)) == label


@pytest.mark.parametrize("policy", BOOK.policies.values(), ids=BOOK.policies)
def test_a_shipped_policy_asks_and_asserts_nothing(policy: Policy) -> None:
    """Its title stands over "0 of 16 servers ready"; the workbook shows 80 characters of it."""
    assert policy.title.endswith("?")
    assert len(policy.title) <= 80


@pytest.mark.parametrize("build", [b for b in BOOK.builds if b.confidence != "stated"], ids=str)
def test_what_is_in_doubt_of_a_build_is_told_wherever_it_is_named(build: Build) -> None:
    assert build.doubt
    assert label(build).endswith(f"; {build.doubt})")
    said = {"inferred": "; inferred)", "unsure": "; not certain)"}[build.confidence]
    assert label(replace(build, doubt="")).endswith(said)


# what rules Lync Server 2013 out -> how its builds stand to the policy
RULED_OUT = [
    (
        (Exclusion("y", "t", ("dtls",), "lync2013", kinds=("sba",)),),
        "is ruled out for pools of kind sba",
    ),
    (
        (
            Exclusion("y", "t", ("dtls",), "lync2013", kinds=("sba",)),
            Exclusion("y", "t", ("dtls",), "lync2013", except_kinds=("edge",)),
        ),
        "is ruled out, except in pools of kind edge",
    ),
    ((Exclusion("y", "t", ("dtls",), "lync2013"),), "is ruled out"),
]


@pytest.mark.parametrize(("rows", "words"), RULED_OUT)
def test_a_build_says_in_which_pools_its_product_is_ruled_out(
    rows: tuple[Exclusion, ...], words: str
) -> None:
    policy = replace(BOOK.policies["office365-tls12"], excludes=rows)
    book = replace(BOOK, policies={policy.key: policy})
    (place,) = place_build(book, "5.0.8308.1001", date(2026, 11, 27))
    standing = {policy.key: said for policy, said in place.policies}
    assert standing["office365-tls12"].endswith(words)


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


# What Microsoft's table of updates prints, and what it should be: its own slips.
MISPRINTS = {
    ("Lync Server 2013", "881682", "2013-10"): ("KB2881682", "2013-10"),
    # the KB of CU8's Response Group Service; the update of January 2016 is this one
    ("Lync Server 2013", "3175338", "2016-01"): ("KB3126637", "2016-01"),
    # between February 2017 and June 2016, so not of November 2017
    ("Skype for Business Server 2015", "3199093", "2017-11"): ("KB3199093", "2016-11"),
    # another page of Microsoft's says June
    ("Skype for Business Server 2019", "4470124", "2019-07"): ("KB4470124", "2019-06"),
}
# The articles of all updates of a product, which that table has for some of them.
OF_ALL_UPDATES = {
    ("lync2013", "KB2809243"),
    ("sfb2015", "KB3061064"),
    ("sfb2019", "KB4470124"),
}


@pytest.mark.parametrize("build", BOOK.builds, ids=str)
def test_a_kb_number_behind_a_build_is_an_article_of_that_update(build: Build) -> None:
    """As the plan says wherever it names one: of all updates it has another sentence."""
    assert not [kb for kb in build.kb if (build.product, kb) in OF_ALL_UPDATES]
    others = {kb for b in BOOK.builds if b.version != build.version for kb in b.kb}
    of_many_products = {"KB5000675", "KB5000688", "KB5003729", "KB5012686", "KB5016714"}
    assert not set(build.kb) & (others - of_many_products)


_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def _row_month(text: str) -> str:
    name, year = text.split()
    return f"{year}-{_MONTH_NAMES.index(name[:3].casefold()) + 1:02}"


@pytest.mark.realdata
def test_every_update_of_microsofts_table_is_known_by_its_kb_and_month(realdata: Path) -> None:
    table = realdata / "datasets" / "microsoft_docs" / "sfb-server-updates_table.csv"
    titles = {product.title: product.key for product in BOOK.products.values()}
    known = {
        (entry.product, kb, entry.month)
        for entry in BOOK.all_updates
        for kb in (*entry.kb, *(part.kb for part in entry.parts))
    }
    known |= {
        (product, kb, entry.month)
        for product, kb in OF_ALL_UPDATES
        for entry in BOOK.all_updates
        if entry.product == product
    }
    with table.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 40
    slips = set()
    for row in rows:
        printed = (row["product"], row["kb_shown"], _row_month(row["release_date_shown"]))
        meant = MISPRINTS.get(printed, (f"KB{printed[1]}", printed[2]))
        if printed in MISPRINTS:
            slips.add(printed)
        assert (titles[row["product"]], *meant) in known, row
    assert slips == set(MISPRINTS)


@pytest.mark.realdata
def test_every_installed_name_that_others_have_seen_is_placed(realdata: Path) -> None:
    table = realdata / "datasets" / "msi_product_names_guids.csv"
    with table.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 10
    makes_a_server = {row["display_name"] for row in rows if _is_server(row)}
    assert makes_a_server == {
        "Microsoft Lync Server 2013, Front End Server",
        "Microsoft Lync Server 2013, Web Components Server",
        "Skype for Business Server 2015, Front End Server",
        "Skype for Business Server 2015, Mediation Server",
        "Skype for Business Server 2015, Web Components Server",
    }
    codes = {c: name for product in BOOK.products.values() for c, name in product.codes.items()}
    for row in rows:
        if row["product_code"]:
            assert codes[row["product_code"]] == row["display_name"].partition(", ")[2]


def _is_server(row: dict[str, str]) -> bool | None:
    """Whether a machine with this package and nothing else is a server of Lync or Skype."""
    name, code = row["display_name"], row["product_code"]
    item = Product(name, "1.0", Version(1, 0), "Microsoft", "native", code or "{0}")
    where = Pool("apps.contoso.com", PoolKind.TRUSTED_APPLICATION, "Tokyo")
    packages = FamilyResult("products", ProductsFacts((item,)))
    reading = Reading("app01.contoso.com", Reach(ReachState.READ, "read"), (packages,))
    return identify_product(reading, where, BOOK).is_server
