"""What a pool says of itself before its front ends are updated."""

from __future__ import annotations

from auditor.assess.model import Finding, Status
from auditor.assess.pool_rule import PoolRule, PoolSubject
from auditor.assess.rule import Context, shorten
from auditor.estate.model import PoolKind
from auditor.estate.problems import some_of
from auditor.facts.estate.pool_upgrade import PoolUpgradeFacts

_READY = "ready"
_TODO = {
    "busy": "Wait ten minutes and ask again; if it is busy three times, something is wrong.",
    "insufficientactivefrontends": "Find out which of its front ends are not running. Where they "
    "cannot be started, fail the pool over to its paired pool before anything is updated, but only "
    "where SFB-POOL-002 passes.",
}
# The topology's numbers of Lync Server 2013 and Skype for Business Server 2015.
_WITH_CMDLET = (6, 7)


class PoolReadyForUpdate(PoolRule):
    """Worth a look before a window is booked, and no more: the state is momentary.

    The plan asks the pool again before each of its servers.
    """

    id = "SFB-POOL-003"
    title = "The pool reports that it is ready for an update"
    applies_to = "Enterprise pools, up to Skype for Business Server 2015, that were asked"
    asks = ("pool_upgrade",)
    sources = ("pool-upgrade-readiness", "patch-front-end-2013")
    no_fail = "The state is momentary, so this is advice."

    def exempt(self, subject: PoolSubject, context: Context) -> str | None:  # noqa: ARG002
        if subject.pool.kind is not PoolKind.ENTERPRISE:
            return "it is not an Enterprise pool"
        version = subject.pool.service_version
        if version is not None and version not in _WITH_CMDLET:
            return "its product does not have Get-CsPoolUpgradeReadinessState"
        return None

    def judge(self, subject: PoolSubject, context: Context) -> Finding:
        answer = context.shell.state_of(subject.fqdn)
        facts = answer.facts
        if facts is None:
            return self.unsaid(subject, answer)
        if facts.pool is not None and facts.pool.casefold() != subject.fqdn.casefold():
            return self.unknown(subject, f"{answer.server} answered for {shorten(facts.pool)}.")
        status, reason, remediation = _verdict(facts)
        when = f" on {answer.when:%Y-%m-%d %H:%M} UTC" if answer.when else ""
        state = shorten(facts.state or "not told")
        return self.finding(
            subject,
            status,
            observed=f"{state}{_active(facts)}",
            required="Ready, and so is each upgrade domain",
            reason=" ".join([f"{reason} Reported by {answer.server}{when}.", *answer.doubts]),
            evidence=[
                answer.evidence("PoolUpgradeState", state),
                *(
                    answer.evidence(f"{_named(each.name)} IsReadyForUpgrade", _flag(each.ready))
                    for each in facts.domains.items
                ),
            ],
            remediation=remediation,
        )


def _verdict(facts: PoolUpgradeFacts) -> tuple[Status, str, str]:
    """Status, reason, and what to do."""
    state = (facts.state or "").casefold()
    if state in _TODO:
        return Status.ADVICE, "None of its front ends can be updated now.", _TODO[state]
    if state != _READY:
        return Status.UNKNOWN, "No document names this state.", ""
    waiting = [_named(each.name) for each in facts.domains.items if each.ready is False]
    if waiting:
        return (
            Status.ADVICE,
            f"The pool is ready, but {some_of(waiting)} of it is not.",
            "Begin with another upgrade domain, and ask again before this one.",
        )
    return Status.PASS, "It can be updated.", ""


def _named(domain: str | None) -> str:
    return shorten(domain or "an upgrade domain without a name")


def _flag(told: bool | None) -> str:
    return "not told" if told is None else str(told)


def _active(facts: PoolUpgradeFacts) -> str:
    if facts.active_front_ends is None or facts.front_ends is None:
        return ""
    return f", {facts.active_front_ends} of {facts.front_ends} front ends active"
