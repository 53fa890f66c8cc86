"""What a policy rules out, what it asks that nobody reads, and support by dates."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from auditor.estate.model import Pool, PoolKind, SqlBackend
from auditor.facts.dotnet import DotNetFacts
from auditor.facts.registry_value import RegistryValue
from auditor.rulebook import load
from auditor.rulebook.confidence import Confidence
from auditor.rulebook.model import Rulebook
from auditor.rulebook.policy import Prerequisite
from auditor.rulebook.products import Support
from tests.assess.facts_of import LYNC2013, NOW, Judged, judge, pool, server, text
from tests.assess.planned import planned

BOOK = load()
_CU9 = "6.0.9319.548"
_CU10 = {"core": "5.0.8308.1001", "front_end": "5.0.8308.1001", "product": LYNC2013}

# kind of pool, what stands on it -> readiness under the policy for disabling TLS 1.0
OUT_OF_SCOPE = [
    (PoolKind.ENTERPRISE, "blocked"),
    (PoolKind.STANDARD, "blocked"),
    (PoolKind.DIRECTOR, "blocked"),
    (PoolKind.SBA, "blocked"),
    (PoolKind.UNKNOWN, "unknown"),  # it may be an Edge
    (PoolKind.EDGE, "unknown"),  # in scope, and nobody says what else it needs
]


@pytest.mark.parametrize(("kind", "readiness"), OUT_OF_SCOPE)
def test_lync_server_2013_outside_the_edge_can_never_do_without_tls10(
    kind: PoolKind, readiness: str
) -> None:
    judged = judge(server(**_CU10), pool(kind), policy="tls10-disable")  # type: ignore[arg-type]
    assert judged.server.readiness == readiness


# product, Windows, kind of pool -> what rules it out, "perhaps" where only the kind could tell
RULED_OUT = [
    ("lync2013", "2012", "enterprise", True),
    ("lync2013", "2012", "edge", False),
    ("lync2013", "2012", "unknown", None),
    ("lync2013", "2008", "unknown", True),
    ("lync2010", "2012", "unknown", True),
    ("sfb2015", "2012", "unknown", False),
    ("sfb2015", "2008", "unknown", True),
]


@pytest.mark.parametrize(("product", "system", "kind", "ruled_out"), RULED_OUT)
def test_where_the_kind_of_its_pool_is_not_known_it_may_be_ruled_out(
    product: str, system: str, kind: str, ruled_out: bool | None
) -> None:
    policy = BOOK.policies["tls10-disable"]
    assert (policy.excluded(product, system, kind) is not None) is (ruled_out is True)
    perhaps = policy.perhaps_excluded(product, system)
    assert len(perhaps) == (2 if product == "lync2013" else 0)


def test_what_may_be_an_edge_is_unknown_with_the_reason_and_the_way_out() -> None:
    judged = judge(server(**_CU10), pool(PoolKind.UNKNOWN), policy="tls10-disable")  # type: ignore[arg-type]
    finding = judged.finding("SFB-PROD-003")
    assert (finding.status, finding.blocks) == ("unknown", False)
    assert finding.reason.startswith("The kind of the pool pool01.contoso.com is not known")
    assert "Survivable Branch Appliances" in finding.reason
    assert "every role except the Edge" in finding.reason
    assert "estate file" in finding.remediation


def test_what_is_ruled_out_anyway_is_so_whatever_the_kind_of_its_pool() -> None:
    judged = judge(server("2008", **_CU10), pool(PoolKind.UNKNOWN), policy="tls10-disable")  # type: ignore[arg-type]
    finding = judged.finding("SFB-PROD-003")
    assert (finding.status, finding.actions) == ("fail", ("migrate-os",))


def test_what_no_kind_of_pool_rules_out_needs_none() -> None:
    assert _cu9(pool(PoolKind.UNKNOWN)).finding("SFB-PROD-003").status == "pass"


# build, Windows -> what a person has to ask Microsoft for
ASKED = [
    ("2012r2", "not_applicable"),
    ("2016", "not_applicable"),
    ("2019", "unknown"),
]


@pytest.mark.parametrize(("system", "status"), ASKED)
def test_a_windows_that_the_source_does_not_name_is_unknown(system: str, status: str) -> None:
    reading = server(system, core=_CU9, front_end=_CU9)
    finding = judge(reading, pool(PoolKind.DIRECTOR), policy="tls10-disable").finding("SFB-PRE-001")
    assert finding.status == status
    assert ("on Windows Server 2019" in finding.required) is (status == "unknown")


def test_nobody_is_told_to_disable_it_there() -> None:
    judged = judge(server("2012", **_CU10), policy="tls10-disable")  # type: ignore[arg-type]
    plan = planned(judged.assessment)
    assert {step.action for step in plan.steps} == {"migrate-product"}
    told = [finding.remediation for finding in judged.server.findings]
    told += [command.text for step in plan.steps for command in step.commands]
    assert any("Leave TLS 1.0 and 1.1 on" in sentence for sentence in told)
    for sentence in told:
        assert "Disable TLS" not in sentence
        assert "-Value 0" not in sentence or "DisabledByDefault" in sentence


def test_windows_server_2008_is_out_of_scope_for_every_product() -> None:
    finding = judge(server("2008"), policy="tls10-disable").finding("SFB-PROD-003")
    assert (finding.status, finding.blocks) == ("fail", True)
    assert finding.actions == ("migrate-os",)


def _cu9(where: Pool | None = None) -> Judged:
    return judge(server(core=_CU9, front_end=_CU9), where, policy="tls10-disable")


def test_what_nobody_reads_is_unknown_and_never_ready() -> None:
    judged = _cu9()
    assert judged.server.readiness == "unknown"
    finding = judged.finding("SFB-PRE-001")
    assert finding.required == "SQL Server with TLS 1.2 on the back end"
    others = {f.rule for f in judged.server.findings if f.status in ("fail", "unknown")}
    assert others == {"SFB-PRE-001"}


def test_where_everything_is_read_a_server_can_be_ready() -> None:
    assert _cu9(pool(PoolKind.DIRECTOR)).server.readiness == "ready"


_SQL01 = SqlBackend("sql01.contoso.com", "rtc", mirror=r"sql02.contoso.com\rtc")

# kind of pool, its back ends -> where a person has to look, None where nothing is asked
BACK_ENDS: list[tuple[PoolKind, tuple[SqlBackend, ...], str | None]] = [
    (PoolKind.ENTERPRISE, (), ""),
    (PoolKind.ENTERPRISE, (_SQL01, _SQL01), r"sql01.contoso.com\rtc, sql02.contoso.com\rtc"),
    (PoolKind.STANDARD, (SqlBackend("se01.contoso.com", "rtc", collocated=True),), None),
    # its archiving store lies on another machine
    (PoolKind.STANDARD, (SqlBackend("sql03.contoso.com"),), "sql03.contoso.com"),
    (PoolKind.EDGE, (), None),
    (PoolKind.UNKNOWN, (), ""),
]


@pytest.mark.parametrize(("kind", "backends", "look"), BACK_ENDS)
def test_a_back_end_is_asked_of_pools_that_have_one(
    kind: PoolKind, backends: tuple[SqlBackend, ...], look: str | None
) -> None:
    finding = _cu9(pool(kind, backends=backends)).finding("SFB-PRE-001")
    assert finding.status == ("not_applicable" if look is None else "unknown")
    if look is not None:
        assert finding.remediation.endswith(f" Here: {look}." if look else "later are sufficient.")


def test_what_is_asked_of_kinds_of_pools_alone_looks_at_no_back_end() -> None:
    row = Prerequisite("A thing", "Look.", ("sfb2015",), ("dtls",), kinds=("edge",))
    policy = replace(BOOK.policies["tls10-disable"], prerequisites=(row,))
    book = replace(BOOK, policies={policy.key: policy})
    where = pool(PoolKind.STANDARD, backends=(_SQL01,))
    finding = judge(server(), where, policy=policy.key, rulebook=book).finding("SFB-PRE-001")
    assert finding.status == "not_applicable"


def test_numbers_that_no_document_has_are_told_as_such() -> None:
    row = Prerequisite("A thing", "Look.", ("sfb2015",), ("dtls",), confidence=Confidence.UNSURE)
    policy = replace(BOOK.policies["tls10-disable"], prerequisites=(row,))
    book = replace(BOOK, policies={policy.key: policy})
    finding = judge(server(), policy=policy.key, rulebook=book).finding("SFB-PRE-001")
    told = "A thing. Look. (No Microsoft document has these numbers.)"
    assert finding.remediation == told


# Release as it was read -> status, what was observed
RELEASES = [
    (RegistryValue("DWord", 461814), "pass", ".NET Framework 4.7.2 (461814)"),
    (RegistryValue("DWord", 528039), "pass", ".NET Framework 4.7.2 (528039)"),
    (RegistryValue("DWord", 528040), "pass", ".NET Framework 4.8 (528040)"),
    (RegistryValue("DWord", 528049), "pass", ".NET Framework 4.8 (528049)"),
    (RegistryValue("DWord", 533325), "pass", ".NET Framework 4.8.1 (533325)"),
    (RegistryValue("DWord", 533326), "pass", ".NET Framework 4.8.1 or later (533326)"),
    (RegistryValue("DWord", 0xFFFFFFFF), "pass", ".NET Framework 4.8.1 or later (4294967295)"),
    (RegistryValue("DWord", 394802), "fail", ".NET Framework 4.6.2 (394802)"),
    (RegistryValue("DWord", 378388), "fail", ".NET Framework older than 4.5 (378388)"),
    (None, "fail", "no version from 4.5 on"),
    (text("461814"), "unknown", "461814"),
]


@pytest.mark.parametrize(("release", "status", "observed"), RELEASES)
def test_releases_of_dotnet(release: RegistryValue | None, status: str, observed: str) -> None:
    reading = server(dotnet=DotNetFacts(release, ()))
    finding = judge(reading, policy="tls10-disable").finding("SFB-NET-002")
    assert (finding.status, observed in finding.observed) == (status, True), finding.observed


def test_a_number_is_called_by_the_newest_release_that_is_not_newer() -> None:
    dotnet = BOOK.registry.dotnet
    assert dotnet.called(460798) == "4.7"
    assert dotnet.called(460797) == "4.6.2"
    assert dotnet.called(378388) == "older than 4.5"


def _book(support: Support | None, *, extended_updates: bool = False) -> Rulebook:
    product = replace(BOOK.products["sfb2015"], support=support)
    policy = replace(BOOK.policies["supported-today"], extended_updates=extended_updates)
    return replace(
        BOOK,
        products={**BOOK.products, product.key: product},
        policies={**BOOK.policies, policy.key: policy},
    )


_ENDS = date(2025, 10, 14)
_BOUGHT = Support(("esu",), _ENDS, extended=date(2026, 10, 31))

# support of the product, whether updates were bought, day -> status
SUPPORT = [
    (None, False, (2018, 9, 1), "unknown"),
    (Support(("esu",)), False, (2040, 1, 1), "pass"),
    (_BOUGHT, False, (2025, 10, 14), "pass"),
    (_BOUGHT, False, (2025, 10, 15), "fail"),
    (_BOUGHT, True, (2025, 10, 15), "advice"),
    (_BOUGHT, True, (2026, 10, 31), "advice"),
    (_BOUGHT, True, (2026, 11, 1), "fail"),
    (Support(("esu",), _ENDS), True, (2025, 10, 15), "fail"),
    (Support(("esu",), _ENDS, at_latest=True), False, (2025, 10, 14), "unknown"),
    (Support(("esu",), _ENDS, at_latest=True), False, (2025, 10, 15), "fail"),
    (Support(("esu",), _ENDS, confidence=Confidence.UNSURE), False, (2025, 10, 15), "unknown"),
]


@pytest.mark.parametrize(("support", "bought", "day", "status"), SUPPORT)
def test_support_by_the_day_of_the_audit(
    support: Support | None, bought: bool, day: tuple[int, int, int], status: str
) -> None:
    now = datetime(*day, 12, tzinfo=UTC)
    book = _book(support, extended_updates=bought)
    reading = replace(server(), started=now, finished=now, collected=now)
    judged = judge(reading, policy="supported-today", rulebook=book, now=now)
    finding = judged.finding("SFB-SUP-001")
    assert finding.status == status
    assert finding.blocks is (status == "fail")
    assert "requires builds" not in finding.reason  # it requires support
    assert judged.server.readiness == {"fail": "blocked", "unknown": "unknown"}.get(status, "ready")


def test_where_support_does_not_count_it_is_advice_and_never_unknown() -> None:
    now = datetime(2026, 11, 27, 12, tzinfo=UTC)
    reading = replace(server(), started=now, finished=now, collected=now)
    for book in (BOOK, _book(None)):
        judged = judge(reading, rulebook=book, now=now)
        assert judged.finding("SFB-SUP-001").status == "advice"
        assert judged.server.readiness == "ready"
    assert judge(server()).finding("SFB-SUP-001").status == "pass"


# support of the product -> what to do where its end is advice, and who is cited beside its sources
WORTH = [
    (_BOUGHT, "today that is Skype for Business Server Subscription Edition.", "se-announcement"),
    (None, "Ask Microsoft until when it supports the product.", "se-announcement"),
    (Support(("esu",), date(2030, 1, 1), at_latest=True), "Ask Microsoft until when", "esu"),
    (Support(("esu",), date(2026, 11, 27), at_latest=True), "Ask Microsoft until when", "esu"),
]


@pytest.mark.parametrize(("support", "todo", "cited"), WORTH)
def test_an_end_of_support_that_is_advice_has_something_to_do(
    support: Support | None, todo: str, cited: str
) -> None:
    now = datetime(2026, 11, 27, 12, tzinfo=UTC)
    reading = replace(server(), started=now, finished=now, collected=now)
    finding = judge(reading, rulebook=_book(support), now=now).finding("SFB-SUP-001")
    assert todo in finding.remediation
    assert cited in finding.sources
    assert not finding.actions
    assert finding.reason.endswith("requires builds, not support, so this is advice.")


def test_where_no_product_is_supported_none_is_named() -> None:
    now = datetime(2026, 11, 27, 12, tzinfo=UTC)
    reading = replace(server(), started=now, finished=now, collected=now)
    over = Support(("esu",), _ENDS)
    ended = {key: replace(each, support=over) for key, each in BOOK.products.items()}
    book = replace(_book(over), products=ended)
    finding = judge(reading, rulebook=book, now=now).finding("SFB-SUP-001")
    assert finding.remediation == "Plan the move to a product that Microsoft supports."


def test_while_it_is_supported_there_is_nothing_to_do() -> None:
    assert NOW.date() < _ENDS
    finding = judge(server()).finding("SFB-SUP-001")
    assert finding.remediation == ""
    assert "requires builds" not in finding.reason
