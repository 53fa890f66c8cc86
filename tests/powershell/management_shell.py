"""The Management Shell in the real engine: Get-Cs... functions with the parameters of a product.

`management_shell()` gives the text that defines them; a snippet that runs after it finds what a
front end of that product offers after `Import-Module Lync`.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from auditor.lab.expressions import Code, literal, made

LYNC2013, SFB2015, SFB2019 = "L2013", "S2015", "S2019"

Properties = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Refused:
    """The cmdlet fails, as where the SQL Server refuses the second hop."""

    message: str = "Login failed for user 'NT AUTHORITY\\ANONYMOUS LOGON'."
    kind: str = "System.UnauthorizedAccessException"


Answer = Sequence[Properties] | Code | Refused


class Cmdlets:
    """Which cmdlets and parameters a product has, by Microsoft's documents."""

    def __init__(self, table: Path) -> None:
        with table.open(encoding="utf-8") as file:
            rows = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))[1:]
        self._products = {row[0]: set(row[1].split(",")) for row in rows}
        self._parameters = {row[0]: row[2].split() for row in rows}

    def known(self, cmdlet: str, product: str) -> bool:
        return product in self._products.get(cmdlet, ())

    def parameters(self, cmdlet: str, product: str) -> dict[str, str]:
        """Names of parameters with their types, switches as SwitchParameter."""
        found = {}
        for word in self._parameters[cmdlet]:
            name, _, rest = word.partition(":")
            kind, _, products = rest.partition("@")
            if not products or product in products.split(","):
                found[name] = kind
        return found


def management_shell(
    cmdlets: Cmdlets, product: str, wanted: Iterable[str], answers: Mapping[str, Answer]
) -> str:
    """Functions for those of `wanted` that the product has; they return their answers."""
    return "\n".join(
        _function(cmdlet, cmdlets.parameters(cmdlet, product), answers.get(cmdlet, ()))
        for cmdlet in sorted(wanted)
        if cmdlets.known(cmdlet, product)
    )


def _function(cmdlet: str, parameters: Mapping[str, str], answer: Answer) -> str:
    declared = ", ".join(
        f"[{'switch' if kind.endswith('SwitchParameter') else 'object'}] ${name}"
        for name, kind in parameters.items()
        if name not in {"Confirm", "WhatIf"}
    )
    return (
        f"function global:{cmdlet} {{\n"
        f"    [CmdletBinding(PositionalBinding=$false, SupportsShouldProcess=$true)]\n"
        f"    param({declared})\n{_body(answer)}\n}}\n"
    )


def _body(answer: Answer) -> str:
    if isinstance(answer, Refused):
        return f"    throw (New-Object {answer.kind} {literal(answer.message)})"
    if isinstance(answer, Code):
        return f"    {answer.text}"
    return "\n".join(f"    {made(properties)}" for properties in answer)
