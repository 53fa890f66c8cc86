r"""A simulated Windows, built from a short description.

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

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any, Literal
from uuid import NAMESPACE_DNS, uuid5

from pydantic import BaseModel, ConfigDict, Field

from auditor.lab.machine import (
    CertificateEntry,
    CipherOrders,
    DiskEntry,
    Restart,
    ServiceEntry,
    SqlClient,
    SqlEntry,
    certificates,
    cipher_keys,
    disks,
    restart_signals,
    services,
    sql_keys,
)

State = dict[str, Any]
RegistryData = int | str | dict[str, Any]

HKLM = "HKEY_LOCAL_MACHINE"
SOFTWARE = {"native": rf"{HKLM}\SOFTWARE", "wow6432": rf"{HKLM}\SOFTWARE\Wow6432Node"}
UNINSTALL = r"Microsoft\Windows\CurrentVersion\Uninstall"
WINHTTP = r"Microsoft\Windows\CurrentVersion\Internet Settings\WinHttp"
PROTOCOLS = rf"{HKLM}\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols"


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


def build_windows(description: WindowsDescription, fqdn: str) -> State:
    """The state of a Windows called `fqdn`, as the simulated Windows takes it (a JSON value).

    Raises ValueError where the description is not complete or contradicts itself.
    """
    if description.os is None:
        raise ValueError("the description names no os")
    release = _data()["os"][description.os]
    state: State = {
        "registry": _registry(description, release, fqdn),
        "files": _files(description, release),
        "certificates": _certificates(description, release, fqdn),
        "wmi": {r"root\cimv2": _wmi(description, release, fqdn)},
        "environment": _environment(description, fqdn) | description.environment,
        "deny": list(description.deny),
    }
    for key, values in description.registry.items():
        state["registry"].setdefault(key, {}).update(values)
    for path, about in description.files.items():
        state["files"].setdefault(path, {}).update(about)
    classes = state["wmi"][r"root\cimv2"]
    for name, properties in description.wmi.items():
        classes[name][0].update(properties)
    for gone in description.remove:
        for part in ("registry", "files"):
            state[part] = {k: v for k, v in state[part].items() if not _within(k, gone)}
        classes.pop(gone.removeprefix("WMI\\"), None)
    return state


@cache
def _data() -> Mapping[str, Any]:
    return tomllib.loads(resources.files("auditor.lab").joinpath("windows.toml").read_text("utf-8"))


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


def _within(path: str, parent: str) -> bool:
    path, parent = path.casefold(), parent.casefold()
    return path == parent or path.startswith(parent + "\\")


def _registry(description: WindowsDescription, release: Mapping[str, Any], fqdn: str) -> State:
    host, _, domain = fqdn.partition(".")
    native = SOFTWARE["native"]
    registry: State = {
        rf"{HKLM}\SYSTEM\CurrentControlSet\Services\Tcpip\Parameters": {
            "Hostname": host,
            "Domain": domain,
        },
        rf"{native}\Microsoft\Windows NT\CurrentVersion": {
            "InstallationType": "Server Core" if description.server_core else "Server",
            "ProductName": release["caption"].removeprefix("Microsoft "),
        },
        rf"{native}\Microsoft\PowerShell\3\PowerShellEngine": {
            "PowerShellVersion": release["powershell"],
            "RuntimeVersion": "v4.0.30319",
        },
        rf"{native}\Microsoft\PowerShell\1\PowerShellEngine": {
            "PowerShellVersion": "2.0",
            "RuntimeVersion": "v2.0.50727",
        },
        rf"{PROTOCOLS}\SSL 2.0\Client": {"DisabledByDefault": 1},
    }
    for view in _views(description):
        registry[rf"{SOFTWARE[view]}\{UNINSTALL}"] = {}
        registry[rf"{SOFTWARE[view]}\{WINHTTP}"] = {}
    for product in _packages(description):
        key = product.key or _product_code(product.name or "")
        registry[rf"{SOFTWARE[product.view]}\{UNINSTALL}\{key}"] = _present(
            DisplayName=product.name, DisplayVersion=product.version, Publisher=product.publisher
        )
    for view, value in description.default_secure_protocols:
        if value is not None:
            registry[rf"{SOFTWARE[view]}\{WINHTTP}"] = {"DefaultSecureProtocols": value}
    for protocol, sides in description.schannel.items():
        for side, values in sides:
            if values is not None:
                registry[rf"{PROTOCOLS}\{protocol}\{side.capitalize()}"] = _present(
                    Enabled=values.enabled, DisabledByDefault=values.disabled_by_default
                )
    registry |= restart_signals(description.reboot, fqdn)
    suites = _data()["cipher_suites"][release["cipher_suites"]]
    registry |= cipher_keys(description.cipher_orders, description.cipher_switches, suites)
    instances = _sql_instances(description) if description.sql is None else description.sql
    registry |= sql_keys(instances, _sql_clients(description))
    return registry | _dotnet(description, release)


def _dotnet(description: WindowsDescription, release: Mapping[str, Any]) -> State:
    number = release["net_release"] if description.net_release is None else description.net_release
    setup = rf"{SOFTWARE['native']}\Microsoft\NET Framework Setup\NDP\v4\Full"
    registry: State = (
        {setup: {"Release": number, "Version": _net_version(number)}} if number else {}
    )
    for view in _views(description):
        for runtime in ("v2.0.50727", "v4.0.30319"):
            registry[rf"{SOFTWARE[view]}\Microsoft\.NETFramework\{runtime}"] = _present(
                SchUseStrongCrypto=_switch(description.strong_crypto),
                SystemDefaultTlsVersions=_switch(description.system_default_tls),
            )
    return registry


def _net_version(release: int) -> str:
    """NDP\\v4\\Full\\Version of a Release; the newest known one that is not newer."""
    known = {int(number): version for number, version in _data()["net_versions"].items()}
    return next((known[n] for n in sorted(known, reverse=True) if n <= release), "4.0.30319")


def _packages(description: WindowsDescription) -> list[ProductEntry]:
    packages: dict[tuple[str, str], ProductEntry] = {}
    for entry in description.products:
        for package in _expanded(entry):
            packages[package.name or package.key or "", package.view] = package
    return list(packages.values())


def _expanded(entry: ProductEntry) -> list[ProductEntry]:
    if entry.set is None:
        if entry.name is None and entry.key is None:
            raise ValueError("a product needs a set or a name")
        return [entry]
    own = _data()["sets"].get(entry.set)
    versions = (
        _server_set(entry.set, entry.version)
        if own is None
        else {name: entry.version or version for name, version in own.items()}
    )
    return [
        entry.model_copy(update={"set": None, "name": name, "version": version})
        for name, version in versions.items()
    ]


def _server_set(name: str, version: str | None) -> dict[str, str]:
    product, _, role = name.partition("-")
    server = _data()["servers"].get(product, {})
    if role not in server or role in {"prefix", "core"}:
        raise ValueError(f"there is no product set {name!r}; there are {', '.join(product_sets())}")
    if version is None:
        raise ValueError(f"product set {name!r} needs a version")
    packages = {server["prefix"] + part: version for part in [*server["core"], *server[role]]}
    packages |= _data()["brought"].get(product, {})
    return packages


def product_sets() -> tuple[str, ...]:
    """The names that `products = [{ set = ... }]` takes."""
    servers = _data()["servers"]
    roles = (
        f"{p}-{role}" for p in servers for role in servers[p] if role not in {"prefix", "core"}
    )
    return (*roles, *_data()["sets"])


def _product_code(name: str) -> str:
    known: str | None = _data()["product_codes"].get(name)
    return known or f"{{{str(uuid5(NAMESPACE_DNS, name)).upper()}}}"


def _files(description: WindowsDescription, release: Mapping[str, Any]) -> State:
    column = {"no": "shipped", "yes": "hotfix", "replaced": "rollup"}[description.kb3140245]
    if column not in release:
        raise ValueError(f"KB3140245 does not apply to os {description.os!r}")
    version = release[column]
    folders = ["System32", "SysWOW64"] if description.architecture == "x64" else ["System32"]
    return {
        rf"C:\Windows\{folder}\{name}": {"version": version, "shown": f"{version} (win_release)"}
        for folder in folders
        for name in ("winhttp.dll", "webio.dll")
    }


def _certificates(description: WindowsDescription, release: Mapping[str, Any], fqdn: str) -> State:
    told = description.certificates
    return certificates(
        [CertificateEntry()] if told is None else told, fqdn, names_told=release["names_told"]
    )


def _wmi(description: WindowsDescription, release: Mapping[str, Any], fqdn: str) -> State:
    host, _, domain = fqdn.partition(".")
    ids = [*release["hotfixes"], *description.hotfixes]
    if description.kb3140245 == "yes":
        ids.append("KB3140245")
    fixes = [fix if isinstance(fix, HotfixEntry) else HotfixEntry(id=fix) for fix in ids]
    return {
        "Win32_OperatingSystem": [
            {
                "Caption": release["caption"],
                "Version": release["version"],
                "BuildNumber": release["version"].rpartition(".")[2],
                "ProductType": 3,
                "ServicePackMajorVersion": release["service_pack"],
                "OSArchitecture": "64-bit" if description.architecture == "x64" else "32-bit",
                "OSLanguage": 1033,
                "LastBootUpTime": {"datetime": "2018-07-02T03:00:00Z"},
            }
        ],
        "Win32_LogicalDisk": disks(
            [DiskEntry()] if description.disks is None else description.disks
        ),
        "Win32_Service": services(_service_names(description), description.services),
        "Win32_ComputerSystem": [{"Name": host.upper(), "Domain": domain, "PartOfDomain": True}],
        "Win32_QuickFixEngineering": [
            {"HotFixID": fix.id, "Description": fix.description, "InstalledOn": fix.installed_on}
            for fix in {fix.id: fix for fix in fixes}.values()
        ],
    }


def _service_names(description: WindowsDescription) -> list[str]:
    """The services of the product sets' roles."""
    roles = [entry.set.partition("-")[2] for entry in description.products if entry.set]
    names = [name for role in roles for name in _data()["services"].get(role, [])]
    return list(dict.fromkeys(names))


def _sql_instances(description: WindowsDescription) -> list[SqlEntry]:
    """The local SQL Server instances that the product sets bring."""
    brought: dict[str, SqlEntry] = {}
    for entry in description.products:
        product, _, role = (entry.set or "").partition("-")
        names = [n for n in _data()["services"].get(role, []) if n.startswith("MSSQL$")]
        local = _data()["local_sql"].get(product)
        if local is not None:
            for name in (each.removeprefix("MSSQL$") for each in names):
                own = f"{local['key']}.{name}"
                brought[name] = SqlEntry(instance=name, id=own, version=local["version"])
    return list(brought.values())


def _sql_clients(description: WindowsDescription) -> dict[SqlClient, str]:
    """The clients of SQL Server that the product sets bring, those that are told over them."""
    brought: dict[SqlClient, str] = {}
    for entry in description.products:
        product, _, role = (entry.set or "").partition("-")
        if role in _data()["services"]:
            brought |= _data()["local_sql"].get(product, {}).get("clients", {})
    return brought | description.sql_clients


def _environment(description: WindowsDescription, fqdn: str) -> State:
    return {
        "COMPUTERNAME": fqdn.partition(".")[0].upper()[:15],
        "ProgramFiles": r"C:\Program Files",
        "SystemDrive": "C:",
        "SystemRoot": r"C:\Windows",
        "windir": r"C:\Windows",
        "PROCESSOR_ARCHITECTURE": "AMD64" if description.architecture == "x64" else "x86",
    }


def _views(description: WindowsDescription) -> list[str]:
    return ["native", "wow6432"] if description.architecture == "x64" else ["native"]


def _switch(value: bool | None) -> int | None:
    return None if value is None else int(value)


def _present(**values: RegistryData | None) -> State:
    return {name: value for name, value in values.items() if value is not None}
