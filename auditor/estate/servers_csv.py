"""Reads an inventory from CSV: a header line, and a column `fqdn`, are enough.

Columns: fqdn, pool, kind, site, product, zone, address, roles (separated by blanks),
upgrade_domain. Separated by comma or semicolon; UTF-8.
"""

from __future__ import annotations

import csv
from pathlib import Path

from auditor.errors import UsageError
from auditor.estate.model import KINDS_WITHOUT_UPDATES, Estate, Pool, PoolKind, Server, Site
from auditor.estate.names import host_name
from auditor.estate.scenarios import stated_scenarios

COLUMNS = (
    "fqdn",
    "pool",
    "kind",
    "site",
    "product",
    "zone",
    "address",
    "roles",
    "upgrade_domain",
)
_HINT = f"Columns: {', '.join(COLUMNS)}; only fqdn is required."
_MAX_BYTES = 16 * 1024 * 1024


def read_servers_csv(path: Path) -> Estate:
    """The estate in `path`; a server without `pool` is a pool of its own.

    Raises UsageError: SERVERS-UNREADABLE, SERVERS-INVALID (with line numbers), SERVERS-EMPTY.
    """
    rows = _rows(path)
    problems: list[str] = []
    pools: dict[str, list[tuple[dict[str, str], Server]]] = {}
    seen: set[str] = set()
    for line, row in rows:
        server = _server(line, row, problems)
        if server is None:
            continue
        if server.fqdn in seen:
            problems.append(f"line {line}: server {server.fqdn} is listed twice")
        seen.add(server.fqdn)
        pools.setdefault(server.pool, []).append((row, server))
    made = tuple(_pool(fqdn, members, problems) for fqdn, members in pools.items())
    if problems:
        listed = "\n  ".join(problems[:20])
        raise UsageError("SERVERS-INVALID", f"{path} cannot be used:\n  {listed}", _HINT)
    if not made:
        raise UsageError("SERVERS-EMPTY", f"{path} lists no server.", _HINT)
    return Estate(
        name=path.stem,
        source=f"server list {path.name}",
        sites=tuple(Site(name) for name in dict.fromkeys(pool.site for pool in made)),
        pools=made,
        scenarios=stated_scenarios({}, path.name),
    )


def _rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    try:
        with path.open("rb") as file:
            text = file.read(_MAX_BYTES).decode("utf-8-sig")
    except OSError as error:
        raise UsageError(
            "SERVERS-UNREADABLE", f"{path} cannot be read: {error.strerror}.", _HINT
        ) from None
    except UnicodeDecodeError:
        raise UsageError("SERVERS-UNREADABLE", f"{path} is not UTF-8 text.", _HINT) from None
    lines = text.splitlines()
    header = lines[0] if lines else ""
    reader = csv.DictReader(lines, delimiter=";" if ";" in header else ",", restval="")
    names = [name.strip().lower() for name in reader.fieldnames or ()]
    unknown = [name for name in names if name not in COLUMNS]
    if "fqdn" not in names or unknown:
        said = f"unknown columns: {', '.join(unknown)[:200]}" if unknown else "no column fqdn"
        raise UsageError("SERVERS-INVALID", f"{path}: {said}.", _HINT)
    reader.fieldnames = names
    return [
        (reader.line_num, {key: (row[key] or "").strip() for key in names})
        for row in reader
        if any((row[key] or "").strip() for key in names)
    ]


def _server(line: int, row: dict[str, str], problems: list[str]) -> Server | None:
    names = {}
    for column in ("fqdn", "pool", "address"):
        text = row.get(column, "")
        name = host_name(text)
        if text and name is None:
            problems.append(f"line {line}: {column} {text[:80]!r} is not a host name")
        names[column] = name
    fqdn = names["fqdn"]
    if fqdn is None:
        if not row.get("fqdn"):
            problems.append(f"line {line}: no fqdn")
        return None
    return Server(
        fqdn=fqdn,
        pool=names["pool"] or fqdn,
        roles=tuple(row.get("roles", "").split()),
        upgrade_domain=row.get("upgrade_domain") or None,
        zone=row.get("zone") or None,
        address=names["address"],
    )


def _pool(fqdn: str, members: list[tuple[dict[str, str], Server]], problems: list[str]) -> Pool:
    said = {}
    for column in ("kind", "site", "product"):
        values = dict.fromkeys(row[column] for row, _ in members if row.get(column))
        if len(values) > 1:
            problems.append(f"pool {fqdn}: {column} is {' and '.join(values)}")
        said[column] = next(iter(values), None)
    kind = PoolKind.UNKNOWN
    if said["kind"]:
        try:
            kind = PoolKind(said["kind"].lower())
        except ValueError:
            known = ", ".join(PoolKind)
            problems.append(f"pool {fqdn}: {said['kind'][:40]!r} is no kind of pool ({known})")
    return Pool(
        fqdn=fqdn,
        kind=kind,
        site=said["site"] or "default",
        servers=tuple(server for _, server in members),
        product=said["product"],
        takes_updates=kind not in KINDS_WITHOUT_UPDATES,
    )
