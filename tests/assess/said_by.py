"""Answers of a Management Shell for tests: `said(fqdn, family=facts)`."""

from __future__ import annotations

from datetime import datetime, timedelta

from auditor.facts.estate.listing import Listing
from auditor.facts.estate.pool_upgrade import PoolUpgradeFacts, UpgradeDomain
from auditor.facts.estate.replication import Replica, ReplicationFacts
from auditor.facts.families import FamilyError, FamilyResult
from auditor.facts.reading import Reach, ReachState, Reading
from tests.assess.facts_of import FQDN, NOW, POOL

REFUSED = FamilyError("System.UnauthorizedAccessException", "access denied")


def said(fqdn: str = FQDN, when: datetime = NOW, **families: object) -> Reading:
    """A front end's answer to the estate's snippets; an error in place of facts is one."""
    results = (
        FamilyResult(key, None, told, when)
        if isinstance(told, FamilyError)
        else FamilyResult(key, told, None, when)
        for key, told in families.items()
    )
    reach = Reach(ReachState.READ, "read")
    return Reading(fqdn, reach, tuple(results), started=when, finished=when, collected=when)


def replication(*replicas: Replica, truncated: bool = False) -> ReplicationFacts:
    return Listing(replicas, truncated)


def replica(fqdn: str = FQDN, *, late: bool = False, version: str | None = None) -> Replica:
    """Reported a minute after the last change; `late` is not up to date."""
    change = NOW - timedelta(days=60)
    return Replica(fqdn, not late, change + timedelta(minutes=1), change, version)


def state(
    word: str | None = "Ready", pool: str | None = POOL, **domains: bool | None
) -> PoolUpgradeFacts:
    return PoolUpgradeFacts(
        pool=pool,
        state=word,
        front_ends=2,
        active_front_ends=2,
        domains=Listing(tuple(UpgradeDomain(name, ready) for name, ready in domains.items())),
    )
