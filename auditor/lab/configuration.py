"""What the cmdlets of a lab estate say: `[configuration]` of its file, and the shipped kinds of it.

    [configuration]
    like = "hybrid"                      # begins as a shipped one: configurations.toml has
                                         # all_off, hybrid, federation, partners,
                                         # exchange_online, exchange_beside
    second_hop = true                    # a session reaches the SQL Server from everywhere
    refused = [
        "Get-CsHostingProvider",         # with the words of the second hop
        { cmdlet = "Get-CsOAuthServer", message = "Access is denied." },
    ]                                    # such a table also takes exception and category

    [[configuration.Get-CsHostingProvider]]        # one table for each object, by the cmdlet's own
    Identity = "SkypeforBusinessOnline"            # property names; replaces what `like` says there
    ProxyFqdn = "sipfed.online.lync.com"

What follows from the pools is not written here, but may be put right: an entry with the key of a
derived object (Fqdn, PoolFqdn, ReplicaFqdn) is laid over it.

    [[configuration.Get-CsPoolUpgradeReadinessState]]
    PoolFqdn = "pool01.contoso.com"
    PoolUpgradeState = "Busy"                      # or InsufficientActiveFrontEnds

    [[configuration.Get-CsPoolFabricState]]
    PoolFqdn = "pool01.contoso.com"
    Report = ["Service: Routing", "1 replica is missing."]

    [[configuration.Get-CsManagementStoreReplicationStatus]]
    ReplicaFqdn = "edge01.contoso.com"
    UpToDate = false
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from difflib import get_close_matches
from functools import cache
from importlib import resources
from typing import Any, TypeAlias

from auditor.lab.cmdlets import known_cmdlets
from auditor.lab.simulated import PowerShellError

# A property: text, number, switch, instant, list, or an object of its own.
Value: TypeAlias = Any
Properties: TypeAlias = Mapping[str, Value]

# As recorded where a session's account is not passed on to the SQL Server.
SECOND_HOP = {
    "message": r"Login failed for user 'NT AUTHORITY\ANONYMOUS LOGON'.",
    "exception": "System.Data.SqlClient.SqlException",
    "category": "NotSpecified",
}
_SETTINGS = ("like", "refused", "second_hop")
_TYPES = (bool, int, str, datetime, list, dict)


@dataclass(frozen=True, slots=True)
class Configuration:
    """`said` are the objects of each cmdlet, `refused` how one of them fails."""

    said: Mapping[str, tuple[Properties, ...]] = field(default_factory=dict)
    refused: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    second_hop: bool = False


def read_configuration(raw: Mapping[str, Any]) -> Configuration:
    """The configuration in a `[configuration]` table; ValueError says what is wrong with it."""
    base = Configuration()
    if "like" in raw:
        base = _shipped_kind(raw["like"])
    hop = raw.get("second_hop", base.second_hop)
    if not isinstance(hop, bool):
        raise ValueError("configuration.second_hop: input should be true or false")  # noqa: TRY004 - a mistake in a file
    said = {name: _objects(name, given) for name, given in raw.items() if name not in _SETTINGS}
    return Configuration(
        said={**base.said, **said},
        refused={**base.refused, **_refused(raw.get("refused", []))},
        second_hop=hop,
    )


def shipped_kinds() -> tuple[str, ...]:
    """The names that `like` takes."""
    return tuple(_shipped())


def refusal(told: Mapping[str, str]) -> PowerShellError:
    """The error of a cmdlet that fails as `told`."""
    kind = told["exception"]
    return PowerShellError(kind, told["message"], told["category"], kind.rpartition(".")[2])


@cache
def _shipped() -> Mapping[str, Mapping[str, Any]]:
    shipped = resources.files("auditor.lab").joinpath("configurations.toml")
    return tomllib.loads(shipped.read_text("utf-8"))


def _shipped_kind(name: object) -> Configuration:
    if name not in _shipped():
        known = ", ".join(shipped_kinds())
        raise ValueError(f"configuration.like: there is no {name!r}; there are {known}")
    return read_configuration(_shipped()[str(name)])


def _objects(name: str, given: object) -> tuple[Properties, ...]:
    _check_known(name)
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
        raise ValueError(f"configuration.{name}: input should be tables, [[configuration.{name}]]")
    for each in given:
        for key, value in each.items():
            _check_value(value, f"configuration.{name}: {key}")
    return tuple(given)


def _check_known(name: object) -> None:
    if name not in known_cmdlets():
        near = get_close_matches(str(name), (*known_cmdlets(), *_SETTINGS), n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise ValueError(f"configuration: the lab has no cmdlet {name!r}{hint}")


def _check_value(value: object, where: str) -> None:
    if not isinstance(value, _TYPES):
        raise ValueError(f"{where} is a {type(value).__name__}, which no property is")  # noqa: TRY004 - as above
    if isinstance(value, datetime) and value.tzinfo is None:
        raise ValueError(f"{where} needs an offset, such as 2018-07-02T09:00:00Z")
    parts: Iterable[object] = ()
    if isinstance(value, list | dict):
        parts = value.values() if isinstance(value, dict) else value
    for part in parts:
        _check_value(part, where)


def _refused(given: object) -> dict[str, Mapping[str, str]]:
    if not isinstance(given, list):
        raise ValueError("configuration.refused: input should be a list of cmdlets")  # noqa: TRY004 - as above
    found: dict[str, Mapping[str, str]] = {}
    for each in given:
        table = dict(each) if isinstance(each, dict) else {"cmdlet": each}
        cmdlet = table.pop("cmdlet", None)
        _check_known(cmdlet)
        if strange := sorted(set(table) - set(SECOND_HOP)):
            raise ValueError(f"configuration.refused: unknown key {strange[0]!r}")
        found[str(cmdlet)] = {**SECOND_HOP, **{key: str(word) for key, word in table.items()}}
    return found
