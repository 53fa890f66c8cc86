"""Was the server read at all, and does its clock agree with ours?"""

from __future__ import annotations

from auditor.assess.age import outdated
from auditor.assess.model import Finding, Status
from auditor.assess.rule import Context, Rule, Subject
from auditor.facts.reading import ReachState


class ServerWasRead(Rule):
    """A server that was not read is unknown to every other rule too.

    So is one whose facts are older than the policy allows: they no longer prove anything.
    """

    id = "SFB-REACH-001"
    title = "The server was read"
    applies_to = "every server"
    sources = ("practice",)
    needs_reading = False

    def judge(self, subject: Subject, context: Context) -> Finding:
        reading = subject.reading
        reach = reading.reach
        evidence = [subject.evidence("", "outcome", f"{reach.state.value}: {reach.sentence}")]
        required = "an answer from the server itself"
        if reach.state is not ReachState.READ:
            return self.finding(
                subject,
                Status.UNKNOWN,
                observed=f"{reach.state.value}: {reach.sentence}",
                required=required,
                reason=f"The server was not read ({reach.state.value}): {reach.sentence}",
                evidence=evidence,
                remediation=reach.hint,
                actions=("restore-access",),
            )
        evidence += [subject.evidence("", "note", note) for note in reading.notes]
        old = outdated(reading, context)
        if old is not None:
            return self.finding(
                subject,
                Status.UNKNOWN,
                observed=reach.sentence,
                required=f"{required}, at most {context.policy.max_age_days} days old",
                reason=f"{old[0].upper()}{old[1:]}.",
                evidence=evidence,
                remediation="Audit the server again.",
            )
        return self.finding(
            subject,
            Status.PASS,
            observed=reach.sentence,
            required=required,
            reason=f"Read by way of {reading.origin}.",
            evidence=evidence,
        )


class ClockAgrees(Rule):
    """Compares the time in the server's answer with the auditing host's: advice.

    Kerberos refuses tickets beyond five minutes by default. A bundle carried by hand has no
    second clock to compare.
    """

    id = "SFB-CLOCK-001"
    title = "The server's clock agrees with the auditing host's"
    applies_to = "every Lync or Skype for Business server that was read over the network"
    sources = ("clock",)
    needs_product = False
    for_migrating = True
    no_fail = "A clock says nothing about updates or TLS 1.2, so this is advice."

    def exempt(self, subject: Subject, context: Context) -> str | None:  # noqa: ARG002
        if subject.reading.clock_skew is None:
            return "collected offline, with no second clock to compare"
        return None

    def judge(self, subject: Subject, context: Context) -> Finding:
        skew = subject.reading.clock_skew
        seconds = skew.total_seconds() if skew is not None else 0.0
        limit = context.rulebook.clock.max_skew_minutes
        off = abs(seconds) > limit * 60
        direction = "ahead of" if seconds > 0 else "behind"
        return self.finding(
            subject,
            Status.ADVICE if off else Status.PASS,
            observed=f"{abs(seconds):.0f} seconds {direction} the auditing host",
            required=f"at most {limit} minutes apart",
            reason="By default Kerberos refuses tickets when clocks are this far apart."
            if off
            else "The clocks agree.",
            evidence=[subject.evidence("", "clock skew", f"{seconds:+.0f} s")],
            remediation="Find out which clock is wrong; correct the time source." if off else "",
        )
