"""Makes zones, sites and pools of an estate file's tables; problems are collected, not raised."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.estate.ca_file import ca_problem
from auditor.estate.model import KINDS_WITHOUT_UPDATES, Estate, Pool, Server, Site, SqlBackend
from auditor.estate.zone import PORTS, Auth, CredentialReference, SecretSource, Transport, Zone
from auditor.mistakes import nearest

if TYPE_CHECKING:
    from auditor.estate.estate_document import (
        CredentialTable,
        EstateDocument,
        PoolTable,
        ZoneTable,
    )

_NO_SITE = "default"
_LOCATORS = {
    SecretSource.ENVIRONMENT: "variable",
    SecretSource.KEYRING: "service",
    SecretSource.FILE: "path",
}


def credentials_of(
    document: EstateDocument, folder: Path, problems: list[str]
) -> dict[str, CredentialReference]:
    """The credentials by name; files that they name count from `folder`."""
    return {
        name: _credential(name, table, folder, problems)
        for name, table in document.credentials.items()
    }


def zones_of(
    document: EstateDocument,
    credentials: Mapping[str, CredentialReference],
    folder: Path,
    problems: list[str],
) -> dict[str, Zone]:
    """The zones by name; files that they name count from `folder`."""
    return {
        name: _zone(name, table, credentials, folder, problems)
        for name, table in document.zones.items()
    }


def _credential(
    name: str, table: CredentialTable, folder: Path, problems: list[str]
) -> CredentialReference:
    given = {"variable": table.variable, "service": table.service, "path": table.path}
    wanted = _LOCATORS.get(table.source, "")
    for key, value in given.items():
        if key == wanted and not value:
            problems.append(f'credentials.{name}: source = "{table.source}" needs {key}')
        if key != wanted and value:
            problems.append(f'credentials.{name}.{key}: is not for source = "{table.source}"')
    locator = given.get(wanted) or ""
    if table.source is SecretSource.FILE:
        locator = str(folder / locator)
    return CredentialReference(name, table.username, table.source, locator)


def _zone(
    name: str,
    table: ZoneTable,
    credentials: Mapping[str, CredentialReference],
    folder: Path,
    problems: list[str],
) -> Zone:
    if table.auth is Auth.BASIC and table.transport is Transport.HTTP:
        problems.append(
            f'zones.{name}.auth: basic sends the password readable, so it needs transport = "https"'
        )
    if table.credential not in credentials:
        near = nearest(table.credential, credentials)
        problems.append(f"zones.{name}.credential: no [credentials.{table.credential}]{near}")
    ca_file = None if table.ca_file is None else folder / table.ca_file
    if ca_file is not None and table.transport is Transport.HTTP:
        problems.append(f'zones.{name}.ca_file: is for transport = "https"')
    elif ca_file is not None and (wrong := ca_problem(ca_file)):
        problems.append(f"zones.{name}.ca_file: {wrong}")
    return Zone(
        name=name,
        transport=table.transport,
        port=table.port or PORTS[table.transport],
        auth=table.auth,
        credential=credentials.get(table.credential),
        ca_file=ca_file,
        spn_service=table.spn_service,
        configuration=table.configuration or "",
    )


def written_estate(document: EstateDocument, source: str, problems: list[str]) -> Estate:
    """The estate as [[sites]] and [[pools]] say, each server in its stated zone."""
    stated = tuple(Site(**site.model_dump()) for site in document.sites)
    only = stated[0].name if len(stated) == 1 else None
    problems += [
        f"pool {pool.fqdn}: which site? name one of [[sites]]"
        for pool in document.pools
        if pool.site is None and len(stated) > 1
    ]
    pools = tuple(_pool(table, table.site or only or _NO_SITE) for table in document.pools)
    return Estate(
        name=document.estate.name,
        source=source,
        sites=stated or tuple(Site(name) for name in dict.fromkeys(pool.site for pool in pools)),
        pools=pools,
    )


def _pool(table: PoolTable, site: str) -> Pool:
    return Pool(
        fqdn=table.fqdn,
        kind=table.kind,
        site=site,
        servers=tuple(
            Server(
                fqdn=server.fqdn,
                pool=table.fqdn,
                roles=server.roles,
                upgrade_domain=server.upgrade_domain,
                fault_domain=server.fault_domain,
                zone=server.zone or table.zone,
                address=server.address,
            )
            for server in table.servers
        ),
        service_version=table.service_version,
        product=table.product,
        takes_updates=table.kind not in KINDS_WITHOUT_UPDATES,
        hosts_cms=table.hosts_cms,
        backends=tuple(SqlBackend(**backend.model_dump()) for backend in table.backends),
        edge=table.edge,
        media_edge=table.media_edge,
        next_hop=table.next_hop,
        registrar=table.registrar,
        paired_with=table.paired_with,
        gateways=table.gateways,
        file_stores=table.file_stores,
    )
