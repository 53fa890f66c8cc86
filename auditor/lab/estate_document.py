"""The shape of a lab estate file, key by key; what the keys mean is in `estate_file`."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from auditor.estate.model import PoolKind
from auditor.estate.zone import Auth, Transport
from auditor.lab.windows_description import ProductEntry, WindowsDescription


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LabTable(_Model):
    name: str


class UserTable(_Model):
    username: str
    password: str = Field(repr=False)
    rbac: bool = True


class ZoneTable(_Model):
    transport: Transport
    auth: Auth
    port: int = Field(default=0, ge=0, le=65535)
    user: str


class SiteTable(_Model):
    name: str
    central: str | None = None
    federation_route: str | None = None


class BackendTable(_Model):
    fqdn: str
    instance: str = ""
    always_on: bool = False
    collocated: bool = False
    databases: tuple[str, ...] = ()
    primary_node: str | None = None
    mirror: str | None = None


class ServerTable(_Model):
    fqdn: str
    zone: str | None = None
    windows: str | None = None
    change: WindowsDescription | None = None
    roles: list[str] = Field(default_factory=list)
    upgrade_domain: str | None = None
    fault_domain: str | None = None
    address: str | None = None
    fault: str | None = None
    clock_offset_seconds: float = 0.0
    think_seconds: float = Field(default=0.0, ge=0)
    configurations: list[Literal["SfbAudit"]] = Field(default_factory=list)


class PoolTable(_Model):
    fqdn: str
    kind: PoolKind
    site: str
    service_version: int | None = None
    product: str | None = None
    hosts_cms: bool = False
    edge: str | None = None
    next_hop: str | None = None
    paired_with: str | None = None
    media_edge: str | None = None
    registrar: str | None = None
    gateways: list[str] = Field(default_factory=list)
    file_stores: list[str] = Field(default_factory=list)
    backends: list[BackendTable] = Field(default_factory=list)
    servers: list[ServerTable] = Field(default_factory=list)


class EstateDocument(_Model):
    lab: LabTable
    users: dict[str, UserTable]
    zones: dict[str, ZoneTable]
    sites: list[SiteTable]
    pools: list[PoolTable]
    scenarios: dict[str, Literal["yes", "no", "unknown"]] = Field(default_factory=dict)
    windows: dict[str, WindowsDescription] = Field(default_factory=dict)
    configuration: dict[str, Any] = Field(default_factory=dict)


KEYS = frozenset(
    key
    for table in (
        EstateDocument,
        LabTable,
        UserTable,
        ZoneTable,
        SiteTable,
        PoolTable,
        BackendTable,
        ServerTable,
        WindowsDescription,
        ProductEntry,
    )
    for key in table.model_fields
)
