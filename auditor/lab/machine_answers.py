"""What the state backend answers of a simulated Windows beside its TLS: certificates and the like.

Held equal, by tests, to what the real engine answers for the same state.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from auditor.lab.simulated import PowerShellError, SimulatedWindows, instant, limited

Data = dict[str, Any]

_CERTIFICATES_LIMIT = 100
_NAMES_LIMIT = 200
_DISKS_LIMIT = 100
_FIXED = 3  # Win32_LogicalDisk.DriveType of a local fixed disk
_SERVICES_LIMIT = 500
_RENAMES_LIMIT = 200
_SUITES_LIMIT = 200
_INSTANCES_LIMIT = 50
_ORDERS = (
    r"HKLM:\SOFTWARE\Policies\Microsoft\Cryptography\Configuration\SSL\00010002",
    r"HKLM:\SYSTEM\CurrentControlSet\Control\Cryptography\Configuration\Local\SSL\00010002",
)
ALGORITHMS = (
    *(f"Ciphers\\{name}" for name in (
        "NULL", "DES 56/56", "RC2 40/128", "RC2 56/128", "RC2 128/128", "RC4 40/128", "RC4 56/128",
        "RC4 64/128", "RC4 128/128", "Triple DES 168", "AES 128/128", "AES 256/256",
    )),
    *(f"Hashes\\{name}" for name in ("MD5", "SHA", "SHA256", "SHA384", "SHA512")),
    *(f"KeyExchangeAlgorithms\\{name}" for name in ("Diffie-Hellman", "ECDH", "PKCS")),
)  # fmt: skip
_SERVICES = re.compile(
    r"(RTC|LYNC|MSSQL\$).*|MASTER|REPLICA|FTA|FabricHostSvc|W3SVC|WinRM", re.IGNORECASE | re.DOTALL
)


def _text(value: object) -> str | None:
    return None if value is None else limited(str(value))


def _certificates(windows: SimulatedWindows) -> Data:
    found = windows.certificates(r"LocalMachine\My")
    items = [_certificate(name, told) for name, told in found[:_CERTIFICATES_LIMIT]]
    return {
        "path": r"Cert:\LocalMachine\My",
        "items": items,
        "truncated": len(found) > _CERTIFICATES_LIMIT,
    }


def _certificate(thumbprint: str, told: Mapping[str, Any]) -> Data:
    names = told.get("DnsNames")
    usages = told.get("EnhancedKeyUsages")
    return {
        "thumbprint": _text(thumbprint),
        "subject": _text(told["Subject"]),
        "issuer": _text(told["Issuer"]),
        "not_before": _utc(told["NotBefore"]),
        "not_after": _utc(told["NotAfter"]),
        "has_private_key": told["HasPrivateKey"],
        "signature_algorithm": _text(told["SignatureAlgorithm"]["Value"]),
        "signature_name": _text(told["SignatureAlgorithm"]["FriendlyName"]),
        "key_algorithm": _text(told["KeyAlgorithm"]),
        "key_size": told.get("KeySize"),
        "dns_names": None if names is None else [_text(name) for name in names[:_NAMES_LIMIT]],
        "dns_names_truncated": names is not None and len(names) > _NAMES_LIMIT,
        "enhanced_key_usages": None if usages is None else [_text(each) for each in usages],
    }


def _utc(value: object) -> str | None:
    when = instant(value)
    return when.strftime("%Y-%m-%dT%H:%M:%SZ") if when else None


def _signal(windows: SimulatedWindows, path: str, name: str = "") -> Data:
    state, value = "absent", None
    try:
        key = windows.key(path)
        value = key.fact(name) if key is not None and name else None
        if (value if name else key) is not None:
            state = "present"
    except PowerShellError:
        state = "unreadable"
    return {"path": path, "name": name, "state": state, "value": value}


def _reboot(windows: SimulatedWindows) -> Data:
    software = r"HKLM:\SOFTWARE\Microsoft"
    current = rf"{software}\Windows\CurrentVersion"
    control = r"HKLM:\SYSTEM\CurrentControlSet\Control"
    manager, renames = rf"{control}\Session Manager", "PendingFileRenameOperations"
    names = rf"{control}\ComputerName"
    told = _signal(windows, manager, renames)
    key = windows.key(manager) if told["state"] == "present" else None
    texts = [] if key is None else key.items(renames)
    paths = [limited(text) for text in texts[:_RENAMES_LIMIT]]
    return {
        "component_servicing": _signal(
            windows, rf"{current}\Component Based Servicing\RebootPending"
        ),
        "windows_update": _signal(windows, rf"{current}\WindowsUpdate\Auto Update\RebootRequired"),
        "file_renames": told,
        "file_rename_entries": None if key is None else len(texts),
        "file_rename_paths": None if key is None else paths,
        "file_renames_cut": paths != texts,
        "update_exe": _signal(windows, rf"{software}\Updates", "UpdateExeVolatile"),
        "update_exe_flags": _signal(windows, rf"{software}\Updates\UpdateExeVolatile", "Flags"),
        "active_computer_name": _signal(windows, rf"{names}\ActiveComputerName", "ComputerName"),
        "computer_name": _signal(windows, rf"{names}\ComputerName", "ComputerName"),
    }


def _disk(windows: SimulatedWindows) -> Data:
    found = [d for d in windows.instances("Win32_LogicalDisk") if d.get("DriveType") == _FIXED]
    items = [
        {"drive": _text(d.get("DeviceID")), "size": d.get("Size"), "free": d.get("FreeSpace")}
        for d in found[:_DISKS_LIMIT]
    ]
    return {
        "system_drive": _text(windows.environment.get("SYSTEMDRIVE")),
        "items": items,
        "truncated": len(found) > _DISKS_LIMIT,
    }


def _services(windows: SimulatedWindows) -> Data:
    items = [
        {
            "name": _text(each.get("Name")),
            "state": _text(each.get("State")),
            "start_mode": _text(each.get("StartMode")),
        }
        for each in windows.instances("Win32_Service")
        if _SERVICES.fullmatch(str(each.get("Name")))
    ]
    return {"items": items[:_SERVICES_LIMIT], "truncated": len(items) > _SERVICES_LIMIT}


def _engine(windows: SimulatedWindows) -> Data:
    stack = windows.stack
    engines = []
    for number in ("1", "3"):
        path = rf"HKLM:\SOFTWARE\Microsoft\PowerShell\{number}\PowerShellEngine"
        key = windows.key(path)
        engines.append(
            {
                "path": path,
                "key_present": key is not None,
                "version": key and key.text("PowerShellVersion"),
                "runtime": key and key.text("RuntimeVersion"),
            }
        )
    net = windows.key(r"HKLM:\SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full")
    return {
        "session": {
            "ps_version": stack.powershell,
            "clr_version": stack.clr,
            "build_version": stack.build,
            "wsman_stack_version": stack.wsman,
            "architecture": _text(windows.environment.get("PROCESSOR_ARCHITECTURE")),
            "language_mode": "FullLanguage",
        },
        "engines": engines,
        "net_version": net and net.text("Version"),
    }


def _ciphers(windows: SimulatedWindows) -> Data:
    schannel = (
        r"Registry::HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL"
    )
    for group in ("Ciphers", "Hashes", "KeyExchangeAlgorithms"):
        parent = windows.key(rf"{schannel}\{group}")
        if parent is not None:
            windows.subkeys(parent)
    switches = []
    for algorithm in ALGORITHMS:
        signal = _signal(windows, rf"{schannel}\{algorithm}", "Enabled")
        switches.append({"algorithm": algorithm, **signal})
    return {"orders": [_order(windows, path) for path in _ORDERS], "switches": switches}


def _order(windows: SimulatedWindows, path: str) -> Data:
    key = windows.key(path)
    fact = key.fact("Functions") if key is not None else None
    suites, length = None, None
    if key is not None and fact is not None and fact["kind"] in {"String", "MultiString"}:
        whole = ",".join(key.items("Functions"))
        length = len(whole)
        suites = [limited(suite) for suite in whole.split(",")]
    return {
        "path": path,
        "key_present": key is not None,
        "kind": fact and fact["kind"],
        "length": length,
        "suites": suites and suites[:_SUITES_LIMIT],
        "truncated": suites is not None and len(suites) > _SUITES_LIMIT,
    }


def _sql(windows: SimulatedWindows) -> Data:
    root = r"HKLM:\SOFTWARE\Microsoft\Microsoft SQL Server"
    key = windows.key(rf"{root}\Instance Names\SQL")
    names = list(key.names) if key is not None else []
    instances = []
    for name in names[:_INSTANCES_LIMIT]:
        told = key and key.text(name)
        sound = bool(told) and not re.search(r"[\\/]", told or "")
        setup = windows.key(rf"{root}\{told}\Setup") if sound else None
        instances.append(
            {
                "instance": _text(name),
                "id": told,
                "setup_present": setup is not None,
                "version": setup and setup.text("Version"),
                "patch_level": setup and setup.text("PatchLevel"),
                "edition": setup and setup.text("Edition"),
            }
        )
    programs = windows.environment.get("PROGRAMFILES")
    odbc = r"HKLM:\SOFTWARE\Microsoft\Microsoft ODBC Driver {} for SQL Server\CurrentVersion"
    client = r"HKLM:\SOFTWARE\Microsoft\SQLNCLI11"
    return {
        "path": root,
        "instances": instances,
        "truncated": len(names) > _INSTANCES_LIMIT,
        "native_client11": _signal(windows, client, "InstalledVersion"),
        **{f"odbc{n}": _signal(windows, odbc.format(n), "Version") for n in (11, 13, 17)},
        "lync2013_folder": (
            windows.folder(rf"{programs}\Microsoft Lync Server 2013") if programs else None
        ),
    }


MACHINE_FAMILIES: Mapping[str, Callable[[SimulatedWindows], Data]] = {
    "certificates": _certificates,
    "reboot": _reboot,
    "disk": _disk,
    "services": _services,
    "engine": _engine,
    "ciphers": _ciphers,
    "sql": _sql,
}
