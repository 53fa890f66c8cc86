"""audit.json: written, read back, and its schema.

The committed `audit.schema.json` is what `python -m reports.audit_json` prints.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from auditor.audit import SCHEMA_VERSION, Audit
from auditor.errors import UsageError
from auditor.estate.input_file import MIB
from reports.files import write_report
from reports.text import one_line

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_MOST_BYTES = 512 * MIB  # some 20 KiB a server
_HINT = "Give the audit.json of an earlier run."


def write_audit(audit: Audit, path: Path) -> None:
    """Write the audit as JSON: UTF-8, LF, fields in the order of the models, two spaces.

    The same audit gives the same bytes. Raises UsageError where `path` cannot be written.
    """
    write_report(path, audit.model_dump_json(indent=2).encode() + b"\n")


def read_audit(path: Path) -> Audit:
    """Read what `write_audit` wrote; UsageError for a missing file and for anything else."""
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a NUL character in the name
        raise UsageError(
            "AUDIT-NOT-READ",
            f"{path} cannot be read: {getattr(error, 'strerror', None) or error}.",
            _HINT,
        ) from error
    if len(content) > _MOST_BYTES:
        raise UsageError(
            "AUDIT-TOO-LARGE", f"{path} is larger than {_MOST_BYTES // MIB} MiB.", _HINT
        )
    content = content.removeprefix(b"\xef\xbb\xbf")
    try:
        return Audit.model_validate_json(content)
    except ValidationError as error:
        raise _refusal(path, content, error) from error


def _refusal(path: Path, content: bytes, error: ValidationError) -> UsageError:
    """Why it is no audit, from the outside in: no JSON, another document, another schema."""
    try:
        value = json.loads(content)
    except (ValueError, RecursionError) as fault:
        return UsageError("AUDIT-NOT-JSON", f"{path} is not JSON: {one_line(str(fault))}.", _HINT)
    version = value.get("schema_version") if isinstance(value, dict) else None
    if version is None:
        return UsageError(
            "AUDIT-FOREIGN", f"{path} is JSON, but no audit: it has no schema_version.", _HINT
        )
    if version != SCHEMA_VERSION or isinstance(version, bool):
        return UsageError(
            "AUDIT-OTHER-SCHEMA",
            f"{path} has schema_version {one_line(repr(version), 60)}; "
            f"this sfb-audit reads {SCHEMA_VERSION}.",
            "Read it with the sfb-audit that wrote it.",
        )
    return UsageError(
        "AUDIT-MALFORMED",
        f"{path} is not a whole audit: {_first_faults(error)}.",
        "Write it anew; if a newer sfb-audit wrote it, read it with that one.",
    )


def _first_faults(error: ValidationError) -> str:
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    shown = [f"{'.'.join(map(str, f['loc'])) or 'the file'}: {f['msg']}" for f in faults[:3]]
    more = f" (and {len(faults) - 3} more)" if len(faults) > 3 else ""
    return one_line("; ".join(shown)) + more


def schema_text() -> str:
    """The JSON schema of audit.json, generated from the models.

    Later versions add fields, so the schema does not forbid those it does not know.
    """
    schema = Audit.model_json_schema(mode="serialization")
    _allow_additions(schema)
    return json.dumps({"$schema": _DIALECT, **schema}, indent=2, ensure_ascii=False) + "\n"


def _allow_additions(node: Any) -> None:
    if isinstance(node, dict):
        node.pop("additionalProperties", None)
        for child in node.values():
            _allow_additions(child)
    elif isinstance(node, list):
        for child in node:
            _allow_additions(child)


if __name__ == "__main__":
    sys.stdout.write(schema_text())
