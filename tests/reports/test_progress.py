"""Progress: a bar for a person, plain lines for a log."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor

from reports.progress import RunProgress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_without_a_terminal_each_finished_server_is_one_plain_line() -> None:
    log = io.StringIO()
    with RunProgress(2, log) as progress:
        progress.started("fe01.contoso.com")
        progress.started("fe02.contoso.com")
        progress.finished("fe02.contoso.com", "REACH-READ", "Read.")
        progress.finished("fe01.contoso.com", "REACH-TLS", "Certificate\nexpired \x1b[2J.")
    assert log.getvalue() == (
        "[1/2] fe02.contoso.com: REACH-READ: Read.\n"
        "[2/2] fe01.contoso.com: REACH-TLS: Certificate expired \\x1b[2J.\n"
    )


def test_on_a_terminal_a_bar_and_only_the_failures_as_lines() -> None:
    terminal = Terminal()
    with RunProgress(2, terminal) as progress:
        progress.started("fe01.contoso.com")
        progress.finished("fe01.contoso.com", "REACH-READ", "Read.")
        progress.started("[red]fe02")
        progress.finished("[red]fe02", "REACH-TLS", "Certificate expired.")
    shown = terminal.getvalue()
    assert "2/2" in shown
    assert "[red]fe02: REACH-TLS: Certificate expired." in shown
    assert "REACH-READ" not in shown


def test_many_threads_tell_at_once() -> None:
    log = io.StringIO()
    with RunProgress(200, log) as progress, ThreadPoolExecutor(16) as threads:
        for number in range(200):
            threads.submit(progress.finished, f"s{number}", "REACH-READ", "Read.")
    lines = log.getvalue().splitlines()
    assert [line.partition("]")[0] for line in lines] == [f"[{n}/200" for n in range(1, 201)]
