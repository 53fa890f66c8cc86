"""What beside its packages says that a machine is a server of Lync or Skype for Business."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from auditor.estate.model import PoolKind
from auditor.facts.reading import facts_of
from auditor.facts.services import ServicesFacts
from auditor.facts.sql import SqlFacts

if TYPE_CHECKING:
    from auditor.estate.model import Pool
    from auditor.facts.reading import Reading
    from auditor.rulebook.model import Rulebook

_OF_AN_INSTANCE = "MSSQL$"  # how the name of its service begins


class Seen(NamedTuple):
    """One thing that was read: by which family, where, what it said."""

    family: str
    path: str
    value: str


def signs_of_a_server(reading: Reading, pool: Pool, rulebook: Rulebook) -> tuple[str, ...]:
    """Services of a role, and the services and instances of the SQL Server that it brings."""
    signs = rulebook.signs
    local = set(signs.instances)
    if pool.kind is not PoolKind.TRUSTED_APPLICATION:
        local.add(signs.replica)
    known = {*signs.services, *local, *(f"{_OF_AN_INSTANCE}{name}" for name in local)}
    known = {name.casefold() for name in known}
    told = (*_services(reading), *_instances(reading))
    return tuple(dict.fromkeys(name for name in told if name.casefold() in known))


def seen_beside_packages(reading: Reading) -> Iterator[Seen]:
    """Which services and instances were looked at, where they were."""
    for family, where, names in (
        ("services", "Win32_Service", _services(reading)),
        ("sql", "Instance Names", _instances(reading)),
    ):
        result = reading.family(family)
        if result is not None and result.facts is not None:
            yield Seen(family, where, ", ".join(names) or "none")


def _services(reading: Reading) -> tuple[str, ...]:
    facts = facts_of(reading, ServicesFacts)
    return () if facts is None else tuple(each.name for each in facts.items)


def _instances(reading: Reading) -> tuple[str, ...]:
    facts = facts_of(reading, SqlFacts)
    return () if facts is None else tuple(each.instance for each in facts.instances)
