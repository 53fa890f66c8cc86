"""Nouns of collecting: whom to ask, with what, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from auditor.estate.zone import Zone
from auditor.facts.reading import Reading

WSMAN, OCS_POWERSHELL = "wsman", "OcsPowerShell"


@dataclass(frozen=True, slots=True)
class Secret:
    """A user name and a password that no text of this object shows."""

    username: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Target:
    """One server to ask. `address` is connected to in place of the name, where it is given.

    `path` is where its web server has the endpoint.
    """

    fqdn: str
    zone: Zone
    secret: Secret
    address: str | None = None
    path: str = WSMAN


@dataclass(frozen=True, slots=True)
class Collected:
    """One server's reading, and the text of its answer where there is one."""

    reading: Reading
    answer: str | None = None


class Observer(Protocol):
    """Told of each server as it begins and ends, from the thread that iterates.

    `code` is a `ReachState`, `sentence` says the same for people.
    """

    def started(self, fqdn: str) -> None: ...

    def finished(self, fqdn: str, code: str, sentence: str) -> None: ...
