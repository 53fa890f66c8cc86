"""The frame of every rule: what it gets, what it gives, and when it is not asked at all.

A rule on a server never sees a missing fact. The frame answers `unknown` for it where the server
was not read, a family failed or the product is not identified, and `not_applicable` where the
rule has nothing to say. Rules on pools have theirs in `pool_rule`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import (
    TYPE_CHECKING,
    Any,
    ClassVar,
    Generic,
    Literal,
    NamedTuple,
    Protocol,
    TypeVar,
)

from auditor.assess.age import outdated
from auditor.assess.identify import ProductIdentity, SystemIdentity
from auditor.assess.management_shell import Answer, ManagementShell
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
from auditor.rulebook.migration import Migration, migration
from auditor.rulebook.products import Stance

if TYPE_CHECKING:
    from auditor.assess.waivers import Waiver
    from auditor.facts.families import FamilyResult
    from auditor.rulebook.model import Rulebook, Windows
    from auditor.rulebook.policy import Policy
    from auditor.rulebook.products import Product

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
_MIGRATE = "SFB-PROD-002"


def shorten(text: str) -> str:
    """A server's text, cut for a report."""
    return text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."


def are(things: Sequence[str]) -> str:
    """Such as "a, b and c are", to begin a sentence with."""
    *most, last = things
    return f"{', '.join(most)} and {last} are" if most else f"{last} is"


@dataclass(frozen=True, slots=True, eq=False)
class Context:
    """What all subjects share: the rulebook, the policy in force, the instant (UTC), waivers.

    `shell` is what the Management Shell said of the estate, empty where nobody asked it.
    """

    rulebook: Rulebook
    policy: Policy
    now: datetime
    waivers: tuple[Waiver, ...] = ()
    shell: ManagementShell = field(default_factory=ManagementShell)


class Named(Protocol):
    """What a rule judges: it goes by its FQDN, and the rules `weighing` decide its readiness."""

    @property
    def fqdn(self) -> str: ...
    @property
    def weighing(self) -> frozenset[str]: ...


S = TypeVar("S", bound=Named)


@dataclass(frozen=True, eq=False)
class Subject:
    """A server with what was read of it; `scenarios` are keys in force on its pool's path.

    `denied` are keys of scenarios that are stated as not in use. `void` says why nothing that
    was read of it proves anything; `weighing` are ids of the rules that count.
    """

    server: Server
    pool: Pool
    reading: Reading
    product: ProductIdentity
    system: SystemIdentity
    scenarios: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()
    void: str | None = None
    weighing: frozenset[str] = frozenset()

    @property
    def fqdn(self) -> str:
        return self.server.fqdn

    @property
    def known(self) -> Product | None:
        """The identified product, None where there is none or the rulebook does not know it."""
        return self.product.entry

    def find(self, kind: type[_Facts]) -> _Facts | None:
        """The facts of a family by their type, None where they are missing or failed."""
        facts = self._facts.get(kind)
        return facts if isinstance(facts, kind) else None

    @cached_property
    def _facts(self) -> dict[type, object]:
        return {type(result.facts): result.facts for result in reversed(self.reading.families)}

    @cached_property
    def migration(self) -> StandIn | None:
        """What stands for most rules on a product that has to be migrated, None for others."""
        product = self.product.entry
        if product is None or product.stance is not Stance.MIGRATE:
            return None
        return StandIn(_MIGRATE, f"{product.title} has to be migrated, whatever its state")

    @cached_property
    def failures(self) -> dict[str, str]:
        """By family why its facts are not there, for those that are not."""
        return {
            family: _failure(self.reading.family(family), family)
            for family, kind in FAMILIES.items()
            if kind not in self._facts
        }

    def get(self, kind: type[_Facts]) -> _Facts:
        """The facts of a family that the rule `needs`; LookupError if it did not say so."""
        facts = self.find(kind)
        if facts is None:
            raise LookupError(f"{kind.__name__} is not among the facts of {self.server.fqdn}")
        return facts

    def evidence(self, family: str, path: str, value: object) -> Evidence:
        """One thing that was read, with the server's own instant; long values are cut."""
        return Evidence(family, path, shorten(str(value)), self._instants.get(family))

    @cached_property
    def _instants(self) -> dict[str, datetime | None]:
        return {result.family: result.when for result in reversed(self.reading.families)}

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


class StandIn(NamedTuple):
    """A rule whose fail leaves nothing to ask of another one, and why."""

    rule: str
    reason: str


class AnyRule(ABC, Generic[S]):
    """One thing that is checked on every subject of a kind.

    `needs` are fact families of its servers, `asks` families of the estate that it looks at
    where there are any; `sources` are keys of the rulebook. `no_fail` says why its advice is no
    fail, where the reason does not say so itself. `weight` is the policy's field by which a lack
    is a fail or advice, "" where that is no matter of the policy's.
    """

    id: ClassVar[str]
    title: ClassVar[str]
    applies_to: ClassVar[str]
    kind: ClassVar[SubjectKind]
    needs: ClassVar[tuple[str, ...]] = ()
    asks: ClassVar[tuple[str, ...]] = ()
    sources: ClassVar[tuple[str, ...]]
    no_fail: ClassVar[str] = ""
    weight: ClassVar[Literal["", "support", "strong_crypto"]] = ""

    @abstractmethod
    def judge(self, subject: S, context: Context) -> Finding:
        """Judge facts that are all there; pure."""

    def exempt(self, subject: S, context: Context) -> str | None:  # noqa: ARG002
        """Why the rule does not apply to this subject, None where it does."""
        return None

    def finding(  # noqa: PLR0913  # the parts of a finding that a rule gives
        self,
        subject: S,
        status: Status,
        *,
        observed: str,
        required: str,
        reason: str,
        evidence: Sequence[Evidence] = (),
        compared: tuple[Compared, ...] = (),
        remediation: str = "",
        actions: tuple[str, ...] = (),
        sources: tuple[str, ...] | None = None,
        blocks: bool = False,
    ) -> Finding:
        """The rule's word, citing the rule's own sources where no others are given."""
        if status is Status.ADVICE and self.no_fail:
            reason = f"{reason} {self.no_fail}"
        return Finding(
            self.id,
            subject.fqdn,
            self.kind,
            status,
            observed,
            required,
            reason,
            tuple(evidence),
            compared,
            remediation,
            actions,
            self.sources if sources is None else sources,
            blocks,
            self.id in subject.weighing,
        )

    def not_applicable(self, subject: S, reason: str) -> Finding:
        return self.finding(subject, Status.NOT_APPLICABLE, observed="", required="", reason=reason)

    def unknown(self, subject: S, reason: str) -> Finding:
        return self.finding(
            subject, Status.UNKNOWN, observed="not known", required=self.title, reason=reason
        )

    def unsaid(self, subject: S, answer: Answer[Any]) -> Finding:
        """For an answer without facts: unknown where it was asked for, else nothing to say."""
        if answer.was_asked:
            return self.unknown(subject, answer.why)
        return self.not_applicable(subject, answer.why)


class Rule(AnyRule[Subject]):
    """One thing that is checked on every server.

    `needs_product` and `needs_system` say that the rule is about an identified product or
    Windows. `for_any_machine` rules are asked of machines that are no Lync server too, and
    `for_migrating` rules of products that must be migrated whatever their state.
    """

    kind = SubjectKind.SERVER
    needs_product: ClassVar[bool] = True
    needs_system: ClassVar[bool] = False
    needs_reading: ClassVar[bool] = True
    for_any_machine: ClassVar[bool] = False
    for_migrating: ClassVar[bool] = False

    def stand_in(self, subject: Subject, context: Context) -> StandIn | None:  # noqa: ARG002
        """The rule that fails in this one's stead, None where this one is to be asked.

        Where that fail is waived or does not count, this one is unknown (module `stand_in`).
        """
        return None

    def stood_for(self, subject: Subject, by: StandIn) -> Finding:
        return self.not_applicable(subject, by.reason)._replace(stead=by.rule)


def product_of(subject: Subject) -> Product:
    """The identified product; LookupError where the rule did not ask for one."""
    if subject.known is None:
        raise LookupError(f"the product of {subject.server.fqdn} is not identified")
    return subject.known


def migration_of(subject: Subject, context: Context) -> Migration:
    """Where the server goes if no update can help it, by the policy in force."""
    product, kind = product_of(subject).key, subject.pool.kind.value
    return migration(context.rulebook, context.policy, context.now.date(), product, kind)


def windows_of(subject: Subject, context: Context) -> Windows:
    """The identified Windows; LookupError where the rule did not ask for one."""
    if subject.system.system is None:
        raise LookupError(f"the Windows of {subject.server.fqdn} is not identified")
    return context.rulebook.windows[subject.system.system]


def void_of(reading: Reading, context: Context) -> str | None:
    """Why nothing that was read of a server proves anything, None where it does."""
    if reading.reach.state is not ReachState.READ:
        return f"the server was not read: {reading.reach.state.value}"
    return outdated(reading, context)


def evaluate(rule: Rule, subject: Subject, context: Context) -> Finding:
    """The rule's word on a server, whatever is missing."""
    if not rule.needs_reading:
        return rule.judge(subject, context)
    if subject.void is not None:
        return rule.unknown(subject, subject.void)
    if subject.product.is_server is False and not rule.for_any_machine:
        return rule.not_applicable(subject, "it is not a Lync or Skype for Business server")
    if not rule.for_migrating and subject.migration is not None:
        return rule.stood_for(subject, subject.migration)
    missing = _missing_identity(rule, subject)
    if missing is None:
        exemption = rule.exempt(subject, context)
        if exemption is not None:
            return rule.not_applicable(subject, exemption)
        instead = rule.stand_in(subject, context)
        if instead is not None:
            return rule.stood_for(subject, instead)
        missing = _missing_family(rule, subject)
    if missing is not None:
        return rule.unknown(subject, missing)
    return rule.judge(subject, context)


def _missing_identity(rule: Rule, subject: Subject) -> str | None:
    if rule.needs_product and subject.known is None:
        failed = subject.failures.get("products") or subject.product.reason
        return f"the product is not identified: {failed}"
    if rule.needs_system and subject.system.system is None:
        failed = subject.failures.get("os") or subject.system.reason
        return f"the operating system is not identified: {failed}"
    return None


def _missing_family(rule: Rule, subject: Subject) -> str | None:
    for family in rule.needs if subject.failures else ():
        if family in subject.failures:
            return subject.failures[family]
    return None


def _failure(result: FamilyResult | None, family: str) -> str:
    """Why a family's facts are not there."""
    if result is None:
        return f"the server's answer has no family {family}"
    if result.error is None:
        return f"family {family} holds no facts"
    where = f" at {result.error.path}" if result.error.path else ""
    return shorten(f"family {family} failed{where}: {result.error.kind}: {result.error.message}")
