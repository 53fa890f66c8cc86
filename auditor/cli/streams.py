"""stdout and stderr that outlive their readers: `| head` must not end an audit, nor 2>&-."""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


@contextmanager
def lasting_streams() -> Iterator[None]:
    """What nobody can read any more is dropped, and the command goes on to its own exit code.

    Of stderr, which is talk, that is whatever fails. Of stdout, which may be kept in a file,
    only a pipe whose reader has gone: that a disk is full is told, once.
    """
    before = sys.stdout, sys.stderr
    sys.stdout = _lasting(sys.stdout, _reader_is_gone)
    sys.stderr = _lasting(sys.stderr, lambda _: True)
    try:
        yield
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        sys.stdout, sys.stderr = before


def _reader_is_gone(error: OSError) -> bool:
    return isinstance(error, BrokenPipeError) or error.errno == errno.EINVAL  # so on Windows


def _lasting(stream: TextIO | None, forgives: Callable[[OSError], bool]) -> TextIO:
    """`stream` over a file that forgives; None, as of a closed descriptor, becomes nowhere."""
    if stream is None:
        return Path(os.devnull).open("w", encoding="utf-8")
    raw = getattr(stream, "buffer", None)
    raw = getattr(raw, "raw", raw)
    if not isinstance(stream, io.TextIOWrapper) or not isinstance(raw, io.RawIOBase):
        return stream  # not a file at all: somebody takes the words as they come
    stream.flush()
    return io.TextIOWrapper(
        io.BufferedWriter(_Forgiving(raw, forgives)),
        stream.encoding,
        stream.errors,
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )


class _Forgiving(io.RawIOBase):
    """Writes to `file` until that fails; what comes after is dropped."""

    def __init__(self, file: io.RawIOBase, forgives: Callable[[OSError], bool]) -> None:
        self._file = file
        self._forgives = forgives
        self._dropping = False

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return self._file.isatty()

    def fileno(self) -> int:
        return self._file.fileno()

    def write(self, data: ReadableBuffer) -> int | None:
        if not self._dropping:
            try:
                return self._file.write(data)
            except OSError as error:
                self._dropping = True
                if not self._forgives(error):
                    raise
        return memoryview(data).nbytes
