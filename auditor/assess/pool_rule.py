"""The frame of rules on pools: a pool is judged by what its servers were found to be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditor.assess.age import outdated
from auditor.assess.identify import identify_product
from auditor.assess.model import Finding, ServerVerdict, SubjectKind
from auditor.assess.rule import AnyRule, Context
from auditor.facts.reading import ReachState
from auditor.version import Version

if TYPE_CHECKING:
    from auditor.estate.model import Pool


@dataclass(frozen=True, slots=True)
class PoolSubject:
    """A pool and the verdicts on its servers.

    Those that somebody left out, and machines that were read and are no Lync server, are not
    among them. `unproven` says by name why a server's build is not known, `weighing` are ids of
    the rules that count, `partner` is the pool that it is paired with, where the estate has it.
    """

    pool: Pool
    servers: tuple[ServerVerdict, ...]
    unproven: Mapping[str, str]
    weighing: frozenset[str]
    partner: PoolSubject | None = None

    @property
    def fqdn(self) -> str:
        return self.pool.fqdn

    @property
    def proven(self) -> tuple[ServerVerdict, ...]:
        """Its servers whose build is known, by facts that are not too old."""
        return tuple(server for server in self.servers if server.fqdn not in self.unproven)

    @property
    def doubts(self) -> list[str]:
        """Such as "fe03.contoso.com (not read, REACH-AUTH)", for each that is not known."""
        return [f"{fqdn} ({reason})" for fqdn, reason in self.unproven.items()]


def pool_subject(
    pool: Pool, members: Iterable[ServerVerdict], context: Context, *, in_scope: bool
) -> PoolSubject:
    """The pool with those of `members` that are Lync servers, as far as anybody knows."""
    servers = tuple(each for each in members if not _is_another(each, pool, context))
    reasons = ((server.fqdn, _unproven(server, context)) for server in servers)
    return PoolSubject(
        pool,
        servers,
        {fqdn: why for fqdn, why in reasons if why is not None},
        frozenset(context.policy.counts if in_scope else ()),
    )


class PoolRule(AnyRule[PoolSubject]):
    """One thing that is checked on every pool that takes updates."""

    kind = SubjectKind.POOL


def evaluate_pool(rule: PoolRule, subject: PoolSubject, context: Context) -> Finding:
    """The rule's word on a pool."""
    exemption = rule.exempt(subject, context)
    if exemption is not None:
        return rule.not_applicable(subject, exemption)
    return rule.judge(subject, context)


def _is_another(member: ServerVerdict, pool: Pool, context: Context) -> bool:
    return (
        member.product is None
        and identify_product(member.reading, pool, context.rulebook).is_server is False
    )


def _unproven(member: ServerVerdict, context: Context) -> str | None:
    """Why a server's build is not known, None where it is."""
    reach = member.reading.reach
    if reach.state is not ReachState.READ:
        return f"not read, {reach.state.value}"
    old = outdated(member.reading, context)
    if old is not None:
        return old
    if member.product is None:
        return "its product is not identified"
    return "its build is not known" if member.build is None else None


def by_build(members: Iterable[ServerVerdict]) -> dict[str, list[str]]:
    """The names of servers by their build, the newest build first."""
    found: dict[str, list[str]] = {}
    for member in members:
        if member.build is not None:
            found.setdefault(member.build, []).append(member.fqdn)
    return {build: found[build] for build in sorted(found, key=Version.parse, reverse=True)}
