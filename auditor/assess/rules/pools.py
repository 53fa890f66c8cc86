"""What only several servers together can show: pools that are half updated, pairs that differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from auditor.assess.exclusions import told
from auditor.assess.model import Compared, Evidence, Finding, ServerVerdict, Status
from auditor.assess.pool_rule import (
    PoolRule,
    PoolSubject,
    by_build,
)
from auditor.assess.rule import Context
from auditor.estate.model import PoolKind
from auditor.estate.problems import some_of


class _OfSeveral(PoolRule):
    applies_to = "every pool of several servers, except those of trusted applications"
    needs = ("products",)

    def exempt(self, subject: PoolSubject, context: Context) -> str | None:  # noqa: ARG002
        if subject.pool.kind is PoolKind.TRUSTED_APPLICATION:
            return "its machines belong to applications"
        if len(subject.servers) < 2:
            return "fewer than two of its servers are audited"
        return None


class OneBuild(_OfSeveral):
    """An update is done when every server of the pool has it.

    Microsoft requires it of added servers. No document says for how long an update may be
    half done, so it is advice; a server that is too old for the policy fails by itself, in
    SFB-CU-001, and a pool of two products in SFB-POOL-004.
    """

    id = "SFB-POOL-001"
    title = "All servers of a pool have the same build"
    sources = ("add-front-end", "practice")
    no_fail = "No document says for how long an update may be half done, so this is advice."

    def judge(self, subject: PoolSubject, context: Context) -> Finding:
        known, missing = subject.proven, subject.doubts
        builds = by_build(known)
        newest = next(iter(builds), "")
        behind = [fqdn for build, names in builds.items() if build != newest for fqdn in names]
        status = Status.ADVICE if behind else Status.UNKNOWN if missing else Status.PASS
        reason = (
            _mixed(known, context) if behind else "" if missing else "They have the same build."
        )
        return self.finding(
            subject,
            status,
            observed="; ".join(f"{build}: {some_of(names)}" for build, names in builds.items())
            or "not known",
            required="one build on every server of the pool",
            reason=_with(reason, missing, told([subject.pool])),
            evidence=_evidence(known),
            compared=tuple(
                _compared(member, newest, subject.unproven) for member in subject.servers
            ),
            remediation=f"Bring {some_of(behind)} to {newest} as well." if behind else "",
        )


def _mixed(members: Sequence[ServerVerdict], context: Context) -> str:
    if len({member.product for member in members}) > 1:
        return f"Its servers run {_products(members, context)} ({OneProduct.id})."
    return (
        f"Its servers have {len(by_build(members))} builds: an unfinished update, or a server "
        "that was added without it."
    )


class OneProduct(_OfSeveral):
    """Microsoft says that an in-place upgrade, once begun, has to be finished.

    A partly upgraded pool is not supported, so it is a fail. A server of which nothing is known is
    itself unknown, and makes its pool unknown.
    """

    id = "SFB-POOL-004"
    title = "All servers of a pool run the same product"
    sources = ("upgrade-in-place",)
    no_fail = "An unknown server is reported as such, so here this is advice."

    def judge(self, subject: PoolSubject, context: Context) -> Finding:
        known, missing = subject.proven, subject.doubts
        products = _products(known, context)
        several = len({member.product for member in known}) > 1
        reason = "They run the same product."
        if several:
            reason = (
                f"Its servers run {products}: Microsoft does not support a partly upgraded pool."
            )
        elif missing:
            reason = "Those that are known run the same product." if known else ""
        return self.finding(
            subject,
            Status.FAIL if several else Status.ADVICE if missing else Status.PASS,
            observed=products or "not known",
            required="one product on every server of the pool",
            reason=_with(reason, missing, told([subject.pool])),
            evidence=_evidence(known),
            remediation="Finish the upgrade on every server of the pool, or find out to which pool "
            "of the topology each of them belongs."
            if several
            else "Audit the others, which may run another product."
            if missing
            else "",
        )


class AlikePair(PoolRule):
    """Each pool of a pair has to take over if the other fails.

    Kind, product and Windows are Microsoft's conditions; the same build is field practice.
    """

    id = "SFB-POOL-002"
    title = "Paired pools have the same kind, product, Windows and build"
    applies_to = "every pool that is paired with another"
    needs = ("products", "os")
    sources = ("pool-pairing", "upgrade-in-place", "practice")
    no_fail = "It matters when one pool has to take over from the other, so this is advice."

    def exempt(self, subject: PoolSubject, context: Context) -> str | None:  # noqa: ARG002
        if subject.partner is None and not subject.pool.paired_with:
            return "it is not paired with another pool"
        return None

    def judge(self, subject: PoolSubject, context: Context) -> Finding:
        partner = subject.partner
        if partner is None:
            name = subject.pool.paired_with
            return self.unknown(subject, f"{name}, its partner, is not in the estate.")
        pair = (subject, partner)
        missing = [reason for one in pair for reason in _missing(one)]
        differences = list(_differences(subject, partner, context))
        status = Status.ADVICE if differences else Status.UNKNOWN if missing else Status.PASS
        reason = " ".join(differences) or ("" if missing else "They match.")
        return self.finding(
            subject,
            status,
            observed="; ".join(_shown(one, context) for one in pair),
            required="the same kind, product, Windows and build on both",
            reason=_with(reason, missing, ""),
            evidence=_evidence(member for one in pair for member in one.proven),
            remediation="Bring both to the same state, one soon after the other; do not rely on "
            "failover between them until then."
            if differences
            else "",
        )


def _differences(ours: PoolSubject, theirs: PoolSubject, context: Context) -> Iterator[str]:
    if ours.pool.kind is not theirs.pool.kind:
        yield (
            f"Its kind is {ours.pool.kind}, its partner's {theirs.pool.kind}; Microsoft does not "
            "support such a pair."
        )
    here, there = ours.proven, theirs.proven
    if not (here and there):
        return
    products = [_products(members, context) for members in (here, there)]
    if products[0] != products[1]:
        yield (
            f"{products[0]} here, {products[1]} there: between versions Microsoft supports no "
            "failover in disaster mode, and data can be lost."
        )
    elif set(by_build(here)) != set(by_build(there)):
        yield "Their builds differ; both of a pair are kept at the same update."
    systems = [_systems(members, context) for members in (here, there)]
    if all(systems) and systems[0] != systems[1]:
        yield (
            f"{systems[0]} here, {systems[1]} there: Microsoft supports pairs on the same "
            "Windows only."
        )


def _products(members: Iterable[ServerVerdict], context: Context) -> str:
    titles = context.rulebook.products
    return _listed(titles[member.product].title for member in members if member.product)


def _systems(members: Iterable[ServerVerdict], context: Context) -> str:
    titles = context.rulebook.windows
    return _listed(titles[member.os].title for member in members if member.os)


def _missing(subject: PoolSubject) -> Iterator[str]:
    if not subject.servers:
        yield f"{subject.fqdn} (no server of it is audited)"
    yield from subject.doubts
    for member in subject.proven:
        if member.os is None:
            yield f"{member.fqdn} (its Windows is not identified)"


def _shown(subject: PoolSubject, context: Context) -> str:
    """Such as "pool01.contoso.com: 6.0.9319.516 on Windows Server 2012"."""
    known = subject.proven
    builds = _listed(by_build(known)) or "not known"
    systems = _systems(known, context)
    return f"{subject.fqdn}: {builds}" + (f" on {systems}" if systems else "")


def _compared(member: ServerVerdict, newest: str, unproven: Mapping[str, str]) -> Compared:
    missing = unproven.get(member.fqdn)
    build = "not known" if missing else str(member.build)
    return Compared(member.fqdn, build, newest, missing or "")


def _evidence(members: Iterable[ServerVerdict]) -> list[Evidence]:
    """The lowest build of each server's deciding packages, with the server's own instant."""
    found = []
    for member in members:
        result = member.reading.family("products")
        when = result.when if result is not None else None
        found.append(
            Evidence("products", f"{member.fqdn}, lowest deciding build", member.build or "", when)
        )
    return found


def _with(reason: str, missing: Sequence[str], excluded: str) -> str:
    """The reason, who is not known, and who was left out."""
    parts = [
        reason,
        f"Not known: {', '.join(missing)}." if missing else "",
        f"{excluded[0].upper()}{excluded[1:]}." if excluded else "",
    ]
    return " ".join(filter(None, parts))


def _listed(words: Iterable[str]) -> str:
    return " and ".join(sorted(set(words)))
