"""What a policy asks beside the server's own state: what it rules out, and what nobody read."""

from __future__ import annotations

from collections.abc import Sequence

from auditor.assess.model import Finding, Status
from auditor.assess.rule import Context, Rule, StandIn, Subject, migration_of, product_of
from auditor.estate.model import Pool, PoolKind
from auditor.rulebook.confidence import Confidence
from auditor.rulebook.policy import Exclusion, Prerequisite


class NotRuledOut(Rule):
    """Products, roles and systems that the policy's source puts out of scope are blocked by it."""

    id = "SFB-PROD-003"
    title = "The policy does not rule the product out"
    applies_to = "every Lync or Skype for Business server, under a policy that rules products out"
    needs = ("products",)
    sources = ("dtls",)
    for_migrating = True

    def exempt(self, subject: Subject, context: Context) -> str | None:  # noqa: ARG002
        return None if context.policy.excludes else "the policy rules out no product"

    def judge(self, subject: Subject, context: Context) -> Finding:
        product, system = product_of(subject), subject.system.system
        row = _exclusion(subject, context)
        if row is None and system is None and any(each.os for each in context.policy.excludes):
            return self.unknown(
                subject, f"whether its Windows rules it out is not known: {subject.system.reason}"
            )
        required = "nothing that the policy's source rules out"
        perhaps = context.policy.perhaps_excluded(product.key, system)
        if row is None and perhaps and subject.pool.kind is PoolKind.UNKNOWN:
            return self._undecided(subject, perhaps, required)
        if row is None:
            return self.finding(
                subject,
                Status.PASS,
                observed=product.title,
                required=required,
                reason="Nothing rules it out.",
                evidence=subject.package_evidence,
                sources=context.policy.sources,
            )
        instead, cited = row.instead, row.sources
        if not row.os:
            migration = migration_of(subject, context)
            instead, cited = f"{instead} {migration.how}", (*cited, *migration.sources)
        return self.finding(
            subject,
            Status.FAIL,
            observed=f"{product.title}, in a pool of kind {subject.pool.kind}",
            required=required,
            reason=row.why,
            evidence=subject.package_evidence,
            remediation=instead,
            actions=("migrate-os" if row.os else "migrate-product",),
            sources=tuple(dict.fromkeys(cited)),
            blocks=True,
        )

    def _undecided(self, subject: Subject, perhaps: Sequence[Exclusion], required: str) -> Finding:
        name, whys = subject.pool.fqdn, " ".join(row.why for row in perhaps)
        return self.finding(
            subject,
            Status.UNKNOWN,
            observed=product_of(subject).title,
            required=required,
            reason=f"The kind of the pool {name} is not known, which decides this. {whys}",
            evidence=subject.package_evidence,
            remediation="Audit it with the topology, or with an estate file that states the kind.",
            sources=tuple(dict.fromkeys(key for row in perhaps for key in row.sources)),
        )


class OtherPrerequisites(Rule):
    """What a policy requires and no fact family reads: unknown on every server.

    Prerequisites of a back end apply to the kinds of pools that have one, and to a pool whose
    databases the estate places on another machine.
    """

    id = "SFB-PRE-001"
    title = "The policy's other prerequisites are met"
    applies_to = "servers of a product for which the policy requires what this audit does not read"
    sources = ("dtls",)

    def stand_in(self, subject: Subject, context: Context) -> StandIn | None:
        if _exclusion(subject, context) is None:
            return None
        ruled_out = NotRuledOut.id
        reason = f"the policy rules the server out in any case ({ruled_out})"
        return StandIn(ruled_out, reason)

    def exempt(self, subject: Subject, context: Context) -> str | None:
        if _rows(subject, context):
            return None
        title = product_of(subject).title
        return f"the policy requires nothing of {title} that this audit does not read"

    def judge(self, subject: Subject, context: Context) -> Finding:
        rows = _rows(subject, context)
        titles = "; ".join(row.title for row in rows)
        return self.finding(
            subject,
            Status.UNKNOWN,
            observed="not read",
            required=titles,
            reason=f"The audit does not read this; check it by hand: {titles}.",
            remediation="\n".join(f"{row.title}. {_look(row, subject.pool)}" for row in rows),
            sources=tuple(dict.fromkeys(key for row in rows for key in row.sources)),
        )


def product_is_ruled_out(subject: Subject, context: Context) -> bool:
    """Whether the policy rules the product itself out there, and that weighs."""
    kind = subject.pool.kind.value
    excluded = context.policy.excluded(product_of(subject).key, None, kind)
    return excluded is not None and NotRuledOut.id in subject.weighing


def _exclusion(subject: Subject, context: Context) -> Exclusion | None:
    product, system = product_of(subject), subject.system.system
    return context.policy.excluded(product.key, system, subject.pool.kind.value)


def _rows(subject: Subject, context: Context) -> list[Prerequisite]:
    product, pool = product_of(subject), subject.pool
    return [
        row
        for row in context.policy.prerequisites
        if product.key in row.products
        and (not row.systems or subject.system.system in row.systems)
        and (
            not row.kinds
            or pool.kind.value in row.kinds
            or (row.back_ends and bool(_back_ends(pool)))
        )
    ]


def _back_ends(pool: Pool) -> list[str]:
    """The instances elsewhere that hold databases of the pool, as far as the estate tells."""
    found = []
    for each in pool.backends:
        if not each.collocated:
            found.append(f"{each.fqdn}\\{each.instance}" if each.instance else each.fqdn)
            found += [each.mirror] if each.mirror else []
    return list(dict.fromkeys(found))


def _look(row: Prerequisite, pool: Pool) -> str:
    check = row.check
    if row.back_ends and _back_ends(pool):
        check = f"{check} Here: {', '.join(_back_ends(pool))}."
    firm = row.confidence is Confidence.STATED
    return check if firm else f"{check} (No Microsoft document has these numbers.)"
