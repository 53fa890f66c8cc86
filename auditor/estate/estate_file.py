"""Reads an estate file: which servers, reached how, with whose credentials.

Every problem of a file is told at once, each with the place in the file. What the keys mean
is in docs/estate-file.md.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from auditor.errors import UsageError
from auditor.estate.checks import broken_links, duplicates
from auditor.estate.estate_tables import credentials_of, written_estate, zones_of
from auditor.estate.input_file import MIB, read_input
from auditor.estate.model import Estate, InUse, Server
from auditor.estate.placement import (
    Ways,
    in_zones,
    unknown_credentials,
    unknown_zones,
    ways_of,
    ways_stated,
)
from auditor.estate.problems import listed, some_of
from auditor.estate.scenarios import stated_scenarios
from auditor.estate.servers_csv import read_servers_csv
from auditor.estate.topology import read_topology
from auditor.estate.zone import CONFIGURATION_NAME, CredentialReference, RunOptions, Zone
from auditor.mistakes import place_of, sentence_of

if TYPE_CHECKING:
    from auditor.estate.estate_document import EstateDocument, RunTable

_MAX_BYTES = 4 * MIB
_SECRET_WORDS = ("password", "passwd", "passphrase", "pwd", "secret")
_HINT = "What the keys mean is in docs/estate-file.md."


@dataclass(frozen=True, slots=True)
class EstateFile:
    """An estate with the ways into it. Every server that is audited names one of `zones`.

    `credentials` are those that servers may name in place of their zone's. `evidence` is a
    bundle, or a folder of them, with what was read of the estate's own configuration.
    `exclusions` are those of [[overrides]], also of servers that `estate` does not have.
    """

    estate: Estate
    zones: Mapping[str, Zone] = field(default_factory=dict)
    options: RunOptions = field(default_factory=RunOptions)
    credentials: Mapping[str, CredentialReference] = field(default_factory=dict)
    evidence: Path | None = None
    exclusions: Ways = field(default_factory=Ways)

    def way_to(self, server: Server) -> Zone:
        """The zone of a server that is audited, with its own credential where it has one."""
        zone = self.zones[server.zone or ""]
        if server.credential is None:
            return zone
        return replace(zone, credential=self.credentials[server.credential])

    def through(self, configuration: str) -> EstateFile:
        """The same servers, each asked through the session configuration of that name.

        Raises UsageError, RUN-CONFIGURATION, for what cannot be a name of one.
        """
        if not re.fullmatch(CONFIGURATION_NAME, configuration):
            raise UsageError(
                "RUN-CONFIGURATION",
                f"{configuration[:80]!r} is no name of a session configuration.",
                "It is the name that was registered, such as SfbAudit: up to 64 letters, digits, "
                "dots, hyphens and underscores.",
            )
        zones = {
            name: replace(zone, configuration=configuration) for name, zone in self.zones.items()
        }
        return replace(self, zones=zones)


def read_estate_file(
    path: Path,
    *,
    topology: Path | None = None,
    collecting: bool = True,
    products: Collection[str] | None = None,
) -> EstateFile:
    """The estate in `path`; with `topology` that document's pools take the place of its own.

    Where nothing is to be collected, servers need no zone and the estate may be empty. `products`
    are the keys of those that there are, None where anything goes.
    Raises UsageError: ESTATE-UNREADABLE, ESTATE-TOO-LARGE, ESTATE-NOT-TOML, ESTATE-SECRET (a
    password in the file), ESTATE-INVALID (all problems, each with its place), ESTATE-EMPTY,
    and those of the topology or server list that it names.
    """
    raw = _parse(path)
    _refuse_secrets(path, raw)
    document = _document(path, raw, products)
    problems: list[str] = []
    credentials = credentials_of(document, path.parent, problems)
    zones = zones_of(document, credentials, path.parent, problems)
    estate = _structure(document, path, topology, problems)
    ways = ways_stated(document.overrides, estate, problems)
    estate = ways.applied_to(estate)
    if collecting:
        estate = in_zones(estate, zones, problems)
    problems += unknown_zones(estate, zones)
    problems += unknown_credentials(estate, credentials)
    problems += duplicates(estate, zones)
    if problems:
        raise _invalid(path, problems)
    if collecting and not estate.servers():
        raise UsageError(
            "ESTATE-EMPTY",
            f"{path} has no server to audit.",
            "Add [[pools]] with servers, or name a topology: estate.topology or --topology.",
        )
    named = document.estate.evidence
    return EstateFile(
        _described(estate, document, path),
        zones,
        _options(document.run),
        credentials,
        None if named is None else path.parent / named,
        ways.exclusions(),
    )


def _structure(
    document: EstateDocument, path: Path, topology: Path | None, problems: list[str]
) -> Estate:
    """Sites and pools: of the topology where there is one, else of the list or of [[pools]].

    With a topology the others still say how their servers are reached.
    """
    table = document.estate
    within = {"estate.topology": table.topology, "estate.servers_csv": table.servers_csv}
    if document.pools and any(within.values()):
        named = " and ".join(name for name, said in within.items() if said)
        problems.append(
            f"{named} and [[pools]]: only one of them can say which servers there are "
            "(zones and addresses go into [[overrides]])"
        )
    if topology is None and table.topology is not None:
        topology = path.parent / table.topology
    if table.servers_csv is not None:
        own = read_servers_csv(path.parent / table.servers_csv)
        own_name = Path(table.servers_csv).name
    else:
        own = written_estate(document, f"estate file {path.name}", problems)
        own_name = path.name
        problems += broken_links(own)
    return own if topology is None else _replaced(own, own_name, document, topology)


def _replaced(own: Estate, own_name: str, document: EstateDocument, topology: Path) -> Estate:
    """The topology's structure; how servers are reached stays as the file or the list says."""
    estate = ways_of(own, document.pools).applied_to(read_topology(topology))
    known = {server.fqdn for pool in estate.pools for server in pool.servers}
    lost = [s.fqdn for pool in own.pools for s in pool.servers if s.fqdn not in known]
    if not lost:
        return estate
    note = f"{own_name} lists {some_of(lost)}, which {topology.name} does not have: not audited."
    return replace(estate, notes=(*estate.notes, note))


def _described(estate: Estate, document: EstateDocument, path: Path) -> Estate:
    stated = {str(key): InUse(word) for key, word in document.scenarios.items()}
    named = "name" in document.estate.model_fields_set
    return replace(
        estate,
        name=document.estate.name if named else estate.name,
        scenarios=stated_scenarios(stated, path.name),
    )


def _options(run: RunTable) -> RunOptions:
    return RunOptions(
        threads=run.threads,
        deadline_seconds=run.deadline_seconds,
        connect_seconds=run.connect_seconds,
        byte_budget=run.byte_budget_mib * MIB,
    )


def _parse(path: Path) -> dict[str, Any]:
    content = read_input(
        path, area="ESTATE", hint="Name an estate file with --config.", limit=_MAX_BYTES
    )
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except RecursionError:
        reason = "it is nested too deeply"
    except ValueError as error:  # no UTF-8, no TOML, or a number of thousands of digits
        reason = str(error)
    raise UsageError(
        "ESTATE-NOT-TOML",
        f"{path} is not TOML: {reason}.",
        "Text stands in quotes; with a backslash in it, in single ones: 'DOMAIN\\user'.",
    )


def _refuse_secrets(path: Path, raw: dict[str, Any]) -> None:
    places = list(_secret_places(raw))
    if places:
        raise UsageError(
            "ESTATE-SECRET",
            f"{path} holds a password, which an estate file never does: {some_of(places)}.",
            'Give [credentials.NAME] a source instead: "prompt", "env" (with variable), "keyring" '
            '(with service) or "file" (with path). And change that password: it was written down.',
        )


def _secret_places(raw: dict[str, Any]) -> Iterator[str]:
    """The keys that are called like a secret and hold a value; a table may be called so."""
    waiting: list[tuple[str, Any]] = [("", raw)]
    while waiting:
        place, value = waiting.pop()
        if isinstance(value, dict):
            waiting += [(place_of(place, [key]), inner) for key, inner in value.items()]
        elif isinstance(value, list):
            waiting += [(place_of(place, [number]), inner) for number, inner in enumerate(value)]
        elif _is_secret(place.rpartition(".")[2]):
            yield place[:200]


def _is_secret(key: str) -> bool:
    return key.lower() == "pass" or any(word in key.lower() for word in _SECRET_WORDS)


def _document(path: Path, raw: dict[str, Any], products: Collection[str] | None) -> EstateDocument:
    from pydantic import ValidationError  # noqa: PLC0415 - slow to load, not for --help

    from auditor.estate.estate_document import EstateDocument  # noqa: PLC0415
    from auditor.estate.half_read import certain_problems  # noqa: PLC0415

    try:
        return EstateDocument.model_validate(raw, context={"products": products})
    except ValidationError as error:
        errors = error.errors()
        problems = [sentence_of(each, EstateDocument) for each in errors]
        problems += certain_problems(raw, errors, path.parent)
        raise _invalid(path, problems) from None


def _invalid(path: Path, problems: list[str]) -> UsageError:
    return UsageError("ESTATE-INVALID", f"{path} cannot be used:{listed(problems)}", _HINT)
