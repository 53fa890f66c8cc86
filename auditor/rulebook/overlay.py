"""A file of somebody's own over the shipped knowledge: a new update, another threshold.

It adds and changes; it takes nothing away. Whoever changes what others have said cites a source
of their own, and the sources that were there stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter, ValidationError

from auditor.rulebook.lay import LikeError, Table, alike, are_tables, lay
from auditor.rulebook.loader import rulebook_of
from auditor.rulebook.lowered import lowered
from auditor.rulebook.model import Build, Clock, Source, Unnumbered, Update, Windows
from auditor.rulebook.policy import Policy
from auditor.rulebook.products import Product
from auditor.version import Version

_KEYED: dict[str, type] = {
    "sources": Source,
    "products": Product,
    "windows": Windows,
    "updates": Update,
    "policies": Policy,
}
_LISTS: dict[str, type] = {"builds": Build, "unnumbered": Unnumbered}
MAY = (*_KEYED, *_LISTS, "clock")
_IDENTITY = {"builds": ("product", "version", "component"), "unnumbered": ("product", "kb")}
_KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


class OverlayError(Exception):
    """What cannot be used, a sentence with its place each."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = tuple(faults)


def policy_document(document: Mapping[str, Any], key: str, known: Mapping[str, Any]) -> Table:
    """A policy's own file as an overlay: its fields stand at the top, beside its `sources`.

    There `sources` is a table of new sources, and `cites` what the policy as a whole rests on.
    Raises OverlayError where `key`, the file's name, cannot be the policy's.
    """
    if not _KEY.fullmatch(key):
        raise OverlayError(
            ["the file's name is the policy's: use small letters, digits and hyphens"]
        )
    if key in known:
        raise OverlayError([f"there is already a policy {key}: give the file another name"])
    policy = {name: value for name, value in document.items() if name not in ("sources", "cites")}
    if "cites" in document:
        policy["sources"] = document["cites"]
    return {"policies": {key: policy}, "sources": document.get("sources", {})}


def lay_over(tables: Table, document: Mapping[str, Any], file: str, sha256: str) -> Table:
    """The tables with a document over them, and an entry among `overlays` that says so.

    Raises OverlayError for whatever an overlay may not do, and for values of a wrong kind;
    ValidationError for what they do to an entry that the document does not touch.
    """
    laid, faults, changes = dict(tables), list[str](), list[str]()
    for name, value in document.items():
        if name not in MAY:
            faults.append(f"{name}: not a table that a file can change ({', '.join(MAY)})")
        elif name in _LISTS:
            laid[name] = _laid_rows(name, tables[name], value, faults, changes)
        elif not isinstance(value, Mapping):
            faults.append(f"{name}: it is not a table")
        elif name == "clock":
            laid[name] = dict(value)
            faults += _wrong(Clock, laid[name], "clock")
            changes.append("clock changed")
        else:
            laid[name] = _laid_entries(name, tables[name], value, faults, changes)
    faults += _wrong_entries(laid, document)
    if faults:
        raise OverlayError(faults)
    laid["builds"] = _in_order(laid["builds"])
    before = set(_lowered(tables))
    changes += [sentence for sentence in _lowered(laid) if sentence not in before]
    entry = {"file": file, "sha256": sha256, "changes": changes}
    laid["overlays"] = [*tables.get("overlays", ()), entry]
    return laid


def _lowered(tables: Table) -> Iterator[str]:
    likes = {key: policy.get("like") for key, policy in tables["policies"].items()}
    return lowered(rulebook_of(tables), likes)


def _laid_entries(
    name: str, old: Table, new: Mapping[str, Any], faults: list[str], changes: list[str]
) -> Table:
    laid = dict(old)
    for key, entry in new.items():
        place = f"{name}.{key}"
        if not isinstance(entry, Mapping):
            faults.append(f"{place}: it is not a table")
            continue
        before = laid.get(key)
        if before is None and not _KEY.fullmatch(key):
            faults.append(f"{place}: small letters, digits and hyphens make a key")
            continue
        if name != "sources":
            faults += _unsourced(place, before, entry)
        laid[key] = {"key": key, **_joined(before or {}, entry)}
        changes.append(f"{place} {_told(before, entry)}")
    return laid


def _joined(before: Table, entry: Mapping[str, Any]) -> Table:
    """The entry or row over what was there; its sources come before those, which stay."""
    joined = lay(before, entry)
    old, new = before.get("sources", []), entry.get("sources", [])
    if isinstance(new, list) and (old or new):
        joined["sources"] = [*new, *(key for key in old if key not in new)]
    return joined


def _unsourced(place: str, before: Table | None, entry: Mapping[str, Any]) -> Iterator[str]:
    """A change without a source, and a list of sources that would be emptied."""
    if "sources" in entry and not entry["sources"]:
        yield f"{place}.sources: none is left, and an entry without a source is not accepted"
    own = [key for key, value in entry.items() if key != "sources" and not _is_cited(value)]
    if before is not None and own and "sources" not in entry:
        yield f"{place}: it changes {', '.join(own)}, so it needs `sources` of its own"


def _is_cited(value: object) -> bool:
    """Whether a value carries its sources itself: the models demand them there."""
    if isinstance(value, Mapping):
        return "sources" in value or all(isinstance(each, Mapping) for each in value.values())
    return are_tables(value) and all("sources" in row for row in value)  # type: ignore[attr-defined]


def _told(before: Table | None, entry: Mapping[str, Any]) -> str:
    if before is None:
        return "added"
    parts = []
    for key, value in entry.items():
        if isinstance(value, Mapping) and all(isinstance(v, Mapping) for v in value.values()):
            parts += [f"{key}.{inner}" for inner in value]
        elif key != "sources" and value != []:
            parts.append(key)
    return f"changed ({', '.join(parts)})" if parts else "cites more"


def _laid_rows(
    name: str, old: Sequence[Table], new: object, faults: list[str], changes: list[str]
) -> list[Table]:
    rows = list(old)
    if not isinstance(new, list):
        faults.append(f"{name}: it is not a list; write [[{name}]]")
        return rows
    for number, row in enumerate(new, 1):
        place = f"{name}[{number}]"
        found = _wrong(_LISTS[name], row, place)
        faults += found
        if found:
            continue
        known_by = _IDENTITY[name]
        same = [each for each in rows if all(each.get(k) == row.get(k) for k in known_by)]
        rows = [each for each in rows if each not in same]
        rows.append(_joined(same[0], row) if same else dict(row))
        called = row.get("version") or row["name"]
        word = "changed" if same else "added"
        changes.append(f"{name}: {row['product']} {called} ({row['name']}) {word}")
    return rows


def _wrong_entries(laid: Table, document: Mapping[str, Any]) -> Iterator[str]:
    """Values of a wrong kind in the entries that the document touches."""
    try:
        whole = {**laid, "policies": alike(laid["policies"])}
    except LikeError as error:
        yield str(error)
        return
    for name, model in _KEYED.items():
        touched = document.get(name)
        for key, entry in touched.items() if isinstance(touched, Mapping) else ():
            if isinstance(entry, Mapping) and key in whole[name]:
                yield from _wrong(model, whole[name][key], f"{name}.{key}")


def _wrong(model: type, value: object, place: str) -> list[str]:
    """What pydantic says of a value, each with its place."""
    try:
        TypeAdapter(model).validate_python(value)
    except ValidationError as error:
        return [f"{_at(place, each['loc'])}: {each['msg']}" for each in error.errors()]
    return []


def _at(place: str, parts: Sequence[int | str]) -> str:
    for part in parts:
        place += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
    return place


def _in_order(builds: Sequence[Table]) -> list[Table]:
    """Products as they stood, the builds of each by their number."""
    products = list(dict.fromkeys(row["product"] for row in builds))
    return sorted(
        builds, key=lambda row: (products.index(row["product"]), Version.parse(row["version"]))
    )
