"""What a file of somebody's own asks less of than the shipped knowledge does, in sentences.

It is allowed: whoever lowers a threshold has a source for it. It is never silent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from auditor.rulebook import load
from auditor.rulebook.model import Rulebook
from auditor.rulebook.policy import Policy
from auditor.rulebook.products import Need
from auditor.rulebook.sql import SqlKnowledge


def lowered(rulebook: Rulebook, likes: Mapping[str, str | None]) -> Iterator[str]:
    """Each demand that is less than the shipped one; `likes` tells what policies are like.

    A policy that is not shipped stands beside the shipped one that it is like in the end, and
    one that is like none beside them all.
    """
    shipped = load()
    for key, policy in rulebook.policies.items():
        root: str | None = key
        while root is not None and root not in shipped.policies:
            root = likes.get(root)
        others = [shipped.policies[root]] if root is not None else [*shipped.policies.values()]
        for sentence in (
            *_builds(policy, others),
            *_dotnet(policy, others),
            *_sql(policy, others, rulebook.sql),
            *_weight(policy, others),
        ):
            yield f"policies.{key}: {sentence}"
    yield from _files(rulebook, shipped)
    yield from _systems(rulebook, shipped)
    yield from _support(rulebook, shipped)


def _weight(policy: Policy, others: Sequence[Policy]) -> Iterator[str]:
    """What decides less than it does in every one of the others."""
    for name in ("unstarred", "strong_crypto", "support"):
        if getattr(policy, name) == "advice" and all(getattr(o, name) == "fail" for o in others):
            yield f"{name} is advice, and fail as shipped"
    if policy.scope == "paths" and all(other.scope == "estate" for other in others):
        yield "scope is paths, and estate as shipped"
    days = max(other.max_age_days for other in others)
    if policy.max_age_days > days:
        yield f"facts count for {policy.max_age_days} days, and for {days} as shipped"
    if policy.extended_updates and not any(other.extended_updates for other in others):
        yield "extended_updates is true, and false as shipped"
    for rule in others[0].counts:
        if rule not in policy.counts and all(rule in other.counts for other in others):
            yield f"{rule} does not count, and does as shipped"


def _lower(what: object, than: object) -> str:
    return f"{what} is lower than the shipped {than}"


def _builds(policy: Policy, others: Sequence[Policy]) -> Iterator[str]:
    for product, own in policy.minimum.items():
        theirs = [other.minimum[product] for other in others if product in other.minimum]
        kinds = {"", *own.kinds, *(kind for each in theirs for kind in each.kinds)}
        told = set()
        for kind in sorted(kinds) if theirs else ():
            build, least = own.of_kind(kind).build, min(t.of_kind(kind).build for t in theirs)
            where = f" in pools of kind {kind}" if kind else ""
            if build < least and (build, least) not in told:
                yield _lower(f"{build} for {product}{where}", least)
            told.add((build, least))


def _dotnet(policy: Policy, others: Sequence[Policy]) -> Iterator[str]:
    own, theirs = policy.dotnet, [other.dotnet for other in others if other.dotnet is not None]
    if own is None or not theirs:
        return
    least = min(other.release for other in theirs)
    if own.release < least:
        yield _lower(f"release {own.release} of .NET", least)
    for product in theirs[0].products:
        if product not in own.products and all(product in other.products for other in theirs):
            yield f"no .NET is asked of {product}, and one is as shipped"


def _sql(policy: Policy, others: Sequence[Policy], sql: SqlKnowledge) -> Iterator[str]:
    """By what either asks of each branch of service: a list with other rows may ask the same."""
    for product, own in policy.sql.items():
        for theirs in (other.sql[product] for other in others if product in other.sql):
            if theirs.clients and not own.clients:
                yield f"no clients of SQL Server are asked of {product}, and they are as shipped"
            pairs = {(own.least(branch), theirs.least(branch)): None for branch in sql.branches}
            for build, least in pairs:
                if build is not None and least is not None and build < least:
                    yield _lower(f"{build} of SQL Server for {product}", least)
            if any(build is None and least is not None for build, least in pairs):
                last = f"the last build of SQL Server for {product}, {own.builds[-1]},"
                yield _lower(last, theirs.builds[-1])


def _files(rulebook: Rulebook, shipped: Rulebook) -> Iterator[str]:
    for key, update in shipped.updates.items():
        for theirs in update.files:
            for own in rulebook.updates[key].files_for(theirs.os):
                if own.name == theirs.name and own.version < theirs.version:
                    what = f"updates.{key}: {own.name} {own.version} on {own.os}"
                    yield _lower(what, theirs.version)


def _systems(rulebook: Rulebook, shipped: Rulebook) -> Iterator[str]:
    for key, product in shipped.products.items():
        for theirs in product.systems:
            own = rulebook.products[key].system(theirs.os)
            if own is None:
                continue
            if theirs.kb3140245 is Need.REQUIRED and own.kb3140245 is not Need.REQUIRED:
                need = f"{own.kb3140245}, and required as shipped"
                yield f"products.{key}: KB3140245 on {own.os} is {need}"
            if theirs.least is not None and (own.least is None or own.least < theirs.least):
                what = f"products.{key}: {own.least or 'no least build'} on {own.os}"
                yield _lower(what, theirs.least)


def _support(rulebook: Rulebook, shipped: Rulebook) -> Iterator[str]:
    for key, product in shipped.products.items():
        own = rulebook.products[key]
        if own.base < product.base:
            yield _lower(f"products.{key}: base {own.base}", product.base)
        ends = product.support.ends if product.support is not None else None
        later = own.support.ends if own.support is not None else None
        if ends is not None and (later is None or later > ends):
            day = f"on {later}" if later is not None else "on no day"
            yield f"products.{key}: support ends {day}, and on {ends} as shipped"
