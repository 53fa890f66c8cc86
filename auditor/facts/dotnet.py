"""Family `dotnet`: .NET release, strong crypto and system default TLS versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from auditor.facts.fields import Fields
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


def decode(raw: Mapping[str, object]) -> DotNetFacts:
    """What dotnet.ps1 returned; AnswerError where it is something else."""
    data = Fields(raw)
    return DotNetFacts(
        release=data.registry_value("release"),
        runtimes=tuple(
            DotNetRuntime(
                runtime=item.text("runtime"),
                view=item.choice("view", "native", "wow6432"),
                path=item.text("path"),
                key_present=item.flag("key_present"),
                strong_crypto=item.value_in_key("strong_crypto"),
                system_default_tls=item.value_in_key("system_default_tls"),
            )
            for item in data.places("runtimes", "runtime", "view", limit=100)
        ),
    )
