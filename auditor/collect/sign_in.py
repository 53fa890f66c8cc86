"""A wrong password is tried on two servers, not on all of them.

Domains lock an account after some refused sign-ins, often five. Until one server has accepted
an account, at most `TRIALS` may have refused it or be about to decide; the others wait just
before they would send it, and are given up when the trials have failed.
"""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from auditor.collect.guard import Guard, GuardError
from auditor.collect.model import Secret
from auditor.facts.reading import ReachState

TRIALS = 2
PATIENCE_SECONDS = 5.0  # a server that takes longer to decide holds nobody up
_POLL_SECONDS = 0.25


@dataclass(slots=True)
class _Account:
    """`undecided` are the instants at which it was sent to servers that have not decided yet."""

    accepted: bool = False
    refused: int = 0
    undecided: list[float] = field(default_factory=list)


class Accounts:
    """The accounts of one run, by what is sent: the same name with another password is another."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._accounts: defaultdict[Secret, _Account] = defaultdict(_Account)
        self._changed = threading.Condition()

    def sign_in(self, secret: Secret) -> SignIn:
        """The use of an account in one conversation."""
        with self._changed:
            return SignIn(self._accounts[secret], self._changed, self._clock)


class SignIn:
    def __init__(
        self, account: _Account, changed: threading.Condition, clock: Callable[[], float]
    ) -> None:
        self._account = account
        self._changed = changed
        self._clock = clock
        self._sent: float | None = None

    def begin(self, guard: Guard) -> None:
        """Wait until the account may be sent; GuardError where it must not, or time is up."""
        account = self._account
        if account.accepted or self._sent is not None:
            return
        with self._changed:
            while not account.accepted:
                if account.refused >= TRIALS:
                    raise GuardError(ReachState.HELD, f"{account.refused} servers refused it")
                now = self._clock()
                pending = sum(now - sent < PATIENCE_SECONDS for sent in account.undecided)
                if account.refused + pending < TRIALS:
                    account.undecided.append(now)
                    self._sent = now
                    return
                # In pieces: Ctrl-C sets the guard, and tells nobody here.
                self._changed.wait(min(_POLL_SECONDS, guard.remaining()))

    def end(self, *, accepted: bool = False, refused: bool = False) -> None:
        """The server decided; or neither, where the conversation ended before it did."""
        if self._sent is None:
            return
        with self._changed:
            self._account.undecided.remove(self._sent)
            self._account.accepted |= accepted
            self._account.refused += refused
            self._sent = None
            self._changed.notify_all()
