"""The builds that the servers of one pool are updated to, in the words of its steps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from auditor.estate.problems import some_of
from auditor.version import Version

if TYPE_CHECKING:
    from auditor.plan.demand import PoolWork, ServerWork
    from auditor.plan.goals import Goals, OneBuild

_NO_BUILD = Version(0, 0, 0, 0)
_LATEST = "the latest cumulative update"


class Updated(NamedTuple):
    """A server after its update; the build is 0.0.0.0 where nothing asks for one."""

    build: Version
    product: str
    server: str
    words: str

    def or_higher(self, others: Iterable[Updated]) -> Updated:
        """Itself, or of those of its product one with a higher build."""
        alike = (one for one in others if one.product == self.product)
        return max([self, *alike], key=lambda one: one.build)


class PoolBuilds:
    """By product: there is one, where nothing is wrong with the pool."""

    def __init__(self, work: PoolWork, goals: Goals) -> None:
        self.work = work
        products = dict.fromkeys(one.verdict.product for one in work.updating)
        found = {key: goals.one_build(work, key) for key in products if key is not None}
        self._builds: Mapping[str, OneBuild] = {
            key: one for key, one in found.items() if one is not None
        }

    @property
    def tags(self) -> Iterator[str]:
        """What the lines of procedures may depend on."""
        if any(one.having for one in self._builds.values()):
            yield "ahead"
        if any(one.behind for one in self._builds.values()):
            yield "behind"
        if self.work.takes_update and len(self.work.pool.servers) > 1:
            yield "one-build"

    @cached_property
    def names(self) -> Mapping[str, str]:
        """What fills {build}, {having} and {behind} for the pool as a whole."""
        builds = self._builds.values()
        return {
            "build": " and ".join(one.words for one in builds) or _LATEST,
            "having": some_of([name for one in builds for name in one.having]),
            "behind": some_of([name for one in builds for name in _with_builds(one)]),
        }

    def words(self, product: str | None) -> str:
        """The build of the pool's servers of a product; of all of them where that has none."""
        one = self._builds.get(product or "")
        return one.words if one is not None else self.names["build"]

    def aim(self, server: ServerWork) -> str:
        """That it is more than what the findings of a server ask for, "" where it is not."""
        one = self._builds.get(server.verdict.product or "")
        if server.levelled:
            return (
                f"By practice, as no finding asks for it: {self.work.pool.fqdn} is kept at one "
                f"build, {self.words(server.verdict.product)} (SFB-POOL-001), and its databases "
                "are updated for that one."
            )
        if one is None or not one.having:
            return ""
        return (
            f"In {self.work.pool.fqdn} the later one is {one.words}: the highest build in the pool "
            f"({some_of(one.having)}), which is kept at one."
        )

    def notes(self) -> Iterator[str]:
        """On servers of an updated pool that have an update by practice alone, or none."""
        levelled = [work.server.fqdn for work in self.work.updating if work.levelled]
        if levelled:
            yield (
                f"{self.work.pool.fqdn} goes to {self.names['build']}, and {some_of(levelled)} "
                "with it, though no finding asks for that: a pool is kept at one build."
            )
        for one in self._builds.values():
            if one.behind:
                yield (
                    f"{self.work.pool.fqdn} goes to {one.words}, but this plan has no update for "
                    f"{some_of(_with_builds(one))}, as somebody has waived it: without one the "
                    "pool stays mixed."
                )

    def updated(self) -> Updated:
        """The first server of the highest build: its shell knows the new databases."""
        return max(map(self._after, self.work.updating), key=lambda one: one.build)

    def _after(self, server: ServerWork) -> Updated:
        product = server.verdict.product or self.work.product or ""
        one = self._builds.get(product)
        build, words = (one.build, one.words) if one is not None else (_NO_BUILD, _LATEST)
        return Updated(build, product, server.server.fqdn, words)


def _with_builds(one: OneBuild) -> list[str]:
    return [f"{fqdn} ({own})" for fqdn, own in one.behind.items()]
