"""What the other policies of a run say of each server, pool and scenario, beside the main one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from auditor import audit
from auditor.assess.model import (
    Assessment,
    Finding,
    PoolVerdict,
    ScenarioVerdict,
    ServerVerdict,
    Status,
)

_WEIGHS = frozenset({Status.FAIL, Status.UNKNOWN, Status.WAIVED})


class Beside:
    """The main assessment of an estate, and others of the same estate under other policies."""

    def __init__(
        self,
        main: Assessment,
        others: Sequence[Assessment],
        titles: Mapping[str, str],
        cite: Callable[[Iterable[str]], tuple[audit.SourceRef, ...]],
    ) -> None:
        self.others = others
        self.titles = titles
        self.cite = cite
        self.members: dict[str, list[ServerVerdict]] = {}
        for server in main.servers:
            self.members.setdefault(server.pool, []).append(server)
        self.servers = {o.policy: {s.fqdn: s for s in o.servers} for o in others}
        self.pools = {o.policy: {p.fqdn: p for p in o.pools} for o in others}
        self.scenarios = {o.policy: {s.key: s for s in o.scenarios} for o in others}

    def of_server(self, main: ServerVerdict) -> tuple[audit.UnderPolicyEntry, ...]:
        return tuple(
            _entry(policy, servers[main.fqdn], self._differs(main, servers[main.fqdn]))
            for policy, servers in self.servers.items()
        )

    def of_pool(self, main: PoolVerdict) -> tuple[audit.UnderPolicyEntry, ...]:
        return tuple(
            _entry(policy, pools[main.fqdn], self._in_pool(policy, main, pools[main.fqdn]))
            for policy, pools in self.pools.items()
        )

    def of_scenario(self, main: ScenarioVerdict) -> tuple[audit.UnderPolicyEntry, ...]:
        return tuple(_entry(policy, by[main.key], ()) for policy, by in self.scenarios.items())

    def _in_pool(
        self, policy: str, main: PoolVerdict, there: PoolVerdict
    ) -> Iterable[audit.DifferenceEntry]:
        """Each rule once: of the pool itself, or on the first member where it differs."""
        found = {difference.rule: difference for difference in self._differs(main, there)}
        for member in self.members.get(main.fqdn, ()):
            for difference in self._differs(member, self.servers[policy][member.fqdn]):
                found.setdefault(difference.rule, difference)
        return found.values()

    def _differs(
        self, main: ServerVerdict | PoolVerdict, there: ServerVerdict | PoolVerdict
    ) -> Iterable[audit.DifferenceEntry]:
        """Rules that weigh otherwise, or demand something else where they are not met."""
        before = {finding.rule: finding for finding in main.findings}
        for finding in there.findings:
            ours = before[finding.rule]
            if _weight(finding) != _weight(ours) or (
                _weight(finding) is not None and finding.required != ours.required
            ):
                yield audit.DifferenceEntry(
                    rule=finding.rule,
                    title=self.titles[finding.rule],
                    subject=finding.subject,
                    status=finding.status.value,
                    counted=finding.counted,
                    main_status=ours.status.value,
                    main_counted=ours.counted,
                    required=finding.required,
                    reason=finding.reason,
                    source=self.cite(finding.sources),
                )


def _weight(finding: Finding) -> Status | None:
    """What the finding brings to readiness, None where it lowers nothing."""
    return finding.status if finding.counted and finding.status in _WEIGHS else None


def _entry(
    policy: str,
    verdict: ServerVerdict | PoolVerdict | ScenarioVerdict,
    differs: Iterable[audit.DifferenceEntry],
) -> audit.UnderPolicyEntry:
    return audit.UnderPolicyEntry(
        policy=policy,
        readiness=verdict.readiness.value,
        reason=verdict.reason,
        by_waiver=verdict.by_waiver,
        differs=tuple(differs),
    )
