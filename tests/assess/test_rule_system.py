"""SFB-OS-001 and SFB-OS-002: the Windows of the product's rows, and its service pack."""

from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.facts.products import ProductsFacts
from auditor.facts.sql import SqlFacts
from auditor.rulebook import load
from auditor.rulebook.confidence import Confidence
from auditor.version import Version
from tests.assess.facts_of import (
    LYNC2013,
    SFB2015,
    SFB2019,
    SFBSE,
    instance,
    judge,
    package,
    packages,
    server,
    sql,
    system,
)

BOOK = load()
_OTHERS = {key: product for key, product in BOOK.products.items() if key != "sfb2015"}

_BUILDS = {
    LYNC2013: "5.0.8308.1001",
    SFB2015: "6.0.9319.516",
    SFB2019: "7.0.2046.553",
    SFBSE: "7.0.2046.820",
}

# product, Windows -> status, words of the reason
ROWS = [
    (LYNC2013, "2008r2", "pass", "has a row for Windows Server 2008 R2"),
    (LYNC2013, "2012", "pass", ""),
    (LYNC2013, "2012r2", "pass", ""),
    (LYNC2013, "2016", "fail", "is not supported on Windows Server 2016"),
    (LYNC2013, "2008", "fail", "is not supported on Windows Server 2008"),
    (SFB2015, "2008", "fail", "is not supported"),
    (SFB2015, "2008r2", "pass", "must be an in-place upgrade"),
    (SFB2015, "2012", "pass", "both rows require the same"),
    (SFB2015, "2012r2", "pass", "both rows require the same"),
    (SFB2015, "2016", "pass", "must be a new installation"),
    (SFB2015, "2022", "fail", "is not supported on Windows Server 2022"),
    (SFB2019, "2012r2", "fail", "is not supported on Windows Server 2012 R2"),
    (SFB2019, "2016", "pass", ""),
    (SFB2019, "2019", "pass", ""),
    (SFB2019, "2022", "fail", "is not supported on Windows Server 2022"),
    (SFBSE, "2022", "advice", "No source here says"),
    # The row is met without service pack 1; that is another finding, and work.
    (SFB2015, "2008r2-rtm", "pass", "must be an in-place upgrade"),
]


@pytest.mark.parametrize(("product", "windows", "status", "words"), ROWS)
def test_rows(product: str, windows: str, status: str, words: str) -> None:
    build = _BUILDS[product]
    judged = judge(server(windows, product=product, core=build, front_end=build))
    finding = judged.finding("SFB-OS-001")
    assert finding.status == status
    assert words in finding.reason
    assert finding.blocks is (status == "fail")
    assert finding.actions == (("migrate-os",) if status == "fail" else ())
    if status == "fail":
        assert judged.server.readiness == "blocked"


# product, Windows, Core Components -> status, words of the reason
EARLY = [
    (LYNC2013, "2012r2", "5.0.8308.555", "fail", "needs 5.0.8308.556 or later"),
    (LYNC2013, "2012r2", "5.0.8308.556", "pass", ""),
    (LYNC2013, "2012", "5.0.8308.0", "pass", ""),
    (SFB2015, "2016", "6.0.9319.280", "fail", "needs 6.0.9319.281 or later"),
    (SFB2015, "2016", "6.0.9319.281", "pass", ""),
    (SFB2015, "2019", "6.0.9319.547", "fail", "needs 6.0.9319.548 or later"),
    (SFB2015, "2019", "6.0.9319.548", "pass", "must be a new installation"),
    (SFB2015, "2019", "6.0.9319.x", "unknown", "the build is not known"),
]


@pytest.mark.parametrize(("product", "windows", "build", "status", "words"), EARLY)
def test_a_windows_from_an_update_on(
    product: str, windows: str, build: str, status: str, words: str
) -> None:
    judged = judge(server(windows, product=product, core=build, front_end=build))
    finding = judged.finding("SFB-OS-001")
    assert finding.status == status
    assert words in finding.reason
    assert finding.blocks is False
    assert finding.actions == (("install-cu",) if status == "fail" else ())
    assert judged.server.readiness != "blocked"


def test_a_windows_that_rules_it_out_is_said_before_its_build() -> None:
    reading = server(
        product=LYNC2013,
        core="5.0.8308.0",
        front_end="5.0.8308.0",
        os_facts=system("2012r2", installation="Server Core"),
    )
    finding = judge(reading).finding("SFB-OS-001")
    assert (finding.blocks, "Server Core" in finding.reason) == (True, True)


def test_the_lowest_of_two_core_packages_counts() -> None:
    cores = [
        package(f"{SFB2015}, Core Components", f"6.0.9319.{n}", f"{{{n}}}") for n in (280, 516)
    ]
    roles = packages(SFB2015, front_end="6.0.9319.516")
    reading = server("2016", products=ProductsFacts((*cores, *roles)))
    assert judge(reading).finding("SFB-OS-001").status == "fail"


def test_a_row_that_nobody_states_is_advice() -> None:
    product = BOOK.products["sfb2015"]
    rows = tuple(replace(row, confidence=Confidence.INFERRED) for row in product.systems)
    book = replace(BOOK, products={"sfb2015": replace(product, systems=rows), **_OTHERS})
    finding = judge(server(), rulebook=book).finding("SFB-OS-001")
    assert finding.status == "advice"
    assert finding.reason == (
        "That Skype for Business Server 2015 runs on it is inferred. "
        "That is a doubt rather than a lack, so this is advice."
    )


# what Setup left behind -> how it came there, what was read of that
LEFT_BEHIND = [
    (sql(), "Probably newly installed", ["MSSQL12.RTCLOCAL", "MSSQL12.LYNCLOCAL", "not there"]),
    (sql(instance(id=None), lync2013_folder=None), "is not known; both", []),
    (sql(instance(id="RTCLOCAL")), "is not known; both", ["RTCLOCAL", "not there"]),
    (sql(instance("RTC", key="MSSQL11")), "in place from", ["MSSQL11.RTC", "not there"]),
    (sql(instance("X", key="MSSQL11"), lync2013_folder=True), "in place from", ["there"]),
]


@pytest.mark.parametrize(("facts", "words", "read"), LEFT_BEHIND)
def test_how_it_was_installed_is_told_with_what_speaks_for_it(
    facts: SqlFacts, words: str, read: list[str]
) -> None:
    finding = judge(server(sql=facts)).finding("SFB-OS-001")
    assert finding.status == "pass"
    assert words in finding.reason
    assert [e.value for e in finding.evidence if e.family == "sql"] == read


def test_without_the_family_nothing_is_claimed_of_the_installation() -> None:
    for reading in (server(without=["sql"]), server(failed=["sql"])):
        finding = judge(reading).finding("SFB-OS-001")
        assert finding.status == "pass"
        assert finding.reason == (
            "Whether it was upgraded in place or newly installed is not known; "
            "both rows require the same."
        )


# what differs from a Windows Server 2012 R2 -> status under Lync 2013 and SfB 2015, words
MACHINES = [
    ({"product_type": 1}, "fail", "fail", "Windows 8.1 is not a server operating system"),
    ({"product_type": 2}, "advice", "advice", "domain controller"),
    ({"product_type": 4}, "unknown", "unknown", "product type 4 is not known"),
    ({"installation": "Server Core"}, "fail", "advice", "Server Core"),
    ({"installation": None}, "pass", "pass", ""),
    ({"installation": "SERVER"}, "pass", "pass", ""),
    ({"installation": "Client"}, "unknown", "unknown", "installation is called 'Client'"),
    ({"installation": "Nano Server"}, "unknown", "unknown", "'Nano Server'"),
    ({"installation": "Client", "product_type": 1}, "fail", "fail", "Windows 8.1"),
    ({"version": Version(6, 3, 9601)}, "unknown", "unknown", "6.3.9601.0 (server) is not known"),
    ({"version": Version(10, 0, 16299)}, "unknown", "unknown", "is not known to the rulebook"),
    ({"version": Version(6, 1, 7601), "product_type": 1}, "fail", "fail", "Windows 7"),
    ({"caption": "Microsoft Windows XP"}, "pass", "pass", ""),  # a caption decides nothing
]


@pytest.mark.parametrize(("differs", "lync", "sfb", "words"), MACHINES)
def test_machines(differs: dict[str, object], lync: str, sfb: str, words: str) -> None:
    for product, status in ((LYNC2013, lync), (SFB2015, sfb)):
        build = _BUILDS[product]
        reading = server(
            product=product, core=build, front_end=build, os_facts=system("2012r2", **differs)
        )
        finding = judge(reading).finding("SFB-OS-001")
        assert finding.status == status
        assert words in finding.reason
        assert finding.blocks is (status == "fail")


# build, service pack -> status
SERVICE_PACKS = [
    (7601, 1, "pass"),
    (7600, 0, "fail"),
    (7601, 0, "unknown"),
    (7600, 1, "unknown"),
]


@pytest.mark.parametrize(("build", "pack", "status"), SERVICE_PACKS)
def test_service_pack_1_is_work_and_no_migration(build: int, pack: int, status: str) -> None:
    facts = system("2008r2", version=Version(6, 1, build), service_pack=pack)
    judged = judge(server("2008r2", os_facts=facts))
    finding = judged.finding("SFB-OS-002")
    assert finding.status == status
    assert not finding.blocks
    assert finding.actions == (("install-sp1",) if status == "fail" else ())
    if status == "fail":
        assert judged.server.readiness == "work_needed"


# product, its build -> who asks for it beside the update, the end of the reason
WHO_ASKS = [
    (SFB2015, "6.0.9319.516", "sfb2015-requirements", "only, and so is the product."),
    (LYNC2013, "5.0.8308.1001", "lync2013-systems", "only, and so is the product."),
    (SFB2019, "7.0.2046.123", None, "KB3140245 is for service pack 1 only."),
]


@pytest.mark.parametrize(("product", "build", "cited", "words"), WHO_ASKS)
def test_who_asks_for_the_service_pack(
    product: str, build: str, cited: str | None, words: str
) -> None:
    for number, pack in ((7600, 0), (7600, 1), (7601, 1)):
        facts = system("2008r2", version=Version(6, 1, number), service_pack=pack)
        reading = server("2008r2", build, build, product=product, os_facts=facts)
        finding = judge(reading).finding("SFB-OS-002")
        documents = {"sfb2015-requirements", "lync2013-systems"} & set(finding.sources)
        assert documents == ({cited} if cited else set())
        assert finding.reason.endswith(words) is (finding.status == "fail")


def test_no_service_pack_is_asked_of_another_windows() -> None:
    assert judge(server("2012")).finding("SFB-OS-002").status == "not_applicable"
    windows7 = system("2008r2", product_type=1, service_pack=0)
    assert judge(server(os_facts=windows7)).finding("SFB-OS-002").status == "not_applicable"


def test_a_required_system_is_named_where_there_is_one() -> None:
    rows = judge(server("2012r2")).finding("SFB-OS-001").required
    assert rows.startswith("Windows Server 2008 R2, Windows Server 2012, ")
    unlisted = judge(server("2022", "7.0.2046.820", "7.0.2046.820", product=SFBSE))
    assert "no source here lists operating systems" in unlisted.finding("SFB-OS-001").required


def test_why_the_system_is_not_known_is_told() -> None:
    told = judge(server(failed=["os"])).finding("SFB-OS-001").reason
    assert told == (
        "the operating system is not identified: "
        "family os failed: UnauthorizedAccessException: access denied"
    )


def test_an_unread_system_leaves_what_hangs_on_it_unknown() -> None:
    judged = judge(server(without=["os"]))
    assert judged.server.os is None
    assert judged.server.readiness == "unknown"
    unknown = {f.rule for f in judged.server.findings if f.status == "unknown"}
    assert unknown == {
        "SFB-OS-001",
        "SFB-OS-002",
        "SFB-KB-001",
        "SFB-WINHTTP-001",
        "SFB-TLS-001",
        "SFB-TLS-002",
        "SFB-FACT-001",
    }


# what is told of Windows -> status, what to do
REMEDIES = [
    ({}, "pass", ""),
    ({"product_type": 2}, "advice", ""),
    ({"product_type": 1}, "fail", "Move the server to a Windows that"),
    ({"installation": "Nano Server"}, "unknown", "Check on the server which Windows it is."),
]


@pytest.mark.parametrize(("told", "status", "remedy"), REMEDIES)
def test_what_to_do_fits_the_verdict(told: dict[str, object], status: str, remedy: str) -> None:
    finding = judge(server("2012r2", os_facts=system("2012r2", **told))).finding("SFB-OS-001")
    assert finding.status == status
    assert finding.remediation.startswith(remedy)
    assert bool(finding.remediation) is bool(remedy)
