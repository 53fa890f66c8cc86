"""Two real servers, recorded by another tool, judged as if they were Skype for Business 2015."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from auditor.facts.dotnet import DotNetFacts, DotNetRuntime
from auditor.facts.families import FamilyResult
from auditor.facts.hotfixes import Hotfix, HotfixesFacts
from auditor.facts.os import OsFacts
from auditor.facts.reading import Reach, ReachState, Reading
from auditor.facts.reboot import RebootFacts
from auditor.facts.registry_signal import RegistrySignal
from auditor.facts.registry_value import RegistryValue
from auditor.facts.schannel import ProtocolSide, SchannelFacts
from auditor.version import Version
from tests.assess.facts_of import FQDN, NOW, Judged, judge, pool, reboot, signal

_NS = "{http://schemas.microsoft.com/powershell/2004/04}"
pytestmark = pytest.mark.realdata


def _tree(folder: Path, name: str) -> ET.Element:
    return ET.fromstring((folder / name).read_text(encoding="utf-8-sig"))


def _named(element: ET.Element, name: str) -> str | None:
    """The text of the first simple value of that name; None where it is Nil."""
    found = next(e for e in element.iter() if e.get("N") == name)
    return None if found.tag == f"{_NS}Nil" else (found.text or "")


def _dword(element: ET.Element, name: str) -> RegistryValue | None:
    value = _named(element, name)
    return None if value is None else RegistryValue("DWord", int(value))


def _entries(element: ET.Element) -> dict[str, ET.Element]:
    """A serialised hashtable: its keys and values."""
    entries: dict[str, ET.Element] = {}
    for entry in element.iter(f"{_NS}En"):
        key, value = list(entry)
        entries.setdefault(key.text or "", value)
    return entries


def _os(folder: Path) -> OsFacts:
    tree = _tree(folder, "Win32_OperatingSystem.xml")
    return OsFacts(
        caption=_named(tree, "Caption") or "",
        version=Version.parse(_named(tree, "Version") or ""),
        product_type=int(_named(tree, "ProductType") or ""),
        service_pack=int(_named(tree, "ServicePackMajorVersion") or ""),
        architecture=_named(tree, "OSArchitecture") or "",
        installation=_tree(folder, "RemoteRegistryValueInstallationType.xml")[0].text,
    )


def _hotfixes(folder: Path) -> HotfixesFacts:
    tree = _tree(folder, "GetHotFix.xml")
    ids = [e.text or "" for e in tree.iter() if e.get("N") == "HotFixID"]
    return HotfixesFacts(tuple(Hotfix(text) for text in ids))


def _schannel(tls: dict[str, ET.Element]) -> SchannelFacts:
    value = tls["1.2"]
    sides = []
    for side in ("Client", "Server"):
        enabled = _dword(value, f"{side}EnabledValue")
        disabled = _dword(value, f"{side}DisabledByDefaultValue")
        sides.append(
            ProtocolSide(
                "TLS 1.2",
                side,
                _named(value, f"{side}RegistryPath") or "",
                key_present=enabled is not None or disabled is not None,
                enabled=enabled,
                disabled_by_default=disabled,
            )
        )
    return SchannelFacts(tuple(sides))


def _dotnet(tls: dict[str, ET.Element]) -> DotNetFacts:
    runtimes = []
    for key in ("NETv4", "NETv2"):
        for view, prefix, path in (
            ("native", "", "MicrosoftRegistryLocation"),
            ("wow6432", "Wow", "WowRegistryLocation"),
        ):
            runtimes.append(
                DotNetRuntime(
                    _named(tls[key], "NetVersion") or "",
                    view,
                    _named(tls[key], path) or "",
                    key_present=True,
                    strong_crypto=_dword(tls[key], f"{prefix}SchUseStrongCryptoValue"),
                )
            )
    return DotNetFacts(None, tuple(runtimes))


def _reboot(folder: Path) -> RebootFacts:
    """The same signals, each recorded as present or not (Get-ServerRebootPending)."""
    tree = _tree(folder, "GetServerRebootPending.xml")

    def noted(name: str) -> RegistrySignal:
        return signal(name, "present" if _named(tree, name) == "true" else "absent")

    assert _named(tree, "UpdateExeVolatileValue") == "false"
    return reboot(
        component_servicing=noted("ComponentBasedServicingPendingReboot"),
        windows_update=noted("AutoUpdatePendingReboot"),
        file_renames=noted("PendingFileRenameOperations"),
    )


def _judged(folder: Path) -> Judged:
    tls = _entries(_tree(folder, "GetAllTlsSettings.xml"))
    families = {
        "os": _os(folder),
        "hotfixes": _hotfixes(folder),
        "schannel": _schannel(tls),
        "dotnet": _dotnet(tls),
        "reboot": _reboot(folder),
    }
    results = tuple(FamilyResult(key, facts, when=NOW) for key, facts in families.items())
    reading = Reading(FQDN, Reach(ReachState.READ, "read"), results, finished=NOW)
    return judge(reading, pool(product="sfb2015"))


# folder -> Windows, words of the reason, strong cryptography of .NET
SERVERS = [
    ("E15", "2012r2", "both rows require the same", "pass"),
    ("E16", "2016", "must be a new installation", "advice"),
]


@pytest.mark.parametrize(("name", "windows", "words", "strong"), SERVERS)
def test_windows_and_schannel_are_judged_and_the_rest_is_unknown(
    realdata: Path, name: str, windows: str, words: str, strong: str
) -> None:
    judged = _judged(realdata / "windows-state" / name)
    assert judged.server.os == windows
    system = judged.finding("SFB-OS-001")
    assert system.status == "pass"
    assert words in system.reason
    client, as_server = judged.finding("SFB-TLS-001"), judged.finding("SFB-TLS-002")
    assert (client.status, as_server.status) == ("pass", "pass")
    assert "on by default" in client.reason
    assert "DWord 0x1" in as_server.observed
    # Nothing waits for a restart on either; of certificates and packages nothing was recorded.
    assert judged.finding("SFB-BOOT-001").status == "pass"
    for rule in ("SFB-CERT-001", "SFB-FACT-001", "SFB-PROD-001", "SFB-CU-001", "SFB-WINHTTP-001"):
        assert judged.finding(rule).status == "unknown"
    assert judged.finding("SFB-KB-001").status == "not_applicable"
    assert judged.finding("SFB-NET-001").status == strong
    assert judged.server.readiness == "unknown"


def test_the_hotfixes_were_really_read(realdata: Path) -> None:
    assert _hotfixes(realdata / "windows-state" / "E15").has("KB2919355")
