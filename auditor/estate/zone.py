"""Zones: how the servers of one network area are reached, and with whose credentials.

A zone holds a credential *reference*; the secret itself is resolved at run time and is
never part of an estate file.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

# The name becomes the end of a resource URI, so nothing in it may mean anything there.
CONFIGURATION_NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"


# The zone of servers that are never contacted: their facts are carried by hand.
OFFLINE = "offline"


class Transport(StrEnum):
    HTTP = "http"
    HTTPS = "https"


PORTS = {Transport.HTTP: 5985, Transport.HTTPS: 5986}


class Auth(StrEnum):
    """`basic` is accepted over https only; ntlm and negotiate seal their messages over http."""

    NTLM = "ntlm"
    NEGOTIATE = "negotiate"
    BASIC = "basic"


class SecretSource(StrEnum):
    PROMPT = "prompt"
    ENVIRONMENT = "env"
    KEYRING = "keyring"
    FILE = "file"


@dataclass(frozen=True, slots=True)
class CredentialReference:
    """Who signs in, and where the password is kept.

    `locator` is the environment variable's name, the keyring service, or the file's path;
    empty for a prompt.
    """

    name: str
    username: str
    source: SecretSource
    locator: str = ""


@dataclass(frozen=True, slots=True)
class Zone:
    """One way in. `ca_file` verifies the certificate over https (the system's store when None).

    `spn_service` is the service part of the Kerberos name that negotiate asks for.
    `configuration` is the session configuration that answers Get-SfbFacts; where it is empty,
    the collector's script runs in the default one.
    """

    name: str
    transport: Transport = Transport.HTTP
    port: int = 5985
    auth: Auth = Auth.NTLM
    credential: CredentialReference | None = None
    ca_file: Path | None = None
    spn_service: str = "host"
    configuration: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """What a command line says of the way in; it wins over every zone."""

    transport: Transport | None = None
    port: int | None = None
    auth: Auth | None = None
    ca_file: Path | None = None

    def applied_to(self, zone: Zone) -> Zone:
        transport = self.transport or zone.transport
        other = transport is not zone.transport
        return replace(
            zone,
            transport=transport,
            port=self.port or (PORTS[transport] if other else zone.port),
            auth=self.auth or zone.auth,
            ca_file=self.ca_file or zone.ca_file,
        )


@dataclass(frozen=True, slots=True)
class RunOptions:
    """Limits of a run: seconds per host in total, bytes per host in total, hosts at once."""

    threads: int = 64
    deadline_seconds: float = 120.0
    connect_seconds: float = 10.0
    byte_budget: int = 8 * 1024 * 1024
