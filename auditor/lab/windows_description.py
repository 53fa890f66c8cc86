r"""The short description of a simulated Windows.

The keys of a description (`[windows.NAME]` in a lab estate file):

    os                        2008r2-rtm | 2008r2 | 2012 | 2012r2 | 2016 | 2019
    architecture              x64 (default) | x86
    server_core               false
    products                  [{ set = "sfb2015-front-end", version = "6.0.9319.516" },
                               { set = "exchange2016" },
                               { name = "...", version = "1.2.3", publisher = "...",
                                 view = "native" | "wow6432", key = "{GUID}" }]
                              sets are in windows.toml: PRODUCT-ROLE at the stated version, or
                              a set that has its own; a later product of the same name wins
    kb3140245                 no (default) | yes | replaced: versions of winhttp.dll and webio.dll,
                              and with yes the hotfix's own entry; 2008 R2 SP1 and 2012 only
    default_secure_protocols  { native = 0xA00, wow6432 = 0xA00 }; an absent view has no value
    schannel                  { "TLS 1.2" = { client = { enabled = 1, disabled_by_default = 0 },
                                              server = { ... } } }
    net_release               NDP\v4\Full\Release, such as 461814; 0 for none
    strong_crypto             SchUseStrongCrypto in both runtimes and both views; absent: no value
    system_default_tls        SystemDefaultTlsVersions, likewise
    hotfixes                  ["KB2919355", { id = "KB...", description, installed_on }]
    certificates              [{ names = ["sip.contoso.com"], not_after = "2020-01-01T00:00:00Z" }]:
                              CertificateEntry of machine.py; unsaid, a good one for the host
    reboot                    what says that a restart is due: any of component_servicing,
                              windows_update, file_renames, update_exe, rename
    disks                     [{ drive = "C:", size = 214.0, free = 2.5 }] in GB (10^9 bytes)
    services                  [{ name = "RTCSRV", state = "Stopped", start = "Disabled" }], over
                              those that the product sets bring (windows.toml)
    cipher_orders             { policy = "TLS_...,TLS_...", local = ["TLS_..."] }
    cipher_switches           { 'Ciphers\RC4 128/128' = 0, 'Hashes\MD5' = 0 }: values Enabled
    sql                       [{ instance = "RTC", id = "MSSQL11.RTC", version = "11.2.5058.0" }];
                              unsaid, those that a server of that product brings
    sql_clients               { native_client11 = "11.0.2100.60", odbc11 = "12.0.5543.11" }, over
                              those that such a server brings
    registry, files, environment, deny    laid over all this, as the simulated Windows takes them
    wmi                       { Win32_OperatingSystem = { OSLanguage = 1041 } }: properties of the
                              class's first instance
    remove                    registry keys, files and WMI classes (WMI\CLASS) that it does not have

A registry value is a number (DWORD), a text (REG_SZ), or a table such as { qword = 5 }.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from auditor.lab.machine import (
    CertificateEntry,
    CipherOrders,
    DiskEntry,
    Restart,
    ServiceEntry,
    SqlClient,
    SqlEntry,
)

RegistryData = int | str | dict[str, Any]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ProductEntry(_Model):
    """A set of packages or a single one."""

    set: str | None = None
    name: str | None = None
    version: str | None = None
    publisher: str = "Microsoft Corporation"
    view: Literal["native", "wow6432"] = "native"
    key: str | None = None


class Views(_Model):
    native: RegistryData | None = None
    wow6432: RegistryData | None = None


class Side(_Model):
    enabled: RegistryData | None = None
    disabled_by_default: RegistryData | None = None


class Sides(_Model):
    client: Side | None = None
    server: Side | None = None


class HotfixEntry(_Model):
    id: str
    description: str = "Update"
    installed_on: str | None = "3/18/2014"


class WindowsDescription(_Model):
    """The keys above; `like` names the description that this one is laid over."""

    like: str | None = None
    os: Literal["2008r2-rtm", "2008r2", "2012", "2012r2", "2016", "2019"] | None = None
    architecture: Literal["x64", "x86"] = "x64"
    server_core: bool = False
    products: list[ProductEntry] = Field(default_factory=list)
    kb3140245: Literal["no", "yes", "replaced"] = "no"
    default_secure_protocols: Views = Views()
    schannel: dict[str, Sides] = Field(default_factory=dict)
    net_release: int | None = None
    strong_crypto: bool | None = None
    system_default_tls: bool | None = None
    hotfixes: list[str | HotfixEntry] = Field(default_factory=list)
    certificates: list[CertificateEntry] | None = None
    reboot: list[Restart] = Field(default_factory=list)
    disks: list[DiskEntry] | None = None
    services: list[ServiceEntry] = Field(default_factory=list)
    cipher_orders: CipherOrders = CipherOrders()
    cipher_switches: dict[str, int] = Field(default_factory=dict)
    sql: list[SqlEntry] | None = None
    sql_clients: dict[SqlClient, str] = Field(default_factory=dict)
    registry: dict[str, dict[str, RegistryData]] = Field(default_factory=dict)
    files: dict[str, dict[str, Any]] = Field(default_factory=dict)
    wmi: dict[str, dict[str, Any]] = Field(default_factory=dict)
    environment: dict[str, str] = Field(default_factory=dict)
    deny: list[str] = Field(default_factory=list)
    remove: list[str] = Field(default_factory=list)

    def over(self, base: WindowsDescription) -> WindowsDescription:
        """This description laid over `base`: values replace, tables merge, lists are appended."""
        mine, theirs = (each.model_dump(exclude_unset=True) for each in (self, base))
        return WindowsDescription.model_validate(_merged(theirs, mine))


def _merged(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in over.items():
        below = merged.get(key)
        if isinstance(value, dict) and isinstance(below, dict):
            merged[key] = _merged(below, value)
        elif isinstance(value, list) and isinstance(below, list):
            merged[key] = [*below, *value]
        else:
            merged[key] = value
    return merged
