"""SFB-PRE-002: what has to be there before the cumulative update, and when it matters."""

from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.estate.model import PoolKind
from auditor.facts.engine import EngineFacts
from auditor.facts.hotfixes import HotfixesFacts
from auditor.facts.products import ProductsFacts
from auditor.facts.reading import Reading
from tests.assess.facts_of import (
    FQDN,
    LYNC2013,
    SFB2015,
    engine,
    hotfixes,
    judge,
    packages,
    pool,
    server,
)
from tests.assess.planned import planned

OLD, NEW = "6.0.9319.281", "6.0.9319.516"
BUILD_2_0 = "6.1.7600.16385"


def _old(os: str = "2016", **families: object) -> Reading:
    """A server below the policy's update."""
    return server(os, core=OLD, front_end=OLD, **families)  # type: ignore[arg-type]


# engines registered and the session's -> status, words of the reason
ENGINES: list[tuple[EngineFacts, str, str]] = [
    (engine("3.0"), "pass", "Windows PowerShell 3.0 is installed"),
    (engine("4.0", BUILD_2_0), "pass", "4.0 is installed"),  # a session of 2.0 beside it
    (engine("5.1.14393.2248", None), "pass", "5.1 is installed"),
    (engine("3.0", two="absent"), "pass", "3.0 is installed"),
    (engine("absent", BUILD_2_0), "fail", "2.0 is the latest here"),
    (engine("absent", None), "fail", "2.0 is the latest here"),
    (engine("2.9", BUILD_2_0), "fail", "2.9 is the latest here"),
    (engine("absent", BUILD_2_0, two="1.0"), "fail", "1.0 is the latest here"),
    # What is registered tells nothing, so the session alone does: from 6.2.9200.0 on.
    (engine("three", "6.2.9200.0"), "pass", "BuildVersion 6.2.9200.0"),
    (engine(None, "10.0.14393.0"), "pass", "BuildVersion 10.0.14393.0"),
    (engine("absent", "6.2.9200.0", two="absent"), "pass", "BuildVersion"),
    (engine(None, "6.2.9199.99999"), "unknown", "does not report"),
    (engine("three", BUILD_2_0), "unknown", "does not report"),
    (engine("absent", BUILD_2_0, two=None), "unknown", "does not report"),
    (engine("absent", BUILD_2_0, two="absent"), "unknown", "does not report"),
    (engine("absent", None, two="absent"), "unknown", "does not report"),
    (engine("=1+1", "x"), "unknown", "does not report"),
    # A session of a PowerShell that is not registered.
    (engine("absent", "6.2.9200.16481"), "unknown", "contradict each other"),
    # The key of 3.0 was not spoken of at all.
    (replace(engine("absent", None), engines=engine().engines[:1]), "unknown", "does not report"),
    (replace(engine("absent", None), engines=()), "unknown", "does not report"),
]


@pytest.mark.parametrize(("facts", "status", "words"), ENGINES)
def test_which_powershell_there_is(facts: EngineFacts, status: str, words: str) -> None:
    judged = judge(_old(engine=facts))
    finding = judged.finding("SFB-PRE-002")
    assert finding.status == status
    assert words in finding.reason
    assert finding.actions == (("install-powershell",) if status == "fail" else ())
    assert bool(finding.remediation) is (status != "pass")
    assert finding.counted
    assert finding.evidence
    assert judged.server.readiness == "work_needed"  # by the update itself, whatever it stands on


# Windows, hotfixes -> status, whether the list was read
HOTFIXES: list[tuple[str, HotfixesFacts | None, str]] = [
    ("2008r2", hotfixes("KB2533623"), "pass"),
    ("2008r2", hotfixes("kb2533623"), "pass"),
    ("2008r2", hotfixes("KB2858668"), "advice"),
    ("2012", hotfixes("KB2858668"), "pass"),
    ("2012", hotfixes(), "advice"),
    ("2012r2", hotfixes("KB2982006"), "pass"),
    ("2012r2", hotfixes("KB29820061"), "advice"),
    ("2012r2", replace(hotfixes(), truncated=True), "advice"),
    ("2012r2", None, "advice"),
    ("2016", hotfixes(), "pass"),
    ("2016", None, "pass"),
]


@pytest.mark.parametrize(("os", "listed", "status"), HOTFIXES)
def test_a_hotfix_that_is_not_listed_proves_nothing(
    os: str, listed: HotfixesFacts | None, status: str
) -> None:
    broken = ["hotfixes"] if listed is None else []
    given = {} if listed is None else {"hotfixes": listed}
    finding = judge(_old(os, failed=broken, **given)).finding("SFB-PRE-002")
    assert finding.status == status
    assert finding.actions == ()
    assert ("Find out whether" in finding.remediation) is (status == "advice")
    if os != "2016":
        word = {"pass": "is listed", "advice": "was not read" if listed is None else "not listed"}
        assert word[status] in finding.reason


def test_what_was_read_stands_beside_what_is_asked() -> None:
    reading = _old("2012", engine=engine("3.0"), hotfixes=hotfixes("KB2858668"))
    finding = judge(reading).finding("SFB-PRE-002")
    assert finding.observed == "Windows PowerShell 2.0, Windows PowerShell 3.0, KB2858668 listed"
    assert finding.required == (
        "Windows PowerShell 3.0 or later, KB2858668 or an update that contains it"
    )
    assert [(each.family, each.value) for each in finding.evidence] == [
        ("engine", "2.0"),
        ("engine", "3.0"),
        ("engine", "10.0.14393.0"),
        ("hotfixes", "KB2858668: listed"),
    ]
    silent = judge(_old(engine=engine("absent", None, two="absent"))).finding("SFB-PRE-002")
    assert silent.observed == "no Windows PowerShell registered"
    assert silent.required == "Windows PowerShell 3.0 or later"
    assert [each.value for each in silent.evidence] == [*["the key is absent"] * 2, "not told"]


@pytest.mark.parametrize("without", ["hotfixes", "files"])
def test_a_powershell_that_is_too_old_is_work_whatever_else_is_missing(without: str) -> None:
    reading = _old("2008r2", engine=engine("absent", BUILD_2_0), failed=[without])
    assert judge(reading).finding("SFB-PRE-002").status == "fail"


def test_an_engine_that_was_not_read_matters_only_before_an_update() -> None:
    assert judge(_old(without=["engine"])).finding("SFB-PRE-002").status == "unknown"
    ready = judge(server(without=["engine"]))
    assert ready.finding("SFB-PRE-002").status == "not_applicable"
    assert ready.server.readiness == "ready"


# build of Core Components, of the others -> whether there is an update to come
TO_COME = [
    ("6.0.9319.516", "6.0.9319.516", False),
    ("6.0.9319.515", "6.0.9319.516", True),
    ("6.0.9319.516", "6.0.9319.515", True),
    (None, "6.0.9319.516", True),
]


@pytest.mark.parametrize(("core", "front_end", "to_come"), TO_COME)
def test_it_matters_where_an_update_is_to_come(
    core: str | None, front_end: str | None, *, to_come: bool
) -> None:
    finding = judge(server("2016", core, front_end)).finding("SFB-PRE-002")
    assert finding.status == ("pass" if to_come else "not_applicable")


def test_a_package_that_the_update_missed_is_an_update_to_come() -> None:
    build = "6.0.9319.548"
    for web, status in ((build, "not_applicable"), ("6.0.9319.547", "pass")):
        installed = packages(SFB2015, core=build, front_end=build, web_components=web)
        reading = server("2016", products=ProductsFacts(installed))
        finding = judge(reading, policy="tls10-disable").finding("SFB-PRE-002")
        assert finding.status == status


def test_the_plan_installs_it_before_the_update_and_restarts_between() -> None:
    reading = _old("2008r2", engine=engine("absent", BUILD_2_0))
    steps = planned(judge(reading).assessment).steps
    on_server = [step for step in steps if step.target == FQDN]
    assert [step.action for step in on_server] == [
        "drain-server",
        "install-powershell",
        "restart-server",
        "install-cu",
        "return-server",
    ]
    assert on_server[1].rules == ("SFB-PRE-002",)
    assert "wusa.exe" in on_server[1].commands[0].text


# product, a build of it below the policy's
BELOW = [(SFB2015, OLD), (LYNC2013, "5.0.8308.992")]


@pytest.mark.parametrize(("product", "build"), BELOW)
@pytest.mark.parametrize(("kind", "packaged"), [(PoolKind.SBA, True), (PoolKind.MEDIATION, False)])
def test_the_update_of_an_appliance_comes_from_its_vendor(
    product: str, build: str, kind: PoolKind, *, packaged: bool
) -> None:
    judged = judge(server("2012r2", build, build, product=product), pool(kind))
    finding = judged.finding("SFB-CU-001")
    assert finding.status == "fail"
    assert ("from its vendor" in finding.remediation) is packaged
    assert not packaged or "dtls" in finding.sources
    steps = {step.action: step for step in planned(judged.assessment).steps}
    for action in ("prepare-pool", "install-cu"):
        told = " ".join(command.text for command in steps[action].commands)
        assert ("vendor" in told) is packaged
        assert ("UpdateInstaller.exe" in told) is (action == "install-cu" and not packaged)


def test_a_lagging_package_of_an_appliance_comes_from_its_vendor_too() -> None:
    installed = ProductsFacts(packages(SFB2015, core=NEW, front_end=NEW, mediation=OLD))
    for kind, packaged in ((PoolKind.SBA, True), (PoolKind.MEDIATION, False)):
        finding = judge(server(products=installed), pool(kind)).finding("SFB-CU-002")
        assert finding.status == "advice"
        assert ("from its vendor" in finding.remediation) is packaged


def test_so_does_the_update_that_a_later_windows_needs() -> None:
    reading = server("2019", NEW, NEW)
    for kind, packaged in ((PoolKind.SBA, True), (PoolKind.MEDIATION, False)):
        finding = judge(reading, pool(kind)).finding("SFB-OS-001")
        assert finding.status == "fail"
        assert ("from its vendor" in finding.remediation) is packaged


def test_an_appliance_of_2013_is_replaced_before_tls10_is_disabled() -> None:
    build = "5.0.8308.1001"
    for kind, vendor in ((PoolKind.SBA, True), (PoolKind.MEDIATION, False)):
        reading = server("2012r2", build, build, product=LYNC2013)
        judged = judge(reading, pool(kind), policy="tls10-disable")
        finding = judged.finding("SFB-PROD-003")
        assert (finding.status, finding.blocks) == ("fail", True)
        assert ("vendor" in finding.remediation) is vendor
        (step,) = planned(judged.assessment).steps
        assert step.action == "migrate-product"
        assert ("vendor" in step.commands[0].text) is vendor


def test_an_appliance_of_2015_needs_cu6_hf2_for_that() -> None:
    for build, status in (("6.0.9319.515", "fail"), ("6.0.9319.516", "pass")):
        judged = judge(server("2012r2", build, build), pool(PoolKind.SBA), policy="tls10-disable")
        assert judged.finding("SFB-CU-001").status == status
        assert judged.finding("SFB-PROD-003").status == "pass"
