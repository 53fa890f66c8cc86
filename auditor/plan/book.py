"""The steps so far. A step can only wait for one that stands before it, so no circle can arise."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from auditor.plan.commands import fill, fill_command
from auditor.plan.model import OrderSource, Step, TargetKind, Wait

if TYPE_CHECKING:
    from auditor.assess.model import Finding
    from auditor.rulebook.procedures import Procedure, Procedures, Situation

_ID_LENGTH = 10


@dataclass(frozen=True, slots=True)
class Target:
    """What a step is done on; `names` fill the placeholders of its procedure."""

    name: str
    situation: Situation
    names: Mapping[str, str]
    pool: str = ""
    site: str = ""


@dataclass(frozen=True, slots=True)
class Pending:
    """A step that others will wait for, and the key of the order that says why."""

    step: str
    order: str


class Book:
    """Collects steps in working order and numbers their waves; `again` starts the audit anew."""

    def __init__(self, procedures: Procedures, again: str = "") -> None:
        self.procedures = procedures
        self._again = again
        self._steps: dict[str, Step] = {}
        self._waits: dict[Pending, Wait] = {}
        self._resolved: dict[tuple[str, Situation], Procedure] = {}

    @property
    def steps(self) -> tuple[Step, ...]:
        return tuple(self._steps.values())

    def add(
        self,
        action: str,
        target: Target,
        *,
        findings: Iterable[Finding] = (),
        waits: Iterable[Wait] = (),
        caution: str = "",
        aim: str = "",
    ) -> str:
        """Append a step and return its id; KeyError where it waits for one not yet here.

        `caution` is a sentence that joins its impact, `aim` one that joins its reason.
        """
        procedure = self._procedure(action, target.situation)
        demanded = sorted(findings, key=lambda finding: (finding.rule, finding.reason))
        waits_for = tuple(waits)
        number = self._new_id(action, target, procedure.target)
        names = {**target.names, "again": self._again}
        self._steps[number] = Step(
            id=number,
            action=action,
            title=fill(procedure.title, target.names),
            target=target.name,
            target_kind=TargetKind(procedure.target),
            pool=target.pool,
            site=target.site,
            commands=tuple(fill_command(line, names) for line in procedure.commands),
            waits_for=waits_for,
            wave=1 + max((self._steps[wait.step].wave for wait in waits_for), default=0),
            minutes=procedure.minutes,
            impact=f"{procedure.impact} {caution}".rstrip(),
            rollback=procedure.rollback,
            rules=tuple(sorted({finding.rule for finding in demanded})),
            reason=f"{_reason(action, demanded) or procedure.why} {aim}".strip(),
            source=procedure.source,
        )
        return number

    def _procedure(self, action: str, situation: Situation) -> Procedure:
        key = (action, situation)
        if key not in self._resolved:
            self._resolved[key] = self.procedures.procedure(action).resolved(situation)
        return self._resolved[key]

    def _new_id(self, action: str, target: Target, kind: str) -> str:
        """The same for the same action and target on every run; longer should two ever meet.

        What is done to databases is done to those of one pool, so the pool is part of it.
        """
        identity = (
            (action, target.name, target.pool) if kind == "database" else (action, target.name)
        )
        digest = hashlib.sha256("\n".join(identity).encode()).hexdigest()
        lengths = range(_ID_LENGTH, len(digest) + 1)
        return next(digest[:end] for end in lengths if digest[:end] not in self._steps)

    def wait(self, pending: Pending, **numbers: object) -> Wait:
        """A wait with the reason that the rulebook gives; `numbers` fill its blanks."""
        if numbers or pending not in self._waits:
            order = self.procedures.orders[pending.order]
            reason = order.reason.format(**numbers) if numbers else order.reason
            wait = Wait(pending.step, reason, OrderSource(order.order_source), order.source)
            if numbers:
                return wait
            self._waits[pending] = wait
        return self._waits[pending]


def _reason(action: str, findings: list[Finding]) -> str:
    """What the findings say that name the action; those that only go with it are not repeated."""
    leading = [finding for finding in findings if action in finding.actions] or findings
    said, told = list[str](), list[str]()
    for finding in leading:
        remedy = finding.remediation or (finding.required and f"Required: {finding.required}.")
        said.append(f"{finding.rule}: {_sentence(finding.reason)} {_new(remedy, told)}".rstrip())
        told.append(remedy)
    return " ".join(said)


def _sentence(reason: str) -> str:
    return reason if reason.endswith(".") else f"{reason}."


def _new(remedy: str, told: Iterable[str]) -> str:
    """The remedy without its end, where another one was the same."""
    for other in filter(None, told):
        remedy = remedy.removesuffix(other)
    return remedy.rstrip()
