"""What a description says of a simulated Windows beside its TLS: certificates and the like.

Each entry here is a key of `WindowsDescription`; each function gives its part of the state.
"""

from __future__ import annotations

import hashlib
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

_SERVER_AUTHENTICATION = "1.3.6.1.5.5.7.3.1"
_CLIENT_AUTHENTICATION = "1.3.6.1.5.5.7.3.2"
_HKLM = "HKEY_LOCAL_MACHINE"
_RSA = "1.2.840.113549.1.1.1"
_SHA256_RSA = "1.2.840.113549.1.1.11"

State = dict[str, Any]


class CertificateEntry(BaseModel):
    """A certificate of LocalMachine\\My; one that says nothing is a good one for the host.

    `names` are its DNS names (the host's where unset); `key_size` 0 is a key that .NET does
    not know.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    subject: str | None = None
    issuer: str = "CN=Contoso Issuing CA, DC=contoso, DC=com"
    names: list[str] | None = None
    not_before: str = "2018-01-01T00:00:00Z"
    not_after: str = "2038-01-01T00:00:00Z"
    private_key: bool = True
    signature: str = _SHA256_RSA
    signature_name: str = "sha256RSA"
    key_algorithm: str = _RSA
    key_size: int = 2048
    uses: list[str] | Literal["any"] = [_SERVER_AUTHENTICATION, _CLIENT_AUTHENTICATION]
    thumbprint: str | None = None


class DiskEntry(BaseModel):
    """A local fixed drive; sizes in GB (10^9 bytes)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    drive: str = "C:"
    size: float | Literal["unknown"] = 214.0
    free: float | Literal["unknown"] = 128.0


class ServiceEntry(BaseModel):
    """A Windows service, in WMI's words."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    state: str = "Running"
    start: str = "Auto"


class CipherOrders(BaseModel):
    """Suites in order: a policy's as one text, as Windows writes it; Windows' own as a list."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    policy: str | None = None
    local: list[str] | None = None


class SqlEntry(BaseModel):
    """An instance of SQL Server; `id` is its own registry key.

    `patch_level` is what an update makes of its version; unsaid, the version itself.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    instance: str
    id: str
    version: str | None = None
    patch_level: str | None = None
    edition: str = "Express Edition"


SqlClient = Literal["native_client11", "odbc11", "odbc13", "odbc17"]
Restart = Literal["component_servicing", "windows_update", "file_renames", "update_exe", "rename"]


def certificates(entries: list[CertificateEntry], fqdn: str, *, names_told: bool) -> State:
    """The state's `certificates`; `names_told` is whether this Windows tells their DNS names."""
    state: State = {}
    for number, entry in enumerate(entries):
        subject = f"CN={fqdn}" if entry.subject is None else entry.subject
        told: State = {
            "Subject": subject,
            "Issuer": entry.issuer,
            "NotBefore": {"datetime": entry.not_before},
            "NotAfter": {"datetime": entry.not_after},
            "HasPrivateKey": entry.private_key,
            "SignatureAlgorithm": {"Value": entry.signature, "FriendlyName": entry.signature_name},
            "KeyAlgorithm": entry.key_algorithm,
        }
        if names_told:
            told["DnsNames"] = [fqdn] if entry.names is None else entry.names
        if entry.key_size:
            told["KeySize"] = entry.key_size
        if entry.uses != "any":
            told["EnhancedKeyUsages"] = entry.uses
        state[rf"LocalMachine\My\{entry.thumbprint or _thumbprint(subject, number)}"] = told
    return state


def _thumbprint(subject: str, number: int) -> str:
    return hashlib.sha1(f"{subject} {number}".encode(), usedforsecurity=False).hexdigest().upper()


def restart_signals(pending: list[Restart], fqdn: str) -> State:
    """The registry keys that say, or do not say, that a restart is due."""
    windows = rf"{_HKLM}\SOFTWARE\Microsoft\Windows\CurrentVersion"
    updates = rf"{_HKLM}\SOFTWARE\Microsoft\Updates"
    control = rf"{_HKLM}\SYSTEM\CurrentControlSet\Control"
    name = fqdn.partition(".")[0].upper()[:15]
    keys: State = {
        rf"{control}\ComputerName\ActiveComputerName": {"ComputerName": name},
        rf"{control}\ComputerName\ComputerName": {
            "ComputerName": f"{name[:11]}-NEW" if "rename" in pending else name
        },
        rf"{control}\Session Manager": {},
    }
    if "component_servicing" in pending:
        keys[rf"{windows}\Component Based Servicing\RebootPending"] = {}
    if "windows_update" in pending:
        keys[rf"{windows}\WindowsUpdate\Auto Update\RebootRequired"] = {}
    if "file_renames" in pending:
        gone = [r"\??\C:\Windows\Temp\old.dll", ""]
        keys[rf"{control}\Session Manager"] = {"PendingFileRenameOperations": {"multi": gone}}
    if "update_exe" in pending:
        keys[updates] = {"UpdateExeVolatile": 2}
        keys[rf"{updates}\UpdateExeVolatile"] = {"Flags": 2}
    return keys


def cipher_keys(orders: CipherOrders, switches: dict[str, int], own: list[str]) -> State:
    """The keys of cipher suites and of SCHANNEL's switches; `own` is the release's order."""
    control = rf"{_HKLM}\SYSTEM\CurrentControlSet\Control"
    policy = rf"{_HKLM}\SOFTWARE\Policies\Microsoft\Cryptography\Configuration\SSL\00010002"
    local = own if orders.local is None else orders.local
    keys: State = {
        rf"{control}\Cryptography\Configuration\Local\SSL\00010002": {"Functions": {"multi": local}}
    }
    if orders.policy is not None:
        keys[policy] = {"Functions": orders.policy}
    for algorithm, enabled in switches.items():
        key = rf"{control}\SecurityProviders\SCHANNEL\{algorithm}"
        keys[key] = {"Enabled": enabled}
    return keys


def sql_keys(entries: list[SqlEntry], clients: dict[SqlClient, str]) -> State:
    """The keys of SQL Server's instances and clients."""
    microsoft = rf"{_HKLM}\SOFTWARE\Microsoft"
    root = rf"{microsoft}\Microsoft SQL Server"
    keys: State = {}
    if entries:
        keys[rf"{root}\Instance Names\SQL"] = {each.instance: each.id for each in entries}
    for each in entries:
        if each.version is not None:
            keys[rf"{root}\{each.id}\Setup"] = {
                "Version": each.version,
                "PatchLevel": each.patch_level or each.version,
                "Edition": each.edition,
            }
    for client, version in clients.items():
        if client == "native_client11":
            keys[rf"{microsoft}\SQLNCLI11"] = {"InstalledVersion": version}
        else:
            driver = f"Microsoft ODBC Driver {client[4:]} for SQL Server"
            keys[rf"{microsoft}\{driver}\CurrentVersion"] = {"Version": version}
    return keys


def disks(entries: list[DiskEntry]) -> list[State]:
    """The instances of Win32_LogicalDisk, with a DVD drive that is none of the entries."""
    fixed = [
        {
            "DeviceID": entry.drive,
            "DriveType": 3,
            "Size": _bytes(entry.size),
            "FreeSpace": _bytes(entry.free),
        }
        for entry in entries
    ]
    return [*fixed, {"DeviceID": "Z:", "DriveType": 5, "Size": None, "FreeSpace": None}]


def services(names: list[str], entries: list[ServiceEntry]) -> list[State]:
    """The instances of Win32_Service: those of `names` run; an entry of the same name wins."""
    found = {name.lower(): ServiceEntry(name=name) for name in ["Dhcp", *names, "WinRM"]}
    found |= {entry.name.lower(): entry for entry in entries}
    return [
        {"Name": each.name, "State": each.state, "StartMode": each.start} for each in found.values()
    ]


def _bytes(gigabytes: float | Literal["unknown"]) -> int | None:
    return None if gigabytes == "unknown" else round(gigabytes * 10**9)
