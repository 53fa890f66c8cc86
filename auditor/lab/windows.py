"""A simulated Windows: its registry, files and WMI, built from a short description."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any
from uuid import NAMESPACE_DNS, uuid5

from auditor.lab.machine import (
    CertificateEntry,
    DiskEntry,
    SqlClient,
    SqlEntry,
    certificates,
    cipher_keys,
    disks,
    restart_signals,
    services,
    sql_keys,
)
from auditor.lab.windows_description import (
    HotfixEntry,
    ProductEntry,
    RegistryData,
    WindowsDescription,
)

State = dict[str, Any]

HKLM = "HKEY_LOCAL_MACHINE"
SOFTWARE = {"native": rf"{HKLM}\SOFTWARE", "wow6432": rf"{HKLM}\SOFTWARE\Wow6432Node"}
UNINSTALL = r"Microsoft\Windows\CurrentVersion\Uninstall"
WINHTTP = r"Microsoft\Windows\CurrentVersion\Internet Settings\WinHttp"
PROTOCOLS = rf"{HKLM}\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols"


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
