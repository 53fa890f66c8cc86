"""The ways into an estate that is not known yet: zones and addresses, before there are servers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from auditor.errors import UsageError
from auditor.estate.ca_file import ca_problem
from auditor.estate.estate_file import EstateFile, read_estate_file
from auditor.estate.model import Estate, Pool, Server
from auditor.estate.names import host_name
from auditor.estate.placement import DEFAULT_ZONE, Way, Ways, ways_of
from auditor.estate.scenarios import stated_scenarios
from auditor.estate.sources import default_zone
from auditor.estate.zone import Auth, Given, Transport, Zone


@dataclass(frozen=True, slots=True)
class WaysIn:
    """Zones by name, and what an estate file knows of servers that may be in the estate.

    `default` is the zone of every other server, None where several zones could be it.
    """

    known: EstateFile
    zones: Mapping[str, Zone]
    default: str | None
    addresses: Mapping[str, str] = field(default_factory=dict)

    def placed(self, estate: Estate) -> Estate:
        """The estate with what is known of the way to each server, and of its exclusion."""
        known = ways_of(self.known.estate)
        servers = dict(known.servers)
        for fqdn, address in self.addresses.items():
            servers[fqdn] = replace(servers.get(fqdn, Way()), address=address)
        pools = {pool.fqdn: Way(zone=_common(pool)) for pool in self.known.estate.pools}
        placed = self.known.exclusions.applied_to(Ways(pools, servers).applied_to(estate))
        return replace(placed, scenarios=self.known.estate.scenarios)

    def zone_of(self, server: Server) -> Zone | None:
        """The zone of the server, with its own credential where it has one.

        None where nobody says, where it is excluded, or where it is never contacted.
        """
        name = server.zone or self.default
        if name is None or name not in self.zones or server.excluded:
            return None
        return replace(self.known, zones=self.zones).way_to(replace(server, zone=name))

    def first(self, fqdn: str) -> Server:
        """The server of that name, or the first of the pool of that name, else a new one.

        Of a pool it is one that nobody excluded, where there is one.
        """
        pools = self.placed(self.known.estate).pools
        for pool in pools:
            for server in pool.servers:
                if server.fqdn == fqdn:
                    return server
        for pool in pools:
            if pool.fqdn == fqdn and pool.servers:
                open_ones = (server for server in pool.servers if not server.excluded)
                return replace(next(open_ones, pool.servers[0]), fqdn=fqdn)
        return self.known.exclusions.on(Server(fqdn, fqdn, address=self.addresses.get(fqdn)))


def _common(pool: Pool) -> str | None:
    zones = {server.zone for server in pool.servers}
    return zones.pop() if len(zones) == 1 else None


def ways_in(
    config: Path | None, username: str | None, given: Given, addresses: Mapping[str, str]
) -> WaysIn:
    """The ways of the estate file, or one for every server as `username`. Raises UsageError."""
    if given.ca_file is not None and (wrong := ca_problem(given.ca_file)):
        raise UsageError(
            "DISCOVER-CA",
            f"--ca-file: {wrong}.",
            "Give the certificate of the CA as Base-64 encoded X.509, as Windows exports it.",
        )
    if config is not None:
        known = read_estate_file(config, collecting=False)
        if not known.zones:
            raise UsageError(
                "DISCOVER-WAY",
                f"{config} says of no zone how its servers are reached.",
                "Add [zones.default] with a credential, or use --username.",
            )
    elif username:
        nobody = Estate("estate", "nothing yet", scenarios=stated_scenarios({}, "the command line"))
        known = EstateFile(nobody, {DEFAULT_ZONE: default_zone(username)})
    else:
        raise UsageError(
            "DISCOVER-WAY",
            "As whom should the server be asked?",
            "Use --username 'DOMAIN\\user' (the password is prompted for), or an estate file.",
        )
    zones = {name: given.applied_to(zone) for name, zone in known.zones.items()}
    for zone in zones.values():
        if zone.auth is Auth.BASIC and zone.transport is Transport.HTTP:
            raise UsageError(
                "DISCOVER-WAY",
                "basic sends the password readable, so it needs https.",
                "Add --transport https, or use --auth negotiate.",
            )
    only = next(iter(zones)) if len(zones) == 1 else None
    return WaysIn(known, zones, DEFAULT_ZONE if DEFAULT_ZONE in zones else only, addresses)


def full_name(text: str) -> str:
    """The FQDN that `text` is, in lower case; UsageError DISCOVER-NAME where it is none."""
    name = host_name(text)
    if name is None or "." not in name or name.replace(".", "").isdigit():
        raise UsageError(
            "DISCOVER-NAME",
            f"--from {text[:80]!r} is no full name of a server.",
            "Give its FQDN, such as fe01.contoso.com; an address to reach it by goes to --address.",
        )
    return name
