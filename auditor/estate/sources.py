"""Which estate a command is about: from an estate file, a topology, a server list, or bundles."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from auditor.errors import UsageError
from auditor.estate.estate_file import EstateFile, read_estate_file
from auditor.estate.model import Estate, Pool, PoolKind, Server, Site
from auditor.estate.scenarios import stated_scenarios
from auditor.estate.servers_csv import read_servers_csv
from auditor.estate.topology import read_topology
from auditor.estate.zone import Auth, CredentialReference, SecretSource, Transport, Zone

DEFAULT_ZONE = "default"
UNPLACED = "not in the estate"


def estate_to_run(
    config: Path | None, topology: Path | None, servers: Path | None, username: str | None
) -> EstateFile:
    """The estate to audit over the network, with a zone for every server.

    Without an estate file all servers are reached in one way: http on 5985 with negotiate,
    as `username`, whose password is prompted for. Raises UsageError.
    """
    if config is not None:
        if servers is not None:
            raise UsageError(
                "RUN-SOURCES",
                "--config and --servers cannot be used together.",
                "Name the list in the estate file: [estate] servers_csv = ...",
            )
        return read_estate_file(config, topology=topology)
    if (topology is None) == (servers is None):
        raise UsageError(
            "RUN-SOURCES",
            "Which servers? Name an estate file, or else a topology or a list of servers.",
            "Use --config FILE, --topology FILE or --servers FILE.",
        )
    estate = (
        read_topology(topology) if topology is not None else read_servers_csv(servers or Path())
    )
    if not estate.servers():
        raise UsageError(
            "ESTATE-EMPTY", f"{estate.source}: no server to audit.", "Export the whole topology."
        )
    if not username:
        raise UsageError(
            "RUN-USER",
            "As whom should the servers be asked?",
            "Use --username DOMAIN\\\\user (the password is prompted for), or an estate file.",
        )
    return EstateFile(_in_default_zone(estate), {DEFAULT_ZONE: default_zone(username)})


def default_zone(username: str) -> Zone:
    """The zone of servers for which no estate file says how they are reached."""
    credential = CredentialReference(DEFAULT_ZONE, username, SecretSource.PROMPT)
    return Zone(DEFAULT_ZONE, Transport.HTTP, 5985, Auth.NEGOTIATE, credential)


def estate_to_assess(
    names: Iterable[str], *, config: Path | None = None, topology: Path | None = None
) -> Estate:
    """The estate that bundles of the servers `names` belong to.

    Servers that the estate file or topology does not know are added as pools of unknown
    kind, and said so; without either, all of them are. Raises UsageError.
    """
    if config is not None:
        estate = read_estate_file(config, topology=topology).estate
    elif topology is not None:
        estate = read_topology(topology)
    else:
        estate = Estate("bundles", "fact bundles", scenarios=stated_scenarios({}, "bundles"))
    known = {server.fqdn for pool in estate.pools for server in pool.servers}
    strangers = [name for name in dict.fromkeys(names) if name not in known]
    if not strangers:
        return estate
    notes = [f"{name} is not in {estate.source}." for name in strangers] if known else []
    return replace(
        estate,
        sites=(*estate.sites, Site(UNPLACED)),
        pools=(*estate.pools, *(_alone(name) for name in strangers)),
        notes=(*estate.notes, *notes),
    )


def _alone(fqdn: str) -> Pool:
    return Pool(fqdn, PoolKind.UNKNOWN, UNPLACED, servers=(Server(fqdn, fqdn),))


def _in_default_zone(estate: Estate) -> Estate:
    pools = (
        replace(pool, servers=tuple(replace(s, zone=s.zone or DEFAULT_ZONE) for s in pool.servers))
        for pool in estate.pools
    )
    placed = replace(estate, pools=tuple(pools))
    strange = {server.zone for server in placed.servers()} - {DEFAULT_ZONE}
    if strange:
        raise UsageError(
            "RUN-ZONES",
            f"{estate.source} names zones ({', '.join(sorted(map(str, strange)))[:200]}).",
            "Describe them in an estate file and use --config.",
        )
    return placed
