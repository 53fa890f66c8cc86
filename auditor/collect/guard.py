"""Bounds on one conversation: seconds, bytes, and a way to end it from outside.

The bounds hold at the socket, below everything that parses: a host that drips a byte each
second, or never stops, runs into them whatever it pretends to be saying.
"""

from __future__ import annotations

import contextlib
import io
import socket
import threading
import time
from collections.abc import Callable

from auditor.facts.reading import ReachState

IDLE_SECONDS = 30.0
_PIECE = 64 * 1024


class GuardError(Exception):
    """A bound was hit or a rule of the transport was broken; `state` says which."""

    def __init__(self, state: ReachState, detail: str = "") -> None:
        super().__init__(detail or state.value)
        self.state = state
        self.detail = detail


class Guard:
    """The bounds of one conversation. `seconds` and `budget` (bytes received) are totals.

    `farewell_seconds` come on top, for closing the shell after a failure.
    """

    def __init__(
        self,
        seconds: float,
        budget: int,
        connect_seconds: float,
        farewell_seconds: float = 3.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._ends = clock() + seconds
        self._budget = budget
        self._connect_seconds = connect_seconds
        self.farewell_seconds = farewell_seconds
        self._sockets: set[socket.socket] = set()
        # Taken anew by its own thread where the garbage collector runs in the middle of `cancel`
        # and closes what an earlier connection of this conversation has left.
        self._lock = threading.RLock()
        self.cancelled = False
        self.reached = False  # whether anything came from the host
        self.received = 0

    def remaining(self) -> float:
        """Seconds left; GuardError where there are none, or the conversation was cancelled."""
        if self.cancelled:
            raise GuardError(ReachState.CANCELLED)
        left = self._ends - self._clock()
        if left <= 0:
            raise GuardError(ReachState.DEADLINE)
        return left

    def expect(self, size: int) -> None:
        """GuardError where a body that announces `size` bytes goes beyond the budget."""
        if self.received + size > self._budget:
            raise GuardError(ReachState.TOO_LARGE, f"a body of {size} bytes")

    def count(self, size: int) -> None:
        """Account for bytes received; GuardError beyond the budget."""
        self.reached = True
        self.received += size
        if self.received > self._budget:
            raise GuardError(ReachState.TOO_LARGE, f"more than {self._budget} bytes")

    def cancel(self) -> None:
        """End the conversation from another thread, whatever it waits for."""
        self.cancelled = True
        with self._lock:
            for held in tuple(self._sockets):
                shut(held)

    def extend(self, seconds: float, size: int) -> None:
        """A little more time and room, for saying good-bye after a failure."""
        self._ends = self._clock() + seconds
        self._budget = self.received + size
        self.cancelled = False

    def connect(self, host: str, port: int) -> socket.socket:
        """A TCP connection. The name is looked up in a thread, as nothing else bounds that."""
        failure: OSError | None = None
        for family, kind, protocol, address in self._addresses(host, port):
            opened = socket.socket(family, kind, protocol)
            self._hold(opened)
            try:
                opened.settimeout(min(self._connect_seconds, self.remaining()))
                opened.connect(address)
                opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            except OSError as error:
                self.release(opened)
                self.remaining()
                failure = error
            except GuardError:
                self.release(opened)
                raise
            else:
                return opened
        raise failure or GuardError(ReachState.NAME)

    def _addresses(
        self, host: str, port: int
    ) -> list[tuple[socket.AddressFamily, socket.SocketKind, int, tuple[str | int, ...]]]:
        try:
            socket.inet_aton(host)
        except OSError:
            pass
        else:
            return [(socket.AF_INET, socket.SOCK_STREAM, 0, (host, port))]
        found: list[object] = []

        def look_up() -> None:
            try:
                found.append(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
            except OSError as error:
                found.append(error)

        thread = threading.Thread(target=look_up, name=f"dns {host}", daemon=True)
        thread.start()
        thread.join(min(self._connect_seconds, self.remaining()))
        if not found or isinstance(found[0], OSError):
            self.remaining()
            raise GuardError(ReachState.NAME, str(found[0]) if found else "no answer")
        entries = found[0]
        assert isinstance(entries, list)  # noqa: S101 - the two kinds that look_up leaves
        return [(family, kind, protocol, where) for family, kind, protocol, _, where in entries]

    def replace(self, before: socket.socket, after: socket.socket) -> None:
        """TLS wraps a socket into a new one."""
        with self._lock:
            self._sockets.discard(before)
        self._hold(after)

    def release(self, held: socket.socket) -> None:
        with self._lock:
            self._sockets.discard(held)
        held.close()

    def _hold(self, held: socket.socket) -> None:
        with self._lock:
            self._sockets.add(held)
            if self.cancelled:
                shut(held)


def shut(held: socket.socket) -> None:
    """Wake whoever waits on the socket; also under TLS, where close() would not."""
    with contextlib.suppress(OSError):
        socket.socket.shutdown(held, socket.SHUT_RDWR)


class GuardedSocket:
    """What http.client needs of a socket: sending, and readers with the guard's bounds.

    As with a socket, close() lets a reader that is still open read to its end.
    """

    def __init__(self, held: socket.socket, guard: Guard) -> None:
        self._sock = held
        self._guard = guard
        self._readers = 0
        self._closed = False
        self._unsent = b""

    def sendall(self, data: bytes) -> None:
        """Keep `data` until the answer is wanted: a request's head and body go out as one."""
        self._unsent += data

    def _flush(self) -> None:
        data, self._unsent = self._unsent, b""
        self._sock.settimeout(min(IDLE_SECONDS, self._guard.remaining()))
        try:
            self._sock.sendall(data)
        except OSError:
            self._guard.remaining()
            raise

    def makefile(self, *_: object) -> io.BufferedReader:
        self._flush()
        self._readers += 1
        return io.BufferedReader(GuardedReader(self._sock, self._guard, self._let_go), _PIECE)

    def _let_go(self) -> None:
        self._readers -= 1
        if self._closed:
            self.close()

    def close(self) -> None:
        self._closed = True
        if self._readers <= 0:
            self.release()

    def release(self) -> None:
        """Close at once."""
        self._guard.release(self._sock)


class GuardedReader(io.RawIOBase):
    """The reading side of a socket, with the guard's bounds on every single read."""

    def __init__(self, held: socket.socket, guard: Guard, closed: Callable[[], None]) -> None:
        super().__init__()
        self._sock = held  # the name that pypsrp looks for, to bind the handshake to TLS
        self._guard = guard
        self._on_close = closed

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        self._sock.settimeout(min(IDLE_SECONDS, self._guard.remaining()))
        try:
            size = self._sock.recv_into(buffer)
        except OSError:
            self._guard.remaining()
            raise
        self._guard.count(size)
        if not size:
            self._guard.remaining()
        return size

    def close(self) -> None:
        if not self.closed:
            super().close()
            self._on_close()
