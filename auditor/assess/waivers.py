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

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from auditor.assess.model import Accepted, Finding, Status
from auditor.errors import UsageError
from auditor.estate.input_file import MIB, read_input
from auditor.estate.problems import listed, nearest

_EXAMPLE = (
    'A waiver is: [[waivers]] rule = "SFB-CU-001", subject = "fe0*.contoso.com", '
    'who = "...", why = "...", until = 2027-01-31.'
)
_Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class Waiver(BaseModel):
    """`subject` is an FQDN or a pattern with * and ?; `until` is the last day on which it holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rule: _Words
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
        found = _File.model_validate(tomllib.loads(content.decode("utf-8-sig"))).waivers
    except RecursionError:
        raise UsageError("WAIVERS-INVALID", f"{path} is nested too deeply.", _EXAMPLE) from None
    except ValidationError as error:
        faults = [f"{_place(each['loc'])}: {each['msg']}" for each in error.errors()]
        raise UsageError(
            "WAIVERS-INVALID", f"{path} cannot be used:{listed(faults)}", _EXAMPLE
        ) from None
    except ValueError as error:  # no UTF-8, no TOML, or a number of thousands of digits
        raise UsageError("WAIVERS-INVALID", f"{path} is not TOML: {error}.", _EXAMPLE) from None
    known = tuple(rules)
    faults = [
        f"waivers[{number}].rule: there is no rule {waiver.rule!r}{nearest(waiver.rule, known)}"
        for number, waiver in enumerate(found, 1)
        if waiver.rule not in known
    ]
    if faults:
        message = f"{path} cannot be used:{listed(faults)}"
        raise UsageError("WAIVERS-INVALID", message, "sfb-audit rules lists them.")
    return tuple(found)


def _place(parts: tuple[int | str, ...]) -> str:
    """Such as waivers[2].until, counted from one as a reader counts."""
    place = ""
    for part in parts:
        place += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
    return place.removeprefix(".")


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
    for waiver in waivers:
        covered = [finding for finding in findings if waiver.covers(finding)]
        statuses = {finding.status for finding in covered}
        held = dict.fromkeys(f.waiver for f in covered if f.waiver is not None)
        if waiver.until < today:
            sentences.append(f"An expired waiver no longer counts: {waiver}.")
        elif not statuses:
            sentences.append(f"A waiver matches no server and no pool: {waiver}.")
        elif Status.WAIVED not in statuses:
            told = ", ".join(sorted(status.value.replace("_", " ") for status in statuses))
            sentences.append(f"A waiver covers no fail of the main policy ({told}): {waiver}.")
        elif waiver.accepted not in held:
            longer = ", ".join(f"one until {each.until:%Y-%m-%d} by {each.who}" for each in held)
            sentences.append(f"A waiver is not used, as {longer} covers the same: {waiver}.")
    return sentences
