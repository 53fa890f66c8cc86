"""Puts the objects of commands into the data that the estate's snippets would have written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Protocol

from auditor.collect import cs_commands as table
from auditor.collect.cs_commands import Command, Part
from auditor.collect.cs_values import document_of, fields_of, items_of, property_of, text_of
from auditor.facts.estate.topology import MAX_CHARACTERS

_MOST_PIECES = 1000
_MOST_DOMAINS = 50_000  # allowed or blocked ones: each is an object on the wire
_MOST_PROXIES, _MOST_UPGRADE_DOMAINS, _MOST_LINES = 500, 100, 200


class CommandError(Exception):
    """A command that failed: the .NET type of the error, its text, PowerShell's category."""

    def __init__(self, kind: str, message: str, category: str = "") -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.category = category


class Shell(Protocol):
    """Where commands run."""

    def run(self, command: Command, most: int) -> list[object]:
        """The objects of a command; it is stopped where more than `most` have come.

        Raises CommandError where the command ends in an error.
        """
        ...


def data_of(family: str, shell: Shell) -> dict[str, object]:
    """The data of an estate family; CommandError where a command of it fails."""
    if family in table.LISTINGS:
        return _listing(table.LISTINGS[family], shell)
    if family in table.PARTS:
        return {name: _listing(part, shell) for name, part in table.PARTS[family].items()}
    return _OTHERS[family](shell)


def _listing(part: Part, shell: Shell) -> dict[str, object]:
    found = shell.run(Command(part.cmdlet), part.limit)
    return _cut((fields_of(each, part.fields) for each in found), part.limit)


def _cut(items: Iterable[object], limit: int) -> dict[str, object]:
    listed = list(items)
    return {"items": listed[:limit], "truncated": len(listed) > limit}


def _topology(shell: Shell) -> dict[str, object]:
    parts = [document_of(part) for part in shell.run(table.TOPOLOGY, _MOST_PIECES)]
    xml = "\n".join(parts)
    if len(xml) > MAX_CHARACTERS:
        raise CommandError(
            "TooLong", "The topology is too long to be sent: export it to a file, and read that."
        )
    return {"xml": xml}


def _federated_domains(shell: Shell) -> dict[str, object]:
    allowed = shell.run(table.ALLOWED, _MOST_DOMAINS)
    blocked = shell.run(table.BLOCKED, _MOST_DOMAINS)
    if max(len(allowed), len(blocked)) > _MOST_DOMAINS:
        raise CommandError("TooMany", f"There are more than {_MOST_DOMAINS} domains.")
    proxies = Counter(text_of(property_of(each, table.DOMAIN_PROXY)) for each in allowed)
    listed = ({"proxy_fqdn": name, "domains": count} for name, count in proxies.items() if name)
    return {
        "allowed": len(allowed),
        "blocked": len(blocked),
        "proxies": _cut(listed, _MOST_PROXIES),
    }


def _pool_upgrade(shell: Shell) -> dict[str, object]:
    states = shell.run(table.UPGRADE, 1)
    if len(states) != 1:
        raise CommandError("Unexpected", "The cmdlet did not answer for one pool.")
    domains = items_of(property_of(states[0], table.UPGRADE_DOMAINS))
    listed = [
        fields_of(each, table.UPGRADE_DOMAIN_FIELDS)
        for each in domains[: _MOST_UPGRADE_DOMAINS + 1]
    ]
    whole = fields_of(states[0], table.UPGRADE_FIELDS)
    return {**whole, "domains": _cut(listed, _MOST_UPGRADE_DOMAINS)}


def _pool_fabric(shell: Shell) -> dict[str, object]:
    computers = shell.run(table.COMPUTER, 1)
    pool = text_of(property_of(computers[0], "Pool")) if len(computers) == 1 else None
    if not pool:
        raise CommandError("Unexpected", "This computer is in no pool of the topology.")
    report = shell.run(Command(table.FABRIC, {"PoolFqdn": pool}), _MOST_LINES)
    lines = [text_of(line) for line in report if line is not None]
    return {"pool": pool, "report": _cut(lines, _MOST_LINES)}


_OTHERS: dict[str, Callable[[Shell], dict[str, object]]] = {
    "topology": _topology,
    "federated_domains": _federated_domains,
    "pool_upgrade": _pool_upgrade,
    "pool_fabric": _pool_fabric,
}
