"""The frame of every rule: what it gets, what it gives, and when it is not asked at all.

A rule never sees a missing fact. The frame answers `unknown` for it where a server was not
read, a family failed or the product is not identified, and `not_applicable` where the rule
has nothing to say.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Required, TypedDict, TypeVar, Unpack

from auditor.assess.identify import ProductIdentity, SystemIdentity
from auditor.assess.model import Compared, Evidence, Finding, Status, SubjectKind
from auditor.estate.model import Pool, Server
from auditor.facts.certificates import CertificatesFacts
from auditor.facts.ciphers import CiphersFacts
from auditor.facts.disk import DiskFacts
from auditor.facts.dotnet import DotNetFacts
from auditor.facts.engine import EngineFacts
from auditor.facts.files import FilesFacts
from auditor.facts.hotfixes import HotfixesFacts
from auditor.facts.os import OsFacts
from auditor.facts.products import ProductsFacts
from auditor.facts.reading import ReachState, Reading
from auditor.facts.reboot import RebootFacts
from auditor.facts.schannel import SchannelFacts
from auditor.facts.services import ServicesFacts
from auditor.facts.sql import SqlFacts
from auditor.facts.winhttp import WinHttpFacts

if TYPE_CHECKING:
    from auditor.assess.waivers import Waiver
    from auditor.rulebook.model import Product, Rulebook, Windows
    from auditor.rulebook.policy import Policy

_Facts = TypeVar("_Facts")

FAMILIES: dict[str, type] = {
    "os": OsFacts,
    "products": ProductsFacts,
    "files": FilesFacts,
    "hotfixes": HotfixesFacts,
    "schannel": SchannelFacts,
    "winhttp": WinHttpFacts,
    "dotnet": DotNetFacts,
    "certificates": CertificatesFacts,
    "reboot": RebootFacts,
    "disk": DiskFacts,
    "services": ServicesFacts,
    "engine": EngineFacts,
    "ciphers": CiphersFacts,
    "sql": SqlFacts,
}

_SHOWN = 200


def shorten(text: str) -> str:
    """A server's text, cut for a report."""
    return text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."


def are(things: Sequence[str]) -> str:
    """Such as "a, b and c are", to begin a sentence with."""
    *most, last = things
    return f"{', '.join(most)} and {last} are" if most else f"{last} is"


@dataclass(frozen=True, slots=True)
class Context:
    """What all subjects share: the rulebook, the policy in force, the instant (UTC), waivers."""

    rulebook: Rulebook
    policy: Policy
    now: datetime
    waivers: tuple[Waiver, ...] = ()


@dataclass(frozen=True)
class Subject:
    """A server with what was read of it; `scenarios` are keys in force on its pool's path.

    `denied` are keys of scenarios that are stated as not in use.
    """

    server: Server
    pool: Pool
    reading: Reading
    product: ProductIdentity
    system: SystemIdentity
    scenarios: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()

    def find(self, kind: type[_Facts]) -> _Facts | None:
        """The facts of a family by their type, None where they are missing or failed."""
        facts = self._facts.get(kind)
        return facts if isinstance(facts, kind) else None

    @cached_property
    def _facts(self) -> dict[type, object]:
        return {type(result.facts): result.facts for result in reversed(self.reading.families)}

    @cached_property
    def failures(self) -> dict[str, str]:
        """By family why its facts are not there, for those that are not."""
        told = {family: _failure(self.reading, family) for family in FAMILIES}
        return {family: failure for family, failure in told.items() if failure is not None}

    def get(self, kind: type[_Facts]) -> _Facts:
        """The facts of a family that the rule `needs`; LookupError if it did not say so."""
        facts = self.find(kind)
        if facts is None:
            raise LookupError(f"{kind.__name__} is not among the facts of {self.server.fqdn}")
        return facts

    def evidence(self, family: str, path: str, value: object) -> Evidence:
        """One thing that was read, with the server's own instant; long values are cut."""
        result = self.reading.family(family)
        return Evidence(family, path, shorten(str(value)), result.when if result else None)

    @cached_property
    def package_evidence(self) -> tuple[Evidence, ...]:
        """The product's packages as they were listed; many rules show them."""
        return tuple(
            self.evidence(
                "products",
                f"{package.installed.view}: {package.installed.name}",
                package.installed.version_text or "",
            )
            for package in self.product.packages
        )


class FindingParts(TypedDict, total=False):
    """The parts of a finding that a rule gives; the rest the frame knows."""

    observed: Required[str]
    required: Required[str]
    reason: Required[str]
    compared: tuple[Compared, ...]
    remediation: str
    actions: tuple[str, ...]
    blocks: bool


class Rule(ABC):
    """One thing that is checked on every server.

    `needs` are fact families; `sources` keys of the rulebook. `needs_product` and
    `needs_system` say that the rule is about an identified product or Windows.
    `for_any_machine` rules are asked of machines that are no Lync server too, and
    `for_migrating` rules of products that must be migrated whatever their state.
    """

    id: ClassVar[str]
    title: ClassVar[str]
    applies_to: ClassVar[str]
    needs: ClassVar[tuple[str, ...]] = ()
    sources: ClassVar[tuple[str, ...]]
    needs_product: ClassVar[bool] = True
    needs_system: ClassVar[bool] = False
    needs_reading: ClassVar[bool] = True
    for_any_machine: ClassVar[bool] = False
    for_migrating: ClassVar[bool] = False

    @abstractmethod
    def judge(self, subject: Subject, context: Context) -> Finding:
        """Judge facts that are all there; pure."""

    def exempt(self, subject: Subject, context: Context) -> str | None:  # noqa: ARG002
        """Why the rule does not apply to this server, None where it does."""
        return None

    def finding(
        self,
        subject: Subject,
        status: Status,
        *,
        evidence: Sequence[Evidence] = (),
        sources: tuple[str, ...] | None = None,
        **parts: Unpack[FindingParts],
    ) -> Finding:
        """The rule's word, citing the rule's own sources where no others are given."""
        return Finding(
            rule=self.id,
            subject=subject.server.fqdn,
            subject_kind=SubjectKind.SERVER,
            status=status,
            evidence=tuple(evidence),
            sources=self.sources if sources is None else sources,
            **parts,
        )

    def not_applicable(self, subject: Subject, reason: str) -> Finding:
        return self.finding(subject, Status.NOT_APPLICABLE, observed="", required="", reason=reason)

    def unknown(self, subject: Subject, reason: str) -> Finding:
        return self.finding(
            subject, Status.UNKNOWN, observed="not known", required=self.title, reason=reason
        )


def product_of(subject: Subject, context: Context) -> Product:
    """The identified product; LookupError where the rule did not ask for one."""
    product = known_product(subject, context)
    if product is None:
        raise LookupError(f"the product of {subject.server.fqdn} is not identified")
    return product


def windows_of(subject: Subject, context: Context) -> Windows:
    """The identified Windows; LookupError where the rule did not ask for one."""
    if subject.system.system is None:
        raise LookupError(f"the Windows of {subject.server.fqdn} is not identified")
    return context.rulebook.windows[subject.system.system]


def facts_of(reading: Reading, kind: type[_Facts]) -> _Facts | None:
    """The facts of that type in a reading, None where they are missing or failed."""
    for result in reading.families:
        if isinstance(result.facts, kind):
            return result.facts
    return None


def outdated(reading: Reading, context: Context) -> str | None:
    """Why a reading is too old to prove anything, None where it is not.

    The instant is ours where we asked, else the server's own.
    """
    when = reading.finished or reading.collected
    if when is None:
        return "nobody knows when the facts were read"
    days = (context.now - when).days
    limit = context.policy.max_age_days
    if days > limit:
        return f"the facts are {days} days old; the policy takes {limit} at most"
    if days < -1:
        return f"the facts are dated {when:%Y-%m-%d}, after this audit"
    return None


def evaluate(rule: Rule, subject: Subject, context: Context) -> Finding:
    """The rule's word on a server, whatever is missing."""
    if not rule.needs_reading:
        return rule.judge(subject, context)
    reach = subject.reading.reach
    if reach.state is not ReachState.READ:
        return rule.unknown(subject, f"the server was not read: {reach.state.value}")
    old = outdated(subject.reading, context)
    if old is not None:
        return rule.unknown(subject, old)
    spared = _spared(rule, subject, context)
    if spared is not None:
        return rule.not_applicable(subject, spared)
    missing = _missing_identity(rule, subject, context)
    if missing is None:
        exemption = rule.exempt(subject, context)
        if exemption is not None:
            return rule.not_applicable(subject, exemption)
        missing = next((subject.failures[f] for f in rule.needs if f in subject.failures), None)
    if missing is not None:
        return rule.unknown(subject, missing)
    return rule.judge(subject, context)


def _spared(rule: Rule, subject: Subject, context: Context) -> str | None:
    if subject.product.is_server is False and not rule.for_any_machine:
        return "it is no Lync or Skype for Business server"
    product = known_product(subject, context)
    if product is not None and product.stance == "migrate" and not rule.for_migrating:
        return f"{product.title} has to be migrated, whatever its state"
    return None


def _missing_identity(rule: Rule, subject: Subject, context: Context) -> str | None:
    if rule.needs_product and known_product(subject, context) is None:
        failed = subject.failures.get("products") or subject.product.reason
        return f"the product is not identified: {failed}"
    if rule.needs_system and subject.system.system is None:
        failed = subject.failures.get("os") or subject.system.reason
        return f"the operating system is not identified: {failed}"
    return None


def _failure(reading: Reading, family: str) -> str | None:
    """Why a family's facts are not there, None where they are."""
    result = reading.family(family)
    if result is None:
        return f"the server's answer has no family {family}"
    if result.error is not None:
        where = f" at {result.error.path}" if result.error.path else ""
        return shorten(
            f"family {family} failed{where}: {result.error.kind}: {result.error.message}"
        )
    if not isinstance(result.facts, FAMILIES[family]):
        return f"family {family} holds no facts"
    return None


def known_product(subject: Subject, context: Context) -> Product | None:
    """The identified product, None where there is none or the rulebook does not know it."""
    key = subject.product.product
    return context.rulebook.products.get(key) if key is not None else None
