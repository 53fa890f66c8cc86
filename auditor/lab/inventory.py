"""Writes the estate file by which a running lab can be audited like any other estate."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from auditor.errors import UsageError
from auditor.estate.model import InUse, Pool, Server, SqlBackend
from auditor.estate.zone import Transport
from auditor.lab.estate_file import LabEstate


def write_inventory(
    described: LabEstate, ports: Mapping[str, int], ca_file: Path, folder: Path
) -> Path:
    """`folder`/estate.toml, with the CA and one private password file for each zone beside it.

    Raises UsageError where the folder cannot be written.
    """
    path = folder / "estate.toml"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ca_file, folder / "lab-ca.pem")
        for zone in described.zones:
            _write_private(folder / f"{zone.name}.password", zone.user.password)
        path.write_text("\n".join(_lines(described, ports)) + "\n", "utf-8")
    except OSError as error:
        raise UsageError(
            "LAB-FOLDER", f"{folder} cannot be written: {error.strerror}.", "Choose another folder."
        ) from None
    return path


def _write_private(path: Path, text: str) -> None:
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text + "\n")


def _lines(described: LabEstate, ports: Mapping[str, int]) -> Iterator[str]:
    estate = described.estate
    yield "# Written by the lab; it holds for as long as that lab runs."
    yield f"[estate]\nname = {_text(estate.name)}\n"
    yield "[scenarios]"
    for scenario in estate.scenarios:
        if scenario.in_use is not InUse.ASSUMED:
            yield f"{scenario.key} = {_text(scenario.in_use.value)}"
    yield "\n[run]\ndeadline_seconds = 20\nconnect_seconds = 3"
    for zone in described.zones:
        yield f"\n[zones.{zone.name}]"
        yield f"transport = {_text(zone.transport.value)}"
        yield f"port = {ports[zone.name]}"
        yield f"auth = {_text(zone.auth.value)}"
        yield f"credential = {_text(zone.name)}"
        if zone.transport is Transport.HTTPS:
            yield 'ca_file = "lab-ca.pem"'
        yield f"\n[credentials.{zone.name}]"
        yield f"username = {_text(zone.user.username)}"
        yield f'source = "file"\npath = {_text(f"{zone.name}.password")}'
    for site in estate.sites:
        yield f"\n[[sites]]\nname = {_text(site.name)}"
        if site.central:
            yield f"central = {_text(site.central)}"
        if site.federation_route:
            yield f"federation_route = {_text(site.federation_route)}"
    for pool in estate.pools:
        yield from _pool(pool)


def _pool(pool: Pool) -> Iterator[str]:
    yield f"\n[[pools]]\nfqdn = {_text(pool.fqdn)}"
    yield f"kind = {_text(pool.kind.value)}\nsite = {_text(pool.site)}"
    if pool.service_version is not None:
        yield f"service_version = {pool.service_version}"
    for key in ("product", "edge", "media_edge", "registrar", "next_hop", "paired_with"):
        if value := getattr(pool, key):
            yield f"{key} = {_text(value)}"
    for key in ("gateways", "file_stores"):
        if values := getattr(pool, key):
            yield f"{key} = {_list(values)}"
    if pool.hosts_cms:
        yield "hosts_cms = true"
    if pool.backends:
        yield "backends = ["
        for backend in pool.backends:
            yield f"    {{ {', '.join(_backend(backend))} }},"
        yield "]"
    yield "servers = ["
    for server in pool.servers:
        yield f"    {{ {', '.join(_server(server))} }},"
    yield "]"


def _backend(backend: SqlBackend) -> Iterator[str]:
    yield f"fqdn = {_text(backend.fqdn)}, instance = {_text(backend.instance)}"
    for key in ("collocated", "always_on"):
        if getattr(backend, key):
            yield f"{key} = true"
    for key in ("primary_node", "mirror"):
        if value := getattr(backend, key):
            yield f"{key} = {_text(value)}"
    if backend.databases:
        yield f"databases = {_list(backend.databases)}"


def _server(server: Server) -> Iterator[str]:
    yield f"fqdn = {_text(server.fqdn)}"
    for key in ("zone", "address", "upgrade_domain", "fault_domain"):
        if value := getattr(server, key):
            yield f"{key} = {_text(value)}"
    if server.roles:
        yield f"roles = {_list(server.roles)}"


def _list(values: Iterable[str]) -> str:
    return f"[{', '.join(_text(value) for value in values)}]"


def _text(value: str) -> str:
    """A TOML basic string; JSON's escapes are among TOML's."""
    return json.dumps(value, ensure_ascii=False)
