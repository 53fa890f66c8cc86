"""Faults of policies that types cannot tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from auditor.mistakes import nearest
from auditor.rulebook.model import Rulebook
from auditor.rulebook.policy import Policy, SqlDemand
from auditor.rulebook.products import Stance

# What nobody outside has said: it may drive advice, and no threshold.
_NOBODY = frozenset({"inference", "practice"})

# Our own choice: what nobody looked at for a year is no audit.
_MOST_DAYS = 366

# What a policy holds, and the rules without which it would hold it for nothing.
_GUARDS = {
    "excludes": ("SFB-PROD-003",),
    "prerequisites": ("SFB-PRE-001",),
    "sql": ("SFB-SQL-001", "SFB-SQL-002"),
}


def cited_by_policies(rulebook: Rulebook) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every policy, threshold, exclusion and prerequisite with the sources it cites."""
    for policy in rulebook.policies.values():
        yield f"policy {policy.key}", policy.sources
        yield from _demands(policy)
        for row in policy.prerequisites:
            yield f"policy {policy.key}, {row.title!r}", row.sources


def _demands(policy: Policy) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What can make a server fail, and where it has to go then."""
    for product, threshold in policy.minimum.items():
        yield f"policy {policy.key} for {product}", threshold.sources
    if policy.dotnet is not None:
        yield f"policy {policy.key} for .NET", policy.dotnet.sources
    for product, asked in policy.sql.items():
        yield f"policy {policy.key} for SQL Server of {product}", asked.sources
    for row in policy.excludes:
        yield f"policy {policy.key} without {row.product or row.os}", row.sources
    if policy.target is not None:
        yield f"policy {policy.key}, its target", policy.target.sources


def policy_faults(rulebook: Rulebook) -> Iterator[str]:
    for policy in rulebook.policies.values():
        for entry, sources in _demands(policy):
            if sources and set(sources) <= _NOBODY:
                yield f"{entry}: stated by nobody"
        for fault in (
            *_numbers(rulebook, policy),
            *(fault for asked in policy.sql.values() for fault in _sql_builds(rulebook, asked)),
            *_unguarded(policy),
            *_names(rulebook, policy),
            *_target(rulebook, policy),
        ):
            yield f"policy {policy.key}: {fault}"


def _numbers(rulebook: Rulebook, policy: Policy) -> Iterator[str]:
    known = {(build.product, build.version) for build in rulebook.builds}
    for product, threshold in policy.minimum.items():
        for build in (threshold.build, *threshold.kinds.values()):
            if product in rulebook.products and (product, build) not in known:
                yield f"{build} is not a build of {product}"
    releases = rulebook.registry.dotnet.releases
    if policy.dotnet is not None and policy.dotnet.release not in releases:
        yield f"{policy.dotnet.release} is not a release of .NET"
    if policy.max_age_days < 1:
        yield "facts must be allowed a day at least"
    if policy.max_age_days > _MOST_DAYS:
        yield f"facts may be at most {_MOST_DAYS} days old"
    if len(set(policy.counts)) != len(policy.counts):
        yield "a rule counts twice"
    if not policy.counts:
        yield "no rule counts, so everything would be unknown"


def _unguarded(policy: Policy) -> Iterator[str]:
    for held, rules in _GUARDS.items():
        for rule in rules:
            if getattr(policy, held) and rule not in policy.counts:
                yield f"it has {held}, so {rule} must count"


def _sql_builds(rulebook: Rulebook, asked: SqlDemand) -> Iterator[str]:
    for build in asked.builds:
        branch = rulebook.sql.branch(build)
        if branch is None or branch.speaks is None or build < branch.speaks:
            yield f"{build} is not a build of SQL Server with TLS 1.2"
        elif asked.least(branch) != build:
            yield f"{build} is not the first of {branch.called}, or stands after a later one"
    if not asked.builds:
        yield "no build of SQL Server is asked for"


def _names(rulebook: Rulebook, policy: Policy) -> Iterator[str]:
    if not policy.title.strip():
        yield "no title"
    products = [row.product for row in policy.excludes if row.product]
    products += [key for row in policy.prerequisites for key in row.products]
    products += policy.dotnet.products if policy.dotnet is not None else ()
    products += [*policy.minimum, *policy.sql]
    yield from _strangers("product", products, rulebook.products)
    systems = [row.os for row in policy.excludes if row.os]
    systems += [key for row in policy.prerequisites for key in row.systems]
    yield from _strangers("Windows", systems, rulebook.windows)
    if any(not row.product and not row.os for row in policy.excludes):
        yield "an exclusion names neither a product nor a Windows"


def _target(rulebook: Rulebook, policy: Policy) -> Iterator[str]:
    """A target that there is, and that the policy takes."""
    if policy.target is None:
        return
    key = policy.target.product
    product = rulebook.products.get(key)
    if product is None:
        near = nearest(key, rulebook.products)
        yield f"there is no product {key} to migrate to{near}"
    elif product.stance is Stance.MIGRATE or policy.excluded(key, None, "") is not None:
        yield f"{key}, its target, can never meet it: name another one"


def _strangers(kind: str, keys: Iterable[str], known: Iterable[str]) -> Iterator[str]:
    for key in sorted(set(keys) - set(known)):
        yield f"there is no {kind} {key}{nearest(key, known)}"
