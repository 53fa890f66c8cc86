"""The tables and keys of an estate file; docs/estate-file.md says what each means."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
)

from auditor.estate.model import PoolKind
from auditor.estate.names import has_control_character, host_name
from auditor.estate.reasons import is_mark, no_reason
from auditor.estate.zone import CONFIGURATION_NAME, Auth, SecretSource, Transport
from auditor.mistakes import nearest


def _plain(text: str) -> str:
    """TOML makes a tab of the \\t in "CONTOSO\\tom"; no name of anything has one."""
    if has_control_character(text):
        raise ValueError(
            f"{text[:80]!r} holds a control character; in double quotes a backslash makes one: "
            "use 'single quotes'"
        )
    return text


def _host(text: str) -> str:
    name = host_name(text)
    if name is None:
        raise ValueError(f"{text[:80]!r} is not a name or IPv4 address of a machine")
    return name


def _configuration(text: str) -> str:
    if not re.fullmatch(CONFIGURATION_NAME, text):
        raise ValueError(
            f"{text[:80]!r} is no name of a session configuration: up to 64 letters, digits, "
            "dots, hyphens and underscores"
        )
    return text


def _reason(text: str) -> str:
    if is_mark(text):
        raise ValueError(no_reason(text))
    return text


def _product(text: str, info: ValidationInfo) -> str:
    """`products` of the validation's context are those that there are, where they are known."""
    known = (info.context or {}).get("products")
    if known is not None and text not in known:
        raise ValueError(f"there is no product {text[:80]!r}{nearest(text[:80], known)}")
    return text


def _server(value: Any) -> Any:
    return {"fqdn": value} if isinstance(value, str) else value


Host = Annotated[str, AfterValidator(_host)]
Configuration = Annotated[str, AfterValidator(_configuration)]
Stated = Literal["yes", "no", "unknown"]
Text = Annotated[str, AfterValidator(_plain)]
Name = Annotated[str, Field(min_length=1, max_length=255), AfterValidator(_plain)]
Reason = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=500),
    AfterValidator(_plain),
    AfterValidator(_reason),
]
File = Annotated[str, Field(min_length=1, max_length=4096), AfterValidator(_plain)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class EstateTable(_Table):
    name: Name = "estate"
    topology: File | None = None
    servers_csv: File | None = None
    evidence: File | None = None


class ZoneTable(_Table):
    transport: Transport = Transport.HTTP
    port: Annotated[int, Field(ge=1, le=65535)] | None = None
    auth: Auth = Auth.NEGOTIATE
    ca_file: File | None = None
    credential: Name
    spn_service: Annotated[str, Field(pattern=r"^[A-Za-z]{1,20}$")] = "host"
    configuration: Configuration | None = None


class CredentialTable(_Table):
    username: Name
    source: SecretSource = SecretSource.PROMPT
    variable: Name | None = None
    service: Name | None = None
    path: File | None = None


class RunTable(_Table):
    threads: Annotated[int, Field(ge=1, le=256)] = 64
    deadline_seconds: Annotated[float, Field(ge=1, le=3600)] = 120.0
    connect_seconds: Annotated[float, Field(ge=0.1, le=300)] = 10.0
    byte_budget_mib: Annotated[int, Field(ge=1, le=256)] = 8


class SiteTable(_Table):
    name: Name
    central: Name | None = None
    federation_route: Host | None = None


class BackendTable(_Table):
    fqdn: Host
    instance: Text = ""
    always_on: bool = False
    collocated: bool = False
    databases: tuple[Name, ...] = ()
    primary_node: Host | None = None
    mirror: Name | None = None


class ServerTable(_Table):
    fqdn: Host
    zone: Name | None = None
    address: Host | None = None
    roles: tuple[Name, ...] = ()
    upgrade_domain: Name | None = None
    fault_domain: Name | None = None


class PoolTable(_Table):
    fqdn: Host
    kind: PoolKind = PoolKind.UNKNOWN
    site: Name | None = None
    zone: Name | None = None
    product: Annotated[Name, AfterValidator(_product)] | None = None
    service_version: Annotated[int, Field(ge=1, le=99)] | None = None
    hosts_cms: bool = False
    edge: Host | None = None
    media_edge: Host | None = None
    next_hop: Host | None = None
    registrar: Host | None = None
    paired_with: Host | None = None
    gateways: tuple[Host, ...] = ()
    file_stores: tuple[Name, ...] = ()
    backends: tuple[BackendTable, ...] = ()
    servers: tuple[Annotated[ServerTable, BeforeValidator(_server)], ...] = ()


class OverrideTable(_Table):
    """How a server of the topology is reached, or why it is left out; by server or by pool."""

    server: Host | None = None
    pool: Host | None = None
    zone: Name | None = None
    address: Host | None = None
    credential: Name | None = None
    exclude: Reason | None = None


class EstateDocument(_Table):
    estate: EstateTable = EstateTable()
    scenarios: dict[Literal["hybrid", "federation", "exchange_online"], Stated] = {}
    zones: dict[Name, ZoneTable] = {}
    credentials: dict[Name, CredentialTable] = {}
    run: RunTable = RunTable()
    sites: tuple[SiteTable, ...] = ()
    pools: tuple[PoolTable, ...] = ()
    overrides: tuple[OverrideTable, ...] = ()
