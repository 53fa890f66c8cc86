"""The steps on one pool: prepare, check, one server after another, databases, audit again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from auditor.assess.model import Finding
from auditor.estate.model import CMS_STORE, PoolKind, SqlBackend
from auditor.plan.book import Book, Pending, Target
from auditor.plan.demand import (
    IDENTIFY_PRODUCT,
    INSTALL_CU,
    KNOWING,
    MEND_BY_HAND,
    PoolWork,
    ServerWork,
)
from auditor.plan.goals import Goals
from auditor.plan.model import Wait
from auditor.plan.pool_builds import PoolBuilds, Updated
from auditor.rulebook.procedures import QuorumRow, Situation

_DRAIN, _RETURN, _RESTART = "drain-server", "return-server", "restart-server"
_LYNC_2013 = "lync2013"


@dataclass(slots=True)
class Progress:
    """What is planned so far, for pools that come later, by the pool's FQDN.

    `knowing`: steps that make a server known, by server. `returned`: the step after which
    the last server is back. `verified`: the audit at the end. `backup`: the export of the
    estate's configuration. `shared_sql`: by SQL Server the pools that have their databases
    there, the last of which updates them all. `updated`: a server with the pool's new build.
    """

    knowing: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    returned: dict[str, str] = field(default_factory=dict)
    verified: dict[str, str] = field(default_factory=dict)
    backup: str = ""
    shared_sql: Mapping[str, list[str]] = field(default_factory=dict)
    updated: dict[str, Updated] = field(default_factory=dict)


class PoolSteps:
    """Writes the steps of one pool into the book."""

    def __init__(self, book: Book, work: PoolWork, progress: Progress, goals: Goals) -> None:
        self.book = book
        self.work = work
        self.pool = work.pool
        self.progress = progress
        self.goals = goals
        self.builds = PoolBuilds(work, goals)

    @property
    def knowing(self) -> Mapping[str, list[str]]:
        """The steps by which servers of this pool become known, by server."""
        return self.progress.knowing.get(self.pool.fqdn, {})

    def know(self) -> None:
        """What makes servers known; nothing has to be waited for."""
        for server in self.work.servers:
            for action in KNOWING:
                if action in server.knowing:
                    step = self.book.add(action, self._on(server), findings=server.knowing[action])
                    steps = self.progress.knowing.setdefault(self.pool.fqdn, {})
                    steps.setdefault(server.server.fqdn, []).append(step)

    def change(self, before: Iterable[Wait]) -> None:
        """Everything else; `before` are waits of the first of these steps that touches the pool."""
        if not self.work.changing:
            self._migrate(())
            return
        waits = self._check(self._prepare(tuple(before)))
        last: ServerWork | None = None
        for server in self.work.changing:
            if last is not None:
                waits = (self._after_member(last, server),)
            self.progress.returned[self.pool.fqdn] = self._visit(server, waits)
            last = server
        migrated = self._migrate((self._wait(self._returned, "member"),))
        updated = self._update_databases(migrated) if self.work.takes_update else []
        ends = updated or [self._returned]
        self.progress.verified[self.pool.fqdn] = self.book.add(
            "verify-pool", self._on_pool(), waits=[self._wait(end, "verify") for end in ends]
        )

    @property
    def _returned(self) -> str:
        return self.progress.returned[self.pool.fqdn]

    def _wait(self, step: str, order: str, **numbers: object) -> Wait:
        return self.book.wait(Pending(step, order), **numbers)

    def _prepare(self, before: tuple[Wait, ...]) -> tuple[Wait, ...]:
        if not self.work.takes_update:
            return before
        self.progress.updated[self.pool.fqdn] = self.builds.updated()
        waits = (*before, self._wait(self.progress.backup, "configuration-first"))
        prepared = self.book.add("prepare-pool", self._on_pool(), waits=waits)
        return (self._wait(prepared, "backup-first"),)

    def _check(self, before: tuple[Wait, ...]) -> tuple[Wait, ...]:
        if not self.work.is_front_end_pool or len(self.pool.servers) == 1:
            return before
        checked = self.book.add(
            "check-pool", self._on_pool(), waits=(*before, *self._quorum_in_doubt())
        )
        upgrade_domains = self.work.product == _LYNC_2013
        order = "pool-check-first-2013" if upgrade_domains else "pool-check-first"
        return (self._wait(checked, order),)

    def _quorum(self) -> QuorumRow | None:
        if not self.work.is_front_end_pool:
            return None
        return self.book.procedures.quorum.row(len(self.pool.servers), self.work.product)

    def _quorum_in_doubt(self) -> Iterator[Wait]:
        """Front ends that nobody could read may be down: none may leave before that is known."""
        row, members, unread = self._quorum(), len(self.pool.servers), len(self.work.unread)
        if not unread or (row is not None and row.can_spare_one(members, unread)):
            return
        numbers = {"members": members, "unread": unread}
        for step in (s for work in self.work.unread for s in self.knowing[work.server.fqdn]):
            if row is None:
                yield self._wait(step, "quorum-not-known", **numbers)
            else:
                yield self._wait(step, "quorum", running=row.running, **numbers)

    def _after_member(self, last: ServerWork, following: ServerWork) -> Wait:
        order = "member"
        if self.work.is_front_end_pool and following.verdict.product != _LYNC_2013:
            order = "front-end"
        elif self.work.is_front_end_pool:
            domain = following.server.upgrade_domain
            same = domain is not None and domain == last.server.upgrade_domain
            order = "same-upgrade-domain" if same else "upgrade-domain"
        return self._wait(self._returned, order)

    def _visit(self, server: ServerWork, waits: tuple[Wait, ...]) -> str:
        """Out of service, every change, back into service; the id of the last step."""
        target, row = self._on(server), self._quorum()
        if IDENTIFY_PRODUCT in server.knowing:
            known = self.knowing[server.server.fqdn]
            waits = (*waits, *(self._wait(step, "known-server") for step in known))
        step, previous = "", ""
        for action in self._actions(server):
            if previous:
                order = self.book.procedures.procedure(action).order_after(previous)
                waits = (self._wait(step, order),)
            step = self.book.add(
                action,
                target,
                findings=_findings(server, action),
                waits=waits,
                caution=row.note if row is not None and action == _DRAIN else "",
                aim=self.builds.aim(server) if action == INSTALL_CU else "",
            )
            previous = action
        return step

    def _actions(self, server: ServerWork) -> list[str]:
        """The visit in the rulebook's order; no installer finds a restart of Windows pending.

        A restart that was demanded comes before the update, or with the return to service.
        """
        changes = self._in_sequence(server.changes)
        before_update = changes[: changes.index(INSTALL_CU)] if INSTALL_CU in changes else []
        entailed = {_DRAIN, _RETURN}
        if before_update and not self.book.procedures.procedure(before_update[-1]).restarts:
            entailed.add(_RESTART)
        actions = {*changes, *entailed}
        if INSTALL_CU not in actions:
            actions.discard(_RESTART)
        return self._in_sequence(actions)

    def _in_sequence(self, actions: Iterable[str]) -> list[str]:
        """What has no place in the sequence of its own goes where work by hand goes."""
        places = {action: place for place, action in enumerate(self.book.procedures.sequence)}
        by_hand = places[MEND_BY_HAND]
        return sorted(actions, key=lambda action: (places.get(action, by_hand), action))

    def _migrate(self, waits: tuple[Wait, ...]) -> list[str]:
        steps: list[str] = []
        for server in self.work.migrating:
            for action, findings in server.migration.items():
                step = self.book.add(action, self._on(server), findings=findings, waits=waits)
                waits = (self._wait(step, "member"),)
                steps.append(step)
        return steps

    def _update_databases(self, migrated: list[str]) -> list[str]:
        """The pool's databases, unless a later pool on the same SQL Server brings them along."""
        if self.pool.kind.value not in self.book.procedures.databases:
            return []
        waits = [
            self._wait(self._returned, "binaries-first"),
            *(self._wait(step, "binaries-first") for step in migrated),
            *(
                self._wait(step, "binaries-unknown")
                for steps in self.knowing.values()
                for step in steps
            ),
        ]
        steps = [
            self.book.add(
                "update-databases",
                target,
                waits=[*waits, *self._of_other_pools(target)],
            )
            for target in self._database_targets()
        ]
        if self.pool.hosts_cms:
            after = [self._wait(step, "cms-database-last") for step in steps] or waits
            steps = [self.book.add("update-cms-database", self._cms_target(), waits=after)]
        return steps

    def _of_other_pools(self, target: Target) -> Iterator[Wait]:
        for fqdn in self.progress.shared_sql.get(target.name, ()):
            if fqdn != self.pool.fqdn:
                yield self._wait(self.progress.returned[fqdn], "binaries-of-another-pool")

    def _database_targets(self) -> Iterator[Target]:
        if self.pool.kind is PoolKind.STANDARD:
            yield self._on_sql(SqlBackend(self.pool.fqdn, collocated=True))
            return
        by_fqdn = sql_servers(self.work)
        if not by_fqdn:
            yield self._on_sql(None)
        for fqdn, backend in by_fqdn.items():
            if self.progress.shared_sql[fqdn][-1] == self.pool.fqdn:
                yield self._on_sql(backend)

    def _cms_target(self) -> Target:
        """The instance that is said to hold the CMS, else the first."""
        backends = sorted(
            self.pool.backends,
            key=lambda one: (CMS_STORE not in one.databases, one.fqdn, one.instance),
        )
        return self._on_sql(backends[0] if backends else None)

    def _on_sql(self, backend: SqlBackend | None) -> Target:
        shared = self.progress.shared_sql.get(backend.fqdn if backend is not None else "", ())
        others = (self.progress.updated[fqdn] for fqdn in shared if fqdn in self.progress.updated)
        updated = self.progress.updated[self.pool.fqdn].or_higher(others)
        known = {"updated": updated.server, "build": updated.words}
        if backend is None:
            return self._target(self.pool.fqdn, known, tags={"no-sql"})
        tags = {"always-on"} if backend.always_on else set()
        if backend.instance:
            tags.add("instance")
        names = {"sql": backend.fqdn, "instance": backend.instance, **known}
        return self._target(backend.fqdn, names, tags=tags)

    def _on_pool(self) -> Target:
        return self._target(self.pool.fqdn, {})

    def _on(self, work: ServerWork) -> Target:
        product = work.verdict.product or self.work.product
        names = {"server": work.server.fqdn, "build": self.builds.words(product)}
        if work.migration:
            goal = self.goals.migration(self.work, work)
            names |= {"target": goal.target, "migrate": goal.how}
        tags = {"offline"} if work.carried else ()
        return self._target(work.server.fqdn, names, product, work.verdict.os, tags)

    def _target(
        self,
        name: str,
        names: Mapping[str, str],
        product: str | None = None,
        system: str | None = None,
        tags: Iterable[str] = (),
    ) -> Target:
        tags = {*tags, *self.builds.tags}
        if not self.work.fails_over:
            tags.add("unlike-pair")
        situation = Situation(
            product=product or self.work.product,
            kind=self.pool.kind.value,
            system=system,
            tags=frozenset(tags),
        )
        return Target(
            name=name,
            situation=situation,
            names={"pool": self.pool.fqdn, **self.builds.names, **names},
            pool=self.pool.fqdn,
            site=self.pool.site,
        )


def sql_servers(work: PoolWork) -> dict[str, SqlBackend]:
    """The SQL Servers that hold databases of a pool, by name, the pool's own machines left out."""
    backends = sorted(work.pool.backends, key=lambda one: (one.fqdn, not one.always_on))
    found: dict[str, SqlBackend] = {}
    for backend in backends:
        if not backend.collocated:
            found.setdefault(backend.fqdn, backend)
    return found


def _findings(server: ServerWork, action: str) -> tuple[Finding, ...]:
    """What a step is for; without an update the return to service is the restart demanded."""
    found = server.changes.get(action, ())
    if action == _RETURN and INSTALL_CU not in server.changes:
        return (*found, *server.changes.get(_RESTART, ()))
    return found
