"""Family `dotnet`: .NET release, strong crypto and system default TLS versions."""

from __future__ import annotations

from dataclasses import dataclass

from auditor.facts.registry_value import RegistryValue


@dataclass(frozen=True, slots=True)
class DotNetRuntime:
    """`...\\Microsoft\\.NETFramework\\<runtime>` in one view; v4.0.30319 or v2.0.50727."""

    runtime: str
    view: str
    path: str
    key_present: bool
    strong_crypto: RegistryValue | None = None
    system_default_tls: RegistryValue | None = None


@dataclass(frozen=True, slots=True)
class DotNetFacts:
    """`release` is NDP\\v4\\Full\\Release; None where .NET 4.5 or later is not installed."""

    release: RegistryValue | None
    runtimes: tuple[DotNetRuntime, ...]
