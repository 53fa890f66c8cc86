"""Whoever stops reading stdout or stderr changes neither what a command does nor its exit code."""

from __future__ import annotations

import errno
import io
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from auditor.cli.streams import lasting_streams
from reports.audit_json import write_audit
from tests.reports.sample import sample

# Nobody listens on that port: what connects to it is refused at once.
ZONE = """
[zones.lan]
port = 1
auth = "ntlm"
credential = "me"
[credentials.me]
username = 'CONTOSO\\me'
source = "env"
variable = "SFB_AUDIT_TEST_PASSWORD"
"""
POOL = """
[[pools]]
fqdn = "fe0{0}.contoso.com"
zone = "lan"
servers = [{{ fqdn = "fe0{0}.contoso.com", address = "127.0.0.{0}" }}]
"""
SFB_AUDIT = (sys.executable, "-c", "from auditor.cli.main import main; main()")
GONE, FULL, CLOSED, KEPT = "its reader has gone", "the disk is full", "closed", "kept"


@contextmanager
def _stream(state: str) -> Iterator[int]:
    """A descriptor of which that is true, but for CLOSED."""
    if state == GONE:
        read, write = os.pipe()
        os.close(read)
    else:
        write = os.open("/dev/full" if state == FULL else os.devnull, os.O_WRONLY)
    try:
        yield write
    finally:
        os.close(write)


def _code(*arguments: object, out: str = KEPT, err: str = KEPT) -> int:
    """How `sfb-audit ARGUMENTS...` ends as a process with such streams."""
    closed = [f"{number}>&-" for number, state in ((1, out), (2, err)) if state == CLOSED]
    shell = ("sh", "-c", f'exec "$@" {" ".join(closed)}', "sh")
    with ExitStack() as streams:
        return subprocess.run(
            [*shell, *SFB_AUDIT, *map(str, arguments)],
            stdout=streams.enter_context(_stream(out)),
            stderr=streams.enter_context(_stream(err)),
            env=os.environ | {"SFB_AUDIT_TEST_PASSWORD": "x"},
            check=False,
        ).returncode


@pytest.mark.parametrize(("out", "err"), [(KEPT, GONE), (GONE, FULL), (FULL, CLOSED)])
def test_an_audit_without_readers_is_the_same(out: str, err: str, tmp_path: Path) -> None:
    config, folder = tmp_path / "estate.toml", tmp_path / "audit"
    config.write_text(ZONE + POOL.format(1) + POOL.format(2), "utf-8")
    assert _code("run", "--config", config, "--out", folder, out=out, err=err) == 3
    written = {path.name for path in folder.iterdir()}
    assert written == {"audit.json", "facts", "report.html", "upgrade-plan.xlsx"}
    assert len(list((folder / "facts").iterdir())) == 2


@pytest.mark.parametrize(
    ("command", "out", "code"),
    [
        ("--help", CLOSED, 0),
        ("rules", GONE, 0),
        ("explain fe01 --run {run}", GONE, 0),
        ("explain fe01 --run {run} --json", CLOSED, 0),
        ("scenarios --run {run}", GONE, 0),
        ("explain nobody --run {run}", CLOSED, 2),
    ],
)
def test_a_command_whose_reader_has_gone_ends_as_it_would(
    command: str, out: str, code: int, tmp_path: Path
) -> None:
    write_audit(sample(), tmp_path / "audit.json")
    arguments = [part.format(run=tmp_path) for part in command.split()]
    assert _code(*arguments, out=out) == code


def test_what_was_to_be_kept_and_was_not_is_a_failure() -> None:
    assert _code("rules", out=FULL) == 4


def test_on_windows_a_pipe_without_a_reader_is_an_invalid_argument(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Pipe(io.RawIOBase):
        asked = 0

        def writable(self) -> bool:
            return True

        def write(self, _: object) -> int:
            self.asked += 1
            raise OSError(errno.EINVAL, "Invalid argument")

    pipe = Pipe()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BufferedWriter(pipe), "utf-8"))
    with lasting_streams():
        for _ in range(2):
            sys.stdout.write("a word")
            sys.stdout.flush()
    assert pipe.asked == 1
