"""The text of an estate file that an engineer goes on with: ways in, and what to fill in."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Iterator
from pathlib import Path

from auditor.assess.scenarios.matrix import Matrices
from auditor.estate.estate_file import EstateFile
from auditor.estate.model import Estate, InUse, PoolKind
from auditor.estate.zone import RunOptions, SecretSource, Transport, Zone
from reports import words
from reports.estate_folder import TOPOLOGY
from reports.text import one_line

_LOCATORS = {
    SecretSource.ENVIRONMENT: "variable",
    SecretSource.KEYRING: "service",
    SecretSource.FILE: "path",
}
_SPN = Zone("").spn_service


def estate_toml(ways: EstateFile, path: Path, found: Matrices, default: str | None) -> str:
    """The file at `path` for the estate in `ways`, whose servers have the zones that are known.

    `default` is the zone of the other servers. No secret is in it: a credential is a reference.
    """
    return "\n".join(_lines(ways, path, found, default)) + "\n"


def _lines(ways: EstateFile, path: Path, found: Matrices, default: str | None) -> Iterator[str]:
    name = path.stem
    yield "# Written once by `sfb-audit discover`; it is yours now. The folder beside it is"
    yield "# refreshed whenever that command is run again. The keys are in docs/estate-file.md."
    yield f"[estate]\nname = {_text(one_line(ways.estate.name, 255))}"
    yield f"topology = {_text(f'{name}/{TOPOLOGY}')}\nevidence = {_text(name)}"
    yield from _scenarios(ways.estate, found)
    yield from _options(ways.options)
    for zone in ways.zones.values():
        yield from _zone(zone, path.parent)
    credentials = {
        zone.credential.name: zone.credential for zone in ways.zones.values() if zone.credential
    }
    credentials |= ways.credentials
    for credential in credentials.values():
        yield f"\n[credentials.{_key(credential.name)}]"
        yield f"username = {_text(credential.username)}"
        yield f"source = {_text(credential.source.value)}"
        if credential.source in _LOCATORS:
            is_file = credential.source is SecretSource.FILE
            place = _relative(Path(credential.locator), path.parent) if is_file else None
            yield f"{_LOCATORS[credential.source]} = {_text(place or credential.locator)}"
    yield from _overrides(ways.estate, default)
    yield from _edges(ways.estate, default)


def _scenarios(estate: Estate, found: Matrices) -> Iterator[str]:
    yield "\n# What was read of the scenarios; a statement below, a line without #, wins over it."
    for row in found.servers:
        if row.entry.judged:
            state = words.IN_USE[row.weighed.found.value].lower()
            yield f"# {one_line(row.entry.title, 120)}: {state}"
    yield "[scenarios]"
    read = {row.entry.key: row.weighed.found for row in found.servers}
    for scenario in estate.scenarios:
        yield from _scenario(scenario.key, scenario.in_use, read[scenario.key])


def _scenario(key: str, stated: InUse, read: InUse) -> Iterator[str]:
    """What was read, as a comment; an earlier statement counts on where that does not tell."""
    if read is InUse.UNKNOWN and stated is not InUse.ASSUMED:
        yield f"{key} = {_text(stated.value)}"
        return
    if stated not in {InUse.ASSUMED, read}:
        yield f"# The file of --config stated {key} = {_text(stated.value)}, and this was read:"
    yield f"# {key} = {_text(read.value)}"


def _options(options: RunOptions) -> Iterator[str]:
    if options == RunOptions():
        return
    yield f"\n[run]\nthreads = {options.threads}"
    yield f"deadline_seconds = {options.deadline_seconds}"
    yield f"connect_seconds = {options.connect_seconds}"
    yield f"byte_budget_mib = {max(1, options.byte_budget // 2**20)}"


def _zone(zone: Zone, folder: Path) -> Iterator[str]:
    yield f"\n[zones.{_key(zone.name)}]"
    yield f"transport = {_text(zone.transport.value)}\nport = {zone.port}"
    yield f"auth = {_text(zone.auth.value)}"
    if zone.ca_file is not None and zone.transport is Transport.HTTPS:
        yield f"ca_file = {_text(_relative(zone.ca_file, folder))}"
    if zone.spn_service != _SPN:
        yield f"spn_service = {_text(zone.spn_service)}"
    if zone.configuration:
        yield f"configuration = {_text(zone.configuration)}"
    if zone.credential is not None:
        yield f"credential = {_text(zone.credential.name)}"


def _overrides(estate: Estate, default: str | None) -> Iterator[str]:
    for pool in estate.pools:
        zones = {server.zone for server in pool.servers}
        common = zones.pop() if len(zones) == 1 else None
        if common and common != default:
            yield f"\n[[overrides]]\npool = {_text(pool.fqdn)}\nzone = {_text(common)}"
        for server in pool.servers:
            own = server.zone if server.zone and server.zone not in {common, default} else None
            said = {
                "zone": own,
                "address": server.address,
                "credential": server.credential,
                "exclude": server.excluded,
            }
            if any(said.values()):
                yield f"\n[[overrides]]\nserver = {_text(server.fqdn)}"
                yield from (f"{key} = {_text(value)}" for key, value in said.items() if value)


def _edges(estate: Estate, default: str | None) -> Iterator[str]:
    """A zone to be filled in for Edge pools that nobody said another way to."""
    edges = [
        pool
        for pool in estate.pools
        if pool.kind is PoolKind.EDGE
        and all(server.zone in {None, default} for server in pool.servers)
    ]
    if not edges:
        return
    yield "\n# Edge servers are in no domain as a rule: they need a local account, and"
    yield "# an address where the internal DNS does not know them. Fill in, and take the signs"
    yield "# away. What nothing reaches goes into the zone offline (docs/collector.md)."
    yield "#"
    for line in (
        "[zones.edge]",
        'transport = "https"',
        "port = 5986",
        'auth = "ntlm"',
        'ca_file = "edge-ca.pem"',
        'credential = "edge"',
        "",
        "[credentials.edge]",
        r"username = 'EDGE01\auditor'",
        'source = "prompt"',
    ):
        yield f"# {line}".rstrip()
    numbers = itertools.count(1)  # of addresses for documentation, to be replaced
    for pool in edges:
        yield f'#\n# [[overrides]]\n# pool = {_text(pool.fqdn)}\n# zone = "edge"'
        for server in pool.servers:
            yield f"#\n# [[overrides]]\n# server = {_text(server.fqdn)}"
            yield f'# address = "192.0.2.{next(numbers)}"'


def _relative(path: Path, folder: Path) -> str:
    """From the estate file's folder, where that is a way within one drive."""
    try:
        return Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()
    except ValueError:  # another drive
        return str(path.resolve())


def _key(name: str) -> str:
    plain = name.replace("-", "").replace("_", "").isalnum() and name.isascii()
    return name if plain else _text(name)


def _text(value: str) -> str:
    """A TOML basic string of `value` as it is; JSON's escapes are among TOML's.

    No TOML can hold the half characters that stand for a path's bytes that are no UTF-8.
    """
    return json.dumps(value.encode("utf-8", "replace").decode(), ensure_ascii=False)
