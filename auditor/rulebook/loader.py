"""Reads the TOML files beside this module into one `Rulebook`."""

from __future__ import annotations

import tomllib
from importlib import resources

from pydantic import TypeAdapter, ValidationError

from auditor.errors import AuditError
from auditor.rulebook.lay import LikeError, Table, alike
from auditor.rulebook.model import Rulebook

# Dated by hand whenever a fact in the files changes.
RULEBOOK_DATE = "2026-11-27"

FILES = (
    "sources.toml",
    "products.toml",
    "builds.toml",
    "windows.toml",
    "updates.toml",
    "registry.toml",
    "sql.toml",
    "policies.toml",
    "scenarios.toml",
    "integrations.toml",
)

# Tables of tables whose entries carry their own key as a field.
KEYED = frozenset({"sources", "products", "windows", "updates", "policies", "scenarios"})


def read_rulebook() -> Rulebook:
    """Merge and check the files; AuditError RULEBOOK where the shipped data is broken."""
    try:
        return rulebook_of(read_tables())
    except (ValidationError, LikeError) as error:
        raise AuditError("RULEBOOK", f"the shipped rulebook is broken: {error}") from error


def rulebook_of(tables: Table) -> Rulebook:
    """The tables as a rulebook; ValidationError or LikeError where they are none."""
    return TypeAdapter(Rulebook).validate_python(
        {**tables, "policies": alike(tables.get("policies", {}))}
    )


def read_tables() -> Table:
    """The files' tables, merged, as plain values; AuditError where two have the same."""
    merged: Table = {"date": RULEBOOK_DATE}
    folder = resources.files("auditor.rulebook")
    for file in FILES:
        for name, table in tomllib.loads((folder / file).read_text(encoding="utf-8")).items():
            if name in merged:
                raise AuditError("RULEBOOK", f"{file}: table {name} is in another file too")
            merged[name] = with_keys(table) if name in KEYED else table
    return merged


def with_keys(tables: dict[str, Table]) -> dict[str, Table]:
    """Entries with their own key among their fields."""
    return {key: {"key": key, **table} for key, table in tables.items()}
