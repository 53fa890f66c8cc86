"""The fact families: one entry each, and the shape of a family's result.

A family registers itself here once; the joined script, the decoders, the lab and the
documentation all read this list.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from auditor.facts import (
    certificates,
    ciphers,
    disk,
    dotnet,
    engine,
    files,
    hotfixes,
    os,
    products,
    reboot,
    schannel,
    services,
    sql,
    winhttp,
)

BROKEN = "answer"  # what came back could not be decoded


@dataclass(frozen=True, slots=True)
class FamilyError:
    """A family that could not be read or decoded.

    `kind` is the .NET type of the error on the server, or BROKEN where what came back
    could not be decoded; `path` then is where in the family's data. `category` is
    PowerShell's word, such as PermissionDenied.
    """

    kind: str
    message: str
    path: str = ""
    category: str = ""


@dataclass(frozen=True, slots=True)
class FamilyResult:
    """One family of one server: a typed model (`facts`) or an `error`, never both.

    `when` is the server's instant (UTC) of collection; `milliseconds` is what the snippet took.
    """

    family: str
    facts: object | None = None
    error: FamilyError | None = None
    when: datetime | None = None
    milliseconds: int | None = None


@dataclass(frozen=True, slots=True)
class Family:
    """A family: its key, the snippet's file name in `ps_snippets`, and its decoder."""

    key: str
    snippet: str
    decode: Callable[[Mapping[str, object]], object]


FAMILIES: tuple[Family, ...] = (
    Family("os", "os.ps1", os.decode),
    Family("products", "products.ps1", products.decode),
    Family("files", "files.ps1", files.decode),
    Family("hotfixes", "hotfixes.ps1", hotfixes.decode),
    Family("schannel", "schannel.ps1", schannel.decode),
    Family("winhttp", "winhttp.ps1", winhttp.decode),
    Family("dotnet", "dotnet.ps1", dotnet.decode),
    Family("certificates", "certificates.ps1", certificates.decode),
    Family("reboot", "reboot.ps1", reboot.decode),
    Family("disk", "disk.ps1", disk.decode),
    Family("services", "services.ps1", services.decode),
    Family("engine", "engine.ps1", engine.decode),
    Family("ciphers", "ciphers.ps1", ciphers.decode),
    Family("sql", "sql.ps1", sql.decode),
)
