"""Objects of the Management Shell as a remoting session sends them.

PowerShell serialises one level deep: what an object's properties hold comes whole where it is a
value or a list of values, and as its text where it is an object of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from psrpcore.types import PSNoteProperty, PSObject, PSXml

from auditor.lab.management_shell import Document, Output
from auditor.lab.values import shown

# Properties that are enumerations; their numbers and types are inferred, their words documented.
_ENUMERATIONS: Mapping[str, Any] = {
    name: Enum(name, {word: n for n, word in enumerate(words)}, module="Microsoft.Rtc.Management")
    for name, words in {
        "VerificationLevel": ("AlwaysUnverifiable", "AlwaysVerifiable", "UseSourceVerification"),
        "PoolUpgradeState": ("Ready", "Busy", "InsufficientActiveFrontEnds"),
    }.items()
}


def sent(output: Output) -> object:
    """What psrpcore writes for `output`: an object, a text, or an XML document."""
    if isinstance(output, Document):
        return PSXml(output.text)
    if isinstance(output, str):
        return output
    made = PSObject()
    made.PSObject.adapted_properties = [
        PSNoteProperty(name, _property(name, value)) for name, value in output.items()
    ]
    return made


def _property(name: str, value: object) -> object:
    kind = _ENUMERATIONS.get(name)
    if kind is not None and value in kind.__members__:
        return kind[value]
    if isinstance(value, list | tuple):
        return [_inside(each) for each in value]
    return _inside(value)


def _inside(value: object) -> object:
    return shown(value) if isinstance(value, Mapping | list | tuple) else value
