"""A front end's answer to the estate's script, made from what its Management Shell says."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import UTC, datetime

from pypsrp.complex_objects import GenericComplexObject

from auditor.collect.cs_answers import data_of
from auditor.collect.cs_commands import Command
from auditor.facts.answer import decode_answer
from auditor.facts.estate.families import CMDLETS
from auditor.facts.reading import Reading
from tests.estate_kinds import Shell

WHEN = datetime(2018, 9, 1, 11, 0, tzinfo=UTC)
REFUSED = {
    "type": "System.Data.SqlClient.SqlException",
    "message": "Login failed for user 'NT AUTHORITY\\ANONYMOUS LOGON'.",
    "category": "NotSpecified",
}
ABSENT = {
    "type": "System.Management.Automation.CommandNotFoundException",
    "message": "The term is not recognized as the name of a cmdlet.",
    "category": "ObjectNotFound",
}

# Families that scenarios are read from.
_WEIGHED = (
    "hosting_providers",
    "access_edge",
    "public_providers",
    "external_access",
    "hosted_voicemail",
    "oauth_servers",
    "oauth_configuration",
    "partner_applications",
    "call_data_connector",
    "federated_domains",
)


class Objects:
    """A Management Shell whose cmdlets return the objects of an estate."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    def run(self, command: Command, most: int) -> list[object]:
        return [over_the_wire(each) for each in self._shell.get(command.cmdlet, ())][: most + 1]


def over_the_wire(value: object) -> object:
    """A value as pypsrp gives it: mappings are objects with properties."""
    if isinstance(value, Mapping):
        found = GenericComplexObject()
        found.adapted_properties = {name: over_the_wire(each) for name, each in value.items()}
        return found
    if isinstance(value, list | tuple):
        return [over_the_wire(each) for each in value]
    return value


def front_end(
    shell: Shell,
    *,
    refused: Collection[str] = (),
    absent: Collection[str] = ("call_data_connector",),
    truncated: Collection[str] = (),
    fqdn: str = "fe01.contoso.com",
    when: datetime = WHEN,
) -> Reading:
    """The reading of a front end whose cmdlets return `shell`; as `answer_of`."""
    text = answer_of(
        shell, refused=refused, absent=absent, truncated=truncated, fqdn=fqdn, when=when
    )
    return decode_answer(text, fqdn=fqdn, started=None, finished=None)


def answer_of(
    shell: Shell,
    *,
    refused: Collection[str] = (),
    absent: Collection[str] = ("call_data_connector",),
    truncated: Collection[str] = (),
    fqdn: str = "fe01.contoso.com",
    when: datetime = WHEN,
    topology: str | None = None,
) -> str:
    """The answer's text. Families in `refused` and `absent` end in an error.

    Of families that no scenario is read from, those are told whose cmdlets `shell` has, or
    that are refused.
    """
    families: dict[str, object] = {}
    more = [key for key, cmdlets in CMDLETS.items() if set(cmdlets.split(", ")) & set(shell)]
    for family in dict.fromkeys([*_WEIGHED, *more, *refused]):
        if family in refused or family in absent:
            error = REFUSED if family in refused else ABSENT
            families[family] = {"ok": False, "ms": 1, "error": error}
        else:
            data = data_of(family, Objects(shell))
            if family in truncated:
                listed = data.get("proxies", data)
                assert isinstance(listed, dict)
                listed["truncated"] = True
            families[family] = {"ok": True, "ms": 1, "data": data}
    if topology is not None:
        families["topology"] = {"ok": True, "ms": 1, "data": {"xml": topology}}
    answer = {
        "schema": 1,
        "computer_name": fqdn.partition(".")[0],
        "domain": fqdn.partition(".")[2],
        "collected_utc": when.isoformat(),
        "families": families,
    }
    return json.dumps(answer)
