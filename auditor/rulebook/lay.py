"""Laying one plain table over another, before either is checked.

Two things need it: a policy that is like another one, and a file of somebody's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Table = dict[str, Any]

# By what a row of a list is known: one that is known already is replaced, others are added.
_KNOWN_BY = {"systems": ("os",), "files": ("os", "name"), "parts": ("component",)}


class LikeError(Exception):
    """A policy that is like none, or like itself."""


def lay(below: Table, above: Mapping[str, Any]) -> Table:
    """`above` over `below`: tables within tables, lists of tables row by row, the rest replaced.

    A table with sources of its own is one fact, and replaced as a whole: a new number under
    an old source would be a false citation. An empty list over rows adds nothing to them.
    """
    laid = dict(below)
    for key, value in above.items():
        old = laid.get(key)
        if isinstance(value, Mapping) and isinstance(old, Mapping) and "sources" not in old:
            laid[key] = lay(dict(old), value)
        elif are_tables(old) and (value == [] or are_tables(value)):
            laid[key] = _rows(list(old or ()), list(value), _KNOWN_BY.get(key, ()))
        else:
            laid[key] = value
    return laid


def are_tables(value: object) -> bool:
    """Whether it is a list with nothing but tables in it, and at least one."""
    return isinstance(value, list) and bool(value) and all(isinstance(v, Mapping) for v in value)


def _rows(old: list[Table], new: list[Table], known_by: tuple[str, ...]) -> list[Table]:
    def name(row: Table) -> tuple[Any, ...]:
        return tuple(row.get(key) for key in known_by)

    replaced = [name(row) for row in new] if known_by else []
    return [*(row for row in old if name(row) not in replaced), *new]


def alike(policies: Mapping[str, Table]) -> dict[str, Table]:
    """Every policy with what it takes from the one that it is `like`, and `without` rules.

    Raises LikeError for a policy that is like one that does not exist, or in a circle.
    """
    return {key: _whole(policies, key, ()) for key in policies}


def _whole(policies: Mapping[str, Table], key: str, on_the_way: tuple[str, ...]) -> Table:
    if key in on_the_way:
        raise LikeError(f"policies.{on_the_way[0]}.like: it ends at itself")
    own = dict(policies[key])
    like, without = own.pop("like", None), own.pop("without", [])
    if like is not None:
        if not isinstance(like, str) or like not in policies:
            raise LikeError(f"policies.{key}.like: there is no policy {like!r}")
        other = _whole(policies, like, (*on_the_way, key))
        # What a policy is called, and what it is for, is its own.
        own = lay({k: v for k, v in other.items() if k not in ("title", "description")}, own)
    if not isinstance(without, list):
        raise LikeError(f"policies.{key}.without: it is not a list of rules")
    if without:
        unknown = sorted(set(map(str, without)) - set(map(str, own.get("counts", []))))
        if unknown:
            raise LikeError(f"policies.{key}.without: {', '.join(unknown)} does not count anyway")
        own["counts"] = [rule for rule in own["counts"] if rule not in without]
    return own
