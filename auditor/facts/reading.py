"""What came back from one server: facts, or the reason why there are none.

A `Reading` is made for every server of the estate, reached or not, so that no server
can vanish from a report.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from ipaddress import ip_address
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from auditor.facts.families import FamilyResult

_Facts = TypeVar("_Facts")


class ReachState(StrEnum):
    """The closed set of outcomes of one conversation; the value is the stable code."""

    READ = "REACH-READ"
    NOT_ASKED = "REACH-NOT-ASKED"
    NAME = "REACH-NAME"
    REFUSED = "REACH-REFUSED"
    UNREACHABLE = "REACH-UNREACHABLE"
    TLS = "REACH-TLS"
    AUTH = "REACH-AUTH"
    HELD = "REACH-HELD"
    DENIED = "REACH-DENIED"
    QUOTA = "REACH-QUOTA"
    DEADLINE = "REACH-DEADLINE"
    TOO_LARGE = "REACH-TOO-LARGE"
    PROTOCOL = "REACH-PROTOCOL"
    ENDPOINT = "REACH-ENDPOINT"
    CONFIGURATION = "REACH-CONFIGURATION"
    SCRIPT = "REACH-SCRIPT"
    ANSWER = "REACH-ANSWER"
    CANCELLED = "REACH-CANCELLED"
    FAULT = "REACH-FAULT"


@dataclass(frozen=True, slots=True)
class Reach:
    """How the conversation ended, as a sentence for people and what to do next.

    `detail` is what the other side or the library said: hostile text, bounded in length.
    """

    state: ReachState
    sentence: str
    hint: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Reading:
    """One server's answer. `families` is empty unless `reach.state` is READ.

    Instants are aware (UTC). `clock_skew` is the host's clock minus the runner's, None
    where it cannot be known (an offline bundle carries no runner's instant). `notes` are
    sentences about the answer itself that a report should carry.
    """

    fqdn: str
    reach: Reach
    families: tuple[FamilyResult, ...] = ()
    computer_name: str | None = None
    domain: str | None = None
    ps_version: str | None = None
    collector: str | None = None
    origin: str = "winrm"
    started: datetime | None = None
    finished: datetime | None = None
    collected: datetime | None = None
    clock_skew: timedelta | None = None
    notes: tuple[str, ...] = ()

    def family(self, key: str) -> FamilyResult | None:
        """The result of family `key`, None where the answer has none."""
        return self._by_key.get(key)

    @cached_property
    def _by_key(self) -> dict[str, FamilyResult]:
        return {result.family: result for result in reversed(self.families)}

    @property
    def other_domain(self) -> str | None:
        """The DNS suffix of the computer that answered, where it is not that of `fqdn`."""
        return other_domain(self.fqdn, self.domain)


def facts_of(reading: Reading, kind: type[_Facts]) -> _Facts | None:
    """The facts of that type in a reading, None where they are missing or failed."""
    for result in reading.families:
        if isinstance(result.facts, kind):
            return result.facts
    return None


def other_domain(fqdn: str, domain: str | None) -> str | None:
    """The DNS suffix `domain` where it contradicts the name `fqdn`.

    An address and a name without a domain contradict nothing, nor does a computer without one.
    """
    asked, told = fqdn.partition(".")[2].casefold(), (domain or "").casefold()
    return told if asked and told and asked != told and not is_address(fqdn) else None


def is_address(name: str) -> bool:
    """Whether a server goes by its IP address, which says nothing about names."""
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
