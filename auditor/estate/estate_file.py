"""Reads an estate file: which servers, reached how, with whose credentials.

Every problem of a file is told at once, each with the place in the file.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auditor.errors import UsageError
from auditor.estate.model import (
    KINDS_WITHOUT_UPDATES,
    Estate,
    InUse,
    Pool,
    Server,
    Site,
    SqlBackend,
)
from auditor.estate.scenarios import stated_scenarios
from auditor.estate.servers_csv import read_servers_csv
from auditor.estate.topology import read_topology
from auditor.estate.zone import (
    Auth,
    CredentialReference,
    RunOptions,
    SecretSource,
    Transport,
    Zone,
)

if TYPE_CHECKING:
    from auditor.estate.estate_document import EstateDocument, PoolTable, ZoneTable

_MAX_PROBLEMS = 20
_MAX_BYTES = 16 * 1024 * 1024
_DEFAULT_PORTS = {Transport.HTTP: 5985, Transport.HTTPS: 5986}
_SECRET_WORDS = ("password", "passwd", "passphrase", "pwd", "secret")
_HINT = "The keys are described in docs/estate-file.md."
_LOCATORS = {
    SecretSource.ENVIRONMENT: "variable",
    SecretSource.KEYRING: "service",
    SecretSource.FILE: "path",
}


@dataclass(frozen=True, slots=True)
class EstateFile:
    """An estate with the ways into it. Every server names one of `zones`."""

    estate: Estate
    zones: Mapping[str, Zone]
    options: RunOptions = field(default_factory=RunOptions)


def read_estate_file(path: Path, *, topology: Path | None = None) -> EstateFile:
    """The estate in `path`; with `topology` that document's pools take the place of its own.

    Raises UsageError: ESTATE-UNREADABLE, ESTATE-NOT-TOML, ESTATE-SECRET (a password in the
    file), ESTATE-INVALID (all problems, each with its place), ESTATE-EMPTY.
    """
    raw = _parse(path)
    _refuse_secrets(path, raw)
    document = _document(path, raw)
    return _Builder(path, document, topology).build()


def _parse(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES)
        return tomllib.loads(content.decode("utf-8-sig"))
    except OSError as error:
        raise UsageError(
            "ESTATE-UNREADABLE",
            f"{path} cannot be read: {error.strerror}.",
            "Name an estate file with --config.",
        ) from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError("ESTATE-NOT-TOML", f"{path} is not TOML: {error}.", _HINT) from None


def _refuse_secrets(path: Path, raw: dict[str, Any]) -> None:
    for place in _secret_places(raw, ""):
        raise UsageError(
            "ESTATE-SECRET",
            f"{path}: {place} holds a password. An estate file never does.",
            'Give [credentials.NAME] a source instead: "prompt", "env" (with variable), "keyring" '
            '(with service) or "file" (with path). And change that password: it was written down.',
        )


def _secret_places(value: Any, place: str) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            here = f"{place}.{key}".lstrip(".")
            secret = any(word in key.lower() for word in _SECRET_WORDS)
            if secret and not isinstance(inner, dict | list):
                yield here
            else:
                yield from _secret_places(inner, here)
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _secret_places(inner, f"{place}[{number}]")


def _document(path: Path, raw: dict[str, Any]) -> EstateDocument:
    from pydantic import ValidationError  # noqa: PLC0415 - slow to load, not for --help

    from auditor.estate.estate_document import EstateDocument  # noqa: PLC0415

    try:
        return EstateDocument.model_validate(raw)
    except ValidationError as error:
        raise _invalid(path, [_sentence(problem) for problem in error.errors()]) from None


def _invalid(path: Path, problems: list[str]) -> UsageError:
    shown = problems[:_MAX_PROBLEMS]
    if len(problems) > len(shown):
        shown.append(f"and {len(problems) - len(shown)} more")
    return UsageError("ESTATE-INVALID", f"{path} cannot be used:\n  " + "\n  ".join(shown), _HINT)


def _sentence(problem: Any) -> str:
    where = ""
    for part in problem["loc"]:
        where += f"[{part}]" if isinstance(part, int) else f".{part}"
    where = where.lstrip(".")
    if problem["type"] == "extra_forbidden":
        return f"{where}: unknown key{_nearest(str(problem['loc'][-1]), _known_keys())}"
    message = problem["msg"].removeprefix("Value error, ")
    return f"{where}: {message[:1].lower()}{message[1:]}"


def _known_keys() -> list[str]:
    from auditor.estate import estate_document as tables  # noqa: PLC0415

    models = [value for name, value in vars(tables).items() if name.endswith(("Table", "Document"))]
    return [key for model in models for key in model.model_fields]


def _nearest(name: str, known: list[str]) -> str:
    near = get_close_matches(name, known, n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


class _Builder:
    """Checks what the tables say of each other, and makes the estate."""

    def __init__(self, path: Path, document: EstateDocument, topology: Path | None) -> None:
        self.path = path
        self.document = document
        self.problems: list[str] = []
        self.topology = topology or self._beside(document.estate.topology)
        self.servers_csv = self._beside(document.estate.servers_csv)

    def build(self) -> EstateFile:
        zones = {name: self._zone(name, table) for name, table in self.document.zones.items()}
        estate = self._estate(zones)
        self._check(estate)
        if self.problems:
            raise _invalid(self.path, self.problems)
        if not estate.servers():
            raise UsageError(
                "ESTATE-EMPTY",
                f"{self.path} has no server to audit.",
                "Add [[pools]] with servers, or estate.topology, or use --topology.",
            )
        run = self.document.run
        options = RunOptions(
            threads=run.threads,
            deadline_seconds=run.deadline_seconds,
            connect_seconds=run.connect_seconds,
            byte_budget=run.byte_budget_mib * 2**20,
        )
        return EstateFile(estate, zones, options)

    def _beside(self, name: str | None) -> Path | None:
        return None if name is None else self.path.parent / name

    def _zone(self, name: str, table: ZoneTable) -> Zone:
        if table.auth is Auth.BASIC and table.transport is Transport.HTTP:
            self.problems.append(
                f"zones.{name}.auth: basic sends the password readable, so it needs "
                'transport = "https"'
            )
        return Zone(
            name=name,
            transport=table.transport,
            port=table.port or _DEFAULT_PORTS[table.transport],
            auth=table.auth,
            credential=self._credential(name, table.credential),
            ca_file=self._beside(table.ca_file),
        )

    def _credential(self, zone: str, name: str) -> CredentialReference | None:
        table = self.document.credentials.get(name)
        if table is None:
            near = _nearest(name, list(self.document.credentials))
            self.problems.append(f"zones.{zone}.credential: no [credentials.{name}]{near}")
            return None
        given = {"variable": table.variable, "service": table.service, "path": table.path}
        wanted = _LOCATORS.get(table.source)
        for key, value in given.items():
            if key == wanted and not value:
                self.problems.append(f'credentials.{name}: source "{table.source}" needs {key}')
            if key != wanted and value:
                self.problems.append(
                    f'credentials.{name}.{key}: is not for source "{table.source}"'
                )
        locator = given.get(wanted or "") or ""
        if table.source is SecretSource.FILE:
            locator = str(self.path.parent / locator)
        return CredentialReference(name, table.username, table.source, locator)

    def _estate(self, zones: Mapping[str, Zone]) -> Estate:
        document = self.document
        scenarios = stated_scenarios(
            {str(key): InUse(word) for key, word in document.scenarios.items()}, self.path.name
        )
        if self.topology is not None:
            base = read_topology(self.topology)
        elif self.servers_csv is not None:
            base = read_servers_csv(self.servers_csv)
        else:
            base = Estate(
                name=document.estate.name,
                source=f"estate file {self.path.name}",
                sites=self._sites(),
                pools=tuple(self._pool(table) for table in document.pools),
            )
        base = replace(base, scenarios=scenarios)
        if "name" in document.estate.model_fields_set:
            base = replace(base, name=document.estate.name)
        return replace(base, pools=tuple(self._reached(pool, zones) for pool in base.pools))

    def _sites(self) -> tuple[Site, ...]:
        stated = tuple(Site(site.name, site.central) for site in self.document.sites)
        if stated:
            return stated
        names = dict.fromkeys(pool.site or "default" for pool in self.document.pools)
        return tuple(Site(name) for name in names)

    def _pool(self, table: PoolTable) -> Pool:
        return Pool(
            fqdn=table.fqdn,
            kind=table.kind,
            site=table.site or "default",
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
            next_hop=table.next_hop,
            paired_with=table.paired_with,
        )

    def _reached(self, pool: Pool, zones: Mapping[str, Zone]) -> Pool:
        """The pool with a zone for each server that is audited."""
        by_server = {o.server: o for o in self.document.overrides if o.server}
        by_pool = {o.pool: o for o in self.document.overrides if o.pool}
        servers = []
        for server in pool.servers:
            zone, address = server.zone, server.address
            for override in (by_pool.get(pool.fqdn), by_server.get(server.fqdn)):
                if override is not None:
                    zone, address = override.zone or zone, override.address or address
            if pool.takes_updates and zone is None:
                zone = self._only_zone(server.fqdn, zones)
            servers.append(replace(server, zone=zone, address=address))
        return replace(pool, servers=tuple(servers))

    def _only_zone(self, fqdn: str, zones: Mapping[str, Zone]) -> str | None:
        if "default" in zones:
            return "default"
        if len(zones) == 1:
            return next(iter(zones))
        self.problems.append(
            f"{fqdn}: belongs to no zone; name one at the server or its pool, or call one 'default'"
        )
        return None

    def _check(self, estate: Estate) -> None:
        self._check_duplicates(estate)
        pools = [pool.fqdn for pool in estate.pools]
        sites = [site.name for site in estate.sites]
        for pool in estate.pools:
            if pool.site not in sites and not self.topology:
                near = _nearest(pool.site, sites)
                self.problems.append(f"pool {pool.fqdn}: no site {pool.site!r}{near}")
            for key in ("edge", "next_hop", "paired_with"):
                link = getattr(pool, key)
                if link is not None and link not in pools:
                    near = _nearest(link, pools)
                    self.problems.append(f"pool {pool.fqdn}: {key} names no pool: {link}{near}")
            for server in pool.servers:
                if server.zone is not None and server.zone not in self.document.zones:
                    near = _nearest(server.zone, list(self.document.zones))
                    self.problems.append(f"server {server.fqdn}: no [zones.{server.zone}]{near}")
        for override in self.document.overrides:
            self._check_override(override.server, override.pool, estate)

    def _check_override(self, server: str | None, pool: str | None, estate: Estate) -> None:
        if (server is None) == (pool is None):
            self.problems.append("overrides: name either a server or a pool")
            return
        names = [s.fqdn for p in estate.pools for s in p.servers if server]
        names += [p.fqdn for p in estate.pools if pool]
        name = server or pool or ""
        if name not in names:
            self.problems.append(f"overrides: {name} is not in the estate{_nearest(name, names)}")

    def _check_duplicates(self, estate: Estate) -> None:
        for noun, names in (
            ("pool", [pool.fqdn for pool in estate.pools]),
            ("server", [s.fqdn for pool in estate.pools for s in pool.servers]),
            ("site", [site.name for site in estate.sites]),
            ("address", [s.address for s in estate.servers() if s.address]),
        ):
            self.problems += [f"{noun} {name} is listed twice" for name in _repeated(names)]


def _repeated(names: list[str]) -> list[str]:
    seen: set[str] = set()
    return [name for name in names if name in seen or seen.add(name)]  # type: ignore[func-returns-value]
