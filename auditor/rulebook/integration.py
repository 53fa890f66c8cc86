"""Nouns of what an estate has with Office 365. Fields are explained in the TOML files."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Literal

from pydantic.dataclasses import dataclass

from auditor.rulebook.confidence import Confidence
from auditor.rulebook.fields import STRICT


class ServerNeed(StrEnum):
    """Whether servers on a scenario's path must be prepared."""

    YES = "yes"
    NO = "no"
    PARTNER = "partner"
    EXCHANGE = "exchange"
    ASK = "ask"


class Service(StrEnum):
    """What of Office 365 answers under a name."""

    SIP = "sip"
    VOICEMAIL = "voicemail"
    TOKEN = "token"  # noqa: S105 - no secret: the service that issues tokens
    EXCHANGE = "exchange"


class Route(StrEnum):
    """Which pools lie on the way between users and Office 365."""

    ALL = "all"
    EDGE = "edge"
    SIGNALLING = "signalling"
    WEB = "web"
    NONE = "none"


@dataclass(frozen=True, config=STRICT)
class ScenarioPath:
    """A scenario, its need and its path; `kinds` stand for the path where links are missing.

    `since` is the first generation (`service_version` of products) that has it, None: all have.
    """

    key: str
    title: str
    basis: str
    kinds: tuple[str, ...]
    sources: tuple[str, ...]
    need: ServerNeed = ServerNeed.YES
    path: Route = Route.ALL
    families: tuple[str, ...] = ()
    judged: bool = False
    within: str | None = None
    reconstructed: bool = False
    since: int | None = None


@dataclass(frozen=True, config=STRICT)
class ClientRow:
    """A row of the clients' matrix: where accounts and mailboxes are, and what follows."""

    account: Literal["online", "on_premises"]
    mailbox: Literal["online", "on_premises"]
    prepare: Literal["yes", "with_federation"]
    sources: tuple[str, ...]


@dataclass(frozen=True, config=STRICT)
class Endpoint:
    """A name of Office 365, or with "*." every name below it.

    `accounts` says whether accounts of an organisation may be behind it.
    """

    name: str
    service: Service
    cloud: str
    sources: tuple[str, ...]
    accounts: bool = True
    confidence: Confidence = Confidence.STATED

    def covers(self, host: str) -> bool:
        host = host.strip().rstrip(".").casefold()
        if self.name.startswith("*."):
            return host.endswith(self.name[1:]) and len(host) > len(self.name) - 1
        return host == self.name


@dataclass(frozen=True, config=STRICT)
class Kindred:
    """Second-level domains that are Microsoft's, whatever the top-level domain."""

    domains: tuple[str, ...]
    confidence: Confidence
    sources: tuple[str, ...]


@dataclass(frozen=True, config=STRICT)
class Integrations:
    """The names of Office 365's services; `clouds` maps keys to titles."""

    exchange_application: str
    sources: tuple[str, ...]
    clouds: Mapping[str, str]
    endpoints: tuple[Endpoint, ...]
    kindred: Kindred

    def find(self, host: str | None, *services: Service) -> Endpoint | None:
        """The entry for a host of one of `services`; an exact name wins over a pattern."""
        found = [e for e in self.endpoints if host and e.service in services and e.covers(host)]
        return min(found, key=lambda e: e.name.startswith("*."), default=None)

    def may_be_microsofts(self, host: str) -> bool:
        """Whether a name that no entry covers may be that of a cloud which is not listed."""
        labels = host.strip().rstrip(".").casefold().split(".")
        return len(labels) > 1 and labels[-2] in self.kindred.domains
