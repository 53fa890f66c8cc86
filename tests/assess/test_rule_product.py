"""SFB-PROD-001 and SFB-PROD-002: which product it is, and whether it can take part."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from auditor.assess.identify import all_before
from auditor.estate.model import Estate, Pool, PoolKind
from auditor.facts.products import Product, ProductsFacts
from auditor.facts.reading import Reading
from auditor.facts.services import Service, ServicesFacts
from auditor.rulebook import load
from tests.assess.facts_of import (
    LYNC2010,
    LYNC2013,
    NOW,
    SFB2015,
    SFB2019,
    SFBSE,
    another_machine,
    instance,
    judge,
    package,
    packages,
    pool,
    scenarios,
    server,
    sql,
)

OCS = "Microsoft Office Communications Server 2007 R2"
LOOSE = pool(PoolKind.UNKNOWN)

# product installed, where -> product key, status, words of what was observed
IDENTIFIED = [
    (LYNC2010, LOOSE, "lync2010", "pass", "Lync Server 2010"),
    (LYNC2013, LOOSE, "lync2013", "pass", "Lync Server 2013 (5.0.8308.992)"),
    (SFB2015, LOOSE, "sfb2015", "pass", "Skype for Business Server 2015"),
    (OCS, LOOSE, "ocs2007r2", "pass", "Office Communications Server 2007 R2"),
    # 2019 and Subscription Edition share their numbers; the name decides.
    (SFB2019, pool(service_version=8), "sfb2019", "pass", "Server 2019"),
    (SFBSE, pool(service_version=8), "sfbse", "pass", "Subscription Edition"),
    (SFB2015, pool(service_version=7), "sfb2015", "pass", ""),
    (SFB2015, pool(product="sfb2015", service_version=6), "sfb2015", "pass", ""),
    (LYNC2013, pool(service_version=7), None, "unknown", "but the estate says Skype"),
    (SFB2015, pool(product="lync2013"), None, "unknown", "but the estate says Lync Server 2013"),
    (SFB2015, pool(service_version=9), None, "unknown", "the estate says service version 9"),
    (SFB2015, pool(product="sfb2016"), None, "unknown", "the estate says sfb2016"),
]
_BUILDS = {
    LYNC2010: "4.0.7577.728",
    LYNC2013: "5.0.8308.992",
    SFB2015: "6.0.9319.516",
    SFB2019: "7.0.2046.820",
    SFBSE: "7.0.2046.820",
    OCS: "3.5.6907.0",
}


@pytest.mark.parametrize(("installed", "where", "key", "status", "words"), IDENTIFIED)
def test_the_packages_name_the_product(
    installed: str, where: Pool, key: str | None, status: str, words: str
) -> None:
    build = _BUILDS[installed]
    judged = judge(server(product=installed, core=build, front_end=build), where)
    finding = judged.finding("SFB-PROD-001")
    assert (judged.server.product, finding.status) == (key, status)
    assert words in finding.observed
    assert finding.actions == (("identify-product",) if status == "unknown" else ())
    if key is None:
        assert judged.finding("SFB-CU-001").status == "unknown"
        assert judged.server.readiness == "unknown"


def test_what_has_to_be_migrated_needs_no_whole_list() -> None:
    mediation = ProductsFacts(packages(LYNC2010, mediation="4.0.7577.0"))
    judged = judge(server("2008r2-rtm", products=mediation), pool(PoolKind.ENTERPRISE))
    assert judged.finding("SFB-PROD-001").status == "pass"
    assert judged.server.readiness == "blocked"


# the same packages of Subscription Edition, of which no policy states a build -> status
GAPS = [
    ({"core": "7.0.2046.820", "front_end": "7.0.2046.820"}, False, "ready"),
    ({"core": "7.0.2046.820", "mediation": "7.0.2046.820"}, False, "unknown"),
    ({"front_end": "7.0.2046.820"}, False, "unknown"),
    ({"core": "7.0.2046.820", "front_end": "7.0.2046.820"}, True, "unknown"),
    ({"core": "7.0.2046", "front_end": "7.0.2046.820"}, False, "unknown"),
    ({"core": "7.0.2046.820", "front_end": None}, False, "unknown"),
]


@pytest.mark.parametrize("policy", ["office365-tls12", "supported-today"])
@pytest.mark.parametrize(("items", "truncated", "readiness"), GAPS)
def test_a_product_without_a_minimum_needs_a_whole_list_too(
    items: dict[str, str | None], truncated: bool, readiness: str, policy: str
) -> None:
    facts = ProductsFacts(packages(SFBSE, **items), truncated=truncated)
    judged = judge(server("2019", products=facts), pool(PoolKind.ENTERPRISE), policy=policy)
    assert judged.server.readiness == readiness


def test_of_subscription_edition_the_table_of_builds_for_moves_says_nothing() -> None:
    facts = ProductsFacts(packages(SFBSE, core="7.0.2046.820", front_end="7.0.2046.820"))
    reading = server("2019", products=facts)
    judged = judge(reading, pool(PoolKind.ENTERPRISE), policy="cloud-moves-2022")
    lowering = {f.rule for f in judged.server.findings if f.counted and f.status == "unknown"}
    assert lowering == {"SFB-PRE-001"}


BOOTSTRAPPER = package(f"{LYNC2013}, Bootstrapper Prerequisites Installer Package", "5.0.8308.0")
UCMA = package("Microsoft Unified Communications Managed API 4.0, Runtime", "5.0.8308.0")
TOOLS = packages(
    SFB2015,
    core="6.0.9319.516",
    tools="6.0.9319.516",
    debugging_tools="6.0.9319.0",
    resource_kit_tools="6.0.9319.0",
    best_practices_analyzer="6.0.9319.0",
)
NOT_SERVERS = [
    ("an Exchange host", (package("Microsoft Exchange Server", "15.2.858.5"), BOOTSTRAPPER, UCMA)),
    ("a UCMA host", (UCMA, BOOTSTRAPPER)),
    ("an administrator's machine", TOOLS),
    ("a machine with nothing of the kind", (package("7-Zip", "19.0"),)),
    ("a name without a component", (package(SFB2015, "6.0.9319.0"),)),
    ("an empty list", ()),
]


@pytest.mark.parametrize(("what", "items"), NOT_SERVERS)
def test_names_with_lync_in_them_make_no_server(what: str, items: tuple[object, ...]) -> None:
    reading = another_machine(*items)  # type: ignore[arg-type]
    for where in (LOOSE, pool(PoolKind.TRUSTED_APPLICATION, service_version=7)):
        judged = judge(reading, where)
        assert judged.finding("SFB-PROD-001").status == "not_applicable", what
        assert judged.finding("SFB-PROD-001").observed in judged.server.reason
        seen = {e.family: e.value for e in judged.finding("SFB-PROD-001").evidence}
        assert (seen["services"], seen["sql"]) == ("WinRM", "none")
        assert judged.finding("SFB-REACH-001").status == "pass"
        for finding in judged.server.findings[1:]:
            assert finding.status == "not_applicable"
        assert judged.server.readiness == "not_in_scope"
        assert judged.server.product is None
        assert not any(finding.counted for finding in judged.server.findings)


@pytest.mark.parametrize(("what", "items"), NOT_SERVERS)
def test_a_server_of_the_topology_without_server_packages_is_unknown(
    what: str, items: tuple[object, ...]
) -> None:
    reading = server(products=ProductsFacts(items))  # type: ignore[arg-type]
    for where in (pool(PoolKind.ENTERPRISE), pool(PoolKind.UNKNOWN, service_version=7)):
        judged = judge(reading, where)
        assert judged.finding("SFB-PROD-001").status == "unknown", what
        assert "member of" in judged.finding("SFB-PROD-001").observed
        assert judged.server.readiness == "unknown"


APPLICATIONS = pool(PoolKind.TRUSTED_APPLICATION, service_version=7)
RTCLOCAL, LYNCLOCAL, BACK_END = instance(), instance("lynclocal"), instance("RTC")
MISSPELT = tuple(
    package(f"{SFB2015}\N{IDEOGRAPHIC COMMA} {component}", "6.0.9319.516")
    for component in ("Core Components", "Front End Server")
)


def _running(*names: str) -> Reading:
    return another_machine(
        services=ServicesFacts(tuple(Service(name, "Running", "Auto") for name in names))
    )


def _unread_services(*items: Product) -> Reading:
    return another_machine(*items, services=None, sql=None)


# what the machine has beside no package of a role, where -> its readiness, words of the reason
SIGNS: list[tuple[Reading, Pool, str, str]] = [
    (server(products=ProductsFacts(())), LOOSE, "unknown", "installs: RTCSRV, RTCLOCAL, LYNCLOCAL"),
    (server(products=ProductsFacts(MISSPELT)), LOOSE, "unknown", "RTCSRV"),
    (server(products=ProductsFacts(())), APPLICATIONS, "unknown", "installs: RTCSRV, LYNCLOCAL"),
    (_running("rtcmedsrv"), LOOSE, "unknown", "rtcmedsrv"),
    (_running("MSSQL$LYNCLOCAL"), LOOSE, "unknown", "MSSQL$LYNCLOCAL"),
    (_running("MSSQL$LYNCLOCAL"), APPLICATIONS, "unknown", "MSSQL$LYNCLOCAL"),
    (_running("MSSQL$RTCLOCAL"), LOOSE, "unknown", "MSSQL$RTCLOCAL"),
    (_running("MSSQL$RTCLOCAL"), APPLICATIONS, "not_in_scope", ""),
    (_running("REPLICA", "RTCCLSAGT", "FabricHostSvc", "MSSQL$RTC"), LOOSE, "not_in_scope", ""),
    (another_machine(sql=sql(LYNCLOCAL)), APPLICATIONS, "unknown", "lynclocal"),
    # A server of applications may hold a replica; of a machine of no known pool nobody knows.
    (another_machine(sql=sql(RTCLOCAL)), LOOSE, "unknown", "RTCLOCAL"),
    (another_machine(sql=sql(RTCLOCAL)), APPLICATIONS, "not_in_scope", ""),
    (another_machine(sql=sql(BACK_END)), LOOSE, "not_in_scope", ""),
    # Packages that were listed stand by themselves; an empty list does not.
    (another_machine(UCMA, services=None, sql=None), LOOSE, "not_in_scope", ""),
    (another_machine(services=None), LOOSE, "unknown", "the list of packages is empty"),
    (another_machine(sql=None), LOOSE, "not_in_scope", ""),
    # A product's name stands for a role where services do not speak; a tool's does not.
    (
        _unread_services(*MISSPELT),
        LOOSE,
        "unknown",
        "Core Components is installed, and no services",
    ),
    (_unread_services(*TOOLS), LOOSE, "unknown", "Core Components is installed, and no services"),
    (_unread_services(BOOTSTRAPPER, UCMA), LOOSE, "not_in_scope", ""),
    (_unread_services(package(SFB2015, "6.0.9319.0")), LOOSE, "unknown", f"{SFB2015} is installed"),
    # Another domain's machine says nothing of this one.
    (replace(another_machine(UCMA), domain="fabrikam.com"), LOOSE, "unknown", "fabrikam.com"),
    (replace(another_machine(UCMA), domain="contoso.com"), LOOSE, "not_in_scope", ""),
]


@pytest.mark.parametrize(("reading", "where", "readiness", "words"), SIGNS)
def test_what_a_role_brings_speaks_against_a_machine_that_is_no_server(
    reading: Reading, where: Pool, readiness: str, words: str
) -> None:
    judged = judge(reading, where)
    assert judged.server.readiness == readiness
    finding = judged.finding("SFB-PROD-001")
    assert finding.status == ("unknown" if readiness == "unknown" else "not_applicable")
    assert words in finding.observed
    assert [e.value for e in finding.evidence if e.path == "uninstall entries"]


def test_what_was_not_read_is_no_evidence() -> None:
    bare = another_machine(UCMA, sql=None)
    bare = replace(bare, families=tuple(f for f in bare.families if f.family != "services"))
    evidence = judge(bare, LOOSE).finding("SFB-PROD-001").evidence
    assert {each.family for each in evidence} == {"products"}


def test_facts_that_are_too_old_do_not_put_a_machine_out_of_scope() -> None:
    reading = replace(another_machine(UCMA), finished=NOW - timedelta(days=31))
    assert judge(reading, LOOSE).server.readiness == "unknown"


def test_a_list_cut_short_without_a_role_is_unknown() -> None:
    reading = server(products=ProductsFacts((UCMA,), truncated=True))
    assert judge(reading, LOOSE).server.readiness == "unknown"


def test_servers_of_two_products_on_one_machine_are_unknown() -> None:
    items = (
        *packages(SFB2015, core="6.0.9319.516", front_end="6.0.9319.516"),
        *packages(LYNC2013, core="5.0.8308.1001", front_end="5.0.8308.1001"),
    )
    judged = judge(server(products=ProductsFacts(items)))
    finding = judged.finding("SFB-PROD-001")
    assert finding.status == "unknown"
    assert "Lync Server 2013 and Skype for Business Server 2015" in finding.observed
    assert "side by side" in judged.finding("SFB-CU-001").reason


def test_tools_of_another_product_do_not_confuse() -> None:
    items = (
        *packages(SFB2015, core="6.0.9319.516", front_end="6.0.9319.516"),
        *packages(LYNC2013, tools="5.0.8308.0"),
        BOOTSTRAPPER,
    )
    judged = judge(server(products=ProductsFacts(items)))
    assert judged.server.product == "sfb2015"
    assert judged.finding("SFB-CU-001").status == "pass"


def test_core_components_of_an_older_product_do_not_confuse() -> None:
    items = (
        *packages(SFB2015, core="6.0.9319.516", front_end="6.0.9319.516"),
        *packages(LYNC2013, core="5.0.8308.0", tools="5.0.8308.0"),
    )
    judged = judge(server(products=ProductsFacts(items)))
    assert judged.server.product == "sfb2015"
    assert judged.server.build == "6.0.9319.516"
    assert judged.finding("SFB-CU-001").status == "pass"


def test_a_product_that_nobody_names_leaves_unknown_what_hangs_on_it_alone() -> None:
    for where in (pool(), pool(PoolKind.TRUSTED_APPLICATION, service_version=7)):
        judged = judge(server(failed=["products"]), where)
        unknown = {f.rule: f.reason for f in judged.server.findings if f.status == "unknown"}
        judged_all_the_same = {f.rule for f in judged.server.findings} - set(unknown)
        assert judged_all_the_same == {
            "SFB-REACH-001",
            "SFB-OS-002",
            "SFB-TLS-001",
            "SFB-TLS-002",
            "SFB-TLS-003",
            "SFB-NET-001",
            "SFB-BOOT-001",
            "SFB-CERT-001",
            "SFB-DISK-001",
            "SFB-SVC-001",
            "SFB-CLOCK-001",
            "SFB-REPL-001",
        }
        assert all("access denied" in reason for reason in unknown.values())


def test_an_unread_product_list_leaves_the_estates_word() -> None:
    judged = judge(server(failed=["products"]), pool(service_version=7))
    assert judged.server.product == "sfb2015"
    assert judged.finding("SFB-PROD-001").status == "unknown"
    assert judged.finding("SFB-CU-001").status == "unknown"
    assert "access denied" in judged.finding("SFB-CU-001").reason
    for rule in ("SFB-PROD-002", "SFB-SUP-001"):
        assert judged.finding(rule).status == "unknown"
    disable = judge(server(failed=["products"]), pool(service_version=7), policy="tls10-disable")
    assert disable.finding("SFB-PROD-003").status == "unknown"
    assert judged.finding("SFB-OS-001").status == "pass"
    assert judged.server.readiness == "unknown"


def test_service_version_8_alone_names_no_product() -> None:
    judged = judge(server(failed=["products"]), pool(service_version=8))
    assert judged.server.product is None


ONLY_FEDERATION = scenarios(hybrid="no", federation="yes", exchange_online="no")
NOTHING = scenarios(hybrid="no", federation="no", exchange_online="no")

# product, scenarios -> status, readiness of an Edge server
TAKES_PART = [
    (LYNC2013, scenarios(hybrid="yes"), "pass", "work_needed"),
    (SFB2015, scenarios(hybrid="yes"), "pass", "ready"),
    (SFB2019, scenarios(hybrid="yes"), "pass", "ready"),
    (SFBSE, scenarios(hybrid="yes"), "advice", "ready"),
    (LYNC2010, scenarios(hybrid="yes"), "fail", "blocked"),
    (LYNC2010, scenarios(hybrid="unknown"), "fail", "blocked"),
    (LYNC2010, scenarios(federation="yes"), "fail", "blocked"),  # hybrid is then assumed
    (OCS, scenarios(hybrid="yes"), "fail", "blocked"),
    (LYNC2010, ONLY_FEDERATION, "unknown", "unknown"),
    (LYNC2010, NOTHING, "not_applicable", "not_in_scope"),
    (SFB2015, ONLY_FEDERATION, "pass", "ready"),
]


@pytest.mark.parametrize(("installed", "stated", "status", "readiness"), TAKES_PART)
def test_who_can_take_part(
    installed: str, stated: tuple[object, ...], status: str, readiness: str
) -> None:
    build = _BUILDS[installed]
    reading = server(
        "2016" if installed in (SFB2019, SFBSE) else "2012r2",
        product=installed,
        core=build,
        front_end=build,
    )
    judged = judge(reading, pool(PoolKind.EDGE), stated)  # type: ignore[arg-type]
    finding = judged.finding("SFB-PROD-002")
    assert (finding.status, judged.server.readiness) == (status, readiness)
    assert finding.blocks is (status == "fail")
    assert finding.actions == (("migrate-product",) if status == "fail" else ())


def test_a_product_to_be_migrated_gets_no_other_work() -> None:
    judged = judge(
        server("2008r2-rtm", product=LYNC2010, core="4.0.7577.0", front_end="4.0.7577.0")
    )
    assert {f.rule: f.status for f in judged.server.findings if f.status != "not_applicable"} == {
        "SFB-REACH-001": "pass",
        "SFB-PROD-001": "pass",
        "SFB-PROD-002": "fail",
        "SFB-SUP-001": "pass",
        "SFB-CLOCK-001": "pass",
        "SFB-FACT-001": "pass",
    }


@pytest.mark.realdata
def test_a_real_exchange_server_is_no_lync_server(realdata: Path) -> None:
    listing = (
        realdata / "console-output" / ("exchange2019_wmic_product_with_lync2013_bootstrapper.txt")
    )
    items = []
    for line in listing.read_text(encoding="utf-8-sig").splitlines()[1:]:
        name, vendor, version = (line[:86].strip(), line[86:109].strip(), line[109:].strip())
        items.append(package(name, version))
        assert vendor
        assert version[0].isdigit()
    assert any("Lync Server 2013" in item.name for item in items)
    judged = judge(another_machine(*items), LOOSE)
    assert judged.server.readiness == "not_in_scope"
    assert "Bootstrapper" in judged.server.reason


# packages, pool -> what is seen of a machine that cannot be identified
NOT_IDENTIFIED = [
    (packages(SFB2015, front_end="6.0.9319.516") + packages(LYNC2013, edge="5.0.8308.1001"), LOOSE),
    (packages(SFB2015, front_end="6.0.9319.516"), pool(product="lync2013")),
    (packages(SFB2015, core="6.0.9319.516"), pool(service_version=7)),
]


@pytest.mark.parametrize("truncated", [False, True])
@pytest.mark.parametrize(("items", "where"), NOT_IDENTIFIED)
def test_what_was_seen_stands_beside_a_doubt(
    items: tuple[Product, ...], where: Pool, *, truncated: bool
) -> None:
    facts = ProductsFacts(items, truncated=truncated)
    finding = judge(server(products=facts), where).finding("SFB-PROD-001")
    assert finding.status == "unknown"
    assert {item.name for item in items} <= {
        each.path.partition(": ")[2] for each in finding.evidence
    }


def _of(version: int | None, **differs: object) -> Pool:
    return replace(pool(service_version=version), **differs)  # type: ignore[arg-type]


DATABASES = _of(None, kind=PoolKind.SQL, takes_updates=False)

# pools -> whether all that take updates are of a generation before 2019
GENERATIONS = [
    ((), False),
    ((DATABASES,), False),
    ((_of(6), _of(7), DATABASES), True),
    ((_of(7), _of(8)), False),
    ((_of(7), _of(None)), False),
    ((_of(7), _of(8, kind=PoolKind.TRUSTED_APPLICATION)), True),
]


@pytest.mark.parametrize(("pools", "before"), GENERATIONS)
def test_an_estate_is_older_where_each_pool_is_known_to_be(
    pools: tuple[Pool, ...], *, before: bool
) -> None:
    assert all_before(Estate("Contoso", "a test", pools=pools), 8, load()) is before


# Core Components, Front End Server -> what is observed of their builds
RANGES = [
    ("6.0.9319.516", "6.0.9319.516", "Skype for Business Server 2015 (6.0.9319.516)"),
    (
        "6.0.9319.516",
        "6.0.9319.281",
        "Skype for Business Server 2015 (6.0.9319.281 to 6.0.9319.516)",
    ),
    (
        "6.0.9319.1001",
        "6.0.9319.992",
        "Skype for Business Server 2015 (6.0.9319.992 to 6.0.9319.1001)",
    ),
]


@pytest.mark.parametrize(("core", "front_end", "observed"), RANGES)
def test_what_is_observed_is_the_product_with_every_build_that_decides(
    core: str, front_end: str, observed: str
) -> None:
    judged = judge(server(core=core, front_end=front_end))
    assert judged.finding("SFB-PROD-001").observed == observed
