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
    return {
        "component_servicing": _signal(
            windows, rf"{current}\Component Based Servicing\RebootPending"
        ),
        "windows_update": _signal(windows, rf"{current}\WindowsUpdate\Auto Update\RebootRequired"),
        "file_renames": told,
        "file_rename_entries": None if key is None else len(key.items(renames)),
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


MACHINE_FAMILIES: Mapping[str, Callable[[SimulatedWindows], Data]] = {
    "certificates": _certificates,
    "reboot": _reboot,
    "disk": _disk,
    "services": _services,
}
