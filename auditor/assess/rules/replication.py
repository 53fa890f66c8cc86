"""Did the configuration arrive on the server? By the word of the Central Management store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from auditor.assess.age import outdated
from auditor.assess.management_shell import Answer
from auditor.assess.model import Evidence, Finding, Status
from auditor.assess.rule import Context, Rule, Subject, shorten
from auditor.estate.model import PoolKind
from auditor.facts.estate.replication import Replica, ReplicationFacts
from auditor.version import Version

# Machines of these need not hold a replica: a third party's, or nobody knows what they are.
_WITHOUT_REPLICA = frozenset({PoolKind.TRUSTED_APPLICATION, PoolKind.UNKNOWN})
_TO_AN_EDGE = (
    " Replication to an Edge Server uses HTTPS, TCP port 4443, from the front ends that hold the "
    "Central Management store to its internal interface."
)


class ReplicaUpToDate(Rule):
    """A server that does not get the configuration is repaired before it is taken out of service.

    Advice, as no document makes it a condition of TLS 1.2 or of an update; not applicable where it
    was not asked for, so that an audit without `discover` is none the worse. A server reports when
    it was sent something: its last report is compared with the last change, not with the day. The
    version that it reported proves nothing, as it may be old or the base alone, but one that the
    packages contradict is reported.
    """

    id = "SFB-REPL-001"
    title = "The server's replica of the configuration is up to date"
    applies_to = "every server that holds a replica, read or not, where replication was asked for"
    asks = ("replication",)
    sources = ("replication-status", "validate-edge", "edge-ports", "practice")
    needs_reading = False
    no_fail = "No document makes it a condition of TLS 1.2 or of an update, so this is advice."

    def judge(self, subject: Subject, context: Context) -> Finding:
        if subject.product.is_server is False:
            return self.not_applicable(subject, "it is not a Lync or Skype for Business server")
        answer = context.shell.replication
        if answer.facts is None:
            return self.unsaid(subject, answer)
        if not answer.facts.items:
            return self.unknown(subject, "The list came back empty, which it never should be.")
        replica = context.shell.replica(subject.fqdn)
        if replica is None:
            return self._not_named(subject, answer, cut=answer.facts.truncated)
        late = list(_late(replica, context))
        if replica.up_to_date is None and not late:
            return self.unknown(subject, "The server that was asked did not say.")
        elsewhere = [] if late else _unsettled(replica, answer, context)
        against = [_against(answer, told, _late(other, context)) for other, told in elsewhere]
        otherwise = list(_another_version(replica, subject, context))
        return self.finding(
            subject,
            Status.ADVICE if late or against or otherwise else Status.PASS,
            observed=_state(replica),
            required="up to date, with a report since the last change",
            reason=" ".join([*late, *against, *otherwise, *answer.doubts])
            or f"It has the last change, as {answer.server} reported.",
            evidence=[
                *_evidence(replica, answer),
                *(each for other, told in elsewhere for each in _evidence(other, told)),
            ],
            remediation=_again(subject)
            if late or against
            else "Rely on the packages."
            if otherwise
            else "",
        )

    def _not_named(
        self, subject: Subject, answer: Answer[ReplicationFacts], *, cut: bool
    ) -> Finding:
        if subject.pool.kind in _WITHOUT_REPLICA:
            return self.not_applicable(subject, "such a machine need not hold a replica")
        if cut:
            return self.unknown(subject, "The list was cut short, and does not name it.")
        return self.finding(
            subject,
            Status.ADVICE,
            observed="not named",
            required="a replica of this server",
            reason="The server is in the estate, but the Central Management store has no replica "
            "of that name: it was never set up, was removed, or has another name.",
            evidence=[answer.evidence(f"{subject.fqdn} ReplicaFqdn", "not there")],
            remediation="Find out whether the server is still in the published topology, and "
            "whether its setup was finished.",
        )


def _late(replica: Replica, context: Context) -> Iterator[str]:
    report, change = replica.last_status_report, replica.last_update_creation
    if replica.up_to_date is False:
        yield "It lacks the last change of the configuration, or has not reported it yet."
    if report is None:
        if not replica.product_version:  # an instant alone may be lost on the way
            yield "It has never reported."
    elif change is not None and change - report > _skew(context):
        yield f"Its last report ({_shown(report)}) is older than that change ({_shown(change)})."


def _unsettled(
    replica: Replica, answer: Answer[ReplicationFacts], context: Context
) -> list[tuple[Replica, Answer[ReplicationFacts]]]:
    """Where it was called late all the same, and no report since then has settled it."""
    report = replica.last_status_report or answer.when
    return [
        (other, told)
        for other, told in context.shell.elsewhere(replica.fqdn)
        if any(_late(other, context))
        and not (report and told.when and report - told.when > _skew(context))
    ]


def _against(
    answer: Answer[ReplicationFacts], told: Answer[ReplicationFacts], late: Iterable[str]
) -> str:
    when = f" on {_shown(told.when)}" if told.when else ""
    return (
        f"It has the last change, as {answer.server} reported; {told.server} reported "
        f"otherwise{when}: {' '.join(late)}"
    )


def _skew(context: Context) -> timedelta:
    """Two clocks are in play; how far they may be apart."""
    return context.rulebook.clock.max_skew


def _another_version(replica: Replica, subject: Subject, context: Context) -> Iterator[str]:
    """What was reported is neither a build of the packages nor the base of one."""
    told = _version(replica.product_version)
    if told is None or outdated(subject.reading, context) is not None:
        return
    own = set(subject.product.builds)
    bases = {Version(build.major, build.minor, build.build) for build in own}
    if own and told not in own | bases:
        packages = " and ".join(str(build) for build in sorted(own))
        yield (
            f"It reported {told}, but its packages are {packages}: the report is older, or "
            "another server's."
        )


def _version(text: str | None) -> Version | None:
    try:
        return Version.parse(text or "")
    except ValueError:
        return None


def _state(replica: Replica) -> str:
    words = {True: "up to date", False: "not up to date", None: "not told"}
    told = "reported at an unknown time" if replica.product_version else "no report"
    if replica.last_status_report is not None:
        told = f"reported {_shown(replica.last_status_report)}"
    return f"{words[replica.up_to_date]}, {told}"


def _shown(when: datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M} UTC"


def _evidence(replica: Replica, answer: Answer[ReplicationFacts]) -> list[Evidence]:
    said = (
        ("UpToDate", replica.up_to_date),
        ("LastStatusReport", replica.last_status_report),
        ("LastUpdateCreation", replica.last_update_creation),
        ("ProductVersion", replica.product_version),
    )
    return [
        answer.evidence(f"{replica.fqdn} {name}", _told(value))
        for name, value in said
        if value is not None
    ]


def _told(value: object) -> str:
    return _shown(value) if isinstance(value, datetime) else shorten(str(value))


def _again(subject: Subject) -> str:
    todo = (
        "Before it is updated: Invoke-CsManagementStoreReplication -ReplicaFqdn "
        f"{subject.fqdn} in the Management Shell, wait, and ask again. If that does not help, "
        "check its service REPLICA."
    )
    return todo + _TO_AN_EDGE if subject.pool.kind is PoolKind.EDGE else todo
