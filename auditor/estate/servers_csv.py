"""Reads an inventory from CSV: a header line, and a column `fqdn`, are enough.

Columns: fqdn, pool, kind, site, product, zone, address, roles (separated by blanks),
upgrade_domain, credential, exclude (why the server is left out). Separated by comma, semicolon
or tab; UTF-8, or UTF-16 as Excel saves "Unicode text".
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from pathlib import Path

from auditor.errors import UsageError
from auditor.estate.checks import duplicates
from auditor.estate.input_file import MIB, read_input
from auditor.estate.model import KINDS_WITHOUT_UPDATES, Estate, Pool, PoolKind, Server, Site
from auditor.estate.names import has_control_character, host_name
from auditor.estate.problems import listed
from auditor.estate.reasons import is_mark, no_reason
from auditor.estate.scenarios import stated_scenarios
from auditor.mistakes import nearest

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
    "credential",
    "exclude",
)
_HINT = f"Columns: {', '.join(COLUMNS)}; only fqdn is required."
_MAX_BYTES = 16 * MIB
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_SEPARATORS = (";", "\t", ",")
_NO_SITE = "default"

Row = dict[str, str]


def read_servers_csv(path: Path) -> Estate:
    """The estate in `path`; a server without `pool` is a pool of its own, of unknown kind.

    Zones are as written, None where they are not: the estate file's default zone is put there.
    Raises UsageError: SERVERS-UNREADABLE, SERVERS-TOO-LARGE, SERVERS-INVALID (all problems,
    with line numbers), SERVERS-EMPTY.
    """
    problems: list[str] = []
    pools: dict[str, list[tuple[Row, Server]]] = {}
    for line, row in _rows(path, problems):
        server = _server(line, row, problems)
        if server is not None:
            pools.setdefault(server.pool, []).append((row, server))
    made = tuple(_pool(fqdn, members, problems) for fqdn, members in pools.items())
    estate = Estate(
        name=path.stem,
        source=f"server list {path.name}",
        sites=tuple(Site(name) for name in dict.fromkeys(pool.site for pool in made)),
        pools=made,
        scenarios=stated_scenarios({}, path.name),
    )
    problems += duplicates(estate, {})
    if problems:
        raise UsageError("SERVERS-INVALID", f"{path} cannot be used:{listed(problems)}", _HINT)
    if not made:
        raise UsageError("SERVERS-EMPTY", f"{path} lists no server.", _HINT)
    return estate


def _rows(path: Path, problems: list[str]) -> Iterator[tuple[int, Row]]:
    """Line numbers and rows by column, kinds in lower case; rows without text are passed over."""
    text = _text(path)
    header = text.partition("\n")[0]
    separator = next((one for one in _SEPARATORS if one in header), ",")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        names = [name.lower() for name in _values(next(reader, []))]
        _check_header(path, names)
        for cells in reader:
            values = _values(cells)
            if len(values) > len(names):
                problems.append(f"line {reader.line_num}: has more cells than the header")
            elif has_control_character("".join(values)):
                problems.append(f"line {reader.line_num}: holds a control character")
            elif values:
                row = dict(zip(names, values, strict=False))
                yield reader.line_num, row | {"kind": row.get("kind", "").lower()}
    except csv.Error as error:
        problems.append(f"line {reader.line_num}: {error}")


def _text(path: Path) -> str:
    content = read_input(path, area="SERVERS", hint=_HINT, limit=_MAX_BYTES)
    try:
        text = content.decode("utf-16" if content.startswith(_UTF_16) else "utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(
            "SERVERS-UNREADABLE",
            f"{path} is neither UTF-8 nor UTF-16 text.",
            'Excel calls it "CSV UTF-8".',
        ) from None
    # A line such as "sep=;" is for Excel alone.
    first, _, rest = text.partition("\n")
    return rest if first.strip().lower() in {f"sep={one}".strip() for one in _SEPARATORS} else text


def _values(cells: list[str]) -> list[str]:
    """Cells as single lines, without the empty ones that a spreadsheet leaves at the end."""
    values = [" ".join(cell.split()) for cell in cells]
    while values and not values[-1]:
        values.pop()
    return values


def _check_header(path: Path, names: list[str]) -> None:
    problems = [
        f"unknown column {name[:80]!r}{nearest(name[:80], COLUMNS)}"
        for name in names
        if name and name not in COLUMNS
    ]
    problems += [f"column {n} has no name" for n, name in enumerate(names, start=1) if not name]
    problems += [f"column {name} is there twice" for name in COLUMNS if names.count(name) > 1]
    if "fqdn" not in names:
        problems.append("no column fqdn")
    if problems:
        raise UsageError("SERVERS-INVALID", f"{path} cannot be used:{listed(problems)}", _HINT)


def _server(line: int, row: Row, problems: list[str]) -> Server | None:
    names = {}
    for column in ("fqdn", "pool", "address"):
        text = row.get(column, "")
        name = host_name(text)
        if text and name is None:
            problems.append(f"line {line}: {column} {text[:80]!r} is not a name of a machine")
        names[column] = name
    fqdn = names["fqdn"]
    if fqdn is None:
        if not row.get("fqdn"):
            problems.append(f"line {line}: no fqdn")
        return None
    excluded = row.get("exclude", "")
    if is_mark(excluded):
        problems.append(f"line {line}: exclude {no_reason(excluded)}")
    return Server(
        fqdn=fqdn,
        pool=names["pool"] or fqdn,
        roles=tuple(row.get("roles", "").split()),
        upgrade_domain=row.get("upgrade_domain") or None,
        zone=row.get("zone") or None,
        address=names["address"],
        credential=row.get("credential") or None,
        excluded=excluded,
    )


def _pool(fqdn: str, members: list[tuple[Row, Server]], problems: list[str]) -> Pool:
    said = {}
    for column in ("kind", "site", "product"):
        values = dict.fromkeys(row[column] for row, _ in members if row.get(column))
        if len(values) > 1:
            problems.append(f"pool {fqdn}: {column} is {' and '.join(values)[:200]}")
        said[column] = next(iter(values), None)
    kind = _kind(fqdn, said["kind"] or PoolKind.UNKNOWN.value, problems)
    return Pool(
        fqdn=fqdn,
        kind=kind,
        site=said["site"] or _NO_SITE,
        servers=tuple(server for _, server in members),
        product=said["product"],
        takes_updates=kind not in KINDS_WITHOUT_UPDATES,
    )


def _kind(pool: str, word: str, problems: list[str]) -> PoolKind:
    try:
        return PoolKind(word)
    except ValueError:
        known = ", ".join(PoolKind)
        problems.append(f"pool {pool}: {word[:40]!r} is no kind of pool ({known})")
        return PoolKind.UNKNOWN
