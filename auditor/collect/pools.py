"""Asks one machine of each pool, and the next one where that cannot be."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager

from auditor.collect.conversation import Way
from auditor.collect.model import Collected, Observer, Target
from auditor.collect.runner import collect
from auditor.collect.script import Script
from auditor.collect.sign_in import Accounts
from auditor.estate.zone import RunOptions
from auditor.facts.reading import ReachState

MOST_TRIES = 3
# Another machine of the pool would say the same, and each refused sign-in counts.
_SETTLED = frozenset(
    {ReachState.READ, ReachState.AUTH, ReachState.HELD, ReachState.DENIED, ReachState.CANCELLED}
)


def ask_one_of_each(
    candidates: Mapping[str, Sequence[Target]],
    script: Script,
    options: RunOptions,
    progress: Callable[[int], AbstractContextManager[Observer]],
    way: Way,
    accounts: Accounts,
) -> dict[str, list[Collected]]:
    """What came of each pool, by its name: one try after the other, the one that counts last.

    The first machines of all pools are asked at once, then the second ones of pools that
    still have no answer, and at most `MOST_TRIES` of a pool. A pool whose machine refused the
    account is not asked again. `progress` makes an observer of so many servers. What is known
    of `accounts` is kept from turn to turn.
    """
    found: dict[str, list[Collected]] = {pool: [] for pool in candidates}
    for turn in range(MOST_TRIES):
        asked = {
            pool: targets[turn]
            for pool, targets in candidates.items()
            if len(targets) > turn and not _is_settled(found[pool])
        }
        if not asked:
            break
        with progress(len(asked)) as observer:
            results = collect(list(asked.values()), script, options, observer, way, accounts)
            told = {collected.reading.fqdn: collected for collected in results}
        for pool, target in asked.items():
            found[pool].append(told[target.fqdn])
    return found


def _is_settled(tries: list[Collected]) -> bool:
    return bool(tries) and tries[-1].reading.reach.state in _SETTLED
