"""What the snippets touch, for whoever must approve them: commands, registry, WMI, files,
certificates.

Derived from the snippets' syntax trees and shipped as data beside them, with the check sum of
each text, so that the list cannot speak of another script than the one that is sent.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from auditor.errors import AuditError

FILE = "touched.json"
LISTS = ("commands", "registry", "wmi", "files", "certificates", "environment")


@dataclass(frozen=True, slots=True)
class Touched:
    """One snippet. `registry` are keys and values, `wmi` classes with their properties.

    `needs` is the lowest Windows PowerShell, `rights` what its head says of them.
    """

    snippet: str
    needs: str
    rights: str
    reads: str
    commands: tuple[str, ...] = ()
    registry: tuple[str, ...] = ()
    wmi: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()


def touched() -> dict[str, Touched]:
    """What each snippet touches, by its file's name.

    Raises AuditError SNIPPETS-CHANGED where a snippet is not the one that the list was made of.
    """
    listed = json.loads(_text(FILE))
    for name, entry in listed.items():
        if entry["sha256"] != check_sum(_text(name)):
            raise AuditError(
                "SNIPPETS-CHANGED",
                f"{name} is not the snippet that the list of what is touched was made of.",
                "Install sfb-audit again; whoever changes a snippet runs `make snippets-audit`.",
            )
    return {name: _touched(name, entry) for name, entry in listed.items()}


def check_sum(text: str) -> str:
    """SHA-256 of a snippet's text, whatever its line ends."""
    return hashlib.sha256(text.replace("\r\n", "\n").encode()).hexdigest()


def _text(name: str) -> str:
    return resources.files("ps_snippets").joinpath(name).read_text("utf-8")


def _touched(name: str, entry: Mapping[str, Any]) -> Touched:
    listed = {key: tuple(entry.get(key, ())) for key in LISTS}
    return Touched(name, entry["needs"], entry["rights"], entry["reads"], **listed)
