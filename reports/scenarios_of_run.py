"""The scenarios of a run's audit as rows of the servers' matrix: what was judged that day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from auditor.assess.model import Readiness
from auditor.assess.paths import Path
from auditor.assess.rollup import NO_SCENARIO
from auditor.assess.scenarios.evidence import Clue
from auditor.assess.scenarios.matrix import NO_WORK, Matrices, ScenarioRow
from auditor.assess.scenarios.weighing import Weighed
from auditor.audit import Audit, PoolEntry, ScenarioEntry
from auditor.estate.model import InUse
from auditor.estate.problems import some_of

if TYPE_CHECKING:
    from auditor.rulebook.integration import ScenarioPath
    from auditor.rulebook.model import Rulebook


def matrices_of_run(audit: Audit, rulebook: Rulebook) -> Matrices:
    """The rows that the run judged; what clients need is not kept in an audit.

    A scenario that this rulebook does not know any more has no row, and is in `left_out`.
    """
    known = rulebook.scenarios
    return Matrices(
        servers=tuple(_row(s, known[s.key], audit) for s in audit.scenarios if s.key in known),
        clients=(),
        has_evidence=any(scenario.in_use != "assumed" for scenario in audit.scenarios),
        has_audit=True,
        reconstructed=any(entry.reconstructed for entry in known.values()),
        left_out=tuple(s.title for s in audit.scenarios if s.key not in known),
    )


def pool_readiness(pool: PoolEntry) -> Readiness:
    """As the way of a scenario sees it: what the run left out since none needed it is UNKNOWN."""
    return Readiness.UNKNOWN if pool.reason == NO_SCENARIO else Readiness(pool.readiness)


def _row(scenario: ScenarioEntry, entry: ScenarioPath, audit: Audit) -> ScenarioRow:
    in_use = InUse(scenario.in_use)
    clues = tuple(Clue(sentence) for sentence in scenario.evidence.split("; "))
    pools = [pool for pool in audit.pools if pool.fqdn in scenario.pools]
    readiness = [(pool.fqdn, pool_readiness(pool)) for pool in pools]
    members = [server for server in audit.servers if server.pool in scenario.pools]
    left_out = [f"{server.fqdn} ({server.excluded})" for server in members if server.excluded]
    return ScenarioRow(
        entry=entry,
        weighed=Weighed(scenario.key, in_use, clues, in_use),
        path=Path(scenario.pools, scenario.chains, scenario.guessed),
        servers=tuple(server.fqdn for server in members),
        readiness=Readiness(scenario.readiness),
        waived=tuple((p.fqdn, p.by_waiver) for p in pools if p.by_waiver is not None),
        unready=tuple((fqdn, judged) for fqdn, judged in readiness if judged not in NO_WORK),
        excluded=f"excluded: {some_of(left_out)}" if left_out else "",
    )
