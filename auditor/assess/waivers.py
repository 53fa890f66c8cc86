"""Waivers: a rule that somebody has accepted to fail on some subjects, until a day.

A waiver turns a fail into `waived`, which weighs on nothing; it never covers an unknown. One
that has expired, or that covers nothing, is said aloud.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    ValidationInfo,
)

from auditor.assess.model import Accepted, Finding, Status
from auditor.errors import UsageError
from auditor.estate.input_file import MIB, read_input
from auditor.estate.problems import listed
from auditor.mistakes import nearest, sentence_of

_EXAMPLE = (
    'A waiver is: [[waivers]] rule = "SFB-CU-001", subject = "fe0*.contoso.com", '
    'who = "...", why = "...", until = 2027-01-31.'
)
_Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


def _rule(name: str, info: ValidationInfo) -> str:
    """`rules` of the validation's context are the ids that there are, where they are known."""
    known = (info.context or {}).get("rules")
    if known is not None and name not in known:
        near = nearest(name, known) or "; `sfb-audit rules` lists them"
        raise ValueError(f"there is no rule {name!r}{near}")
    return name


class Waiver(BaseModel):
    """`subject` is an FQDN or a pattern with * and ?; `until` is the last day on which it holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rule: Annotated[_Words, AfterValidator(_rule)]
    subject: _Words
    who: _Words
    why: _Words
    until: date

    def covers(self, finding: Finding) -> bool:
        # fnmatch would take [23] for a choice as well.
        pattern = self.subject.casefold().replace("[", "[[]")
        return finding.rule == self.rule and fnmatchcase(finding.subject.casefold(), pattern)

    @property
    def accepted(self) -> Accepted:
        return Accepted(self.who, self.why, self.until)

    def __str__(self) -> str:
        return (
            f"{self.rule} on {self.subject} (until {self.until:%Y-%m-%d}, {self.who}: {self.why})"
        )


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    waivers: list[Waiver] = Field(default_factory=list)


def read_waivers(path: Path, rules: Iterable[str]) -> tuple[Waiver, ...]:
    """The waivers in the TOML file at `path`; `rules` are the ids that there are.

    Raises UsageError (WAIVERS-...) that names every fault with its place.
    """
    content = read_input(path, area="WAIVERS", hint=_EXAMPLE, limit=MIB)
    try:
        document = tomllib.loads(content.decode("utf-8-sig"))
        return tuple(_File.model_validate(document, context={"rules": tuple(rules)}).waivers)
    except RecursionError:
        message = f"{path} is nested too deeply."
    except ValidationError as error:
        faults = [sentence_of(each, _File) for each in error.errors()]
        message = f"{path} cannot be used:{listed(faults)}"
    except ValueError as error:  # no UTF-8, no TOML, or a number of thousands of digits
        message = f"{path} is not TOML: {error}."
    raise UsageError("WAIVERS-INVALID", message, _EXAMPLE)


def waive(findings: Sequence[Finding], waivers: Sequence[Waiver], today: date) -> list[Finding]:
    """The findings, each fail that a waiver in force covers as `waived`, by the longest one."""
    in_force = [waiver for waiver in waivers if waiver.until >= today]
    if not in_force:
        return list(findings)
    return [_waived(finding, in_force) for finding in findings]


def _waived(finding: Finding, waivers: Sequence[Waiver]) -> Finding:
    if finding.status is not Status.FAIL:
        return finding
    longest = max(
        (waiver for waiver in waivers if waiver.covers(finding)),
        key=lambda waiver: waiver.until,
        default=None,
    )
    if longest is None:
        return finding
    accepted = f"Waived until {longest.until:%Y-%m-%d} by {longest.who}: {longest.why}"
    return finding._replace(
        status=Status.WAIVED,
        reason=f"{finding.reason} {accepted}",
        actions=(),
        blocks=False,
        waiver=longest.accepted,
    )


def spoken_of(waivers: Sequence[Waiver], findings: Sequence[Finding], today: date) -> list[str]:
    """A sentence for each waiver that has expired, that covers nothing, or only what one covers
    that holds longer.
    """
    sentences = []
    subjects = dict.fromkeys(finding.subject for finding in findings)
    for waiver in waivers:
        covered = [finding for finding in findings if waiver.covers(finding)]
        statuses = {finding.status for finding in covered}
        held = dict.fromkeys(f.waiver for f in covered if f.waiver is not None)
        if waiver.until < today:
            sentences.append(f"An expired waiver no longer counts: {waiver}.")
        elif not statuses:
            near = _meant(waiver.subject, subjects)
            sentences.append(f"A waiver matches no server and no pool: {waiver}{near or '.'}")
        elif Status.WAIVED not in statuses:
            told = ", ".join(sorted(status.value.replace("_", " ") for status in statuses))
            sentences.append(f"A waiver covers no fail of the main policy ({told}): {waiver}.")
        elif waiver.accepted not in held:
            longer = ", ".join(f"one until {each.until:%Y-%m-%d} by {each.who}" for each in held)
            sentences.append(f"A waiver is not used, as {longer} covers the same: {waiver}.")
    return sentences


def _meant(subject: str, known: Iterable[str]) -> str:
    """A question where a waiver's subject is the beginning of a full name, or is like one."""
    label = f"{subject.casefold()}."
    full = next((name for name in known if name.casefold().startswith(label)), "")
    return f"; did you mean {full!r}?" if full else nearest(subject, known)
