"""Asks many servers at once, and gives back each reading as it comes."""

from __future__ import annotations

import queue
import sys
import threading
import time
from collections import deque
from collections.abc import Generator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from auditor.collect.conversation import WINRM, Way
from auditor.collect.guard import Guard
from auditor.collect.jea import notes_on_version
from auditor.collect.model import Collected, Observer, Target
from auditor.collect.outcome import classify, read_well
from auditor.collect.script import Script
from auditor.collect.sign_in import Accounts
from auditor.estate.zone import RunOptions
from auditor.facts.answer import decode_answer
from auditor.facts.reading import ReachState, Reading

_POLL_SECONDS = 0.5
_STOP_SECONDS = 0.8
_FAREWELL_SECONDS = 3.0
# Conversations are short bursts of Python between waits: switching between them less often
# than every 5 ms spares the interpreter lock.
_SWITCH_SECONDS = 0.02


def collect(
    targets: Sequence[Target],
    script: Script,
    options: RunOptions,
    observer: Observer | None = None,
    way: Way = WINRM,
    accounts: Accounts | None = None,
) -> Generator[Collected, None, None]:
    """One `Collected` for every target, in the order in which they end.

    `accounts` is what is known of them already, where servers were asked before.

    At most `options.threads` are asked at once. Whoever stops iterating (Ctrl-C included)
    ends all conversations within a second; shells are closed as well as can be done.
    """
    return _Run(targets, script, options, observer, way, accounts or Accounts()).results()


class _Run:
    """The threads of one run. They are daemons: none can keep the program from ending."""

    def __init__(
        self,
        targets: Sequence[Target],
        script: Script,
        options: RunOptions,
        observer: Observer | None,
        way: Way,
        accounts: Accounts,
    ) -> None:
        self._waiting = deque(targets)
        self._count = len(targets)
        self._script = script
        self._options = options
        self._observer = observer
        self._way = way
        self._events: queue.SimpleQueue[str | Collected] = queue.SimpleQueue()
        self._guards: set[Guard] = set()
        self._accounts = accounts
        self._lock = threading.Lock()
        self._stopped = False

    def results(self) -> Generator[Collected, None, None]:
        threads = [
            threading.Thread(target=self._work, name=f"collect-{number}", daemon=True)
            for number in range(min(self._options.threads, self._count))
        ]
        interval = sys.getswitchinterval()
        sys.setswitchinterval(_SWITCH_SECONDS)
        try:
            for thread in threads:
                thread.start()
            yield from self._finished(threads)
        finally:
            sys.setswitchinterval(interval)
            self._stop(threads)

    def _finished(self, threads: list[threading.Thread]) -> Generator[Collected, None, None]:
        left = self._count
        while left:
            working = any(thread.is_alive() for thread in threads)
            try:
                event = self._events.get(timeout=_POLL_SECONDS)  # so that Ctrl-C gets through
            except queue.Empty:
                if not working:
                    raise RuntimeError(f"{left} servers were given up by their threads") from None
                continue
            if isinstance(event, str):
                if self._observer is not None:
                    self._observer.started(event)
                continue
            left -= 1
            if self._observer is not None:
                reach = event.reading.reach
                self._observer.finished(event.reading.fqdn, reach.state.value, reach.sentence)
            yield event

    def _stop(self, threads: list[threading.Thread]) -> None:
        with self._lock:
            self._stopped = True
            self._waiting.clear()
            for guard in self._guards:
                guard.cancel()
        ends = time.monotonic() + _STOP_SECONDS
        for thread in threads:
            thread.join(max(0.0, ends - time.monotonic()))

    def _work(self) -> None:
        while True:
            try:
                target = self._waiting.popleft()
            except IndexError:
                return
            self._events.put(target.fqdn)
            self._events.put(self._ask(target))

    def _ask(self, target: Target) -> Collected:
        options = self._options
        # The good-bye after a failure is part of the time that a server is given.
        farewell = min(_FAREWELL_SECONDS, options.deadline_seconds / 5)
        guard = Guard(
            options.deadline_seconds - farewell,
            options.byte_budget,
            options.connect_seconds,
            farewell,
        )
        with self._lock:
            self._guards.add(guard)
            if self._stopped:
                guard.cancel()
        sign_in = self._accounts.sign_in(target.secret)
        started = datetime.now(UTC)
        try:
            answer = self._way.ask(target, self._script, guard, sign_in)
            finished = datetime.now(UTC)
            reading = decode_answer(
                answer,
                fqdn=target.fqdn,
                started=started,
                finished=finished,
                origin=self._way.origin,
                limit=self._script.limit,
                asked=self._script.families,
            )
            if not self._way.tells_time:
                reading = replace(reading, clock_skew=None)
            if reading.reach.state is ReachState.READ:
                version = notes_on_version(target, self._script, reading.collector)
                notes = (*reading.notes, *version)
                reading = replace(reading, reach=read_well(target), notes=notes)
        except Exception as error:  # noqa: BLE001 - whatever happens is that server's outcome
            reach = classify(error, target, options.byte_budget)
            sign_in.end(refused=reach.state is ReachState.AUTH)
            reading = Reading(
                target.fqdn,
                reach,
                origin=self._way.origin,
                started=started,
                finished=datetime.now(UTC),
            )
            return Collected(reading)
        finally:
            with self._lock:
                self._guards.discard(guard)
        return Collected(reading, answer)
