"""The shipped knowledge: sound, sourced, and in agreement with what others collected."""

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
from auditor.rulebook.check import problems
from auditor.rulebook.confidence import Confidence
from auditor.rulebook.fields import KINDS
from auditor.rulebook.loader import RULEBOOK_DATE
from auditor.rulebook.model import Build, InstallerHotfix, Part, Rulebook, Unnumbered, UpdatedFile
from auditor.rulebook.policy import Exclusion, Policy, Prerequisite, SqlDemand, Threshold
from auditor.rulebook.procedures import load_procedures
from auditor.rulebook.products import Support, SystemRow
from auditor.rulebook.registry import AcceptedSuite
from auditor.rulebook.sql import sql_build
from auditor.version import Version

BOOK = load()


def test_the_shipped_rulebook_has_no_faults() -> None:
    assert problems(BOOK) == []


def test_the_kinds_of_pools_are_those_of_an_estate() -> None:
    assert list(KINDS) == [kind.value for kind in PoolKind]


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
    minimum = {
        **BOOK.policies["office365-tls12"].minimum,
        "lync2013": Threshold(Version.parse(build), sources),
    }
    return _policy(minimum=minimum)


def _policy(key: str = "office365-tls12", **differs: object) -> Rulebook:
    policy = replace(BOOK.policies[key], **differs)  # type: ignore[arg-type]
    return replace(BOOK, policies={**BOOK.policies, key: policy})


def _product(key: str, **differs: object) -> Rulebook:
    product = replace(BOOK.products[key], **differs)  # type: ignore[arg-type]
    return replace(BOOK, products={**BOOK.products, key: product})


def _windows(key: str, **differs: object) -> Rulebook:
    windows = replace(BOOK.windows[key], **differs)  # type: ignore[arg-type]
    return replace(BOOK, windows={**BOOK.windows, key: windows})


def _update(**differs: object) -> Rulebook:
    update = replace(BOOK.updates["kb3140245"], **differs)  # type: ignore[arg-type]
    return replace(BOOK, updates={update.key: update})


def _installer(*hotfixes: InstallerHotfix, **differs: object) -> Rulebook:
    installer = replace(BOOK.installer, hotfixes=hotfixes, **differs)  # type: ignore[arg-type]
    return replace(BOOK, installer=installer)


def _protocols(**differs: object) -> Rulebook:
    registry = BOOK.registry
    protocols = replace(registry.secure_protocols, **differs)  # type: ignore[arg-type]
    return replace(BOOK, registry=replace(registry, secure_protocols=protocols))


def _suites(*accepted: AcceptedSuite) -> Rulebook:
    registry = BOOK.registry
    suites = replace(registry.cipher_suites, accepted=accepted)
    return replace(BOOK, registry=replace(registry, cipher_suites=suites))


def _dotnet(**differs: object) -> Rulebook:
    dotnet = replace(BOOK.registry.dotnet, **differs)  # type: ignore[arg-type]
    return replace(BOOK, registry=replace(BOOK.registry, dotnet=dotnet))


def _clock(minutes: int) -> Rulebook:
    return replace(BOOK, clock=replace(BOOK.clock, max_skew_minutes=minutes))


def _source(**differs: object) -> Rulebook:
    source = replace(BOOK.sources["dtls"], **differs)  # type: ignore[arg-type]
    return replace(BOOK, sources={**BOOK.sources, source.key: source})


def _sql(**differs: object) -> Rulebook:
    return replace(BOOK, sql=replace(BOOK.sql, **differs))  # type: ignore[arg-type]


def _branches(number: int, **differs: object) -> Rulebook:
    branches = list(BOOK.sql.branches)
    branches[number] = replace(branches[number], **differs)  # type: ignore[arg-type]
    return _sql(branches=tuple(branches))


_LYNC = BOOK.products["lync2013"]
_CLIENT = BOOK.sql.clients[0]
_ASKED = BOOK.policies["tls10-disable"].sql["sfb2015"]
_IN_PLACE = BOOK.products["sfb2015"].in_place
assert _IN_PLACE is not None


def _sql_builds(*builds: str, asked: SqlDemand = _ASKED) -> Rulebook:
    named = replace(asked, builds=tuple(Version.parse(build) for build in builds))
    return _policy("tls10-disable", sql={"sfb2015": named})


_RELEASE = BOOK.policies["tls10-disable"].dotnet
assert _RELEASE is not None
_BITS = BOOK.registry.secure_protocols.bits
_SUITE = BOOK.registry.cipher_suites.accepted[0]
_HOTFIX = BOOK.installer.hotfixes[0]


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
    (_threshold("5.0.8308.1001", "inference"), "stated by nobody"),
    (_threshold("5.0.8308.1001", "practice", "inference"), "stated by nobody"),
    (_stray_build(month="2006-11"), "is before the products"),
    (_stray_build(kb=("4086059",)), "'4086059' is no KB number"),
    (_stray_build(kb=("KB17",)), "is no KB number"),
    (_stray_build(parts=(Part("Core", "KB1"),)), "'KB1' is no KB number"),
    (_stray_build(parts=(Part("Core"), Part("Core"))), "a component stands twice"),
    (_stray_build(parts=(Part("Core", version=Version(6, 0)),)), "Core is not in the line"),
    (replace(BOOK, unnumbered=(Unnumbered("x", "CU", "2018", (), ()),)), "no product x"),
    (_product("lync2013", systems=_LYNC.systems[:1] * 2), "a Windows has two rows"),
    (
        _product("lync2013", systems=(SystemRow("2012", ("dtls",), Version(5, 0, 8308, 555)),)),
        "product lync2013 on 2012: 5.0.8308.555 is no build of it",
    ),
    (_product("lync2013", systems=()), "a closed list of no systems"),
    (_product("lync2013", codes={"{1}": "Cores"}), "Cores is not known"),
    (_product("lync2013", packages=("skype for business server 2015",)), "both are called"),
    (_product("lync2013", support=Support(("esu",), date(2012, 10, 1))), "before the product"),
    (
        _product("lync2013", support=Support((), date(2023, 4, 11))),
        "support of lync2013: no source",
    ),
    (
        _product(
            "lync2013", support=Support(("esu",), date(2023, 4, 2), extended=date(2023, 4, 1))
        ),
        "the bought updates end before it",
    ),
    (_windows("2012", builds=(9200, 9199)), "builds 9200 to 9199"),
    (_windows("2019", builds=(14393, 17763)), "they share builds"),
    (_windows("2008r2", service_pack_build=7602), "is outside its builds"),
    (_update(hotfix="3140245"), "is no KB number"),
    (_update(files=(UpdatedFile("2012", "webio.dll", Version(6, 1)),)), "is not of Windows Server"),
    (_update(files=(UpdatedFile("2013", "webio.dll", Version(6, 1)),)), "2013 is not known"),
    (_installer(sources=()), "installer: no source"),
    (_installer(products=("lync2099",)), "installer: lync2099 is not known"),
    (_installer(replace(_HOTFIX, sources=())), "installer: KB2533623: no source"),
    (_installer(replace(_HOTFIX, product="sfb2019")), "KB2533623: sfb2019 is not known"),
    (_installer(replace(_HOTFIX, os="95")), "KB2533623: 95 is not known"),
    (_installer(replace(_HOTFIX, hotfix="2533623")), "2533623 is no KB number"),
    (_installer(_HOTFIX, _HOTFIX), "a product has two rows"),
    (replace(BOOK, appliances=replace(BOOK.appliances, sources=())), "appliances: no source"),
    (_protocols(bits={**_BITS, "SSL 3.0": 0x21}), "SSL 3.0 is 0x21, which is no single bit"),
    (_protocols(bits={**_BITS, "SSL 3.0": 0}), "SSL 3.0 is 0x0, which is no single bit"),
    (_protocols(bits={**_BITS, "SSL 3.0": 0x80}), "two protocols have the same bit"),
    (_protocols(needed="TLS 1.4"), "TLS 1.4 has no bit"),
    (_protocols(weak=("SSL 1.0",)), "SSL 1.0 has no bit"),
    (_protocols(recommended=0x280), "what is recommended lacks TLS 1.2"),
    (_suites(replace(_SUITE, switches=_SUITE.switches[:2])), "not one cipher, one hash and one"),
    (_suites(replace(_SUITE, switches=_SUITE.switches[:1] * 3)), "not one cipher"),
    (_suites(replace(_SUITE, switches=("X\\Y", *_SUITE.switches[1:]))), "not one cipher"),
    (_suites(_SUITE, _SUITE), "cipher suites: one stands twice"),
    (_dotnet(runtime="v3.5"), "Release: v3.5 is none of the runtimes (v2.0.50727, v4.0.30319)"),
    (_source(title=" "), "source dtls: no title"),
    (_source(url="http://learn.microsoft.com"), "is no https address"),
    (_policy(sources=()), "policy office365-tls12: no source"),
    (_policy(title=""), "policy office365-tls12: no title"),
    (_policy(counts=()), "no rule counts"),
    (_policy(counts=("SFB-CU-001",) * 2), "a rule counts twice"),
    (_policy(max_age_days=0), "a day at least"),
    (_policy(max_age_days=367), "facts may be 366 days old at most"),
    (_clock(0), "clock.max_skew_minutes: it has to lie within 1 and 60"),
    (_clock(61), "clock.max_skew_minutes: it has to lie within 1 and 60"),
    (replace(BOOK, certificates=replace(BOOK.certificates, warn_days=0)), "1 and 366"),
    (replace(BOOK, certificates=replace(BOOK.certificates, warn_days=367)), "1 and 366"),
    (replace(BOOK, disk=replace(BOOK.disk, free_gib=0)), "disk.free_gib: it has to lie within 1"),
    (replace(BOOK, disk=replace(BOOK.disk, free_gib=1025)), "disk.free_gib: it has to lie within"),
    (_policy(excludes=(Exclusion("why", "what", ("dtls",)),)), "neither a product nor a Windows"),
    (_policy(excludes=(Exclusion("why", "what", (), os="2008"),)), "without 2008: no source"),
    (_policy(excludes=(Exclusion("y", "t", ("dtls",), os="95"),)), "there is no Windows 95"),
    (_policy(excludes=(Exclusion("y", "t", ("dtls",), "ocs"),)), "there is no product ocs"),
    (_policy(dotnet=replace(_RELEASE, release=460799)), "460799 is no release of .NET"),
    (_policy(dotnet=replace(_RELEASE, sources=())), "for .NET: no source"),
    (_policy(dotnet=replace(_RELEASE, products=("x",))), "there is no product x"),
    (_policy(prerequisites=(Prerequisite("SQL", "look", ("x",), ("dtls",)),)), "no product x"),
    (_policy(prerequisites=(Prerequisite("SQL", "look", (), ()),)), "'SQL': no source"),
    (
        _policy(sql={"sfb2015": _ASKED}, counts=("SFB-SQL-001",)),
        "it has sql, so SFB-SQL-002 has to count",
    ),
    (
        _policy(sql={"sfb2015": _ASKED}, counts=("SFB-SQL-002",)),
        "it has sql, so SFB-SQL-001 has to count",
    ),
    (_policy(sql={"sfb2015": replace(_ASKED, sources=())}), "Server of sfb2015: no source"),
    (_policy(sql={"sfb2015": replace(_ASKED, sources=("practice",))}), "stated by nobody"),
    (_policy(sql={"x": _ASKED}), "there is no product x"),
    (_sql_builds("12.0.4100.1"), "12.0.4100.1 is no build of SQL Server with TLS 1.2"),
    (_sql_builds("11.0.2100.60"), "11.0.2100.60 is no build of SQL Server with TLS 1.2"),
    (_sql_builds("9.0.5000.0"), "9.0.5000.0 is no build of SQL Server with TLS 1.2"),
    (_sql_builds("12.0.5000.0", "12.0.5579.0"), "is not the first of SQL Server 2014 with service"),
    (_sql_builds("12.0.5000.0", "12.0.2564.0"), "12.0.2564.0 is not the first of SQL Server 2014"),
    (_sql_builds(), "no build of SQL Server is asked for"),
    (_product("sfb2015", in_place=replace(_IN_PLACE, over="x")), "sfb2015 in place: x is not"),
    (_product("sfb2015", in_place=replace(_IN_PLACE, sources=())), "upgrade to sfb2015: no source"),
    (_sql(branches=BOOK.sql.branches[::-1]), "it begins before SQL Server 2016 or later"),
    (_branches(0, begins=Version(10, 4, 1600, 22)), "is not written as lists of builds do"),
    (_branches(5, speaks=Version(11, 0, 5532)), "11.0.5532.0 is a build of another branch"),
    (_branches(1, speaks=None), "SQL Server 2008: no build of it has TLS 1.2"),
    (_branches(0, sources=()), "SQL Server 2008 before service pack 4: no source"),
    (_sql(clients=(_CLIENT, _CLIENT)), "stands twice"),
    (_sql(clients=(replace(_CLIENT, sources=()),)), "client native_client11: no source"),
    (_sql(clients=(replace(_CLIENT, field=Version(11, 0, 1)),)), "asks less than Microsoft"),
    (_sql(clients=(replace(_CLIENT, doubt="why"),)), "a doubt of what is stated"),
    (_sql(clients=(replace(_CLIENT, confidence=Confidence.UNSURE),)), "unsure without a doubt"),
    (_sql(instances=(BOOK.sql.instances[0],) * 2), "stands twice"),
]


# the least and the most of what has bounds
SOUND = [
    _policy(max_age_days=1),
    _policy(max_age_days=366),
    *(_clock(minutes) for minutes in (1, 60)),
    *(replace(BOOK, certificates=replace(BOOK.certificates, warn_days=n)) for n in (1, 366)),
    *(replace(BOOK, disk=replace(BOOK.disk, free_gib=gib)) for gib in (1, 1024)),
]


@pytest.mark.parametrize("sound", SOUND)
def test_the_checker_takes_what_lies_within_bounds(sound: Rulebook) -> None:
    assert not problems(sound)


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
    assert (policy.strong_crypto, policy.dotnet) == ("fail", _RELEASE)
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
        "is ruled out, but for pools of kind edge",
    ),
    ((Exclusion("y", "t", ("dtls",), "lync2013"),), "is ruled out"),
]


@pytest.mark.parametrize(("rows", "words"), RULED_OUT)
def test_a_build_says_in_which_pools_its_product_is_ruled_out(
    rows: tuple[Exclusion, ...], words: str
) -> None:
    (place,) = place_build(_policy(excludes=rows), "5.0.8308.1001", date(2026, 11, 27))
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
