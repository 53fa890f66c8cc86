"""The collector's script in a real PowerShell engine, on every simulated Windows of states.toml.

What the engine answers is the truth: the decoders have to read it, and the lab's state
backend has to say the same.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import pytest

from auditor.collect.script import joined_script
from auditor.estate.zone import Auth, Transport
from auditor.facts.answer import decode_answer
from auditor.facts.certificates import CertificatesFacts
from auditor.facts.ciphers import CiphersFacts
from auditor.facts.disk import DiskFacts
from auditor.facts.dotnet import DotNetFacts
from auditor.facts.engine import EngineFacts
from auditor.facts.files import FilesFacts
from auditor.facts.hotfixes import HotfixesFacts
from auditor.facts.os import OsFacts
from auditor.facts.products import ProductsFacts
from auditor.facts.reading import Reading
from auditor.facts.reboot import RebootFacts
from auditor.facts.schannel import SchannelFacts
from auditor.facts.services import ServicesFacts
from auditor.facts.sql import SqlFacts
from auditor.facts.winhttp import WinHttpFacts
from auditor.lab.model import LabHost, LabUser, LabZone
from auditor.lab.state import StateBackend
from auditor.version import Version
from tests.powershell.engine import Answers, Engine
from tests.powershell.states import FQDN, STATES

pytestmark = pytest.mark.powershell

T = TypeVar("T")


@pytest.fixture(scope="module")
def asked(pwsh: Path, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Answers]:
    """What the engine answers on each state."""
    return Engine(pwsh, tmp_path_factory.mktemp("engine")).ask_all(STATES)


@pytest.fixture(scope="module")
def answers(asked: Mapping[str, Answers]) -> Mapping[str, str]:
    return {name: each.text for name, each in asked.items()}


@pytest.fixture(scope="module")
def readings(answers: Mapping[str, str]) -> Mapping[str, Reading]:
    return {name: _decoded(text) for name, text in answers.items()}


def _decoded(text: str) -> Reading:
    return decode_answer(text, fqdn=FQDN, started=None, finished=None)


def _facts(reading: Reading, kind: type[T]) -> T:
    return next(r.facts for r in reading.families if isinstance(r.facts, kind))


def _errors(reading: Reading) -> dict[str, str]:
    return {result.family: result.error.message for result in reading.families if result.error}


@pytest.mark.parametrize("name", STATES)
def test_state_backend_answers_as_the_engine_does(name: str, answers: Mapping[str, str]) -> None:
    zone = LabZone("z", Transport.HTTP, Auth.NTLM, 0, LabUser("u", "p"))
    host = LabHost(FQDN, zone, "127.0.0.1", STATES[name])
    (text,) = StateBackend().run(host, joined_script().text, {}).output
    assert _comparable(json.loads(text)) == _comparable(json.loads(answers[name]))


def _comparable(answer: dict[str, Any]) -> dict[str, Any]:
    for family in answer["families"].values():
        assert family.pop("ms") >= 0
    if answer["families"]["engine"]["ok"]:  # what the session is, which the tests change
        assert answer["families"]["engine"]["data"].pop("session")
    return {k: v for k, v in answer.items() if k not in {"collected_utc", "ps_version"}}


@pytest.mark.parametrize("name", STATES)
def test_powershell_2_0_answers_the_same_without_convertto_json(
    name: str, asked: Mapping[str, Answers]
) -> None:
    answer, other = asked[name].text, asked[name].from_2_0
    assert other.isascii()
    assert _comparable(json.loads(other)) == _comparable(json.loads(answer))


@pytest.mark.parametrize("name", STATES)
def test_constrained_language_mode_answers_the_same(
    name: str, asked: Mapping[str, Answers]
) -> None:
    answer, other = asked[name].text, asked[name].constrained
    assert _comparable(json.loads(other)) == _comparable(json.loads(answer))


@pytest.mark.parametrize("name", STATES)
def test_no_habit_of_convertto_json_shows(name: str, answers: Mapping[str, str]) -> None:
    """Depth cut to text, dates as /Date()/, texts with notes as objects, words as numbers."""
    text = answers[name]
    assert not [sign for sign in ("@{", "System.Object[]", "/Date(", '"PSPath"') if sign in text]
    families = json.loads(text)["families"].values()
    facts = [fact for family in families for fact in _registry_facts(family)]
    assert all(isinstance(fact["kind"], str) for fact in facts)
    assert all(isinstance(fact["data"], str | int) for fact in facts)


def _registry_facts(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        inner = [fact for each in value.values() for fact in _registry_facts(each)]
        return [value, *inner] if set(value) == {"kind", "data"} else inner
    return [f for each in value for f in _registry_facts(each)] if isinstance(value, list) else []


def test_envelope(answers: Mapping[str, str], readings: Mapping[str, Reading]) -> None:
    reading = readings["new-2012r2"]
    assert (reading.computer_name, reading.domain) == ("front-end-server-01", "contoso.com")
    assert reading.collector == joined_script().sha256
    assert reading.collected is not None
    assert reading.ps_version is not None
    assert [result.family for result in reading.families] == list(joined_script().families)
    assert len(answers["new-2012r2"].splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "version", "service_pack", "architecture", "installation"),
    [
        ("in-place-2008r2", Version(6, 1, 7601), 1, "64-bit", "Server"),
        ("rtm-2008r2", Version(6, 1, 7600), 0, "64-bit", "Server"),
        ("patched-2012", Version(6, 2, 9200), 0, "64-bit", "Server"),
        ("new-2012r2", Version(6, 3, 9600), 0, "64-bit", "Server"),
        ("core-2016", Version(10, 0, 14393), 0, "64-bit", "Server Core"),
        ("replaced-2012-32bit", Version(6, 2, 9200), 0, "32-bit", "Server"),
        ("missing-keys", Version(6, 3, 9600), 0, "64-bit", None),
        ("japanese", Version(6, 3, 9600), 0, "64 ビット", "Server"),
    ],
)
def test_os(
    readings: Mapping[str, Reading],
    name: str,
    version: Version,
    service_pack: int,
    architecture: str,
    installation: str | None,
) -> None:
    facts = _facts(readings[name], OsFacts)
    assert facts.version == version
    assert facts.service_pack == service_pack
    assert facts.architecture == architecture
    assert facts.installation == installation
    assert facts.product_type == 3


def test_products_of_both_views(readings: Mapping[str, Reading]) -> None:
    items = _facts(readings["in-place-2008r2"], ProductsFacts).items
    found = {(item.name, str(item.version), item.view) for item in items}
    assert ("Skype for Business Server 2015, Core Components", "6.0.9319.516", "native") in found
    assert ("Microsoft Visual C++ 2013 x86", "12.0.21005.0", "wow6432") in found


def test_odd_products(readings: Mapping[str, Reading]) -> None:
    items = _facts(readings["odd-products"], ProductsFacts).items
    found = {(item.name, item.view): (item.version_text, item.version) for item in items}
    assert found == {
        ("=cmd|' /C calc'!A0", "native"): ("6.0.x", None),
        ("Skype for Business Server 2015, Core Components ✓ 日本語 <b>&\"'", "native"): (
            "6.0.9319.0",
            Version(6, 0, 9319, 0),
        ),
        ("No version", "native"): (None, None),
        ("Twice", "native"): ("1.0", Version(1, 0)),
        ("Twice", "wow6432"): ("2.0", Version(2, 0)),
        ("Key with [brackets] and *", "native"): (" 1.2 ", Version(1, 2)),
        ("Version is a number", "native"): ("7", None),
    }


def test_lists_and_texts_are_bounded(readings: Mapping[str, Reading]) -> None:
    products = _facts(readings["very-many"], ProductsFacts)
    hotfixes = _facts(readings["very-many"], HotfixesFacts)
    assert (len(products.items), products.truncated) == (2000, True)
    assert (len(hotfixes.items), hotfixes.truncated) == (2000, True)
    assert [len(product.name) for product in products.items if len(product.name) > 30] == [
        499
    ]  # a pair of surrogates
    assert products.items[0].name == "1 =HYPERLINK(1)\ufffd\ufffd<&'\"\\\u65e5\U0001f600"


@pytest.mark.parametrize(("name", "number"), [("one-of-each", 1), ("bare-2019", 0)])
def test_short_lists_stay_lists(readings: Mapping[str, Reading], name: str, number: int) -> None:
    assert len(_facts(readings[name], ProductsFacts).items) == number
    assert len(_facts(readings[name], HotfixesFacts).items) == number


@pytest.mark.parametrize(
    ("name", "file", "location", "version"),
    [
        ("in-place-2008r2", "winhttp.dll", "System32", "6.1.7601.17514"),
        ("patched-2012", "webio.dll", "SysWOW64", "6.2.9200.21797"),
        ("odd-values", "winhttp.dll", "System32", "6.1.7601.23375"),  # its text says 16385
        ("odd-values", "webio.dll", "SysWOW64", "None"),  # no version in the file
    ],
)
def test_file_versions(
    readings: Mapping[str, Reading], name: str, file: str, location: str, version: str
) -> None:
    found = _facts(readings[name], FilesFacts).find(file, location)
    assert found is not None
    assert found.present
    assert str(found.version) == version


def test_absent_files(readings: Mapping[str, Reading]) -> None:
    items = _facts(readings["missing-keys"], FilesFacts).items
    assert [(i.location, i.present) for i in items] == [
        ("System32", True),
        ("System32", True),
        ("SysWOW64", False),
        ("SysWOW64", False),
    ]


def test_32_bit_windows_has_one_view(readings: Mapping[str, Reading]) -> None:
    reading = readings["replaced-2012-32bit"]
    assert {item.location for item in _facts(reading, FilesFacts).items} == {"System32"}
    assert [view.view for view in _facts(reading, WinHttpFacts).views] == ["native"]
    assert {each.view for each in _facts(reading, DotNetFacts).runtimes} == {"native"}


def test_hotfixes(readings: Mapping[str, Reading]) -> None:
    assert _facts(readings["patched-2012"], HotfixesFacts).has("KB3140245") == "KB3140245"
    assert _facts(readings["in-place-2008r2"], HotfixesFacts).has("KB3140245") is None
    fix = _facts(readings["new-2012r2"], HotfixesFacts).items[-1]
    assert (fix.id, fix.description, fix.installed_on) == (
        "KB4338815",
        "Security Update",
        "7/11/2018",
    )


@pytest.mark.parametrize(
    ("name", "protocol", "side", "enabled", "disabled_by_default"),
    [
        ("patched-2012", "TLS 1.2", "Client", "DWord 0x1", "DWord 0x0"),
        ("in-place-2008r2", "TLS 1.2", "Client", "no key", ""),
        ("keys-for-values", "TLS 1.2", "Client", "None", "None"),
        ("in-place-2008r2", "SSL 2.0", "Client", "None", "DWord 0x1"),
        ("odd-values", "TLS 1.0", "Client", "None", "None"),
        ("odd-values", "TLS 1.0", "Server", "Binary '01-00-00-00'", "MultiString '1; 0'"),
        ("odd-values", "TLS 1.1", "Client", "DWord 0xFFFFFFFF", "DWord 0xFFFFFFFF"),
        ("odd-values", "TLS 1.1", "Server", "QWord 0xFFFFFFFFFFFFFFFF", "String '0'"),
        ("odd-values", "TLS 1.2", "Client", "String '1'", "String ''"),
        ("odd-values", "TLS 1.2", "Server", "String 'C:\\\\Windows'", "MultiString ''"),
    ],
)
def test_schannel(
    readings: Mapping[str, Reading],
    name: str,
    protocol: str,
    side: str,
    enabled: str,
    disabled_by_default: str,
) -> None:
    found = _facts(readings[name], SchannelFacts).find(protocol, side)
    assert found is not None
    assert found.key_present is (enabled != "no key")
    if found.key_present:
        assert (str(found.enabled), str(found.disabled_by_default)) == (
            enabled,
            disabled_by_default,
        )


@pytest.mark.parametrize(
    ("name", "native", "wow6432"),
    [
        ("patched-2012", "DWord 0xA00", "DWord 0xAA0"),
        ("new-2012r2", "None", "None"),
        ("odd-values", "QWord 0xA00", "String '0xA00'"),
        ("missing-keys", "no key", "no key"),
        ("keys-for-values", "None", "None"),
    ],
)
def test_winhttp(readings: Mapping[str, Reading], name: str, native: str, wow6432: str) -> None:
    views = _facts(readings[name], WinHttpFacts).views
    told = [str(view.value) if view.key_present else "no key" for view in views]
    assert told == [native, wow6432]


@pytest.mark.parametrize(
    ("name", "release", "strong_crypto", "system_default_tls"),
    [
        ("new-2012r2", "DWord 0x70BF6", {"DWord 0x1"}, {"DWord 0x1"}),
        ("in-place-2008r2", "DWord 0x5C615", {"None"}, {"None"}),
        ("core-2016", "None", {"None"}, {"None"}),
        ("missing-keys", "DWord 0x5C733", {"None"}, {"None"}),
        ("keys-for-values", "DWord 0x5C615", {"None"}, {"None"}),
    ],
)
def test_dotnet(
    readings: Mapping[str, Reading],
    name: str,
    release: str,
    strong_crypto: set[str],
    system_default_tls: set[str],
) -> None:
    facts = _facts(readings[name], DotNetFacts)
    assert str(facts.release) == release
    assert len(facts.runtimes) == 4
    assert {str(each.strong_crypto) for each in facts.runtimes} == strong_crypto
    assert {str(each.system_default_tls) for each in facts.runtimes} == system_default_tls


SIGNALS = (
    "component_servicing",
    "windows_update",
    "file_renames",
    "update_exe",
    "update_exe_flags",
    "active_computer_name",
    "computer_name",
)


@pytest.mark.parametrize(
    ("name", "told", "entries"),
    [
        ("new-2012r2", "absent absent absent absent absent present present", None),
        ("restart-due", "present present present present present present present", 2),
        ("restart-odd", "absent absent present present present present present", 1),
        (
            "restart-unreadable",
            "unreadable present unreadable unreadable unreadable unreadable present",
            None,
        ),
        ("missing-keys", "absent absent absent absent absent absent absent", None),
    ],
)
def test_what_says_that_a_restart_is_due(
    readings: Mapping[str, Reading], name: str, told: str, entries: int | None
) -> None:
    facts = _facts(readings[name], RebootFacts)
    assert " ".join(getattr(facts, signal).state for signal in SIGNALS) == told
    assert facts.file_rename_entries == entries


@pytest.mark.parametrize(
    ("name", "paths", "cut"),
    [
        ("new-2012r2", None, False),
        ("restart-due", ("\\??\\C:\\Windows\\Temp\\old.dll", ""), False),
        ("restart-odd", ("one text",), False),
        ("restart-unreadable", None, False),
        (
            "restart-files",
            (
                "\\??\\C:\\Config.Msi\\3ec7bbbf.rbf",
                "",
                "\\??\\C:\\Program Files\\Skype for Business Server 2015\\Server\\Core\\new.dll",
                "!\\??\\C:\\Program Files\\Skype for Business Server 2015\\Server\\RtcHost.exe",
                "=HYPERLINK(1)",
                "\u65e5\u672c",
            ),
            False,
        ),
        ("very-many", tuple(f"{n}" for n in range(200)), True),
        ("restart-long", ("x" * 500, "short"), True),
    ],
)
def test_the_files_to_be_replaced(
    readings: Mapping[str, Reading], name: str, paths: tuple[str, ...] | None, *, cut: bool
) -> None:
    facts = _facts(readings[name], RebootFacts)
    assert facts.file_rename_paths == paths
    assert facts.file_renames_cut is cut


def test_a_rename_that_waits_for_a_restart(readings: Mapping[str, Reading]) -> None:
    def names(name: str) -> tuple[str, str]:
        facts = _facts(readings[name], RebootFacts)
        return str(facts.active_computer_name.value), str(facts.computer_name.value)

    assert names("restart-due") == ("String 'FRONT-END-SERVE'", "String 'FRONT-END-S-NEW'")
    assert len(set(names("new-2012r2"))) == 1
    assert names("restart-odd") == ("String '=1+1'", "MultiString 'A; B'")


def test_disks(readings: Mapping[str, Reading]) -> None:
    facts = _facts(readings["disks"], DiskFacts)
    assert facts.system == facts.items[0]
    assert [(each.drive, each.size, each.free) for each in facts.items] == [
        ("D:", 17_592_186_044_416, 0),
        ("E:", 1, 1),
        ("L:", None, None),
        ("=1+1", 214_000_000_000, 128_000_000_000),
    ]
    assert _facts(readings["very-many"], DiskFacts).truncated


def test_services(readings: Mapping[str, Reading]) -> None:
    facts = _facts(readings["services"], ServicesFacts)
    front_end = facts.find("rtcsrv")
    assert front_end is not None
    assert (front_end.state, front_end.start_mode) == ("Stopped", "Disabled")
    assert {each.name for each in facts.items if each.state != "Running"} == {
        "RTCSRV",
        "replica",
        "MSSQL$RTC",
        "MASTER",
    }
    assert {"WinRM", "LYNCBACKUP", "FTA", "RTC=HYPERLINK(1)"} <= {e.name for e in facts.items}
    others = ("Dhcp", "MSSQLSERVER", "SQLAgent$RTC", "XRTC", "W3SVC2")
    assert not [name for name in others if facts.find(name)]
    many = _facts(readings["very-many"], ServicesFacts)
    assert (len(many.items), many.truncated) == (500, True)


def test_engines(asked: Mapping[str, Answers], readings: Mapping[str, Reading]) -> None:
    facts = _facts(readings["patched-2012"], EngineFacts)
    assert [(each.version, each.runtime) for each in facts.engines] == [
        ("2.0", "v2.0.50727"),
        ("3.0", "v4.0.30319"),
    ]
    assert facts.net_version == "4.5.50709"
    session = facts.session
    assert (session.ps_version, session.architecture) == ("5.1.14393.2248", "AMD64")
    assert (session.wsman_stack_version, session.language_mode) == ("3.0", "FullLanguage")
    answers = asked["patched-2012"]
    others = [_facts(_decoded(t), EngineFacts) for t in (answers.from_2_0, answers.constrained)]
    assert [(each.session.ps_version, each.session.language_mode) for each in others] == [
        ("2.0", "FullLanguage"),
        ("5.1.14393.2248", "ConstrainedLanguage"),
    ]
    bare = _facts(readings["sql-odd"], EngineFacts)
    assert [each.key_present for each in bare.engines] == [False, True]
    assert bare.net_version is None


@pytest.mark.parametrize(
    ("name", "policy", "local"),
    [
        ("bare-2019", (False, None, None, None), (True, "MultiString", 187, 5)),
        ("ciphers", (True, "String", 81, 4), (True, "MultiString", 33, 4)),
        ("ciphers-odd", (True, "DWord", None, None), (True, "Binary", None, None)),
        ("ciphers-empty", (True, "String", 0, 1), (True, "MultiString", 0, 1)),
        ("missing-keys", (False, None, None, None), (False, None, None, None)),
        ("very-many", (True, "String", 1204, 200), (True, "MultiString", 187, 5)),
    ],
)
def test_cipher_orders(
    readings: Mapping[str, Reading],
    name: str,
    policy: tuple[object, ...],
    local: tuple[object, ...],
) -> None:
    facts = _facts(readings[name], CiphersFacts)
    assert [
        (o.key_present, o.kind, o.length, None if o.suites is None else len(o.suites))
        for o in facts.orders
    ] == [policy, local]
    assert [order.truncated for order in facts.orders] == [name == "very-many", False]
    assert facts.in_force is next((o for o in facts.orders if o.kind), None)


def test_suites_stand_as_they_were_written(readings: Mapping[str, Reading]) -> None:
    policy, local = _facts(readings["ciphers"], CiphersFacts).orders
    assert policy.suites is not None
    assert policy.suites[1:] == (" TLS_DHE_RSA_WITH_AES_128_GCM_SHA256", "", "=1+1")
    assert local.suites == ("TLS_RSA_WITH_AES_256_CBC_SHA", "A", "B", "")


@pytest.mark.parametrize(
    ("algorithm", "told"),
    [
        ("Ciphers\\RC4 128/128", "present DWord 0x0"),
        ("Ciphers\\AES 128/128", "present DWord 0xFFFFFFFF"),
        ("Ciphers\\AES 256/256", "absent None"),
        ("Ciphers\\NULL", "present DWord 0x0"),
        ("Hashes\\MD5", "present DWord 0x0"),
        ("Hashes\\SHA", "present String '0'"),
        ("Hashes\\SHA256", "absent None"),
        ("KeyExchangeAlgorithms\\ECDH", "present DWord 0x1"),
    ],
)
def test_cipher_switches(readings: Mapping[str, Reading], algorithm: str, told: str) -> None:
    switch = _facts(readings["ciphers"], CiphersFacts).find(algorithm)
    assert switch is not None
    assert f"{switch.enabled.state} {switch.enabled.value}" == told


def test_sql(readings: Mapping[str, Reading]) -> None:
    facts = _facts(readings["sql"], SqlFacts)
    assert {each.instance: (each.id, each.version, each.edition) for each in facts.instances} == {
        "RTC": ("MSSQL11.RTC", "11.2.5058.0", "Express Edition"),
        "RTCLOCAL": ("MSSQL12.RTCLOCAL", "12.1.4100.1", "Express Edition"),
        "MSSQLSERVER": ("MSSQL13.MSSQLSERVER", None, None),
        "odd": ("..\\..\\Microsoft SQL Server\\MSSQL11.RTC", None, None),
        "slash": ("MSSQL11/RTC", None, None),
        "empty": ("", None, None),
        "=1+1 \u65e5\u672c": ("MSSQL9.ODD", "=1+1", "x"),
    }
    clients = (facts.native_client11, facts.odbc11, facts.odbc13, facts.odbc17)
    assert [str(client.value) for client in clients] == [
        "String '11.0.7001.0'",
        "String '12.0.5543.11'",
        "String '13.0.811.168'",
        "String '17.0.0.0'",
    ]
    assert facts.lync2013_folder is True


def test_sql_that_products_bring_or_do_not(readings: Mapping[str, Reading]) -> None:
    def ids(name: str) -> list[str | None]:
        return [each.id for each in _facts(readings[name], SqlFacts).instances]

    assert ids("new-2012r2") == ["MSSQL12.RTCLOCAL", "MSSQL12.LYNCLOCAL"]
    assert ids("patched-2012") == ["MSSQL11.RTCLOCAL"]
    assert ids("bare-2019") == []
    assert _facts(readings["bare-2019"], SqlFacts).lync2013_folder is False
    odd = _facts(readings["sql-odd"], SqlFacts)
    assert [(each.id, each.version, each.patch_level) for each in odd.instances] == [
        ("5", "5", "7"),
        ("MSSQL12.RTCLOCAL; x", None, None),
    ]
    assert odd.native_client11.state == "unreadable"
    assert odd.lync2013_folder is None
    many = _facts(readings["very-many"], SqlFacts)
    assert (len(many.instances), many.truncated) == (50, True)


def test_certificates(readings: Mapping[str, Reading]) -> None:
    items = _facts(readings["certificates"], CertificatesFacts).items
    told = [
        (
            f"{each.not_before:%Y-%m-%d %H} to {each.not_after:%Y-%m-%d}",
            each.signature_name,
            each.key_size,
            each.dns_names,
            len(each.enhanced_key_usages) if each.enhanced_key_usages is not None else "any",
            each.has_private_key,
        )
        for each in items
    ]
    own = (FQDN,)
    names = ("fe01.contoso.com", "sip.contoso.com", "*.contoso.com")
    other = ("xn--wgv71a.contoso.com", "\u65e5\u672c.contoso.com")
    assert told == [
        ("2015-12-31 15 to 2018-06-30", "sha1RSA", 1024, names, 2, True),
        ("2018-01-01 00 to 2038-01-01", "sha256ECDSA", None, own, 0, True),
        ("2018-01-01 00 to 2038-01-01", "sha256RSA", None, (), 1, True),
        ("2018-01-01 00 to 2038-01-01", "sha256RSA", 2048, other, "any", False),
        ("2018-01-01 00 to 2038-01-01", "sha256RSA", 2048, own, 2, True),
    ]
    assert items[-1].subject == "=cmd|' /C calc'!A0, O=\"<b>\", L=\u65e5\u672c\ufffd\ufffd"
    assert items[1].key_algorithm == "1.2.840.10045.2.1"


def test_windows_2008_r2_does_not_tell_the_names_of_a_certificate(
    readings: Mapping[str, Reading],
) -> None:
    (item,) = _facts(readings["in-place-2008r2"], CertificatesFacts).items
    assert (item.dns_names, item.subject) == (None, f"CN={FQDN}")


def test_certificates_and_their_names_are_bounded(readings: Mapping[str, Reading]) -> None:
    facts = _facts(readings["very-many"], CertificatesFacts)
    assert (len(facts.items), facts.truncated) == (100, True)
    lengths = [(len(each.dns_names or ()), each.dns_names_truncated) for each in facts.items[:3]]
    assert lengths == [(199, False), (200, False), (200, True)]
    assert _facts(readings["no-certificates"], CertificatesFacts).items == ()


REFUSED = "Requested registry access is not allowed."
WMI_REFUSED = "Access is denied. (Exception from HRESULT: 0x80070005 (E_ACCESSDENIED))"


@pytest.mark.parametrize(
    ("name", "errors"),
    [
        (
            "denied",
            {
                "products": REFUSED,
                "hotfixes": WMI_REFUSED,
                "schannel": REFUSED,
                "dotnet": REFUSED,
            },
        ),
        ("ciphers-denied", {"ciphers": REFUSED}),
        ("sql-denied", {"sql": REFUSED, "engine": REFUSED}),
        ("restart-unreadable", {"disk": WMI_REFUSED, "services": WMI_REFUSED}),
        ("certificates-denied", {"certificates": REFUSED}),
        ("file-denied", {"files": REFUSED}),
        ("wmi-denied", {"os": WMI_REFUSED, "winhttp": REFUSED}),
        ("wmi-classes-gone", {"os": "Invalid class", "hotfixes": "Invalid class"}),
        (
            "wmi-gone",
            {
                "os": "Invalid namespace",
                "hotfixes": "Invalid namespace",
                "disk": "Invalid namespace",
                "services": "Invalid namespace",
            },
        ),
        ("no-uninstall-key", {"products": "The uninstall registry is not there."}),
        ("odd-os", {"os": "a whole number was expected, not '3'"}),
    ],
)
def test_a_failure_fails_its_family_and_no_other(
    readings: Mapping[str, Reading], name: str, errors: Mapping[str, str]
) -> None:
    found = _errors(readings[name])
    assert {
        family: message[: len(errors.get(family, ""))] for family, message in found.items()
    } == (errors)


def test_name_of_a_computer_that_keeps_its_full_one_to_itself(
    readings: Mapping[str, Reading],
) -> None:
    assert readings["denied"].computer_name == "FRONT-END-SERVE"  # NetBIOS


@pytest.mark.parametrize(
    ("name", "boot"),
    [
        ("new-2012r2", "2018-07-02 03:00:00+00:00"),
        ("japanese", "2018-07-02 03:00:00+00:00"),  # told as 12:00 at +540 minutes
        ("boot-as-text", "None"),
        ("boot-unknown", "None"),
    ],
)
def test_boot_time(readings: Mapping[str, Reading], name: str, boot: str) -> None:
    assert str(_facts(readings[name], OsFacts).last_boot) == boot


def test_dates_of_hotfixes_are_text_of_any_form(readings: Mapping[str, Reading]) -> None:
    fixes = _facts(readings["boot-as-text"], HotfixesFacts).items[-4:]
    assert [fix.installed_on for fix in fixes] == [
        "24.12.2017",
        "01d3a5b8f7c0e000",
        "",
        "3/18/2014",
    ]


def test_32_bit_powershell_on_64_bit_windows_reads_nothing(
    readings: Mapping[str, Reading],
) -> None:
    errors = _errors(readings["redirected"])
    assert set(errors) == set(joined_script().families)
    assert all("32-bit PowerShell on 64-bit Windows" in message for message in errors.values())
