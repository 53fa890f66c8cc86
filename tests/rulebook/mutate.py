"""Changes the rulebook, one fact at a time, and looks whether a case or the checker notices.

`make mutate-rulebook`: every version goes up and down by one, every limit, bit and day likewise,
and every row of an operating system, exclusion, prerequisite and of SQL Server is dropped. A
change that no case notices is a survivor, and has to be listed with its reason in survivors.toml.
"""

from __future__ import annotations

import copy
import re
import sys
import tomllib
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from auditor.assess.model import Status
from auditor.errors import UsageError
from auditor.rulebook.check import problems
from auditor.rulebook.lay import LikeError
from auditor.rulebook.loader import read_tables, rulebook_of
from tests.assess.judged_cases import CASES, finding_of
from tests.rulebook.windows_versions import VERSIONS, system_of

HERE = Path(__file__).parent
_VERSION = re.compile(r"[0-9]+(\.[0-9]+){1,3}")
# Lists of rows; each is dropped once.
_ROWS = (
    "systems",
    "files",
    "excludes",
    "prerequisites",
    "hotfixes",
    "branches",
    "instances",
    "clients",
    "successors",
)

Place = tuple[str | int, ...]


def _changes(node: Any, place: Place = ()) -> Iterator[tuple[str, Place, Any]]:
    """A name, a place, and what stands there instead; None drops what is there."""
    if isinstance(node, dict | list):
        children = node.items() if isinstance(node, dict) else enumerate(node)
        for key, child in children:
            if place == ("windows",) or (place and place[-1] in _ROWS):
                yield f"{_named(place, _key(child, key))} dropped", (*place, key), None
            yield from _changes(child, (*place, key))
    else:
        for label, value in _neighbours(node):
            yield f"{_named(place)} {label}", place, value


def _neighbours(node: Any) -> Iterator[tuple[str, Any]]:
    """A version, a number or a day, one more and one less."""
    for step in (1, -1):
        if isinstance(node, str) and _VERSION.fullmatch(node):
            head, _, last = node.rpartition(".")
            if int(last) + step >= 0:
                yield f"{step:+d}", f"{head}.{int(last) + step}"
        elif isinstance(node, int) and not isinstance(node, bool):
            yield f"{step:+d}", node + step
        elif isinstance(node, date):
            yield f"{step:+d} day", node + timedelta(days=step)


def _named(place: Place, *more: object) -> str:
    return ".".join(str(part) for part in (*place, *more))


def _key(value: Any, key: object) -> object:
    """What tells a row from its neighbours."""
    if not isinstance(value, dict):
        return key
    return value.get("os") or value.get("product") or key


def _changed(tables: dict[str, Any], place: Place, value: Any) -> dict[str, Any]:
    changed = copy.deepcopy(tables)
    node: Any = changed
    for part in place[:-1]:
        node = node[part]
    if value is None:
        del node[place[-1]]
    else:
        node[place[-1]] = value
    return changed


def _noticed(tables: dict[str, Any]) -> bool:
    try:
        rulebook = rulebook_of(tables)
    except (ValidationError, LikeError):
        return True
    if problems(rulebook):
        return True
    if any(system_of(version, kind, rulebook) != key for version, kind, key in VERSIONS):
        return True
    for rule, case in CASES:
        try:
            finding = finding_of(rule, case, rulebook)
        except (UsageError, KeyError):
            return True
        if finding.status is not Status(case.status) or case.says not in finding.reason:
            return True
    return False


def main() -> int:
    """Print what happened; 1 where a survivor is not listed, or one that is listed was noticed."""
    tables = read_tables()
    listed: dict[str, str] = tomllib.loads((HERE / "survivors.toml").read_text("utf-8"))
    changes = list(_changes(tables))
    print(f"{len(changes)} changes, {len(CASES)} cases", flush=True)
    left = [name for name, place, value in changes if not _noticed(_changed(tables, place, value))]
    patterns = {pattern: re.compile(pattern) for pattern in listed}
    used = set()
    strangers = []
    for name in left:
        reasons = [pattern for pattern, wanted in patterns.items() if wanted.fullmatch(name)]
        used.update(reasons)
        if not reasons:
            strangers.append(name)
            print(f"survivor, NOT LISTED: {name}")
    for pattern in sorted(used):
        count = sum(bool(patterns[pattern].fullmatch(name)) for name in left)
        print(f"{count} survivors: {pattern}\n    {listed[pattern]}")
    for pattern in sorted(set(listed) - used):
        print(f"listed, and no survivor is so called: {pattern}")
    return int(bool(strangers) or used != set(listed))


if __name__ == "__main__":
    sys.exit(main())
