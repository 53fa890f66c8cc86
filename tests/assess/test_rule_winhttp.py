"""SFB-KB-001 and SFB-WINHTTP-001: the update by its files, and the value that it obeys."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from auditor.facts.files import FilesFacts
from auditor.facts.reading import Reading
from auditor.facts.registry_value import RegistryValue
from auditor.rulebook import load
from tests.assess.facts_of import (
    LYNC2013,
    SFB2015,
    SFBSE,
    dword,
    files,
    hotfixes,
    judge,
    server,
    system,
    text,
    winhttp,
)

_BUILDS = {LYNC2013: "5.0.8308.1001", SFB2015: "6.0.9319.516"}
NEW_2008R2, OLD_2008R2 = "6.1.7601.23375", "6.1.7601.23374"
NEW_2012, OLD_2012 = "6.2.9200.21797", "6.2.9200.21796"


def _server(windows: str, product: str = SFB2015, **families: Any) -> Reading:
    build = _BUILDS[product]
    return server(windows, product=product, core=build, front_end=build, **families)


# Windows, winhttp.dll, webio.dll -> status of SfB 2015 (starred), of Lync 2013 (no star), words
FILES: list[tuple[str, str | None, str | None, str, str, str]] = [
    ("2008r2", NEW_2008R2, NEW_2008R2, "pass", "pass", "new enough"),
    ("2008r2", "6.1.7601.24000", "6.1.7601.24000", "pass", "pass", "new enough"),
    ("2008r2", OLD_2008R2, NEW_2008R2, "fail", "advice", "winhttp.dll 6.1.7601.23374 is older"),
    ("2008r2", NEW_2008R2, OLD_2008R2, "fail", "advice", "webio.dll 6.1.7601.23374 is older"),
    ("2008r2", "6.1.7601.9999", "6.1.7601.9999", "fail", "advice", "are older"),  # not as text
    ("2008r2-rtm", "6.1.7600.99999", "6.1.7600.99999", "fail", "advice", "are older"),
    ("2012", NEW_2012, NEW_2012, "pass", "pass", ""),
    ("2012", OLD_2012, NEW_2012, "fail", "advice", "winhttp.dll 6.2.9200.21796"),
    ("2012", NEW_2012, OLD_2012, "fail", "advice", "webio.dll 6.2.9200.21796"),
    ("2012", "absent", NEW_2012, "unknown", "unknown", "winhttp.dll not there"),
    ("2012", None, NEW_2012, "unknown", "unknown", "winhttp.dll without a version"),
    # A file of a later Windows proves nothing about this one.
    ("2012", "6.3.9600.17415", NEW_2012, "unknown", "unknown", "winhttp.dll 6.3.9600.17415"),
    # What is certainly too old fails whatever else is missing; advice is not so sure.
    ("2012", OLD_2012, "absent", "fail", "unknown", "webio.dll not there"),
    ("2012r2", "6.3.9600.17415", None, "not_applicable", "not_applicable", "not for Windows"),
]


@pytest.mark.parametrize(("windows", "http", "webio", "starred", "unstarred", "words"), FILES)
def test_files_decide(
    windows: str, http: str | None, webio: str | None, starred: str, unstarred: str, words: str
) -> None:
    reasons = []
    for product, status in ((SFB2015, starred), (LYNC2013, unstarred)):
        read = FilesFacts((*files(http).items[::2], *files(webio).items[1::2]))
        finding = judge(_server(windows, product, files=read, hotfixes=hotfixes())).finding(
            "SFB-KB-001"
        )
        assert finding.status == status
        mend = status in ("fail", "advice")
        assert finding.actions == (("install-kb3140245",) if mend else ())
        assert bool(finding.remediation) is mend
        assert ("has no star" in finding.reason) is (status == "advice")
        assert "listed" not in finding.reason.partition(";")[0]
        reasons.append(finding.reason)
    assert any(words in reason for reason in reasons)


# listed hotfixes, files -> status, words
CORROBORATION = [
    (("KB3140245",), NEW_2012, "pass", "KB3140245 is listed"),
    (("KB3185332",), NEW_2012, "pass", "KB3185332 is listed"),
    ((), NEW_2012, "pass", "a later update that replaces it"),
    (("KB3140245",), OLD_2012, "fail", "KB3140245 is listed as installed, but winhttp.dll"),
    # That a later update brings the files is inferred, so nothing is said of its installation.
    (("KB3185332",), OLD_2012, "fail", "KB3185332, which is listed, is later; that it brings"),
    (("KB3161949",), OLD_2012, "fail", "are older than KB3140245. KB3161949, which is listed"),
]


@pytest.mark.parametrize(("listed", "version", "status", "words"), CORROBORATION)
def test_the_hotfix_list_only_corroborates(
    listed: tuple[str, ...], version: str, status: str, words: str
) -> None:
    judged = judge(_server("2012", files=files(version), hotfixes=hotfixes(*listed)))
    finding = judged.finding("SFB-KB-001")
    assert finding.status == status
    assert words in finding.reason


def test_without_the_hotfix_list_the_files_still_decide() -> None:
    reading = server("2012", failed=["hotfixes"])
    assert judge(reading).finding("SFB-KB-001").status == "pass"


def test_without_the_files_the_hotfix_list_proves_nothing() -> None:
    finding = judge(server("2012", failed=["files"])).finding("SFB-KB-001")
    assert finding.status == "unknown"
    assert "family files failed" in finding.reason
    assert judge(server("2012r2", failed=["files"])).finding("SFB-KB-001").status == (
        "not_applicable"
    )


@pytest.mark.parametrize("rule", ["SFB-KB-001", "SFB-WINHTTP-001"])
@pytest.mark.parametrize("native", [None, dword(0xA80)])  # one view that lacks it will do
def test_an_advice_on_a_row_without_a_star_says_so(rule: str, native: RegistryValue | None) -> None:
    lacking = {"files": files(OLD_2012), "winhttp": winhttp(native, None)}
    finding = judge(_server("2012", LYNC2013, **lacking)).finding(rule)
    assert finding.status == "advice"
    assert "The article's row for Lync Server 2013 has no star" in finding.reason
    assert "has no star" not in judge(_server("2012", SFB2015, **lacking)).finding(rule).reason


def test_an_old_32_bit_copy_is_advice() -> None:
    old = files(NEW_2012, wow_winhttp=OLD_2012)
    finding = judge(_server("2012", files=old)).finding("SFB-KB-001")
    assert finding.status == "advice"
    assert "32-bit" in finding.reason


# the 32-bit copy of winhttp.dll -> words; in an answer that leaves both copies out, None
COPIES = [
    ("absent", "winhttp.dll not there."),
    (None, "winhttp.dll without a version."),
    ("unsaid", "winhttp.dll not reported, webio.dll not reported."),
]


@pytest.mark.parametrize(("copy", "words"), COPIES)
def test_a_32_bit_copy_of_which_nothing_is_known_is_advice(copy: str | None, words: str) -> None:
    read = files(NEW_2012).items
    told = {
        "absent": (*read[:2], replace(read[2], present=False, version=None), read[3]),
        None: (*read[:2], replace(read[2], version=None), read[3]),
        "unsaid": read[:2],
    }[copy]
    judged = judge(_server("2012", files=FilesFacts(told)))
    finding = judged.finding("SFB-KB-001")
    assert finding.status == "advice"
    assert finding.reason.startswith(
        f"Nothing can be proved about the 32-bit copy: {words} No source"
    )
    assert finding.actions == ()
    assert judged.server.readiness == "ready"


def test_a_32_bit_windows_has_no_copy_for_32_bit() -> None:
    facts = replace(system("2012"), architecture="32-bit")
    read = FilesFacts(files(NEW_2012).items[:2])
    finding = judge(_server("2012", os_facts=facts, files=read)).finding("SFB-KB-001")
    assert finding.status == "pass"


def test_files_that_were_not_reported_prove_nothing() -> None:
    finding = judge(_server("2012", files=FilesFacts(()))).finding("SFB-KB-001")
    assert finding.status == "unknown"
    assert "not reported" in finding.reason


def test_an_unsupported_windows_has_other_worries() -> None:
    judged = judge(_server("2008"))
    for rule in ("SFB-KB-001", "SFB-WINHTTP-001"):
        assert judged.finding(rule).status == "not_applicable"
        assert "SFB-OS-001" in judged.finding(rule).reason


def test_without_the_updates_files_nothing_is_said_of_a_windows_that_needs_it() -> None:
    old = server("2008", "7.0.2046.820", "7.0.2046.820", product=SFBSE)
    assert judge(old).finding("SFB-KB-001").status == "unknown"
    book = load()
    without = {**book.updates, "kb3140245": replace(book.updates["kb3140245"], files=())}
    told = judge(_server("2012"), rulebook=replace(book, updates=without)).finding("SFB-KB-001")
    assert (told.status, "No source here lists the files" in told.reason) == ("unknown", True)


Value = RegistryValue | None

# Windows, native, wow6432 -> status of SfB 2015, of Lync 2013, words of the reason
VALUES: list[tuple[str, Value, Value, str, str, str]] = [
    ("2012", dword(0xA80), dword(0xA80), "pass", "pass", "in every view"),
    ("2012", dword(0x800), dword(0xA00), "pass", "pass", ""),
    ("2012", dword(0x880), dword(0x880), "pass", "pass", ""),
    # Microsoft's own file for the product sets 0xAA0: SSL 3.0 is in it, and TLS 1.2 too.
    ("2012", dword(0xAA0), dword(0xAA0), "advice", "advice", "SSL 3.0"),
    ("2012", dword(0x808), dword(0x800), "advice", "advice", "SSL 2.0"),
    ("2012", dword(0xFFFFFFFF), dword(0xFFFFFFFF), "advice", "advice", "SSL 2.0, SSL 3.0"),
    ("2012", dword(0xA0), dword(0xA80), "fail", "advice", "In the view native"),
    ("2012", dword(0xA80), dword(0x280), "fail", "advice", "In the view wow6432"),
    ("2012", dword(0), dword(0), "fail", "advice", "In the views native and wow6432, TLS"),
    ("2012", None, None, "fail", "advice", "does not offer it by default"),
    ("2012", dword(0xA80), None, "fail", "advice", "In the view wow6432"),
    ("2012", None, dword(0xA80), "fail", "advice", "In the view native"),
    ("2012", text("0xA80"), dword(0xA80), "fail", "advice", "not a REG_DWORD in native"),
    ("2012", RegistryValue("QWord", 0xA80), dword(0xA80), "fail", "advice", "not a REG_DWORD"),
    ("2008r2", dword(0xA80), dword(0xA80), "pass", "pass", ""),
    ("2008r2", None, None, "fail", "advice", "Windows Server 2008 R2 does not offer it by default"),
    # From 2012 R2 on nothing is needed, but a value can take TLS 1.2 away.
    ("2012r2", None, None, "pass", "pass", ""),
    ("2012r2", dword(0xA80), None, "pass", "pass", ""),
    ("2012r2", dword(0xA0), None, "fail", "fail", "leaves out TLS 1.2"),
    ("2012r2", None, dword(0x200), "fail", "fail", "In the view wow6432"),
    ("2012r2", text("2688"), None, "unknown", "unknown", "not a REG_DWORD"),
]


@pytest.mark.parametrize(("windows", "native", "wow6432", "starred", "unstarred", "words"), VALUES)
def test_the_bit_decides_in_both_views(
    windows: str, native: Value, wow6432: Value, starred: str, unstarred: str, words: str
) -> None:
    for product, status in ((SFB2015, starred), (LYNC2013, unstarred)):
        judged = judge(_server(windows, product, winhttp=winhttp(native, wow6432)))
        finding = judged.finding("SFB-WINHTTP-001")
        assert finding.status == status
        assert words in finding.reason
        assert "support-blog-ja" not in finding.sources
        # One of the pages that are cited says otherwise, which whoever opens it should know.
        assert ("says that the value is not required" in finding.reason) is (
            "not offer it by default" in finding.reason
        )
        mend = (
            status == "fail"
            or "not a REG_DWORD" in finding.reason
            or "offer it by" in finding.reason
        )
        if status != "advice":
            assert finding.actions == (("set-default-secure-protocols",) if mend else ())
            assert bool(finding.remediation) is mend


# a number -> the protocols that its bits stand for
NAMES = [
    (0xA00, "TLS 1.1 + TLS 1.2"),
    (0x800, "TLS 1.2"),
    (0xA80, "TLS 1.0 + TLS 1.1 + TLS 1.2"),
    (0xA0, "SSL 3.0 + TLS 1.0"),
    (0xAA0, "SSL 3.0 + TLS 1.0 + TLS 1.1 + TLS 1.2"),
    (0x2808, "SSL 2.0 + TLS 1.2 + TLS 1.3"),
    (0, "no protocol"),
    (0x801, "TLS 1.2 + 0x1, which no source names"),
    (0x10000, "0x10000, which no source names"),
    (0xFFFFD557, "0xFFFFD557, which no source names"),
]


@pytest.mark.parametrize(("number", "names"), NAMES)
def test_the_bits_are_named_wherever_the_value_is_shown(number: int, names: str) -> None:
    finding = judge(_server("2012", winhttp=winhttp(dword(number), dword(0xA80)))).finding(
        "SFB-WINHTTP-001"
    )
    assert f"; 0x{number:X} is {names}" in finding.reason
    assert f"native: DWord 0x{number:X} ({names})" in finding.observed
    assert finding.evidence[0].value == f"DWord 0x{number:X} ({names})"
    assert finding.reason.endswith(".")
    assert finding.reason.count("0xA80 is") == 1


def test_a_value_that_is_absent_or_no_number_has_no_names() -> None:
    finding = judge(_server("2012", winhttp=winhttp(None, text("0xA80")))).finding(
        "SFB-WINHTTP-001"
    )
    assert " is TLS" not in finding.reason
    assert finding.observed == "native: absent; wow6432: String '0xA80'"


@pytest.mark.parametrize("value", [0x800 | other for other in range(0, 0x1000, 0x40)])
def test_no_value_with_the_bit_is_ever_a_fail(value: int) -> None:
    facts = winhttp(dword(value), dword(value))
    assert judge(_server("2012", winhttp=facts)).finding("SFB-WINHTTP-001").status in (
        "pass",
        "advice",
    )


# architecture, views reported -> status
VIEWS = [("64-bit", 2, "pass"), ("64-bit", 1, "unknown"), ("64 ビット", 1, "unknown")]


@pytest.mark.parametrize(("architecture", "views", "status"), [*VIEWS, ("32-bit", 1, "pass")])
def test_a_32_bit_windows_has_one_view(architecture: str, views: int, status: str) -> None:
    reading = _server(
        "2012",
        winhttp=winhttp(dword(0xA80), dword(0xA80), views=views),
        os_facts=system("2012", architecture=architecture),
    )
    assert judge(reading).finding("SFB-WINHTTP-001").status == status


# product, the native value, which is all that was reported -> status
HALF_REPORTED = [
    (SFB2015, 0xA80, "unknown"),
    (SFB2015, 0x280, "fail"),  # certain, whatever the other view holds
    (LYNC2013, 0x280, "unknown"),  # an advice is not so sure
]


@pytest.mark.parametrize(("product", "value", "status"), HALF_REPORTED)
def test_what_is_certainly_wrong_fails_though_a_view_is_missing(
    product: str, value: int, status: str
) -> None:
    reading = _server("2012", product, winhttp=winhttp(dword(value), None, views=1))
    assert judge(reading).finding("SFB-WINHTTP-001").status == status


def test_a_product_with_an_open_list_of_systems_gets_the_stricter_reading() -> None:
    reading = server(
        "2012",
        "7.0.2046.820",
        "7.0.2046.820",
        product=SFBSE,
        files=files(OLD_2012),
        winhttp=winhttp(None, None),
    )
    judged = judge(reading)
    assert judged.finding("SFB-OS-001").status == "advice"
    assert judged.finding("SFB-KB-001").status == "fail"
    assert judged.finding("SFB-WINHTTP-001").status == "fail"


def test_the_update_and_the_value_are_two_findings() -> None:
    reading = _server("2012", hotfixes=hotfixes(), winhttp=winhttp(None, None))
    judged = judge(reading)
    assert judged.finding("SFB-KB-001").status == "pass"
    assert judged.finding("SFB-WINHTTP-001").status == "fail"
    assert judged.server.readiness == "work_needed"


def test_a_policy_can_make_the_unstarred_rows_fail() -> None:
    policy = replace(load().policies["office365-tls12"], unstarred="fail")
    strict = replace(load(), policies={policy.key: policy})
    reading = _server("2012", LYNC2013, files=files(OLD_2012), winhttp=winhttp(None, None))
    assert judge(reading).server.readiness == "ready"
    judged = judge(reading, rulebook=strict)
    assert judged.finding("SFB-KB-001").status == "fail"
    assert judged.finding("SFB-WINHTTP-001").status == "fail"
    assert judged.server.readiness == "work_needed"
