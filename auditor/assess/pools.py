"""Judging pools: every rule on every pool that takes updates, beside its servers' verdicts."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import replace

from auditor.assess.model import Finding, ServerVerdict
from auditor.assess.pool_rule import PoolSubject, evaluate_pool, pool_subject
from auditor.assess.rule import Context
from auditor.assess.rules import POOL_RULES
from auditor.assess.waivers import waive
from auditor.estate.model import Pool


def judge_pools(
    pools: Sequence[Pool],
    servers: Sequence[ServerVerdict],
    in_scope: Set[str],
    context: Context,
) -> dict[str, tuple[Finding, ...]]:
    """The findings by pool; none where no server is judged (left out, or without updates).

    On pools that are not `in_scope` they weigh nothing.
    """
    return {
        subject.fqdn: _judged(subject, context)
        for subject in _subjects(pools, servers, in_scope, context)
    }


def _judged(subject: PoolSubject, context: Context) -> tuple[Finding, ...]:
    judged = [evaluate_pool(rule, subject, context) for rule in POOL_RULES]
    return tuple(waive(judged, context.waivers, context.now.date()))


def _subjects(
    pools: Sequence[Pool], servers: Sequence[ServerVerdict], in_scope: Set[str], context: Context
) -> list[PoolSubject]:
    """The pools of which a server is judged, each with its partner."""
    left_out = {server.fqdn for pool in pools for server in pool.servers if server.excluded}
    members: dict[str, list[ServerVerdict]] = {pool.fqdn: [] for pool in pools}
    for server in servers:
        if server.fqdn not in left_out:
            members[server.pool].append(server)
    alone = {
        pool.fqdn: pool_subject(pool, members[pool.fqdn], context, in_scope=pool.fqdn in in_scope)
        for pool in pools
    }
    partners = _partners(pools)
    return [
        replace(subject, partner=alone.get(partners.get(fqdn, "")))
        for fqdn, subject in alone.items()
        if members[fqdn]
    ]


def _partners(pools: Sequence[Pool]) -> dict[str, str]:
    """Each pool's partner, though only one of the two may say so."""
    said = {pool.fqdn: pool.paired_with for pool in pools if pool.paired_with}
    return {partner: fqdn for fqdn, partner in said.items()} | said
