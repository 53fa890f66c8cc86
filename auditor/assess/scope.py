"""Which scenarios an audit judges, and which pools lie on the path of each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditor.assess.paths import Path, path_of
from auditor.errors import UsageError
from auditor.estate.model import Estate, InUse, Scenario

if TYPE_CHECKING:
    from auditor.rulebook.integration import ScenarioPath
    from auditor.rulebook.model import Rulebook
    from auditor.rulebook.policy import Policy


@dataclass(frozen=True, slots=True)
class ScopedScenario:
    """A scenario of the rulebook as the estate uses it, its path, and the pools on that."""

    stated: Scenario
    entry: ScenarioPath
    path: Path
    on_path: frozenset[str]

    @property
    def pools(self) -> tuple[str, ...]:
        return self.path.pools

    @property
    def in_force(self) -> bool:
        """Whether servers on its path are judged: anything but a "no"."""
        return self.stated.in_use is not InUse.NO


def pools_in_scope(
    estate: Estate, scenarios: Iterable[ScopedScenario], policy: Policy
) -> frozenset[str]:
    """The pools that are judged: those on the path of a scenario in force, or all of them."""
    if policy.scope == "estate":
        return frozenset(pool.fqdn for pool in estate.pools)
    return frozenset(fqdn for s in scenarios if s.in_force for fqdn in s.on_path)


def scope_scenarios(estate: Estate, rulebook: Rulebook) -> tuple[ScopedScenario, ...]:
    """The rulebook's scenarios that are judged; one that nobody stated is assumed to be in use.

    Raises UsageError for a scenario that the rulebook does not know.
    """
    stated = {scenario.key: scenario for scenario in estate.scenarios}
    for key in stated:
        if key not in rulebook.scenarios:
            known = ", ".join(rulebook.scenarios)
            raise UsageError(
                "ASSESS-SCENARIO", f"scenario {key!r} is not known", f"Known scenarios: {known}."
            )
    return tuple(
        _scoped(stated.get(key) or _assumed(key), entry, path_of(estate, entry))
        for key, entry in rulebook.scenarios.items()
        if entry.judged
    )


def _scoped(stated: Scenario, entry: ScenarioPath, path: Path) -> ScopedScenario:
    return ScopedScenario(stated, entry, path, frozenset(path.pools))


def _assumed(key: str) -> Scenario:
    return Scenario(key, InUse.ASSUMED, "nobody stated it, so it is judged as if it were in use")
