"""What servers are to become: all of a pool one build, those that no update helps another product.

A pool that a part only of is updated stays mixed, so its build is the highest of what the policy
asks and of what one of its servers has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditor.assess.rule import void_of
from auditor.rulebook.builds import describe_build
from auditor.rulebook.migration import migration
from auditor.version import Version

if TYPE_CHECKING:
    from auditor.assess.model import ServerVerdict
    from auditor.assess.rule import Context
    from auditor.plan.demand import PoolWork, ServerWork
    from auditor.rulebook.migration import Migration


@dataclass(frozen=True, slots=True)
class OneBuild:
    """The build for a pool's servers of one product, `words` with its name.

    `having` are those that have it, or a part of it, though the policy asks for less; `behind`
    those below it, with their builds, for which no finding asks an update.
    """

    build: Version
    words: str
    having: tuple[str, ...]
    behind: Mapping[str, Version]


class Goals:
    """By the policy and the instant of a context."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def migration(self, work: PoolWork, server: ServerWork) -> Migration:
        """Where a server goes that no update can help, in the words of its finding."""
        context, kind = self.context, work.pool.kind.value
        product = server.verdict.product
        return migration(context.rulebook, context.policy, context.now.date(), product, kind)

    def one_build(self, work: PoolWork, product: str) -> OneBuild | None:
        """None where no server of the product is updated, or no build is asked for."""
        updated = [one.verdict for one in work.updating if one.verdict.product == product]
        asked = [*self._asked(work, product, updated)] if updated else []
        if not asked:
            return None
        least, lowest = max(asked), dict(self._lowest(work, product))
        highest = {fqdn: self._highest(one) for fqdn, (one, _) in lowest.items()}
        build = max([least, *highest.values()])
        planned = {one.server.fqdn for one in work.servers if one.migration or one in work.updating}
        label = describe_build(self.context.rulebook, product, build)
        return OneBuild(
            build=build,
            words=f"{build}, {label}" if label else str(build),
            having=tuple(fqdn for fqdn, own in highest.items() if own == build > least),
            behind={
                fqdn: own
                for fqdn, (_, own) in lowest.items()
                if own < build and fqdn not in planned
            },
        )

    def _asked(
        self, work: PoolWork, product: str, updated: list[ServerVerdict]
    ) -> Iterator[Version]:
        """The policy's minimum, and what the product needs on the Windows of a server."""
        least = self.context.policy.least(product, work.pool.kind.value)
        if least is not None:
            yield least.build
        for one in updated:
            row = self.context.rulebook.products[product].system(one.os) if one.os else None
            if row is not None and row.least is not None:
                yield row.least

    def _lowest(
        self, work: PoolWork, product: str
    ) -> Iterator[tuple[str, tuple[ServerVerdict, Version]]]:
        """Its servers of that product whose build is known, with it, by their names."""
        for one in work.members:
            known = one.product == product and void_of(one.reading, self.context) is None
            if known and one.builds:
                yield one.fqdn, (one, one.builds[0])

    def _highest(self, one: ServerVerdict) -> Version:
        """The highest of its deciding components: a half-patched server has two builds."""
        product = self.context.rulebook.products[one.product or ""]
        return max(filter(product.owns, one.builds), default=product.base)
