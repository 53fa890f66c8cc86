"""SFB-SQL-001 and SFB-SQL-002, where a simulated Windows cannot say it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from auditor.assess.model import Finding
from auditor.estate.model import PoolKind
from auditor.facts.products import ProductsFacts
from auditor.facts.registry_signal import RegistrySignal
from auditor.facts.registry_value import RegistryValue
from auditor.facts.sql import SqlFacts, SqlInstance
from auditor.rulebook import load
from auditor.rulebook.sql import SqlBranch
from auditor.version import Version
from tests.assess.facts_of import (
    SFB2015,
    SFB2019,
    Judged,
    instance,
    judge,
    package,
    packages,
    pool,
    server,
    signal,
    sql,
    text,
)

BOOK = load()
EDGE = pool(PoolKind.EDGE)


def judged(facts: SqlFacts, *programs: tuple[str, str | None], truncated: bool = False) -> Judged:
    installed = [*packages(SFB2015, core="6.0.9319.548", edge="6.0.9319.548")]
    installed += [package(name, version) for name, version in programs]
    products = ProductsFacts(tuple(installed), truncated)
    return judge(server(sql=facts, products=products), EDGE, policy="tls10-disable")


def of_instances(*instances: SqlInstance, truncated: bool = False) -> Finding:
    return judged(sql(*instances, truncated=truncated)).finding("SFB-SQL-001")


# an instance -> status, words of the reason
INSTANCES = [
    (instance(), "pass", "Every instance speaks TLS 1.2"),
    # without PatchLevel a Version that will do is enough, and an older one may be updated
    (instance(patch_level=None), "pass", ""),
    (instance(version="12.1.4100.1", patch_level=None), "unknown", "recorded no PatchLevel"),
    (instance(version="12.1.4100.1", patch_level="12.1.4439.1"), "pass", ""),
    (instance(version=None, patch_level="12.1.4439.1"), "pass", ""),
    (instance(version=None), "unknown", "Setup recorded no version of it"),
    (instance(patch_level="12.2"), "unknown", "its PatchLevel is older than its Version"),
    (instance(patch_level=" 12.2.5000.0 "), "pass", ""),
    (instance(patch_level="=1+1"), "unknown", "what Setup recorded is not a version"),
    (instance(patch_level="99999999999.1"), "unknown", "what Setup recorded is not a version"),
    (
        instance(version="9.0.5000.0", patch_level=None, id=None),
        "unknown",
        "no source here knows such a build",
    ),
    # a key that tells no release contradicts nothing
    (instance(id="RTCLOCAL"), "pass", ""),
    (instance(id=None), "pass", ""),
    (instance(id="MSSQL13.RTCLOCAL"), "unknown", "another release"),
    (instance(version="16.0.1000.6", patch_level="16.0.1000.6", id=None), "pass", ""),
]


@pytest.mark.parametrize(("one", "status", "words"), INSTANCES)
def test_an_instance(one: SqlInstance, status: str, words: str) -> None:
    finding = of_instances(one)
    assert finding.status == status, finding.reason
    assert words in finding.reason
    assert finding.actions == ()


@pytest.mark.parametrize("branch", BOOK.sql.branches, ids=lambda branch: branch.called)
def test_the_reason_of_a_fail_names_the_build_that_will_do(branch: SqlBranch) -> None:
    """Not only the first build with TLS 1.2, where the policy's own source asks for more."""
    begins = str(branch.begins)
    finding = of_instances(instance(version=begins, patch_level=begins, id=None))
    required = finding.compared[0].required
    assert (required.removesuffix(" or later") in finding.reason) is (finding.status == "fail")


def test_a_list_that_was_cut_short_is_never_a_pass() -> None:
    finding = of_instances(instance(version="12.0.5000.0", patch_level=None), truncated=True)
    assert finding.status == "unknown"
    assert finding.reason == "others (not listed): the server has more instances than were read."


def test_where_setup_wrote_another_number_the_reason_says_why() -> None:
    finding = of_instances(instance(version="12.0.2000.8", patch_level="12.2.5000.0"))
    assert "12.0.5000.0" in finding.observed
    assert finding.reason.endswith(
        "(Setup writes the service pack into the second number: 12.2.5000.0 is 12.0.5000.0.)"
    )
    same = of_instances(instance(version="13.0.1601.5", key="MSSQL13"))
    assert "second number" not in same.reason


def test_so_it_does_for_a_client() -> None:
    facts = sql(native_client11=signal("InstalledVersion", "present", text("11.4.7001.0")))
    finding = judge(
        server(core="6.0.9319.548", front_end="6.0.9319.548", sql=facts), policy="tls10-disable"
    ).finding("SFB-SQL-002")
    assert "11.4.7001.0 is 11.0.7001.0" in finding.reason


def test_the_table_has_a_row_for_each_instance_that_is_or_should_be_there() -> None:
    old = instance("BACKUP", "10.50.4000.0", "MSSQL10_50")
    finding = judge(
        server(core="6.0.9319.548", front_end="6.0.9319.548", sql=sql(instance(), old)),
        policy="tls10-disable",
    ).finding("SFB-SQL-001")
    assert finding.status == "fail"
    assert [(row.name, row.observed, row.required) for row in finding.compared] == [
        ("RTCLOCAL", "12.0.5000.0", "12.0.5000.0 or later"),
        ("BACKUP", "10.50.4000.0", "11.0.5678.0 or later"),
        ("LYNCLOCAL", "not there", "a build with TLS 1.2"),
    ]
    assert finding.actions == ("update-sql-server",)
    assert finding.remediation.startswith("Update every instance on the server")
    assert "Check LYNCLOCAL on the server itself." in finding.remediation
    assert {"dtls", "kb3135244"} <= set(finding.sources)
    paths = [evidence.path.rpartition("\\")[2] for evidence in finding.evidence]
    assert paths == [
        "SQL, RTCLOCAL",
        "Setup, PatchLevel",
        "Setup, Version",
        "SQL, BACKUP",
        "Setup, PatchLevel",
        "Setup, Version",
    ]


def test_a_server_without_any_instance_says_where_it_was_looked_for() -> None:
    finding = judged(replace(sql(), instances=())).finding("SFB-SQL-001")
    assert finding.status == "unknown"
    assert [evidence.value for evidence in finding.evidence] == ["no instance"]


def test_an_old_release_is_told_what_microsoft_asks_of_it() -> None:
    finding = of_instances(instance(version="11.0.2100.60", key="MSSQL11"))
    assert [row.required for row in finding.compared] == ["11.0.5678.0 or later"]


def test_without_an_instance_where_none_is_expected_nothing_is_claimed() -> None:
    book = replace(BOOK, sql=replace(BOOK.sql, instances=()))
    reading = server(sql=replace(sql(), instances=()))
    finding = judge(reading, EDGE, policy="tls10-disable", rulebook=book).finding("SFB-SQL-001")
    assert (finding.status, finding.reason) == ("unknown", "None was found.")


def test_it_is_asked_of_products_that_the_policy_names() -> None:
    build = "7.0.2046.123"
    judged = judge(server("2019", build, build, product=SFB2019), policy="tls10-disable")
    assert judged.finding("SFB-SQL-001").required.startswith("SQL Server 2016 ")
    assert judged.finding("SFB-SQL-002").status == "not_applicable"
    for rule in ("SFB-SQL-001", "SFB-SQL-002"):
        assert judge(server()).finding(rule).status == "not_applicable"


# an instance, the policy's builds -> what is required of it
REQUIRED = [
    ("10.50.4000.0", ("10.0.6547.0",), "10.50.6542.0"),
    ("10.50.4000.0", ("10.0.6547.0", "12.0.5000.0"), "12.0.5000.0"),
    ("11.0.2100.60", ("10.0.6547.0",), "11.0.5352.0"),
    ("12.0.4100.1", ("12.0.2564.0",), "12.0.4219.0"),
    ("16.0.1000.6", ("12.0.2564.0",), "13.0.1601.5"),
]


@pytest.mark.parametrize(("version", "builds", "required"), REQUIRED)
def test_the_stricter_of_policy_and_branch_is_required(
    version: str, builds: tuple[str, ...], required: str
) -> None:
    policy = BOOK.policies["tls10-disable"]
    asked = replace(policy.sql["sfb2015"], builds=tuple(map(Version.parse, builds)))
    own = replace(policy, sql={"sfb2015": asked})
    book = replace(BOOK, policies={own.key: own})
    reading = server(sql=sql(instance(version=version, patch_level=version, id=None)))
    finding = judge(reading, EDGE, policy=own.key, rulebook=book).finding("SFB-SQL-001")
    assert finding.compared[0].required == f"{required} or later"


_MANAGEMENT = ("Microsoft SQL Server 2014 Management Objects  (x64)", "12.2.5000.0")
_TYPES = ("Microsoft System CLR Types for SQL Server 2014", "12.2.5000.0")
_ABSENT = signal("Version")
_UNREADABLE = signal("Version", "unreadable")


def present(version: str | RegistryValue) -> RegistrySignal:
    value = text(version) if isinstance(version, str) else version
    return signal("Version", "present", value)


# what the registry says of ODBC driver 11 and 13 -> status, words of the reason
DRIVERS = [
    (present("12.0.5543.11"), _ABSENT, "pass", ""),
    (present("12.0.2000.8"), _ABSENT, "fail", "no TLS 1.2 before 12.0.4219.0"),
    (_ABSENT, _ABSENT, "fail", "Microsoft's page asks for it on every server"),
    (_ABSENT, present("13.0.811.168"), "pass", ""),
    (_ABSENT, present("thirteen"), "fail", "asks for it on every server"),
    (_UNREADABLE, _ABSENT, "unknown", "its registry key could not be read"),
    (_UNREADABLE, present("13.0.811.168"), "unknown", "its registry key could not be read"),
    (present("twelve"), present("13.0.811.168"), "unknown", "that is not a version"),
    (present(RegistryValue("DWord", 12)), _ABSENT, "unknown", "that is not a version"),
    (present("12.0.2000.8"), present("13.0.811.168"), "advice", "ask for this one by name do not"),
]


@pytest.mark.parametrize(("eleven", "thirteen", "status", "words"), DRIVERS)
def test_a_driver(
    eleven: RegistrySignal, thirteen: RegistrySignal, status: str, words: str
) -> None:
    facts = sql(instance(), odbc11=eleven, odbc13=thirteen)
    finding = judged(facts, _MANAGEMENT, _TYPES).finding("SFB-SQL-002")
    assert finding.status == status, finding.reason
    assert words in finding.reason
    assert finding.actions == (("update-sql-clients",) if status == "fail" else ())
    read = {evidence.value for evidence in finding.evidence if evidence.family == "sql"}
    assert (str(eleven.value.data) if eleven.value else eleven.state) in read


def test_nothing_is_missing_from_a_list_that_was_cut_short() -> None:
    finding = judged(sql(), truncated=True).finding("SFB-SQL-002")
    assert finding.status == "unknown"
    assert "SQL Server 2014 (not known): the list of programs was cut short." in finding.reason


def test_a_program_without_a_version_is_unknown() -> None:
    finding = judged(sql(), _MANAGEMENT, (_TYPES[0], None)).finding("SFB-SQL-002")
    assert (finding.status, "no version" in finding.observed) == ("unknown", True)


def test_each_client_that_will_not_do_has_its_remedy() -> None:
    old = sql(instance(), native_client11=present("11.0.2100.60"))
    finding = judged(old, _MANAGEMENT, (_TYPES[0], "12.0.2000.8")).finding("SFB-SQL-002")
    assert finding.status == "fail"
    remedies = finding.remediation.splitlines()
    assert [remedy.partition(" (")[0] for remedy in remedies] == [
        "Install the latest SQL Server 2012 Native Client",
        "Install SQLSysClrTypes.msi of the feature pack of SQL Server 2014 SP2",
    ]
    families = [evidence.family for evidence in finding.evidence]
    assert families == ["sql", "sql", "products", "products"]
