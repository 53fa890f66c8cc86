"""From findings to a plan: only what they demand, in an order that can be defended.

First what makes unknown servers known, then pool by pool: paths in use before the rest, each
from the inside out. Pools that need not wait for each other share waves. Same assessment, same
plan, same ids.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from auditor.estate.problems import some_of
from auditor.plan.book import Book, Pending, Target
from auditor.plan.demand import PoolWork
from auditor.plan.goals import Goals
from auditor.plan.levelling import levelled
from auditor.plan.model import Plan
from auditor.plan.pool_order import PoolOrder, order_pools
from auditor.plan.pool_steps import PoolSteps, Progress, sql_servers
from auditor.rulebook.procedures import Situation

if TYPE_CHECKING:
    from auditor.assess.model import Assessment
    from auditor.assess.rule import Context
    from auditor.plan.model import Wait
    from auditor.rulebook.procedures import Procedures


def make_plan(
    assessment: Assessment, procedures: Procedures, context: Context, again: str = ""
) -> Plan:
    """The steps that the counted findings of `assessment` demand, and those that they entail.

    `context` is what it was judged by; `again` is the command line that audits again, "" where
    nobody knows it.

    Raises AuditError PLAN-PROCEDURE where a finding names an action without a procedure.
    """
    goals = Goals(context)
    order = order_pools(levelled(assessment, goals), assessment, procedures)
    book = Book(procedures, again)
    progress = Progress(shared_sql=_shared_sql(order.works, procedures))
    pools = [PoolSteps(book, work, progress, goals) for work in order.works]
    for pool in pools:
        pool.know()
    if any(work.takes_update for work in order.works):
        estate = Target(assessment.estate.name, Situation(), {})
        progress.backup = book.add("back-up-configuration", estate)
    for pool in pools:
        pool.change(_waits(book, pool.work, order, progress))
    behind = [note for pool in pools for note in pool.builds.notes()]
    return Plan(book.steps, (*order.notes, *_notes(order.works, procedures), *behind))


def _shared_sql(works: tuple[PoolWork, ...], procedures: Procedures) -> dict[str, list[str]]:
    """By SQL Server the pools, in order, that update their databases there."""
    shared: dict[str, list[str]] = {}
    for work in works:
        if work.takes_update and work.pool.kind.value in procedures.databases:
            for fqdn in sql_servers(work):
                shared.setdefault(fqdn, []).append(work.pool.fqdn)
    return shared


def _waits(book: Book, work: PoolWork, order: PoolOrder, progress: Progress) -> list[Wait]:
    """What a pool waits for outside itself."""
    waits = [
        book.wait(Pending(progress.verified[fqdn], why))
        for fqdn, why in order.before.get(work.pool.fqdn, {}).items()
    ]
    behind = progress.knowing.get(work.pool.next_hop or "", {})
    if work.pool.next_hop != work.pool.fqdn:
        unknown = (step for steps in behind.values() for step in steps)
        waits += [book.wait(Pending(step, "next-hop-unknown")) for step in unknown]
    return waits


def _notes(works: tuple[PoolWork, ...], procedures: Procedures) -> list[str]:
    """What the plan cannot know about front end pools, and which servers it passes over."""
    return [*_quorum_notes(works, procedures), *_passed_over(works)]


def _passed_over(works: tuple[PoolWork, ...]) -> Iterator[str]:
    for work in works:
        excluded = [server.fqdn for server in work.pool.servers if server.excluded]
        if excluded and work.changing:
            yield (
                f"{some_of(excluded)} of {work.pool.fqdn} is excluded and keeps its build, while "
                "the pool around it is updated; where it is down, the pool has one server less."
            )


def _quorum_notes(works: tuple[PoolWork, ...], procedures: Procedures) -> list[str]:
    return [
        f"No source here says how many of {len(work.pool.servers)} front ends must run: "
        f"ask before a server of {work.pool.fqdn} is taken down."
        for work in works
        if work.is_front_end_pool
        and work.changing
        and len(work.pool.servers) > 1
        and procedures.quorum.row(len(work.pool.servers), work.product) is None
    ]
