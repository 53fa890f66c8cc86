"""What was read of an estate's configuration, as clues that speak for or against something.

A signal is yes, no or unknown with the clues that make it so. What could not be read is
unknown: a cmdlet that was refused, or that a session does not show, never says no.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from auditor.assess.age import outdated
from auditor.estate.model import Estate, InUse
from auditor.facts.estate.evidence import without_facts
from auditor.facts.estate.families import (
    CMDLETS,
    ESTATE_FAMILIES,
    NOT_READ,
    POOL_FAMILIES,
    not_available,
)
from auditor.facts.estate.listing import Listing
from auditor.facts.families import BROKEN, FamilyError, FamilyResult
from auditor.facts.reading import ReachState, Reading

if TYPE_CHECKING:
    from auditor.assess.rule import Context

T = TypeVar("T")

# Who one is on the second hop, from the front end to the SQL Server, without delegation.
_SECOND_HOP = "ANONYMOUS LOGON"

# Families in which servers differ by nature.
_OF_ITS_OWN = POOL_FAMILIES | {"replication"}

_MOST_CLUES = 3
_SHOWN = 80


@dataclass(frozen=True, slots=True)
class Clue:
    """One sentence about what was read (or not): by which family, on which server, when (UTC)."""

    sentence: str
    family: str = ""
    server: str = ""
    when: datetime | None = None

    def __str__(self) -> str:
        """Such as `open federation is on (Get-CsAccessEdgeConfiguration, fe01..., 2018-...)`."""
        when = f"{self.when:%Y-%m-%d %H:%M} UTC" if self.when else ""
        origin = ", ".join(filter(None, (CMDLETS.get(self.family, ""), self.server, when)))
        return f"{self.sentence} ({origin})" if origin else self.sentence


@dataclass(frozen=True, slots=True)
class Signal:
    """Yes, no or unknown, and why."""

    state: InUse
    clues: tuple[Clue, ...] = ()

    def __invert__(self) -> Signal:
        opposite = {InUse.YES: InUse.NO, InUse.NO: InUse.YES}
        return Signal(opposite.get(self.state, self.state), self.clues)


def all_of(*signals: Signal) -> Signal:
    """Yes where all are; no where one is, whatever the others; else unknown."""
    return _decided(signals, (InUse.NO, InUse.UNKNOWN))


def any_of(*signals: Signal) -> Signal:
    """Yes where one is, whatever the others; no where all are; else unknown."""
    return _decided(signals, (InUse.YES, InUse.UNKNOWN))


def agreed(*signals: Signal) -> Signal:
    """Yes or no where all say so, else unknown: one half of it alone proves nothing."""
    states = {signal.state for signal in signals}
    clues = tuple(clue for signal in signals for clue in signal.clues)
    return Signal(states.pop() if len(states) == 1 else InUse.UNKNOWN, clues)


def _decided(signals: tuple[Signal, ...], order: tuple[InUse, ...]) -> Signal:
    for state in order:
        clues = [clue for s in signals if s.state is state for clue in s.clues]
        if any(s.state is state for s in signals):
            return Signal(state, tuple(dict.fromkeys(clues)))
    every = [clue for signal in signals for clue in signal.clues]
    return Signal(signals[0].state, tuple(dict.fromkeys(every)))


def in_time(readings: Iterable[Reading], context: Context) -> tuple[Reading, ...]:
    """The readings; in those that are too old for the policy the estate's families are unread."""
    return tuple(_in_time(reading, context) for reading in readings)


def _in_time(reading: Reading, context: Context) -> Reading:
    old = outdated(reading, context) if reading.reach.state is ReachState.READ else None
    return reading if old is None else without_facts(reading, old)


def of_estate(readings: Iterable[Reading], estate: Estate) -> tuple[Reading, ...]:
    """The readings; in those of a server that the estate does not have its families are unread.

    A computer's domain need not be its name's in the topology, so host names are compared.
    """
    members = {server.fqdn for pool in estate.pools for server in pool.servers}
    hosts = {_host(name) for name in (*members, *(pool.fqdn for pool in estate.pools))}
    return tuple(
        reading
        if not hosts or _host(reading.fqdn) in hosts
        else without_facts(reading, f"{reading.fqdn} is not a server of {estate.source}")
        for reading in readings
    )


def strangers(readings: Iterable[Reading], estate: Estate) -> tuple[str, ...]:
    """A sentence for each server whose evidence does not count, as it is not the estate's."""
    readings = tuple(readings)
    known = zip(readings, of_estate(readings, estate), strict=True)
    names = {was.fqdn for was, now in known if was is not now and Known([was])}
    return tuple(
        f"What {name} reported on its estate does not count: it is not a server of {estate.source}."
        for name in sorted(names)
    )


def _host(name: str) -> str:
    return name.partition(".")[0].casefold()


def quoted(text: str | None) -> str:
    """A server's text within a sentence, cut."""
    text = text or ""
    return f'"{text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."}"'


def why_unread(error: FamilyError | None) -> str:
    """Why a family has no facts, as the end of a sentence; None: nobody asked for it."""
    if error is None:
        return "was not read"
    if error.kind == NOT_READ:
        return f"counts as unread: {error.message}"
    if not_available(error):
        return "is not available here"
    if error.kind == BROKEN:
        return f"came back unreadable: {quoted(error.message)}"
    hop = " (WinRM does not pass credentials on to the SQL Server)" if is_second_hop(error) else ""
    return f"was refused: {quoted(error.message)}{hop}"


def is_second_hop(error: FamilyError) -> bool:
    """Whether the SQL Server was asked as nobody, as without delegation."""
    return _SECOND_HOP in error.message.upper()


@dataclass(frozen=True, slots=True)
class _Answer:
    """A family as one reading has it; `instant` is by our clock, where that was asked."""

    result: FamilyResult
    server: str
    instant: float

    @property
    def is_read(self) -> bool:
        return self.result.error is None

    @property
    def counts(self) -> bool:
        """Whether the server said anything, be it a refusal, that is not too old."""
        error = self.result.error
        return error is None or error.kind != NOT_READ

    def clue(self, sentence: str) -> Clue:
        return Clue(sentence, self.result.family, self.server, self.result.when)


def _answers(readings: Iterable[Reading]) -> dict[str, list[_Answer]]:
    """Each family's answers, the newest first."""
    found: dict[str, list[_Answer]] = {}
    for reading in readings:
        for family in ESTATE_FAMILIES:
            result = reading.family(family.key)
            if result is not None:
                when = reading.finished or result.when
                instant = when.timestamp() if when else 0.0
                found.setdefault(family.key, []).append(_Answer(result, reading.fqdn, instant))
    for answers in found.values():
        answers.sort(key=lambda answer: answer.instant, reverse=True)
    return found


def _doubts(chosen: _Answer, answers: list[_Answer]) -> Iterable[Clue]:
    """What else was answered: a refusal since, or something else than what counts."""
    if not chosen.is_read:
        return
    newest = next(answer for answer in answers if answer.counts)
    if not newest.is_read:
        yield newest.clue(f"a newer answer {why_unread(newest.result.error)}; the older one counts")
    if chosen.result.family in _OF_ITS_OWN:
        return
    said = _comparable(chosen.result.facts)
    for answer in answers:
        if answer.is_read and _comparable(answer.result.facts) != said:
            yield answer.clue("another answer says otherwise; the newest counts")
            return


def _comparable(facts: object) -> object:
    """Facts without the order in which a listing came."""
    if isinstance(facts, Listing):
        return facts.truncated, sorted(map(repr, facts.items))
    return facts


class Known:
    """The estate's families as they were read: each from the newest reading that has it.

    Newest by our clock where that was there. An older answer counts where the newest is an
    error; every clue of a family says so, and that another answer says otherwise.
    """

    def __init__(self, readings: Iterable[Reading]) -> None:
        self._results: dict[str, tuple[FamilyResult, str]] = {}
        self._doubts: dict[str, tuple[Clue, ...]] = {}
        for family, answers in _answers(readings).items():
            chosen = next(filter(lambda answer: answer.is_read, answers), answers[0])
            self._results[family] = (chosen.result, chosen.server)
            self._doubts[family] = tuple(_doubts(chosen, answers))

    def __bool__(self) -> bool:
        """Whether any family of the estate was asked for."""
        return bool(self._results)

    def was_read(self) -> bool:
        """Whether any family of the estate was read: the Management Shell is there."""
        return any(result.error is None for result, _ in self._results.values())

    def facts(self, family: str) -> Any:
        """The family's facts, None where they were not read."""
        return self._results[family][0].facts if family in self._results else None

    def result(self, family: str) -> FamilyResult | None:
        """The answer that counts, None where the family was not asked for."""
        return self._results[family][0] if family in self._results else None

    def doubts(self, family: str) -> tuple[str, ...]:
        """What else was answered that casts a doubt on the answer that counts."""
        return tuple(str(clue) for clue in self._doubts.get(family, ()))

    def server(self, family: str) -> str:
        """The server that the family was read on, "" where it was not."""
        return self._results[family][1] if family in self._results else ""

    def is_absent(self, family: str) -> bool:
        """Whether the family's cmdlet is not available where it was asked."""
        error = self._results[family][0].error if family in self._results else None
        return error is not None and not_available(error)

    def clue(self, family: str, sentence: str) -> Clue:
        if family not in self._results:
            return Clue(sentence, family)
        result, server = self._results[family]
        return Clue(sentence, family, server, result.when)

    def signal(self, family: str, state: InUse, sentence: str) -> Signal:
        return Signal(state, self._clues(family, [sentence]))

    def unread(self, family: str) -> Signal:
        """Unknown, with the reason why the family has no facts."""
        error = self._results[family][0].error if family in self._results else None
        why = why_unread(error)
        return self.signal(family, InUse.UNKNOWN, f"the setting {why}")

    def listed(
        self,
        family: str,
        judge: Callable[[T], tuple[InUse, str]],
        nothing: str,
        *,
        always: bool = False,
    ) -> Signal:
        """Yes where one item of a listing says so, unknown where one is; else no: `nothing`.

        `judge` gives an item's state, and its sentence ("" where there is nothing to say).
        `always`: every installation has one item at least, so an empty listing is no answer.
        """
        found: Listing[T] | None = self.facts(family)
        if found is None:
            return self.unread(family)
        if always and not found.items:
            return self.signal(
                family, InUse.UNKNOWN, "the setting came back empty, which it never should be"
            )
        judged = [judge(item) for item in found.items]
        for state in (InUse.YES, InUse.UNKNOWN):
            sentences = [sentence for each, sentence in judged if each is state]
            if sentences:
                return Signal(state, self._clues(family, sentences))
        if found.truncated:
            return self.signal(
                family, InUse.UNKNOWN, "the list was cut short: it is longer than is read"
            )
        return Signal(
            InUse.NO, self._clues(family, [nothing, *(said for _, said in judged if said)])
        )

    def _clues(self, family: str, sentences: list[str]) -> tuple[Clue, ...]:
        distinct = list(dict.fromkeys(sentences))
        more = len(distinct) - _MOST_CLUES
        shown = distinct[:_MOST_CLUES] + ([f"and {more} more"] if more > 0 else [])
        clues = tuple(self.clue(family, sentence) for sentence in shown)
        return (*clues, *self._doubts.get(family, ()))
