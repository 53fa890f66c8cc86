r"""The lab's estate file: one TOML file for a whole estate, its hosts and their faults.

    [lab]
    name = "Contoso"

    [users.domain]                       # accounts that the lab's hosts know
    username = 'CONTOSO\svc-sfbaudit'
    password = "lab-only"
    rbac = true                          # default; false: no role at https://POOL/OcsPowerShell

    [zones.internal]                     # how the hosts of a zone are reached
    transport = "http"                   # http | https
    auth = "ntlm"                        # ntlm | negotiate | basic (over https only)
    port = 0                             # 0: the lab picks a free one
    user = "domain"

    [scenarios]                          # as stated in an inventory: yes | no | unknown
    hybrid = "yes"
    federation = "yes"
    exchange_online = "no"

    [configuration]                      # what the Management Shell says; keys, and what of it
    like = "hybrid"                      # follows from the pools, in auditor/lab/configuration.py

    [windows.fe2015]                     # reusable; keys in auditor/lab/windows_description.py
    os = "2012r2"
    products = [{ set = "sfb2015-front-end", version = "6.0.9319.516" }]
    strong_crypto = true

    [windows.fe2015-2008r2]
    like = "fe2015"                      # begins as another description
    os = "2008r2"
    kb3140245 = "no"

    [[sites]]
    name = "Tokyo"                       # a branch site adds: central = "Tokyo"
    federation_route = "edgepool.contoso.com"                       # an Edge pool

    [[pools]]
    fqdn = "pool01.contoso.com"
    kind = "enterprise"                  # a PoolKind
    site = "Tokyo"
    service_version = 7                  # as in a topology; or product = "sfb2015"
    hosts_cms = true                     # default false
    edge = "edgepool.contoso.com"        # pools by FQDN: edge, next_hop, paired_with, and
    media_edge = "edgepool.contoso.com"  # media_edge, registrar, gateways
    registrar = "director.contoso.com"
    gateways = ["sbc01.contoso.com"]
    file_stores = ['\\files.contoso.com\lync']
    backends = [{ fqdn = "sql01.contoso.com", instance = "rtc" }]   # also always_on, collocated,
                                         # databases, primary_node, mirror

    [[pools.servers]]
    fqdn = "fe01.contoso.com"
    zone = "internal"
    windows = "fe2015"
    roles = ["Registrar", "UserServices"]
    upgrade_domain = "UpgradeDomain1"    # and fault_domain
    address = "127.0.10.1"               # assigned from 127.0.10.1 upwards where absent
    fault = "password_expired"           # an entry of the lab's fault table
    clock_offset_seconds = 540
    think_seconds = 0
    configurations = ["SfbAudit"]        # session configurations besides the usual one
    change.kb3140245 = "no"
    [[pools.servers.change.products]]
    name = "Skype for Business Server 2015, Front End Server"
    version = "6.0.9319.281"

`change` is a description laid over `windows`, as a description is over its `like`: single values
replace, tables merge, lists are appended (a later product of the same name wins, so the lines
above make a half-patched server). A pool of a kind that takes no updates (sql, wac, gateway,
file_store) may list servers without `zone` and `windows`; those are in the estate but no hosts.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from ipaddress import IPv4Address, ip_address, ip_network
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from auditor.errors import UsageError
from auditor.estate.model import (
    KINDS_WITHOUT_UPDATES,
    Estate,
    InUse,
    Scenario,
)
from auditor.estate.zone import Auth, Transport
from auditor.lab.configuration import read_configuration
from auditor.lab.estate_document import KEYS, EstateDocument, ServerTable, ZoneTable
from auditor.lab.estate_pools import links_of, pool_of, site_of
from auditor.lab.model import LabHost, LabUser, LabZone
from auditor.lab.registration import NOT_REGISTERED
from auditor.lab.roles import with_roles
from auditor.lab.windows import build_windows
from auditor.lab.windows_description import WindowsDescription

_T = TypeVar("_T")

CODE = "LAB-ESTATE"
_HINT = "docs/lab.md has an example of such a file."
FIRST_ADDRESS = IPv4Address("127.0.10.1")


@dataclass(frozen=True, slots=True)
class LabEstate:
    """An estate to audit, and the hosts that stand for it. `zones` are those that a host is in."""

    estate: Estate
    zones: tuple[LabZone, ...]
    hosts: tuple[LabHost, ...]


def read_estate_file(path: Path) -> LabEstate:
    """The lab estate in `path`; UsageError (code LAB-ESTATE) that names what is wrong and where."""
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise UsageError(CODE, f"{path} cannot be read: {error.strerror}.", _HINT) from None
    except UnicodeDecodeError:
        raise UsageError(CODE, f"{path} is not UTF-8 text.", _HINT) from None
    except tomllib.TOMLDecodeError as error:
        raise UsageError(CODE, f"{path} is not TOML: {error}.", _HINT) from None
    return build_estate(raw, str(path))


def build_estate(raw: dict[str, Any], source: str) -> LabEstate:
    """As `read_estate_file`, from the parsed document; `source` is its name in messages."""
    try:
        document = EstateDocument.model_validate(raw)
    except ValidationError as error:
        lines = "\n  ".join(_sentence(problem) for problem in error.errors()[:10])
        raise UsageError(CODE, f"{source} is not a lab estate:\n  {lines}", _HINT) from None
    try:
        return _Builder(document, source).build()
    except ValueError as error:
        raise UsageError(CODE, f"{source}: {error}.", _HINT) from None


def _sentence(problem: Any) -> str:
    *parents, last = problem["loc"]
    where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parents)
    if problem["type"] == "extra_forbidden":
        return f"{where.lstrip('.') or 'top level'}: unknown key {last!r}{_near(last, KEYS)}"
    where += f"[{last}]" if isinstance(last, int) else f".{last}"
    return f"{where.lstrip('.')}: {problem['msg'][:1].lower()}{problem['msg'][1:]}"


def _near(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name, known, n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


class _Builder:
    """Resolves the names of a document; ValueError with a sentence where one leads nowhere."""

    def __init__(self, document: EstateDocument, source: str) -> None:
        self._document = document
        self._source = source
        self._zones = {name: self._zone(name, zone) for name, zone in document.zones.items()}
        self._addresses = self._free_addresses()

    def build(self) -> LabEstate:
        document = self._document
        self._check_names()
        hosts = tuple(
            self._host(server) for pool in document.pools for server in pool.servers if server.zone
        )
        addresses = {host.fqdn: host.address for host in hosts}
        estate = Estate(
            name=document.lab.name,
            source=f"lab estate {self._source}",
            sites=tuple(site_of(site) for site in document.sites),
            pools=tuple(pool_of(pool, addresses) for pool in document.pools),
            scenarios=tuple(
                Scenario(key, InUse(word), f"stated in {self._source}")
                for key, word in document.scenarios.items()
            ),
        )
        return LabEstate(
            estate=estate,
            zones=tuple(
                zone for zone in self._zones.values() if any(zone == h.zone for h in hosts)
            ),
            hosts=with_roles(estate, hosts, read_configuration(document.configuration)),
        )

    def _zone(self, name: str, zone: ZoneTable) -> LabZone:
        if zone.auth is Auth.BASIC and zone.transport is Transport.HTTP:
            raise ValueError(f"zone {name!r}: basic is accepted over https only")
        user = _named(self._document.users, zone.user, f"zone {name!r}: no user")
        return LabZone(
            name=name,
            transport=zone.transport,
            auth=zone.auth,
            port=zone.port,
            user=LabUser(user.username, user.password, user.rbac),
        )

    def _check_names(self) -> None:
        pools = self._document.pools
        if not pools:
            raise ValueError("there are no pools")
        _check_unique("pool", [pool.fqdn.lower() for pool in pools])
        _check_unique("server", [s.fqdn.lower() for pool in pools for s in pool.servers])
        _check_unique("address", [s.address for pool in pools for s in pool.servers if s.address])
        sites = {site.name: site for site in self._document.sites}
        known = {pool.fqdn.lower(): pool for pool in pools}
        for site in sites.values():
            if site.federation_route is not None:
                _named(known, site.federation_route.lower(), f"site {site.name!r}: no pool")
        for pool in pools:
            _named(sites, pool.site, f"pool {pool.fqdn!r}: no site")
            for link in links_of(pool):
                _named(known, link, f"pool {pool.fqdn!r}: no pool")
            if pool.kind not in KINDS_WITHOUT_UPDATES:
                for server in pool.servers:
                    if server.zone is None or server.windows is None:
                        raise ValueError(f"server {server.fqdn!r} needs a zone and a windows")

    def _free_addresses(self) -> Iterator[str]:
        pools = self._document.pools
        taken = {server.address for pool in pools for server in pool.servers}
        candidates = (str(FIRST_ADDRESS + step) for step in count())
        return (a for a in candidates if a not in taken and not a.endswith((".0", ".255")))

    def _host(self, server: ServerTable) -> LabHost:
        where = f"server {server.fqdn!r}"
        description = self._description(server.windows or "", where, ())
        if server.change is not None:
            description = server.change.over(description)
        fqdn = server.fqdn.lower()
        try:
            windows = build_windows(description, fqdn)
        except ValueError as error:
            raise ValueError(f"{where}: {error}") from None
        return LabHost(
            fqdn=fqdn,
            zone=_named(self._zones, server.zone or "", f"{where}: no zone"),
            address=_loopback(server.address, where) or next(self._addresses),
            windows=windows,
            fault=server.fault,
            clock_offset=server.clock_offset_seconds,
            think=server.think_seconds,
            configurations=dict.fromkeys(server.configurations, NOT_REGISTERED),
        )

    def _description(self, name: str, where: str, seen: tuple[str, ...]) -> WindowsDescription:
        if name in seen:
            raise ValueError(f"windows {name!r} is like itself ({' -> '.join((*seen, name))})")
        description = _named(self._document.windows, name, f"{where}: no windows")
        if description.like is None:
            return description
        base = self._description(description.like, f"windows {name!r}", (*seen, name))
        return description.over(base)


def _named(things: dict[str, _T], name: str, problem: str) -> _T:
    if name in things:
        return things[name]
    raise ValueError(f"{problem} {name!r}{_near(name, things)}")


def _check_unique(noun: str, names: list[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ValueError(f"{noun} {name!r} is listed twice")
        seen.add(name)


def _loopback(address: str | None, where: str) -> str | None:
    if address is None:
        return None
    try:
        if ip_address(address) in ip_network("127.0.0.0/8"):
            return address
    except ValueError:
        pass
    raise ValueError(f"{where}: address {address!r} is not within 127.0.0.0/8")
