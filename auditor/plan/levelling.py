"""A pool that is updated comes to one build: so do its servers for which no finding asks.

Its databases are updated for that build when its binaries are, and a server that was left behind
would run old ones on them. One whose update somebody has waived stays as it is.
"""

from __future__ import annotations

from dataclasses import replace

from auditor.assess.model import Assessment, Status
from auditor.plan.demand import INSTALL_CU, PoolWork, ServerWork, pool_works, working_order
from auditor.plan.goals import Goals

_UPDATED = "SFB-CU-001"


def levelled(assessment: Assessment, goals: Goals) -> tuple[PoolWork, ...]:
    """The pools' work, with an update for every server that would be left behind its pool."""
    waived = {
        finding.subject
        for finding in assessment.findings()
        if finding.rule == _UPDATED and finding.status is Status.WAIVED
    }
    works = pool_works(assessment)
    return tuple(_with(work, _behind(work, goals) - waived) for work in works)


def _behind(work: PoolWork, goals: Goals) -> set[str]:
    products = {one.verdict.product for one in work.updating}
    builds = (goals.one_build(work, product) for product in products if product)
    return {fqdn for one in builds if one is not None for fqdn in one.behind}


def _with(work: PoolWork, behind: set[str]) -> PoolWork:
    if not behind:
        return work
    known = {one.server.fqdn: one for one in work.servers}
    verdicts = {one.fqdn: one for one in work.members}
    for server in work.pool.servers:
        if server.fqdn in behind:
            one = known.get(server.fqdn) or ServerWork(server, verdicts[server.fqdn], {}, {}, {})
            known[server.fqdn] = replace(one, changes={**one.changes, INSTALL_CU: ()})
    return replace(work, servers=tuple(sorted(known.values(), key=working_order)))
