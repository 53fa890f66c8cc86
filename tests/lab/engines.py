"""The engines that this process has started, as the system sees them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread

PROC = Path("/proc")


def engines() -> set[int]:
    """The process ids of the engines that run now."""
    own = str(os.getpid())
    found = set()
    for process in PROC.iterdir():
        with suppress(OSError, ValueError):
            parent = (process / "stat").read_text().rpartition(")")[2].split()[1]
            if parent == own and b"-InitialCommand" in (process / "cmdline").read_bytes():
                found.add(int(process.name))
    return found


def runs(process: int) -> bool:
    """Whether a process is there that has not ended yet."""
    try:
        state = (PROC / str(process) / "stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"


def until(reached: Callable[[], bool], seconds: float = 10.0) -> None:
    """Return as soon as something has come about; AssertionError where it does not."""
    ends = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < ends, "it was not reached in time"
        Event().wait(0.01)


@contextmanager
def most_engines() -> Iterator[list[int]]:
    """A list whose last item is the largest number of engines that were seen at once."""
    seen, enough = [0], Event()

    def look() -> None:
        while not enough.wait(0.02):
            seen.append(max(seen[-1], len(engines())))

    watching = Thread(target=look)
    watching.start()
    try:
        yield seen
    finally:
        enough.set()
        watching.join()
