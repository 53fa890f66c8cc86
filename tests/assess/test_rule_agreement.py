"""SFB-FACT-001: facts that cannot all be true."""

from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.estate.model import Server
from auditor.rulebook import load
from tests.assess.facts_of import (
    POOL,
    SFB2015,
    SFB2019,
    SFBSE,
    files,
    judge,
    pool,
    server,
    system,
)

# Windows, winhttp.dll, the 32-bit copy -> status
FILES = [
    ("2012", "6.2.9200.21797", "6.2.9200.16384", "pass"),
    ("2012", "6.3.9200.21797", "6.2.9200.21797", "unknown"),
    ("2012", "6.2.9200.21797", "6.1.9200.21797", "unknown"),
    ("2012", "7.2.9200.21797", "6.2.9200.21797", "unknown"),
    ("2016", "10.0.14393.2007", "10.0.14393.0", "pass"),
    # Of a Windows that is known the build is, too: there are several of 10.0.
    ("2016", "10.0.17763.1", "10.0.14393.0", "unknown"),
    ("2016", "10.0.14393.0", "10.0.14394.0", "unknown"),
    ("2019", "10.0.14393.2007", "10.0.17763.1", "unknown"),
    ("2008r2", "6.1.7600.16385", "6.1.7601.17514", "pass"),
    ("10.0.18363", "10.0.18362.1", "10.0.18362.1", "pass"),
    ("10.0.18363", "10.1.18363.1", "10.0.18362.1", "unknown"),
    ("10.0.18363", "9.0.18363.1", "10.0.18362.1", "unknown"),
    ("2016", "6.3.9600.17415", "10.0.14393.0", "unknown"),
    ("2012", "absent", "absent", "pass"),
]


@pytest.mark.parametrize(("windows", "native", "beside", "status"), FILES)
def test_files_are_of_this_windows(windows: str, native: str, beside: str, status: str) -> None:
    reading = server(windows, files=files(native, wow_winhttp=beside, wow_webio=beside))
    finding = judge(reading).finding("SFB-FACT-001")
    assert finding.status == status
    assert ("not from Windows" in finding.reason) is (status == "unknown")
    assert (len(finding.evidence) > 1) is (status == "unknown")


def test_without_the_files_the_rest_is_compared() -> None:
    assert judge(server("2012", failed=["files"])).finding("SFB-FACT-001").status == "pass"


def test_a_contradiction_weighs_under_every_policy() -> None:
    contradicts = server("2016", "6.0.9319.516", "6.0.9319.516", product=SFBSE)
    for policy in load().policies:
        assert judge(contradicts, policy=policy).server.readiness == "unknown"
    assert judge(server(), policy="supported-today").server.readiness == "ready"


# product, core, front end -> status
BUILDS = [
    (SFBSE, "7.0.2046.820", "7.0.2046.820", "pass"),
    (SFBSE, "7.0.2046.819", "7.0.2046.820", "unknown"),
    (SFBSE, "7.0.2046.821", "7.0.2046.821", "pass"),
    # 2019 shares the line of its numbers, and begins earlier.
    (SFB2019, "7.0.2046.123", "7.0.2046.123", "pass"),
    (SFB2019, "7.0.2046.820", "7.0.2046.820", "pass"),
    (SFBSE, "6.0.9319.820", "7.0.2046.820", "unknown"),
    (SFBSE, "7.0.2046.820", "7.0.2047.820", "unknown"),
    (SFB2015, "6.0.9319.0", "6.0.9319.99999", "pass"),
    (SFB2015, "6.0.9319.516", "6.1.9319.516", "unknown"),
    (SFB2015, "n/a", None, "pass"),
    (SFB2015, "6.0.9318", None, "pass"),  # three numbers are no build
]


@pytest.mark.parametrize(("product", "core", "front_end", "status"), BUILDS)
def test_builds_are_of_the_product(
    product: str, core: str, front_end: str | None, status: str
) -> None:
    judged = judge(server("2016", core, front_end, product=product))
    finding = judged.finding("SFB-FACT-001")
    assert finding.status == status
    assert ("not a build of" in finding.reason) is (status == "unknown")
    if status == "unknown":
        assert judged.server.readiness == "unknown"
        assert finding.remediation


# what Windows says of itself -> status
EDITIONS = [
    ("64-bit", "pass"),
    ("64 位", "pass"),
    ("32-bit", "unknown"),
    ("32 bits", "unknown"),
    ("", "pass"),  # both views were asked for
]


@pytest.mark.parametrize(("architecture", "status"), EDITIONS)
def test_the_products_run_on_64_bit_editions_alone(architecture: str, status: str) -> None:
    for product in (SFB2015, "Microsoft Lync Server 2013"):
        build = "6.0.9319.516" if product == SFB2015 else "5.0.8308.1001"
        facts = system("2012", architecture=architecture)
        judged = judge(server("2012", build, build, product=product, os_facts=facts))
        finding = judged.finding("SFB-FACT-001")
        assert finding.status == status
        assert ("32-bit" in finding.reason) is (status == "unknown")
        assert (architecture in [e.value for e in finding.evidence]) is (status == "unknown")
        assert judged.server.readiness == ("unknown" if status == "unknown" else "ready")


# origin, what the computer says its domain is -> status
ORIGINS = [
    ("bundle", "contoso.com", "pass"),
    ("bundle", "CONTOSO.COM", "pass"),
    ("bundle", None, "pass"),
    ("bundle", "fabrikam.com", "unknown"),
    # WinRM need not prove a name, and the product knows a server by its full one.
    ("winrm", "fabrikam.com", "unknown"),
    ("winrm", "contoso.com", "pass"),
    ("winrm", None, "pass"),
]


@pytest.mark.parametrize(("origin", "domain", "status"), ORIGINS)
def test_an_answer_is_of_the_server_that_it_is_taken_for(
    origin: str, domain: str | None, status: str
) -> None:
    finding = judge(replace(server(), origin=origin, domain=domain)).finding("SFB-FACT-001")
    assert finding.status == status
    if status == "unknown":
        assert finding.reason == (
            "The answer came from a computer in fabrikam.com, not in contoso.com."
        )
        assert domain in [evidence.value for evidence in finding.evidence]


def test_the_domain_is_the_same_in_any_case() -> None:
    where = pool(servers=(Server("FE01.CONTOSO.COM", POOL),))
    reading = replace(server(fqdn="FE01.CONTOSO.COM"), origin="bundle", domain="contoso.com")
    assert judge(reading, where).finding("SFB-FACT-001").status == "pass"


def test_a_server_listed_without_a_domain_is_in_none() -> None:
    where = pool(servers=(Server("fe01", POOL),))
    reading = replace(server(fqdn="fe01"), origin="bundle", domain="fabrikam.com")
    assert judge(reading, where).finding("SFB-FACT-001").status == "pass"


def test_an_address_says_nothing_of_a_domain() -> None:
    where = pool(servers=(Server("192.0.2.17", POOL),))
    reading = replace(server(fqdn="192.0.2.17"), domain="fabrikam.com")
    assert judge(reading, where).finding("SFB-FACT-001").status == "pass"


def test_every_contradiction_is_said() -> None:
    reading = server("2012", "6.0.9318.516", files=files("6.3.9600.17415"))
    finding = judge(replace(reading, origin="bundle", domain="x.org")).finding("SFB-FACT-001")
    for words in ("not from Windows", "not a build of", "from a computer in x.org"):
        assert words in finding.reason
