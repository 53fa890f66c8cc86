"""Which estate a command is about: from an estate file, a topology, a server list, or bundles."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Set
from dataclasses import replace
from pathlib import Path

from auditor.errors import UsageError
from auditor.estate.estate_file import EstateFile, read_estate_file
from auditor.estate.model import KINDS_WITHOUT_UPDATES, Estate, Pool, PoolKind, Server, Site
from auditor.estate.names import host_name
from auditor.estate.placement import DEFAULT_ZONE, Way, Ways
from auditor.estate.problems import some_of
from auditor.estate.scenarios import stated_scenarios
from auditor.estate.servers_csv import read_servers_csv
from auditor.estate.topology import read_topology
from auditor.estate.zone import Auth, CredentialReference, SecretSource, Transport, Zone

NO_SITE = "no site"


def estate_to_run(
    config: Path | None,
    topology: Path | None,
    servers: Path | None,
    username: str | None,
    products: Collection[str] | None = None,
) -> EstateFile:
    """The estate to audit over the network, with a zone for every server.

    Without an estate file all servers are reached in one way: http on 5985 with negotiate,
    as `username`, whose password is prompted for. `products` are those that an estate file may
    name. Raises UsageError.
    """
    if config is not None:
        if servers is not None:
            raise UsageError(
                "RUN-SOURCES",
                "--config and --servers cannot be used together.",
                "Name the list in the estate file: [estate] servers_csv = ...",
            )
        return read_estate_file(config, topology=topology, products=products)
    if (topology is None) == (servers is None):
        raise UsageError(
            "RUN-SOURCES",
            "nothing says which servers: name an estate file, a topology or a list of servers.",
            "Use --config FILE, --topology FILE or --servers FILE.",
        )
    estate = (
        read_topology(topology) if topology is not None else read_servers_csv(servers or Path())
    )
    if not estate.servers():
        raise UsageError(
            "ESTATE-EMPTY",
            f"{estate.source} has no server that takes updates.",
            "Export the whole topology, or list front ends, Edge servers and the like.",
        )
    if not username:
        raise UsageError(
            "RUN-USER",
            "As whom should the servers be asked?",
            'Use --username "DOMAIN\\user" (the password is prompted for), or an estate file.',
        )
    return EstateFile(_in_default_zone(estate), {DEFAULT_ZONE: default_zone(username)})


def default_zone(username: str) -> Zone:
    """The zone of servers for which no estate file says how they are reached."""
    credential = CredentialReference(DEFAULT_ZONE, username, SecretSource.PROMPT)
    return Zone(DEFAULT_ZONE, Transport.HTTP, 5985, Auth.NEGOTIATE, credential)


def estate_to_assess(
    config: Path | None = None,
    topology: Path | None = None,
    products: Collection[str] | None = None,
) -> EstateFile:
    """The estate that is judged from files alone; without both an empty one. Raises UsageError.

    `products` are those that an estate file may name.
    """
    if config is not None:
        return read_estate_file(config, topology=topology, collecting=False, products=products)
    if topology is not None:
        return EstateFile(read_topology(topology))
    return EstateFile(Estate("bundles", "fact bundles", scenarios=stated_scenarios({}, "bundles")))


def joined_by(estate: Estate, names: Iterable[str]) -> Estate:
    """The estate with each of the servers `names` that it lacks as a pool of its own.

    A pool of which a topology says that nothing is set up there is audited where a server of it
    has a bundle. Where the estate has pools, `Estate.notes` says of each that it was added. Raises
    UsageError, BUNDLE-NAME, for a name that no machine can have.
    """
    names = tuple(dict.fromkeys(names))
    for name in names:
        if host_name(name) != name:
            raise UsageError(
                "BUNDLE-NAME",
                f"a bundle says that it is of {name[:80]!r}, which is no name of a machine.",
                "Leave that bundle out, and look at where it comes from.",
            )
    return _with_bundles(_set_up_after_all(estate, set(names)), names)


def _set_up_after_all(estate: Estate, names: Set[str]) -> Estate:
    """What a server says of itself counts, not that a topology has nothing set up there."""
    pools, notes = [], []
    for pool in estate.pools:
        told = [s.fqdn for s in pool.servers if s.fqdn in names and not s.excluded]
        if told and not pool.takes_updates and pool.kind not in KINDS_WITHOUT_UPDATES:
            notes.append(f"{pool.fqdn} is audited after all: there is a bundle of {some_of(told)}.")
            pools.append(replace(pool, takes_updates=True))
        else:
            pools.append(pool)
    return replace(estate, pools=tuple(pools), notes=(*estate.notes, *notes))


def _with_bundles(estate: Estate, names: tuple[str, ...]) -> Estate:
    others = {server.fqdn: server.pool for server in estate.others()}
    audited = {server.fqdn for server in estate.servers()}
    excluded = {server.fqdn: server.excluded for server in estate.excluded()}
    listed = {*audited, *others, *excluded}
    strangers = [name for name in names if name not in listed]
    pools = {pool.fqdn: pool for pool in estate.pools}
    notes = [
        f"{name} is {pools[others[name]].kind.value} in {estate.source} and takes no updates: "
        "its bundle is not judged."
        for name in names
        if name in others
    ]
    notes += [
        f"{name} is excluded ({excluded[name]}): its bundle is not judged."
        for name in names
        if name in excluded
    ]
    notes += [_strange(name, audited - set(names), estate) for name in strangers if estate.pools]
    for name in strangers:
        home = pools.get(name) or Pool(name, PoolKind.UNKNOWN, NO_SITE)
        pools[name] = replace(home, takes_updates=True, servers=(*home.servers, Server(name, name)))
    sites = {pool.site for pool in pools.values()}
    lost = NO_SITE in sites and all(site.name != NO_SITE for site in estate.sites)
    return replace(
        estate,
        sites=(*estate.sites, Site(NO_SITE)) if lost else estate.sites,
        pools=tuple(pools.values()),
        notes=(*estate.notes, *notes),
    )


def _strange(name: str, waiting: set[str], estate: Estate) -> str:
    """The note on a server that is not in the estate; it may be there under another name."""
    label = name.partition(".")[0]
    alike = sorted(fqdn for fqdn in waiting if fqdn.partition(".")[0] == label)
    perhaps = f" It may be {some_of(alike)}, which has no bundle." if alike else ""
    return f"{name} is not in {estate.source}; it is judged as a pool of its own.{perhaps}"


def _in_default_zone(estate: Estate) -> Estate:
    zones = sorted({server.zone for server in estate.servers() if server.zone} - {DEFAULT_ZONE})
    names = sorted({server.credential for server in estate.servers() if server.credential})
    for noun, named in (("zones", zones), ("credentials", names)):
        if named:
            raise UsageError(
                "RUN-ZONES",
                f"{estate.source} names {noun}: {some_of(named)}.",
                "Describe them in an estate file and use --config.",
            )
    return Ways(pools={pool.fqdn: Way(DEFAULT_ZONE) for pool in estate.pools}).applied_to(estate)
