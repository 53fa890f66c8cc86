"""The state backend: answers the collector's script from a simulated Windows, without PowerShell.

What each family returns is held equal, by tests, to what the real engine returns for the same
state.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from auditor.lab.estate_answers import ESTATE_FAMILIES, estate_data
from auditor.lab.machine_answers import MACHINE_FAMILIES
from auditor.lab.management_shell import ManagementShell
from auditor.lab.model import LabHost, ScriptResult
from auditor.lab.simulated import Key, PowerShellError, SimulatedWindows, instant, limited

_COLLECTOR = re.compile(r"^\$collector = '([0-9a-f]{64})'$", re.MULTILINE)
_FAMILY = re.compile(r"^#family ([a-z_]+)$", re.MULTILINE)
_LIST_LIMIT = 2000

Data = dict[str, Any]


def _utc_now() -> datetime:
    return datetime.now(UTC)


class StateBackend:
    """Answers by family from `LabHost.windows`; each host's families are made once.

    `clock` is the true time; a host's own is `clock_offset` seconds ahead of it. `think` is
    the endpoint's to wait.
    """

    def __init__(self, clock: Callable[[], datetime] = _utc_now) -> None:
        self._clock = clock
        self._made: dict[str, tuple[LabHost, SimulatedWindows, dict[str, Data]]] = {}

    def run(self, host: LabHost, script: str, arguments: Mapping[str, object]) -> ScriptResult:  # noqa: ARG002 - the collector's script takes none
        collector = _COLLECTOR.search(script)
        if collector is None:
            return _not_recognised(script)
        windows, made = self._host(host)
        families = {}
        for key in _FAMILY.findall(script):
            if key not in made:
                made[key] = _result(windows, host.shell, key)
            families[key] = made[key]
        answer = self._envelope(host, windows) | {
            "collector": collector.group(1),
            "families": families,
        }
        return ScriptResult(output=(json.dumps(answer, separators=(",", ":")),))

    def _host(self, host: LabHost) -> tuple[SimulatedWindows, dict[str, Data]]:
        known = self._made.get(host.fqdn)
        if known is None or known[0].windows is not host.windows or known[0].shell != host.shell:
            known = (host, SimulatedWindows(host.windows), {})
            self._made[host.fqdn] = known
        return known[1:]

    def _envelope(self, host: LabHost, windows: SimulatedWindows) -> Data:
        now = self._clock() + timedelta(seconds=host.clock_offset)
        return {
            "schema": 1,
            **_names(windows),
            "collected_utc": _iso(now),
            "utc_offset_minutes": 0,
            "ps_version": windows.stack.powershell,
        }


def _not_recognised(script: str) -> ScriptResult:
    word = (script.split() or [""])[0][:100]
    message = (
        f"The term '{word}' is not recognized as the name of a cmdlet, function, script file, or "
        "operable program. Check the spelling of the name, or if a path was included, verify that "
        "the path is correct and try again."
    )
    return ScriptResult(errors=(message,), failed=True)


def _iso(when: datetime) -> str:
    return when.strftime("%Y-%m-%dT%H:%M:%S.%f") + "0Z"


def _names(windows: SimulatedWindows) -> Data:
    name: str | None = windows.environment.get("COMPUTERNAME")
    try:
        key = windows.key(r"HKLM:\SYSTEM\CurrentControlSet\Services\Tcpip\Parameters")
    except PowerShellError:
        key = None
    if key is None:
        return {"computer_name": name, "domain": None}
    return {"computer_name": key.text("Hostname") or name, "domain": key.text("Domain")}


def _result(windows: SimulatedWindows, shell: ManagementShell | None, family: str) -> Data:
    try:
        if windows.environment.get("PROCESSOR_ARCHITEW6432"):
            raise _thrown(
                "This is 32-bit PowerShell on 64-bit Windows, which is shown other files and "
                "registry keys. Use the 64-bit one."
            )
        if family in ESTATE_FAMILIES:
            return {"ok": True, "ms": 1, "data": estate_data(shell, family)}
        return {"ok": True, "ms": 1, "data": _FAMILIES[family](windows)}
    except PowerShellError as error:
        told = {"type": error.kind, "message": error.message, "category": error.category}
        return {"ok": False, "ms": 1, "error": told}


def _thrown(message: str) -> PowerShellError:
    return PowerShellError(
        "System.Management.Automation.RuntimeException", message, "OperationStopped"
    )


def _text(value: object) -> str | None:
    return None if value is None else limited(str(value))


def _views(windows: SimulatedWindows) -> list[tuple[str, str]]:
    views = [("native", r"HKLM:\SOFTWARE")]
    if windows.environment.get("PROCESSOR_ARCHITECTURE") != "x86":
        views.append(("wow6432", r"HKLM:\SOFTWARE\Wow6432Node"))
    return views


def _value(key: Key | None, name: str) -> Data | None:
    return None if key is None else key.fact(name)


def _os(windows: SimulatedWindows) -> Data:
    system = windows.instances("Win32_OperatingSystem")[0]
    key = windows.key(r"HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion")
    boot = instant(system.get("LastBootUpTime"))
    return {
        "caption": _text(system.get("Caption")),
        "version": _text(system.get("Version")),
        "product_type": system.get("ProductType"),
        "service_pack": system.get("ServicePackMajorVersion"),
        "architecture": _text(system.get("OSArchitecture")),
        "language": system.get("OSLanguage"),
        "installation": key and key.text("InstallationType"),
        "last_boot": boot and boot.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def _products(windows: SimulatedWindows) -> Data:
    items: list[Data] = []
    for view, software in _views(windows):
        uninstall = windows.key(rf"{software}\Microsoft\Windows\CurrentVersion\Uninstall")
        if uninstall is None:
            if view == "native":
                raise _thrown("The uninstall registry is not there.")
            continue
        items += [
            {
                "name": key.text("DisplayName"),
                "version": key.text("DisplayVersion"),
                "publisher": key.text("Publisher"),
                "view": view,
                "key": _text(name),
            }
            for name, key in windows.subkeys(uninstall)
            if key.text("DisplayName")
        ]
    return {"items": items[:_LIST_LIMIT], "truncated": len(items) > _LIST_LIMIT}


def _files(windows: SimulatedWindows) -> Data:
    root = windows.environment.get("SYSTEMROOT", "")
    x86 = windows.environment.get("PROCESSOR_ARCHITECTURE") == "x86"
    items = []
    for location in ("System32",) if x86 else ("System32", "SysWOW64"):
        for name in ("winhttp.dll", "webio.dll"):
            path = rf"{root}\{location}\{name}"
            parts = windows.file_version(path)
            items.append(
                {
                    "name": name,
                    "location": location,
                    "path": path,
                    "present": parts is not None,
                    "version": parts,
                }
            )
    return {"items": items}


def _hotfixes(windows: SimulatedWindows) -> Data:
    found = windows.instances("Win32_QuickFixEngineering")
    items = [
        {
            "id": _text(fix.get("HotFixID")),
            "description": _text(fix.get("Description")),
            "installed_on": _text(fix.get("InstalledOn")),
        }
        for fix in found[:_LIST_LIMIT]
    ]
    return {"items": items, "truncated": len(found) > _LIST_LIMIT}


def _schannel(windows: SimulatedWindows) -> Data:
    protocols = r"HKLM:\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols"
    sides = []
    for protocol in ("SSL 2.0", "SSL 3.0", "TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3"):
        for side in ("Client", "Server"):
            path = rf"{protocols}\{protocol}\{side}"
            key = windows.key(path)
            sides.append(
                {
                    "protocol": protocol,
                    "side": side,
                    "path": path,
                    "key_present": key is not None,
                    "enabled": _value(key, "Enabled"),
                    "disabled_by_default": _value(key, "DisabledByDefault"),
                }
            )
    return {"sides": sides}


def _winhttp(windows: SimulatedWindows) -> Data:
    views = []
    for view, software in _views(windows):
        path = rf"{software}\Microsoft\Windows\CurrentVersion\Internet Settings\WinHttp"
        key = windows.key(path)
        views.append(
            {
                "view": view,
                "path": path,
                "key_present": key is not None,
                "value": _value(key, "DefaultSecureProtocols"),
            }
        )
    return {"views": views}


def _dotnet(windows: SimulatedWindows) -> Data:
    full = windows.key(r"HKLM:\SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full")
    runtimes = []
    for view, software in _views(windows):
        for runtime in ("v2.0.50727", "v4.0.30319"):
            path = rf"{software}\Microsoft\.NETFramework\{runtime}"
            key = windows.key(path)
            runtimes.append(
                {
                    "runtime": runtime,
                    "view": view,
                    "path": path,
                    "key_present": key is not None,
                    "strong_crypto": _value(key, "SchUseStrongCrypto"),
                    "system_default_tls": _value(key, "SystemDefaultTlsVersions"),
                }
            )
    return {"release": _value(full, "Release"), "runtimes": runtimes}


_FAMILIES: Mapping[str, Callable[[SimulatedWindows], Data]] = {
    "os": _os,
    "products": _products,
    "files": _files,
    "hotfixes": _hotfixes,
    "schannel": _schannel,
    "winhttp": _winhttp,
    "dotnet": _dotnet,
    **MACHINE_FAMILIES,
}
