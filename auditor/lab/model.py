"""Nouns of the lab: hosts with a simulated Windows, how each is reached, and what goes wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from auditor.estate.zone import Auth, Transport


@dataclass(frozen=True, slots=True)
class LabUser:
    username: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class LabZone:
    """Hosts of a zone accept `auth` from `user` over `transport` on `port`."""

    name: str
    transport: Transport
    auth: Auth
    port: int
    user: LabUser


@dataclass(frozen=True, slots=True)
class LabHost:
    """One simulated machine.

    `windows` is its state as the simulated Windows takes it (registry, files, wmi,
    environment). `fault` names an entry of the fault table, None for a healthy host.
    `think` is how many seconds each script takes beyond its own work.
    """

    fqdn: str
    zone: LabZone
    address: str
    windows: Mapping[str, object]
    fault: str | None = None
    clock_offset: float = 0.0
    think: float = 0.0


@dataclass(frozen=True, slots=True)
class ScriptResult:
    """What a pipeline leaves: strings on the output stream, error texts, and whether it failed."""

    output: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    failed: bool = False


class Backend(Protocol):
    """Answers a script as the host would."""

    def run(self, host: LabHost, script: str, arguments: Mapping[str, object]) -> ScriptResult:
        """Run `script` on `host`. `arguments` are the pipeline's named parameters."""
        ...
