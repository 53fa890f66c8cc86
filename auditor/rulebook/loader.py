"""Reads the TOML files beside this module into one `Rulebook`."""

from __future__ import annotations

import tomllib
from importlib import resources

from pydantic import TypeAdapter, ValidationError

from auditor.errors import AuditError
from auditor.rulebook.model import Rulebook

# Dated by hand whenever a fact in the files changes.
RULEBOOK_DATE = "2026-11-24"

FILES = (
    "sources.toml",
    "products.toml",
    "builds.toml",
    "windows.toml",
    "updates.toml",
    "registry.toml",
    "policies.toml",
    "scenarios.toml",
    "integrations.toml",
)

# Tables of tables whose entries carry their own key as a field.
_KEYED = frozenset({"sources", "products", "windows", "updates", "policies", "scenarios"})


def read_rulebook() -> Rulebook:
    """Merge and check the files; AuditError RULEBOOK where the shipped data is broken."""
    try:
        return TypeAdapter(Rulebook).validate_python(read_tables())
    except ValidationError as error:
        raise AuditError("RULEBOOK", f"the shipped rulebook is broken: {error}") from error


def read_tables() -> dict[str, object]:
    """The files' tables, merged, as plain values; AuditError where two have the same."""
    merged: dict[str, object] = {"date": RULEBOOK_DATE}
    folder = resources.files("auditor.rulebook")
    for file in FILES:
        for name, table in tomllib.loads((folder / file).read_text(encoding="utf-8")).items():
            if name in merged:
                raise AuditError("RULEBOOK", f"{file}: table {name} stands in another file too")
            merged[name] = _with_keys(table) if name in _KEYED else table
    return merged


def _with_keys(tables: dict[str, dict[str, object]]) -> dict[str, dict[str, object]]:
    return {key: {"key": key, **table} for key, table in tables.items()}
