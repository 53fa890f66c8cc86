"""The machine beside its software: room for the update, and services that run."""

from __future__ import annotations

from auditor.assess.model import Evidence, Finding, Status
from auditor.assess.rule import Context, Rule, Subject, shorten
from auditor.facts.disk import DiskFacts
from auditor.facts.services import Service, ServicesFacts

_GIB = 1024**3


class RoomForDatabases(Rule):
    """The number is a practitioner's, for the drive with the databases, and not Microsoft's."""

    id = "SFB-DISK-001"
    title = "The system drive has room for the database update"
    applies_to = "Standard Edition servers, whose databases are on the server itself"
    needs = ("disk",)
    sources = ("hansen",)
    needs_product = False
    no_fail = "The number is a practitioner's and in no Microsoft document, so this is advice."

    def exempt(self, subject: Subject, context: Context) -> str | None:
        if subject.pool.kind.value not in context.rulebook.disk.kinds:
            return "an update changes no database on this server"
        return None

    def judge(self, subject: Subject, context: Context) -> Finding:
        least = context.rulebook.disk.free_gib
        drive = subject.get(DiskFacts).system
        required = f"{least} GiB free"
        if drive is None or drive.free is None:
            return self.finding(
                subject,
                Status.UNKNOWN,
                observed="not told",
                required=required,
                reason="Windows does not report how much is free on its own drive.",
            )
        scarce = drive.free < least * _GIB
        return self.finding(
            subject,
            Status.ADVICE if scarce else Status.PASS,
            observed=f"{drive.free / _GIB:.1f} GiB free on {drive.drive}",
            required=required,
            reason="The database update may run out of space if the databases are on this drive."
            if scarce
            else "There is enough space.",
            evidence=[subject.evidence("disk", f"{drive.drive} FreeSpace", drive.free)],
            remediation="Free some space before the update." if scarce else "",
        )


class ServicesRun(Rule):
    """A server whose services are stopped may be out of service on purpose: worth a look."""

    id = "SFB-SVC-001"
    title = "The product's services are running"
    applies_to = "every Lync or Skype for Business server"
    needs = ("services",)
    sources = ("computer-failover", "windows-services")
    needs_product = False
    no_fail = "A server may be out of service on purpose, so this is advice."

    def judge(self, subject: Subject, context: Context) -> Finding:  # noqa: ARG002
        facts = subject.get(ServicesFacts)
        still = [each for each in facts.items if _stands_still(each)]
        disabled = [each for each in facts.items if each.start_mode == "Disabled"]
        reasons = []
        if not facts.items:
            reasons.append("No service of the product was found.")
        if still:
            reasons.append(f"Starts automatically, but is not running: {_named(still)}.")
        if disabled:
            reasons.append(f"Disabled, as after a failover: {_named(disabled)}.")
        return self.finding(
            subject,
            Status.ADVICE if reasons else Status.PASS,
            observed=_named([*still, *disabled]) or f"{len(facts.items)} services",
            required="services that start automatically, running",
            reason=" ".join(reasons) or "Every service that starts automatically is running.",
            evidence=_states(subject, facts),
            remediation="Find out whether the server is out of service; if so, its pool has one "
            "front end fewer than it seems."
            if reasons
            else "",
        )


def _states(subject: Subject, facts: ServicesFacts) -> list[Evidence]:
    """One line for all that stand alike."""
    alike: dict[str, list[str]] = {}
    for each in facts.items:
        state = (
            f"{each.state or 'state not reported'}, {each.start_mode or 'start mode not reported'}"
        )
        alike.setdefault(state, []).append(each.name)
    return [
        subject.evidence("services", shorten(", ".join(names)), state)
        for state, names in alike.items()
    ]


def _stands_still(service: Service) -> bool:
    return service.start_mode == "Auto" and service.state not in (None, "Running")


def _named(services: list[Service]) -> str:
    return ", ".join(service.name for service in services)
