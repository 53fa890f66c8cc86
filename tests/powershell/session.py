"""A session of the real engine over PSRP, as a client with bad intentions would drive it."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import threading
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from psrpcore import (
    ClientGetCommandMetadata,
    ClientPowerShell,
    ClientRunspacePool,
    ErrorRecordEvent,
    PipelineHostCallEvent,
    PipelineOutputEvent,
    PipelineStateEvent,
    PSRPPayload,
    StreamType,
)
from psrpcore.types import PSInvocationState, RunspacePoolState

from auditor.lab.fragments import (
    NO_PIPELINE,
    PIPELINE_STATE,
    kind_of,
    number_of,
    pipeline_of,
    split_fragments,
)
from auditor.lab.out_of_process import POOL, Packet, read_packet
from auditor.lab.windows import State

_SECONDS = 240.0
_ENDED = {PSInvocationState.Completed, PSInvocationState.Failed, PSInvocationState.Stopped}


class SessionError(Exception):
    """The engine gave no session, or has ended."""


@dataclass(frozen=True, slots=True)
class Call:
    """One command of a pipeline; a script where `script` is true.

    Values without a name go by their position. Without an `own_scope` it is dot-sourced.
    """

    name: str
    parameters: Sequence[tuple[str | None, Any]] = ()
    script: bool = False
    own_scope: bool | None = None


@dataclass(slots=True)
class Outcome:
    """What a pipeline left: objects, error ids, names of host calls, and how it ended."""

    output: list[Any] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    host_calls: list[str] = field(default_factory=list)
    state: str = ""


class Session:
    """An engine's process with one runspace; one pipeline at a time."""

    def __init__(
        self, pwsh: Path, folder: Path, state: State, initial_command: str = "$null"
    ) -> None:
        given = folder / f"state-{uuid.uuid4()}.json"
        given.write_text(json.dumps(state), "utf-8")
        self._process = subprocess.Popen(
            [pwsh, "-s", "-InitialCommand", initial_command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PWSH_STATE": str(given)},
        )
        self._watch = threading.Timer(_SECONDS, self._process.kill)
        self._watch.daemon = True
        self._watch.start()
        self._pool = ClientRunspacePool()
        self._stray = 0
        try:
            self._open()
        except BaseException:
            self.close()
            raise

    def _open(self) -> None:
        self._pool.open()
        self._send_data()
        self._read(lambda: self._pool.state is not RunspacePoolState.Opening)
        if self._pool.state is not RunspacePoolState.Opened:
            raise SessionError(self._pool.state.name)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
        self._watch.cancel()

    def run(self, *calls: Call, given: Sequence[Any] | None = None, **options: Any) -> Outcome:
        """One pipeline of `calls`, with `given` as its input where there is one."""
        pipeline = ClientPowerShell(self._pool, no_input=given is None, **options)
        for call in calls:
            if call.script:
                pipeline.add_script(call.name, call.own_scope)
            else:
                pipeline.add_command(call.name, call.own_scope)
            for name, value in call.parameters:
                pipeline.add_parameter(name, value)
        return self._ended(pipeline, given)

    def command_metadata(self, *names: str) -> Outcome:
        """What the protocol's own message for asking after commands tells."""
        return self._ended(ClientGetCommandMetadata(self._pool, list(names)), None)

    def _ended(self, pipeline: Any, given: Sequence[Any] | None) -> Outcome:
        self._write(Packet("Command", pipeline.pipeline_id))
        self._await("CommandAck", pipeline.pipeline_id)
        pipeline.start()
        self._send_data()
        if given is not None:
            for value in given:
                pipeline.send(value)
            pipeline.send_eof()
            self._send_data()
        outcome = Outcome()
        self._read(lambda: bool(outcome.state), outcome)
        self._write(Packet("Close", pipeline.pipeline_id))
        self._await("CloseAck", pipeline.pipeline_id)
        pipeline.close()
        return outcome

    def _read(self, enough: Callable[[], bool], outcome: Outcome | None = None) -> None:
        while True:
            while (event := self._pool.next_event()) is not None:
                if outcome is not None:
                    _note(event, outcome)
            if enough():
                return
            self._take(self._next())

    def _await(self, kind: str, pipeline: uuid.UUID) -> None:
        while (packet := self._next()) != Packet(kind, pipeline):
            self._take(packet)

    def _take(self, packet: Packet) -> None:
        if packet.kind != "Data":
            return
        named = None if packet.target == POOL else packet.target
        for piece in split_fragments(packet.data):
            if kind_of(piece) == PIPELINE_STATE and pipeline_of(piece) == NO_PIPELINE:
                self._stray = number_of(piece)  # of the initial command, which nobody asked for
            if number_of(piece) != self._stray:
                self._pool.receive_data(PSRPPayload(piece, StreamType.default, named))

    def _next(self) -> Packet:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise SessionError(f"the engine has ended ({self._process.wait(10)})")
        packet = read_packet(line)
        assert packet is not None, line
        return packet

    def _send_data(self) -> None:
        """One at a time: fragments that the engine has not acknowledged may change places."""
        while (payload := self._pool.data_to_send(32768)) is not None:
            target = payload.pipeline_id or POOL
            self._write(Packet("Data", target, payload.data))
            self._await("DataAck", target)

    def _write(self, packet: Packet) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(packet.encode())
        self._process.stdin.flush()


def _note(event: object, outcome: Outcome) -> None:
    match event:
        case PipelineOutputEvent(data=data):
            outcome.output.append(data)
        case ErrorRecordEvent(record=record):
            outcome.errors.append(str(record.FullyQualifiedErrorId))
            outcome.messages.append(str(record))
        case PipelineHostCallEvent(method_identifier=method):
            outcome.host_calls.append(str(method))
        case PipelineStateEvent(state=state, reason=reason) if state in _ENDED:
            outcome.state = state.name
            if reason is not None:
                outcome.errors.append(str(reason.FullyQualifiedErrorId))
                outcome.messages.append(str(reason))
