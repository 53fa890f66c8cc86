"""Reading a simulated Windows as its own PowerShell would: registry, files, WMI, and refusals.

The state is the JSON value that `build_windows` makes. Names compare without case; what the
state lists under `deny` is refused with the error that PowerShell shows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from auditor.lab.stack import Stack

_NAMESPACE = r"root\cimv2"
_VARIABLE = re.compile("%([^%]+)%")


class PowerShellError(Exception):
    """An error as PowerShell words it: the .NET type, the message, the category, its id."""

    def __init__(self, kind: str, message: str, category: str, error_id: str = "") -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.category = category
        self.error_id = error_id or "RuntimeException"


@dataclass(frozen=True, slots=True)
class Key:
    """A registry key; the names in `values` are in lower case, `names` are as they stand."""

    path: str
    values: Mapping[str, Any]
    names: tuple[str, ...]
    environment: Mapping[str, str]

    def text(self, name: str) -> str | None:
        """A value as PowerShell casts it to text, None where there is none."""
        fact = self.fact(name)
        return None if fact is None else str(fact["data"])

    def items(self, name: str) -> list[str]:
        """The texts of a value, whole: all of a multi-string's, else the one."""
        value = self.values[name.lower()]
        if isinstance(value, dict) and "multi" in value:
            return list(value["multi"])
        return [str(_shown(value, self.environment)[1])]

    def fact(self, name: str) -> dict[str, Any] | None:
        """A value with its kind, as the snippets return it."""
        value = self.values.get(name.lower())
        return None if value is None else _fact(value, self.environment)


class SimulatedWindows:
    def __init__(self, state: Mapping[str, Any]) -> None:
        self._keys: dict[str, tuple[str, Mapping[str, Any], tuple[str, ...]]] = {}
        self._children: dict[str, dict[str, str]] = {}
        for path, values in state.get("registry", {}).items():
            self._add_key(path, values)
        self._files = {path.lower(): about for path, about in state.get("files", {}).items()}
        self.stack = Stack.of(state)
        self._certificates = state.get("certificates", {})
        self._wmi = state.get("wmi", {}).get(_NAMESPACE)
        environment = state.get("environment", {})
        self.environment = {name.upper(): str(value) for name, value in environment.items()}
        self._deny = tuple(entry.lower() for entry in state.get("deny", ()))

    def _add_key(self, path: str, values: Mapping[str, Any]) -> None:
        path = path.replace("/", "\\")  # a slash separates too, in the engine
        lower = {name.lower(): value for name, value in values.items()}
        self._keys[path.lower()] = (path, lower, tuple(values))
        while "\\" in path:
            parent, _, name = path.rpartition("\\")
            self._children.setdefault(parent.lower(), {}).setdefault(name.lower(), name)
            path = parent

    def key(self, path: str) -> Key | None:
        """The key at `path`, None where there is none; PowerShellError where it is denied."""
        path = path.removeprefix("Registry::").replace("HKLM:", "HKEY_LOCAL_MACHINE")
        path = path.replace("/", "\\")
        if self._denied(path):
            raise _refused()
        found = self._keys.get(path.lower())
        if found is not None:
            return Key(*found, self.environment)
        return Key(path, {}, (), self.environment) if path.lower() in self._children else None

    def subkeys(self, key: Key) -> list[tuple[str, Key]]:
        """The keys under `key` in the registry's order; PowerShellError where one is denied."""
        names = sorted(self._children.get(key.path.lower(), {}).values(), key=str.upper)
        opened = ((n, self.key(f"{key.path}\\{n}")) for n in names)
        return [(name, child) for name, child in opened if child is not None]

    def file_version(self, path: str) -> list[int] | None:
        """The four numbers of a file's version (0 where it has none), None where it is absent."""
        if self._denied(path):
            raise _refused()
        about = self._files.get(path.lower())
        if about is None:
            return None
        parts = [int(part) for part in str(about.get("version", "0")).split(".")]
        return [*parts, 0, 0, 0, 0][:4]

    def folder(self, path: str) -> bool:
        """Whether there is such a folder; PowerShellError where it is denied."""
        if self._denied(path):
            raise _refused()
        return any(file.startswith(f"{path.lower()}\\") for file in self._files)

    def certificates(self, store: str) -> list[tuple[str, Mapping[str, Any]]]:
        """The certificates of a store by their thumbprints, in the provider's order."""
        if self._denied(store):
            raise _refused()
        parent = f"{store}\\".lower()
        found = [(path, told) for path, told in self._certificates.items()
                 if path.lower().startswith(parent)]  # fmt: skip
        return sorted((path[len(parent) :], told) for path, told in found)

    def instances(self, name: str) -> list[Mapping[str, Any]]:
        """The instances of a WMI class."""
        if f"wmi\\{name}".lower() in self._deny:
            raise PowerShellError(
                "System.UnauthorizedAccessException",
                "Access is denied. (Exception from HRESULT: 0x80070005 (E_ACCESSDENIED))",
                "PermissionDenied",
            )
        if self._wmi is None or name not in self._wmi:
            gone = f'namespace "{_NAMESPACE}"' if self._wmi is None else f'class "{name}"'
            raise PowerShellError("System.ArgumentException", f"Invalid {gone}", "InvalidType")
        found: list[Mapping[str, Any]] = self._wmi[name]
        return found

    def _denied(self, path: str) -> bool:
        path = path.lower()
        return any(path == entry or path.startswith(entry + "\\") for entry in self._deny)


def _refused() -> PowerShellError:
    return PowerShellError(
        "System.Security.SecurityException",
        "Requested registry access is not allowed.",
        "PermissionDenied",
    )


_KINDS: Mapping[str, tuple[str, Callable[[Any], int | str]]] = {
    "dword": ("DWord", lambda data: int(data) % 2**32),
    "qword": ("QWord", lambda data: int(data) % 2**64),
    "string": ("String", str),
    "multi": ("MultiString", "; ".join),
    "binary": ("Binary", lambda data: bytes.fromhex(data).hex("-").upper()),
}


def limited(text: str) -> str:
    """The first 500 characters as .NET counts them, in UTF-16."""
    return text.encode("utf-16-le", "surrogatepass")[:1000].decode("utf-16-le", "surrogatepass")


def _fact(value: Any, environment: Mapping[str, str]) -> dict[str, Any]:
    kind, data = _shown(value, environment)
    return {"kind": kind, "data": limited(data) if isinstance(data, str) else data}


def _shown(value: Any, environment: Mapping[str, str]) -> tuple[str, int | str]:
    """A value's kind, and all of what PowerShell shows of it."""
    if isinstance(value, str):
        value = {"string": value}
    elif isinstance(value, int):
        value = {"dword": value}
    ((kind, data),) = value.items()
    if kind == "expand":  # PowerShell shows such a value as text, with its variables' values
        kind = "string"
        data = _VARIABLE.sub(lambda m: environment.get(m[1].upper(), m[0]), data)
    name, read = _KINDS[kind]
    return name, read(data)


def instant(value: Any) -> datetime | None:
    """A date of the state (`{"datetime": ISO 8601}`) in UTC."""
    if not isinstance(value, dict):
        return None
    return datetime.fromisoformat(value["datetime"]).astimezone(UTC)
