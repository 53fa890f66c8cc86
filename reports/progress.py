"""The run while it goes on: a bar where a person watches, else a line for each server."""

from __future__ import annotations

import sys
import threading
from types import TracebackType
from typing import Self, TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

from reports.text import one_line

READ = "REACH-READ"
_NAMED_IN_FLIGHT = 3


class RunProgress:
    """Told of each server as it begins and ends, from any thread; writes to stderr.

    On a terminal: a bar, what is in flight, and a line for each server that was not read.
    Otherwise one plain line for each finished server, and nothing else.
    """

    def __init__(self, total: int, stream: TextIO | None = None) -> None:
        self._total = total
        self._stream = stream or sys.stderr
        self._lock = threading.Lock()
        self._in_flight: dict[str, None] = {}
        self._finished = 0
        self._bar = self._make_bar() if self._stream.isatty() else None

    def _make_bar(self) -> Progress:
        bar = Progress(
            TextColumn("reading"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[names]}", markup=False),
            console=Console(file=self._stream, markup=False, highlight=False, emoji=False),
            transient=True,
        )
        bar.add_task("reading", total=self._total, names="")
        return bar

    def __enter__(self) -> Self:
        if self._bar:
            self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._bar:
            self._bar.stop()

    def started(self, fqdn: str) -> None:
        """The conversation with `fqdn` begins."""
        with self._lock:
            self._in_flight[one_line(fqdn, 60)] = None
            self._show()

    def finished(self, fqdn: str, code: str, sentence: str) -> None:
        """It ended with the stable `code` of its outcome, and a sentence for people."""
        name, said = one_line(fqdn, 60), one_line(sentence, 200)
        with self._lock:
            self._finished += 1
            self._in_flight.pop(name, None)
            if self._bar is None:
                line = f"[{self._finished}/{self._total}] {name}: {code}: {said}\n"
                encoding = self._stream.encoding or "utf-8"
                self._stream.write(line.encode(encoding, "replace").decode(encoding))
                self._stream.flush()
            elif code != READ:
                self._bar.console.print(Text(f"{name}: {code}: {said}"))
            self._show()

    def _show(self) -> None:
        if self._bar is None:
            return
        names = list(self._in_flight)
        more = len(names) - _NAMED_IN_FLIGHT
        shown = ", ".join(names[:_NAMED_IN_FLIGHT]) + (f" and {more} more" if more > 0 else "")
        self._bar.update(self._bar.task_ids[0], completed=self._finished, names=shown)
