"""A file of somebody's own over the shipped knowledge: a new update, another threshold.

It adds and changes; it takes nothing away. Whoever changes what others have said cites a source
of their own, and the sources that were there stay.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from auditor.mistakes import errors_of, mended, nearest, sentence_of
from auditor.rulebook.lay import Table, alike, are_tables, lay
from auditor.rulebook.likes import policy_faults, proved
from auditor.rulebook.loader import rulebook_of
from auditor.rulebook.lowered import lowered
from auditor.rulebook.model import Build, Clock, Source, Unnumbered, Update, Windows
from auditor.rulebook.policy import Policy
from auditor.rulebook.products import Product
from auditor.version import Version

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

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
# What nothing else is proved by may stand in for what is missing.
_STAND_INS: Table = {
    "sources": ["dtls"],
    "title": "?",
    "unstarred": "fail",
    "strong_crypto": "fail",
    "support": "fail",
    "max_age_days": 1,
}
_KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


class OverlayError(Exception):
    """What cannot be used, a sentence with its place each.

    `rest` are the tables without that, so that more of the file can be proved; None where too
    little is left of it to tell anything but guesses.
    """

    def __init__(self, faults: Sequence[str], rest: Table | None = None) -> None:
        super().__init__("; ".join(faults))
        self.faults = tuple(faults)
        self.rest = rest


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


def lay_over(
    tables: Table, document: Mapping[str, Any], file: str, sha256: str, rules: Collection[str]
) -> Table:
    """The tables with a document over them, and an entry among `overlays` that says so.

    `rules` are the ids that there are. Raises OverlayError for whatever an overlay may not do,
    and for values of a wrong kind; ValidationError for what they do to an entry that the
    document does not touch.
    """
    over = _Over(tables)
    for name, value in document.items():
        over.table(name, value)
    over.prove(document, rules)
    if over.faults:
        raise OverlayError(over.faults, over.rest())
    laid = over.laid
    laid["builds"] = _in_order(laid["builds"])
    before = set(_lowered(tables))
    changes = [*over.changes, *(told for told in _lowered(laid) if told not in before)]
    entry = {"file": file, "sha256": sha256, "changes": changes}
    laid["overlays"] = [*tables.get("overlays", ()), entry]
    return laid


def _lowered(tables: Table) -> Iterator[str]:
    likes = {key: policy.get("like") for key, policy in tables["policies"].items()}
    return lowered(rulebook_of(tables), likes)


class _Over:
    """The tables with what a document says over them, table by table, as far as it can be used."""

    def __init__(self, tables: Table) -> None:
        self.laid = dict(tables)
        self.faults: list[str] = []
        self.changes: list[str] = []
        self.whole = True  # nothing was left out of what the document says
        self.proven: Table = {}

    def table(self, name: str, value: object) -> None:
        if name not in MAY:
            near = nearest(name, MAY)
            self._left_out(f"{name}: not a table that a file can change ({', '.join(MAY)}){near}")
        elif name in _LISTS:
            self._rows(name, value)
        elif not isinstance(value, Mapping):
            self._left_out(f"{name}: it is not a table")
        elif name == "clock":
            self.laid[name] = self._sound(Clock, dict(value), name)
            self.changes.append("clock changed")
        else:
            self.laid[name] = dict(self.laid[name])
            for key, entry in value.items():
                self._entry(name, key, entry)

    def _left_out(self, fault: str) -> None:
        self.faults.append(fault)
        self.whole = False

    def _sound(self, kind: type, value: Any, place: str) -> Any:
        """The value, without what is wrong with it; None where too little would be left."""
        errors = errors_of(kind, value)
        self.faults += [sentence_of(error, kind, place) for error in errors]
        return self._without(kind, value, errors, ())

    def _without(
        self, kind: type, value: Any, errors: Sequence[ErrorDetails], counts: Collection[str]
    ) -> Any:
        stand_ins = {**_STAND_INS, "counts": list(counts)}
        rest = mended(kind, value, errors, stand_ins) if errors else value
        self.whole = self.whole and rest is not None
        return rest

    def _entry(self, name: str, key: str, entry: object) -> None:
        place, laid = f"{name}.{key}", self.laid[name]
        if not isinstance(entry, Mapping):
            self._left_out(f"{place}: it is not a table")
            return
        before = laid.get(key)
        if before is None and not _KEY.fullmatch(key):
            self._left_out(f"{place}: small letters, digits and hyphens make a key")
            return
        if name != "sources":
            self.faults += _unsourced(place, before, entry)
        laid[key] = {"key": key, **_joined(before or {}, entry)}
        self.changes.append(f"{place} {_told(before, entry)}")

    def _rows(self, name: str, new: object) -> None:
        if not isinstance(new, list):
            self._left_out(f"{name}: it is not a list; write [[{name}]]")
            return
        rows, known_by = list(self.laid[name]), _IDENTITY[name]
        for number, written in enumerate(new, 1):
            row = self._sound(_LISTS[name], written, f"{name}[{number}]")
            if row is None:
                continue
            same = [each for each in rows if all(each.get(k) == row.get(k) for k in known_by)]
            rows = [each for each in rows if each not in same]
            rows.append(_joined(same[0], row) if same else dict(row))
            called = row.get("version") or row["name"]
            word = "changed" if same else "added"
            self.changes.append(f"{name}: {row['product']} {called} ({row['name']}) {word}")
        self.laid[name] = rows

    def prove(self, document: Mapping[str, Any], rules: Collection[str]) -> None:
        """Values of a wrong kind in the entries that the document touches."""
        written = self.laid["policies"]
        policies, faults = proved(written, rules)
        self.faults += faults
        self.proven = {**self.laid, "policies": alike(policies)}
        for name, kind in _KEYED.items():
            touched, proven = document.get(name), self.proven[name]
            for key, entry in touched.items() if isinstance(touched, Mapping) else ():
                if key not in proven or not isinstance(entry, Mapping):
                    continue
                place, errors = f"{name}.{key}", errors_of(kind, proven[key])
                told = [_in_the_file(error, proven[key], entry) for error in errors]
                if name == "policies":
                    self.faults += policy_faults(told, written[key], place)
                else:
                    self.faults += [sentence_of(error, kind, place) for error in told]
                proven[key] = self._without(kind, proven[key], errors, rules)

    def rest(self) -> Table | None:
        """What of the document can be proved beside its faults, None where that is a guess."""
        return {**self.proven, "builds": _in_order(self.proven["builds"])} if self.whole else None


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


def _in_the_file(error: ErrorDetails, laid: Table, entry: Mapping[str, Any]) -> ErrorDetails:
    """An error with the number that a row has in the file: there the rows before it are not."""
    name, *rest = error["loc"]
    if not rest or not isinstance(rest[0], int) or not are_tables(entry.get(str(name))):
        return error
    before = len(laid[str(name)]) - len(entry[str(name)])
    return {**error, "loc": (name, rest[0] - before, *rest[1:])}


def _in_order(builds: Sequence[Table]) -> list[Table]:
    """Products as they stood, the builds of each by their number."""
    products = list(dict.fromkeys(row["product"] for row in builds))
    return sorted(
        builds, key=lambda row: (products.index(row["product"]), Version.parse(row["version"]))
    )
