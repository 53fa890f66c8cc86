"""The checker finds no fault with the shipped knowledge, and each fault that is put into it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from auditor.rulebook import load
from auditor.rulebook.check import problems
from auditor.rulebook.confidence import Confidence
from auditor.rulebook.model import Build, InstallerHotfix, Part, Rulebook, Unnumbered, UpdatedFile
from auditor.rulebook.policy import Exclusion, Prerequisite, SqlDemand, Threshold
from auditor.rulebook.products import Apart, Support, SystemRow
from auditor.rulebook.registry import AcceptedSuite
from auditor.version import Version

BOOK = load()


def test_the_shipped_rulebook_has_no_faults() -> None:
    assert problems(BOOK) == []


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
    (_stray_build(month="November 2017"), "is not a month"),
    (_threshold("5.0.8308.1001"), "no source"),
    (_threshold("5.0.8308.1003", "support-blog-ja"), "is not a build of lync2013"),
    (_threshold("5.0.8308.1001", "inference"), "stated by nobody"),
    (_threshold("5.0.8308.1001", "practice", "inference"), "stated by nobody"),
    (_stray_build(month="2006-11"), "is before the products"),
    (_stray_build(kb=("4086059",)), "'4086059' is not a KB number"),
    (_stray_build(kb=("KB17",)), "is not a KB number"),
    (_stray_build(parts=(Part("Core", "KB1"),)), "'KB1' is not a KB number"),
    (_stray_build(parts=(Part("Core"), Part("Core"))), "a component stands twice"),
    (_stray_build(parts=(Part("Core", version=Version(6, 0)),)), "Core is not in the line"),
    (_stray_build(leaves=("Core",)), "left out: Core is not known"),
    (replace(BOOK, apart=(Apart(("sfb2015", "x"), ("dtls",)),)), "apart: x is not known"),
    (replace(BOOK, apart=(Apart(("sfb2015",), ("x",)),)), "apart sfb2015: x is not known"),
    (
        _stray_build(leaves=("Core Components",), parts=(Part("Core Components"),)),
        "Core Components is one of its parts, and left out",
    ),
    (replace(BOOK, unnumbered=(Unnumbered("x", "CU", "2018", (), ()),)), "no product x"),
    (_product("lync2013", systems=_LYNC.systems[:1] * 2), "a Windows has two rows"),
    (
        _product("lync2013", systems=(SystemRow("2012", ("dtls",), Version(5, 0, 8308, 555)),)),
        "product lync2013 on 2012: 5.0.8308.555 is not a build of it",
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
    (_update(hotfix="3140245"), "is not a KB number"),
    (_update(files=(UpdatedFile("2012", "webio.dll", Version(6, 1)),)), "is not of Windows Server"),
    (_update(files=(UpdatedFile("2013", "webio.dll", Version(6, 1)),)), "2013 is not known"),
    (_installer(sources=()), "installer: no source"),
    (_installer(products=("lync2099",)), "installer: lync2099 is not known"),
    (_installer(replace(_HOTFIX, sources=())), "installer: KB2533623: no source"),
    (_installer(replace(_HOTFIX, product="sfb2019")), "KB2533623: sfb2019 is not known"),
    (_installer(replace(_HOTFIX, os="95")), "KB2533623: 95 is not known"),
    (_installer(replace(_HOTFIX, hotfix="2533623")), "2533623 is not a KB number"),
    (_installer(_HOTFIX, _HOTFIX), "a product has two rows"),
    (replace(BOOK, appliances=replace(BOOK.appliances, sources=())), "appliances: no source"),
    (_protocols(bits={**_BITS, "SSL 3.0": 0x21}), "SSL 3.0 is 0x21, which is not a single bit"),
    (_protocols(bits={**_BITS, "SSL 3.0": 0}), "SSL 3.0 is 0x0, which is not a single bit"),
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
    (_source(url="http://learn.microsoft.com"), "is not an https address"),
    (_policy(sources=()), "policy office365-tls12: no source"),
    (_policy(title=""), "policy office365-tls12: no title"),
    (_policy(counts=()), "no rule counts"),
    (_policy(counts=("SFB-CU-001",) * 2), "a rule counts twice"),
    (_policy(max_age_days=0), "a day at least"),
    (_policy(max_age_days=367), "facts may be at most 366 days old"),
    (_clock(0), "clock.max_skew_minutes: it must be between 1 and 60"),
    (_clock(61), "clock.max_skew_minutes: it must be between 1 and 60"),
    (replace(BOOK, certificates=replace(BOOK.certificates, warn_days=0)), "1 and 366"),
    (replace(BOOK, certificates=replace(BOOK.certificates, warn_days=367)), "1 and 366"),
    (replace(BOOK, disk=replace(BOOK.disk, free_gib=0)), "disk.free_gib: it must be between 1"),
    (replace(BOOK, disk=replace(BOOK.disk, free_gib=1025)), "disk.free_gib: it must be between"),
    (_policy(excludes=(Exclusion("why", "what", ("dtls",)),)), "neither a product nor a Windows"),
    (_policy(excludes=(Exclusion("why", "what", (), os="2008"),)), "without 2008: no source"),
    (_policy(excludes=(Exclusion("y", "t", ("dtls",), os="95"),)), "there is no Windows 95"),
    (_policy(excludes=(Exclusion("y", "t", ("dtls",), "ocs"),)), "there is no product ocs"),
    (_policy(dotnet=replace(_RELEASE, release=460799)), "460799 is not a release of .NET"),
    (_policy(dotnet=replace(_RELEASE, sources=())), "for .NET: no source"),
    (_policy(dotnet=replace(_RELEASE, products=("x",))), "there is no product x"),
    (_policy(prerequisites=(Prerequisite("SQL", "look", ("x",), ("dtls",)),)), "no product x"),
    (_policy(prerequisites=(Prerequisite("SQL", "look", (), ()),)), "'SQL': no source"),
    (
        _policy(prerequisites=(Prerequisite("SQL", "look", (), ("dtls",), systems=("95",)),)),
        "there is no Windows 95",
    ),
    (
        _policy(sql={"sfb2015": _ASKED}, counts=("SFB-SQL-001",)),
        "it has sql, so SFB-SQL-002 must count",
    ),
    (
        _policy(sql={"sfb2015": _ASKED}, counts=("SFB-SQL-002",)),
        "it has sql, so SFB-SQL-001 must count",
    ),
    (_policy(sql={"sfb2015": replace(_ASKED, sources=())}), "Server of sfb2015: no source"),
    (_policy(sql={"sfb2015": replace(_ASKED, sources=("practice",))}), "stated by nobody"),
    (_policy(sql={"x": _ASKED}), "there is no product x"),
    (_sql_builds("12.0.4100.1"), "12.0.4100.1 is not a build of SQL Server with TLS 1.2"),
    (_sql_builds("11.0.2100.60"), "11.0.2100.60 is not a build of SQL Server with TLS 1.2"),
    (_sql_builds("9.0.5000.0"), "9.0.5000.0 is not a build of SQL Server with TLS 1.2"),
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
