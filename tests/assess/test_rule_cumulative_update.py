"""SFB-CU-001 and SFB-CU-002: the deciding components, and packages that lag."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from auditor.assess.model import Status
from auditor.assess.rules.component_table import LEFT, NOT_KNOWN, OF_THE_EDGE
from auditor.estate.model import PoolKind
from auditor.facts.products import ProductsFacts
from auditor.rulebook import load
from auditor.rulebook.model import Rulebook
from auditor.rulebook.policy import Threshold
from auditor.version import Version
from tests.assess.facts_of import (
    LYNC2013,
    SFB2015,
    SFB2019,
    SFBSE,
    judge,
    package,
    packages,
    pool,
    server,
)

BOOK = load()

# product, core, front end -> status, words of the reason
DECIDING = [
    (LYNC2013, "5.0.8308.1001", "5.0.8308.1001", "pass", "at 5.0.8308.1001 or later"),
    (LYNC2013, "5.0.8308.1000", "5.0.8308.1000", "fail", "are below 5.0.8308.1001"),
    # As text .992 is greater than .1001.
    (LYNC2013, "5.0.8308.992", "5.0.8308.992", "fail", "are below 5.0.8308.1001"),
    (LYNC2013, "5.0.8308.1198", "5.0.8308.1198", "pass", ""),
    # A build that no list knows is judged by its number.
    (LYNC2013, "5.0.8308.1002", "5.0.8308.1003", "pass", ""),
    # What Get-CsServerVersion says is the base version, and no level at all.
    (LYNC2013, "5.0.8308.0", "5.0.8308.0", "fail", "are below"),
    (LYNC2013, "5.0.8308.1001", "5.0.8308.1000", "fail", "half-patched: Front End Server"),
    (LYNC2013, "5.0.8308.1000", "5.0.8308.1001", "fail", "half-patched: Core Components"),
    (SFB2015, "6.0.9319.516", "6.0.9319.516", "pass", "at 6.0.9319.516 or later"),
    (SFB2015, "6.0.9319.515", "6.0.9319.515", "fail", "are below 6.0.9319.516"),
    (SFB2015, "6.0.9319.516", "6.0.9319.515", "fail", "half-patched: Front End Server"),
    (SFB2015, "6.0.9319.515", "6.0.9319.516", "fail", "half-patched: Core Components"),
    (SFB2015, "6.0.9319.1000", "6.0.9319.1000", "pass", ""),
    (SFB2019, "7.0.2046.0", "7.0.2046.0", "pass", ""),
    (SFBSE, "7.0.2046.820", "7.0.2046.820", "not_applicable", "no minimum build"),
    # What is missing or no version proves nothing; what is too old is too old all the same.
    (SFB2015, None, "6.0.9319.516", "unknown", "Core Components is not among the packages"),
    (SFB2015, None, "6.0.9319.281", "unknown", "Core Components is not among the packages"),
    (SFB2015, "6.0.9319.x", "6.0.9319.516", "unknown", "Core Components 6.0.9319.x is not a build"),
    (SFB2015, "6.0.9319.516", "", "unknown", "Front End Server none is not a build"),
    (SFB2015, "6.0.9319.281", "n/a", "fail", "Core Components 6.0.9319.281 is below"),
    (SFB2015, "60.0.9319.516", "6.0.9319.516", "unknown", "whose builds are 6.0.9319.x"),
    (SFB2015, "5.0.8308.1001", "5.0.8308.1001", "unknown", "are not a build of Skype"),
]


@pytest.mark.parametrize(("product", "core", "front_end", "status", "words"), DECIDING)
def test_deciding_components(
    product: str, core: str | None, front_end: str | None, status: str, words: str
) -> None:
    finding = judge(server(product=product, core=core, front_end=front_end)).finding("SFB-CU-001")
    assert finding.status == status
    assert words in finding.reason
    assert ("half-patched" in finding.reason) is ("half-patched" in words)
    assert finding.actions == (("install-cu",) if status == "fail" else ())
    assert bool(finding.remediation) is (status == "fail")
    assert not finding.blocks


# The minimum of Lync Server 2013, Core Components, Front End Server -> status, words.
# CU6 HF1 is of the front end alone, CU8 leaves Core Components out, two others the front end.
LEFT_OUT = [
    (
        ".941",
        ".933",
        ".941",
        "pass",
        "Core Components, which its update does not change: 5.0.8308.933 or later.",
    ),
    (
        ".941",
        ".932",
        ".941",
        "fail",
        "half-patched: Core Components 5.0.8308.932 is below 5.0.8308.933,",
    ),
    (
        ".941",
        ".933",
        ".940",
        "fail",
        "half-patched: Front End Server 5.0.8308.940 is below 5.0.8308.941,",
    ),
    (
        ".941",
        ".932",
        ".940",
        "fail",
        "932 is below 5.0.8308.933, Front End Server 5.0.8308.940 is below 5.0.8308.941.",
    ),
    (
        ".965",
        ".956",
        ".965",
        "pass",
        "Core Components, which its update does not change: 5.0.8308.956 or later.",
    ),
    (
        ".965",
        ".955",
        ".965",
        "fail",
        "half-patched: Core Components 5.0.8308.955 is below 5.0.8308.956",
    ),
    # Of two in a row each leaves out another one.
    (
        ".945",
        ".945",
        ".941",
        "pass",
        "Front End Server, which its update does not change: 5.0.8308.941 or later.",
    ),
    (
        ".945",
        ".945",
        ".933",
        "fail",
        "half-patched: Front End Server 5.0.8308.933 is below 5.0.8308.941",
    ),
    (
        ".945",
        ".933",
        ".941",
        "fail",
        "half-patched: Core Components 5.0.8308.933 is below 5.0.8308.945",
    ),
    (
        ".927",
        ".927",
        ".920",
        "pass",
        "Front End Server, which its update does not change: 5.0.8308.920 or later.",
    ),
    # An update of the Web Components alone leaves both.
    (
        ".603",
        ".577",
        ".577",
        "pass",
        "Front End Server, which its update does not change: 5.0.8308.577 or later.",
    ),
    (".603", ".576", ".576", "fail", "are below 5.0.8308.577."),
    (".956", ".956", ".956", "pass", "at 5.0.8308.956 or later."),
]


def _least(build: str) -> Rulebook:
    """The shipped knowledge, whose article asks for another build of Lync Server 2013."""
    article = BOOK.policies["office365-tls12"]
    least = Threshold(Version.parse(build), ("dtls",))
    policy = replace(article, minimum={**article.minimum, "lync2013": least})
    return replace(BOOK, policies={**BOOK.policies, policy.key: policy})


@pytest.mark.parametrize(("least", "core", "front_end", "status", "words"), LEFT_OUT)
def test_what_the_minimums_update_leaves_out_is_asked_for_as_it_was_before(
    least: str, core: str, front_end: str, status: str, words: str
) -> None:
    reading = server(product=LYNC2013, core=f"5.0.8308{core}", front_end=f"5.0.8308{front_end}")
    judged = judge(reading, rulebook=_least(f"5.0.8308{least}"))
    finding = judged.finding("SFB-CU-001")
    assert finding.status == status
    assert words in finding.reason
    assert ("half-patched" in finding.reason) is ("half-patched" in words)
    left = least != ".956"
    assert ("which its update does not change" in finding.required) is left
    notes = {row.note for row in finding.compared}
    assert (LEFT in notes) is left
    assert judged.finding("SFB-CU-002").observed == "none lags"


def test_the_edges_own_package_goes_by_the_front_ends() -> None:
    book = _least("5.0.8308.945")
    for edge, status in (("5.0.8308.941", "pass"), ("5.0.8308.940", "unknown")):
        items = packages(LYNC2013, core="5.0.8308.945", edge=edge)
        reading = server("2012r2", products=ProductsFacts(items))
        finding = judge(reading, pool(PoolKind.EDGE), rulebook=book).finding("SFB-CU-001")
        assert finding.status == status
        assert finding.compared[-1].required == "5.0.8308.941"
    assert "Edge Server 5.0.8308.940 is behind 5.0.8308.941, although" in finding.reason


def test_the_label_stands_beside_the_number() -> None:
    assert (
        "CU10 (Jul 2018, KB4295703)"
        in judge(server(product=LYNC2013, core="5.0.8308.992", front_end="5.0.8308.992"))
        .finding("SFB-CU-001")
        .required
    )


# kind of pool, packages beside Core Components -> what is missing, "" where nothing is
ROLES = [
    (PoolKind.ENTERPRISE, ["mediation"], "Front End Server is not among the packages"),
    (PoolKind.STANDARD, ["mediation"], "Front End Server is not"),
    (PoolKind.DIRECTOR, ["web_components"], "Front End Server is not"),
    (PoolKind.SBA, ["mediation"], "Front End Server is not"),
    (PoolKind.SBA, ["front_end", "mediation"], ""),
    (PoolKind.EDGE, ["mediation"], "Edge or Front End Server is not"),
    (PoolKind.EDGE, ["edge"], ""),
    (PoolKind.EDGE, ["access_edge_service"], ""),
    (PoolKind.EDGE, ["front_end"], ""),
    (PoolKind.MEDIATION, ["front_end"], "Mediation Server is not"),
    (PoolKind.MEDIATION, ["mediation"], ""),
    (PoolKind.PERSISTENT_CHAT, ["persistent_chat_server"], ""),
    (PoolKind.UNKNOWN, ["mediation"], ""),
]


@pytest.mark.parametrize(("kind", "beside", "missing"), ROLES)
def test_a_pools_servers_have_the_package_of_its_role(
    kind: PoolKind, beside: list[str], missing: str
) -> None:
    build = "6.0.9319.516"
    installed = ProductsFacts(packages(SFB2015, core=build, **dict.fromkeys(beside, build)))
    judged = judge(server("2012r2", products=installed), pool(kind))
    for rule in ("SFB-CU-001", "SFB-PROD-001"):
        finding = judged.finding(rule)
        assert finding.status == ("unknown" if missing else "pass")
        assert missing in finding.reason
    assert f"is of kind {kind}" in finding.reason or not missing


# version of the Edge's own package beside Core Components -> status of SFB-CU-001, its words
EDGES = [
    ("6.0.9319.516", "pass", "Every deciding component"),
    ("6.0.9319.515", "unknown", "Edge Server 6.0.9319.515 is behind 6.0.9319.516, although"),
    ("6.0.9319.0", "unknown", "no source here confirms this package's name"),
    ("5.0.8308.1144", "unknown", "Edge Server 5.0.8308.1144 is behind"),
    ("6.0.9319.x", "unknown", "Edge Server 6.0.9319.x is behind"),
    (None, "unknown", "Edge Server none is behind"),
]


@pytest.mark.parametrize(("version", "status", "words"), EDGES)
def test_an_edge_is_half_patched_too(version: str | None, status: str, words: str) -> None:
    """An update has one package for front ends and the Edge, whatever that is called there."""
    items = packages(SFB2015, core="6.0.9319.516", edge=version)
    judged = judge(server("2012r2", products=ProductsFacts(items)), pool(PoolKind.EDGE))
    finding = judged.finding("SFB-CU-001")
    assert finding.status == status
    assert words in finding.reason
    assert [tuple(row)[2:] for row in finding.compared] == [
        ("6.0.9319.516", "decides"),
        ("6.0.9319.516", OF_THE_EDGE),
    ]
    # What is in doubt there is no package that may lag.
    assert judged.finding("SFB-CU-002").observed == "none lags"


def test_an_edge_that_is_behind_as_a_whole_needs_the_update() -> None:
    items = packages(SFB2015, core="6.0.9319.281", edge="6.0.9319.281")
    judged = judge(server("2012r2", products=ProductsFacts(items)), pool(PoolKind.EDGE))
    assert judged.finding("SFB-CU-001").status == "fail"


# kind of pool, packages beside Core Components -> status
HALF_DONE = [
    (PoolKind.UNKNOWN, ["web_components"], "unknown"),
    (PoolKind.UNKNOWN, ["web_components", "front_end"], "pass"),
    (PoolKind.UNKNOWN, ["mediation"], "pass"),
    (PoolKind.MEDIATION, ["web_components", "mediation"], "pass"),
]


@pytest.mark.parametrize(("kind", "beside", "status"), HALF_DONE)
def test_web_components_without_a_front_end_are_no_finished_installation(
    kind: PoolKind, beside: list[str], status: str
) -> None:
    build = "6.0.9319.516"
    installed = ProductsFacts(packages(SFB2015, core=build, **dict.fromkeys(beside, build)))
    judged = judge(server("2012r2", products=installed), pool(kind))
    assert judged.finding("SFB-CU-001").status == status


def test_two_entries_of_a_component_must_both_be_new_enough() -> None:
    both = packages(SFB2015, core="6.0.9319.516", front_end="6.0.9319.516")
    leftover = package(f"{SFB2015}, Core Components", "6.0.9319.281", view="wow6432")
    finding = judge(server(products=ProductsFacts((*both, leftover)))).finding("SFB-CU-001")
    assert finding.status is Status.FAIL
    assert "half-patched" in finding.reason


def test_a_list_cut_short_proves_nothing_good() -> None:
    def cut(build: str) -> str:
        items = packages(SFB2015, core=build, front_end=build)
        return (
            judge(server(products=ProductsFacts(items, truncated=True)))
            .finding("SFB-CU-001")
            .status
        )

    assert cut("6.0.9319.516") == "unknown"
    assert cut("6.0.9319.281") == "fail"


@pytest.mark.parametrize("change", [str.lower, str.upper])
def test_the_product_code_names_core_components_in_any_language(
    change: Callable[[str], str],
) -> None:
    items = (
        package(
            "Skype for Business Server 2015, Kernkomponenten",
            "6.0.9319.516",
            key=change("{de39f60a-d57f-48f5-a2bd-8ba3fe794e1f}"),
        ),
        *packages(SFB2015, front_end="6.0.9319.516"),
    )
    assert judge(server(products=ProductsFacts(items))).finding("SFB-CU-001").status == "pass"


def test_other_thresholds_come_with_another_policy() -> None:
    reading = server(core="6.0.9319.618", front_end="6.0.9319.618")
    assert judge(reading).finding("SFB-CU-001").status == "pass"
    moved = judge(reading, policy="cloud-moves-2022").finding("SFB-CU-001")
    assert moved.status == "fail"
    assert "move-csuser" in moved.sources


def test_components_are_known_in_any_case() -> None:
    core, front_end = "6.0.9319.516", "6.0.9319.281"
    items = (
        package(f"{SFB2015}, CORE COMPONENTS", core),
        package(f"{SFB2015.upper()}, front end SERVER", front_end),
        package(f"{SFB2015}, MEDIATION server", front_end),
        package(f"{SFB2015}, ADMINISTRATIVE tools", front_end),
    )
    judged = judge(server(products=ProductsFacts(items)))
    assert "half-patched: front end SERVER" in judged.finding("SFB-CU-001").reason
    lagging = judged.finding("SFB-CU-002")
    assert lagging.status == "advice"
    assert lagging.observed == "MEDIATION server 6.0.9319.281"


def test_a_server_without_an_os_is_judged_by_its_packages() -> None:
    judged = judge(server(without=["os"]))
    assert judged.finding("SFB-CU-001").status == "pass"
    assert judged.finding("SFB-CU-002").status == "pass"


# components beside Core Components and Front End Server -> status, words
LAGGING = [
    ({}, "pass", "none lags"),
    ({"web_components": "6.0.9319.516"}, "pass", "none lags"),
    ({"web_components": "6.0.9319.281"}, "advice", "Web Components Server 6.0.9319.281"),
    ({"mediation": "6.0.9319.272"}, "advice", "Mediation Server 6.0.9319.272"),
    ({"response_group_service": "6.0.9319.1"}, "advice", "Response Group Service"),
    ({"persistent_chat_server": "6.0.9319.1"}, "advice", "Persistent Chat Server"),
    ({"enterprise_web_app": "6.0.9319.72"}, "pass", "Enterprise Web App 6.0.9319.72"),
    ({"web_components": None}, "advice", "Web Components Server none"),
    # A tool is no part of the server.
    ({"tools": "6.0.9319.0"}, "pass", "none lags"),
]


@pytest.mark.parametrize(("beside", "status", "words"), LAGGING)
def test_a_lagging_package_is_never_a_fail(
    beside: dict[str, str | None], status: str, words: str
) -> None:
    items = packages(SFB2015, core="6.0.9319.516", front_end="6.0.9319.516", **beside)
    judged = judge(server(products=ProductsFacts(items)))
    finding = judged.finding("SFB-CU-002")
    assert finding.status == status
    assert words in finding.observed
    assert ("behind" in finding.reason) is (status == "advice")
    assert bool(finding.remediation) is (status == "advice")
    assert judged.finding("SFB-CU-001").status == "pass"
    assert judged.server.readiness == "ready"


# Core Components, Front End Server, Web Components -> whether SFB-CU-001 is said to come first
FIRST = [
    ("6.0.9319.281", "6.0.9319.281", "6.0.9319.281", True),
    ("6.0.9319.516", "6.0.9319.281", "6.0.9319.281", True),
    ("6.0.9319.516", "6.0.9319.516", "6.0.9319.281", False),
    ("6.0.9319.281", "6.0.9319.281", "6.0.9319.516", False),  # nothing lags
    ("6.0.9319.516", "6.0.9319", "6.0.9319.281", False),  # whether that is older is not known
]


@pytest.mark.parametrize(("core", "front_end", "web", "first"), FIRST)
def test_the_update_comes_before_what_lags_behind_it(
    core: str, front_end: str, web: str, first: bool
) -> None:
    items = packages(SFB2015, core=core, front_end=front_end, web_components=web)
    finding = judge(server(products=ProductsFacts(items))).finding("SFB-CU-002")
    assert ("SFB-CU-001 comes first" in finding.reason) is first
    assert ("Install the update first (SFB-CU-001)" in finding.remediation) is first


# what is installed beside the deciding components -> status of SFB-CU-002
KNOWN_PARTS = [
    ({"web_components": "6.0.9319.548"}, "pass"),
    ({"web_components": "6.0.9319.547"}, "fail"),
    ({"web_components": None}, "advice"),
    ({"mediation": "6.0.9319.272"}, "advice"),
    ({"web_components": "6.0.9319.516", "mediation": "6.0.9319.272"}, "fail"),
]


@pytest.mark.parametrize(("beside", "status"), KNOWN_PARTS)
def test_a_package_that_a_source_lists_for_the_update_must_have_come_with_it(
    beside: dict[str, str | None], status: str
) -> None:
    """CU9, which `tls10-disable` asks for, is known to bring Web Components."""
    items = packages(SFB2015, core="6.0.9319.548", front_end="6.0.9319.548", **beside)
    reading = server(products=ProductsFacts(items))
    finding = judge(reading, policy="tls10-disable").finding("SFB-CU-002")
    assert finding.status == status
    assert finding.actions == (("install-cu",) if status == "fail" else ())
    assert ("though the update 6.0.9319.548 services that" in finding.reason) is (status == "fail")
    assert finding.reason.startswith("What fails: Web Components Server 6") is (status == "fail")
    assert ("so this is advice" in finding.reason) is (status == "advice")
    assert ("which by itself would be advice" in finding.reason) is (
        status == "fail" and "mediation" in beside
    )
    assert ("no source here says" in finding.reason) is (
        "mediation" in beside or status == "advice"
    )


def test_each_component_stands_beside_what_the_update_asks_of_it() -> None:
    items = packages(
        SFB2015,
        mediation="6.0.9319.272",
        web_components="6.0.9319.281",
        core="6.0.9319.548",
        front_end="6.0.9319.x",
    )
    judged = judge(server(products=ProductsFacts(items)), policy="tls10-disable")
    deciding, beside = (judged.finding(rule).compared for rule in ("SFB-CU-001", "SFB-CU-002"))
    assert [tuple(row) for row in deciding] == [
        ("Core Components", "6.0.9319.548", "6.0.9319.548", "decides"),
        ("Front End Server", "6.0.9319.x", "6.0.9319.548", "decides"),
        ("Mediation Server", "6.0.9319.272", "not known", NOT_KNOWN),
        ("Web Components Server", "6.0.9319.281", "6.0.9319.548", "serviced by the update"),
    ]
    assert beside == deciding[2:]


# a package beside the deciding ones -> what is required of it, and what is known of that
BESIDE = [
    ("6.0.9319.515", "not known", NOT_KNOWN),
    ("6.0.9319.516", "6.0.9319.516", "has that build, but decides nothing"),
    ("6.0.9319.517", "6.0.9319.516", "has that build, but decides nothing"),
    ("6.0.9319.x", "not known", NOT_KNOWN),
]


@pytest.mark.parametrize(("build", "required", "note"), BESIDE)
def test_a_package_that_has_the_build_leaves_nothing_unknown(
    build: str, required: str, note: str
) -> None:
    items = packages(SFB2015, mediation=build, core="6.0.9319.516", front_end="6.0.9319.516")
    rows = judge(server(products=ProductsFacts(items))).finding("SFB-CU-001").compared
    assert tuple(rows[-1]) == ("Mediation Server", build, required, note)


def test_what_a_finding_of_half_an_update_leaves_to_the_other() -> None:
    judged = judge(server(core="6.0.9319.516", front_end="6.0.9319.281"))
    assert judged.finding("SFB-CU-002").observed == "none lags"
