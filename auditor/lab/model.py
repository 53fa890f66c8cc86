"""Nouns of the lab: hosts with a simulated Windows, how each is reached, and what goes wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from auditor.estate.zone import Auth, Transport
from auditor.lab.management_shell import ManagementShell


@dataclass(frozen=True, slots=True)
class LabUser:
    """`rbac` tells whether the account has a role at the RBAC endpoint."""

    username: str
    password: str = field(repr=False)
    rbac: bool = True


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
    `think` is how many seconds each script takes beyond its own work. `configurations` are
    its session configurations besides Microsoft.PowerShell: by name, the PowerShell that makes
    a fresh session into one of that kind. `shell` is its Management Shell, where it has one, and
    `front_end_of` the pool at whose RBAC endpoint it answers.
    """

    fqdn: str
    zone: LabZone
    address: str
    windows: Mapping[str, object]
    fault: str | None = None
    clock_offset: float = 0.0
    think: float = 0.0
    configurations: Mapping[str, str] = field(default_factory=dict)
    shell: ManagementShell | None = None
    front_end_of: str | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """One command of a pipeline. `arguments` are those with a name, `unnamed` the others.

    The next command takes what this one puts out, unless it `ends_statement`.
    """

    text: str
    arguments: Mapping[str, object] = field(default_factory=dict)
    is_script: bool = False
    unnamed: tuple[object, ...] = ()
    ends_statement: bool = True


@dataclass(frozen=True, slots=True)
class ScriptError:
    """An error as PowerShell records it; `category` is a name of its ErrorCategory."""

    message: str
    error_id: str = "RuntimeException"
    category: str = "NotSpecified"
    exception: str = "RuntimeException"


@dataclass(frozen=True, slots=True)
class ScriptResult:
    """What a pipeline leaves: what it puts out, errors, and whether it failed.

    Output is texts, or objects that psrpcore can write. An error that is only a text is a
    RuntimeException.
    """

    output: tuple[Any, ...] = ()
    errors: tuple[str | ScriptError, ...] = ()
    failed: bool = False


class Backend(Protocol):
    """Answers a script as the host would."""

    def run(self, host: LabHost, script: str, arguments: Mapping[str, object]) -> ScriptResult:
        """Run `script` on `host`. `arguments` are the pipeline's named parameters."""
        ...
