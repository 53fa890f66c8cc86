"""A PowerShell shell on a host: PSRP inside WSMan, in the rhythm of a Windows host.

psrpcore keeps the protocol's state; what it lacks on the server's side (a way to fail a
pipeline, one stream for each fragment, batches as Windows makes them) is here.
"""

from __future__ import annotations

import asyncio
import base64
import struct
import uuid
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from psrpcore import (
    CreatePipelineEvent,
    PSRPPayload,
    ServerPipeline,
    ServerRunspacePool,
    StreamType,
)
from psrpcore.types import (
    ErrorCategory,
    ErrorCategoryInfo,
    ErrorRecord,
    NETException,
    PSInvocationState,
    PSVersion,
)

from auditor.lab.model import ScriptResult

FRAGMENT_BYTES = 32 * 1024
RECEIVE_BYTES = 128 * 1024
_HEADER = struct.Struct(">QQBI")
_POOL_STATE = 0x00021005


class Mailbox:
    """Fragments that wait for a Receive, in batches that are never sent together."""

    def __init__(self) -> None:
        self._batches: deque[deque[bytes]] = deque()
        self._arrived = asyncio.Event()
        self.done = False

    def put(self, fragments: list[bytes], *, apart: bool = False) -> None:
        """Add fragments; `apart` begins a new batch, which takes a Receive of its own."""
        if apart or not self._batches:
            self._batches.append(deque())
        self._batches[-1].extend(fragments)
        self._arrived.set()

    def finish(self) -> None:
        """Nothing more will come."""
        self.done = True
        self._arrived.set()

    @property
    def empty(self) -> bool:
        return not any(self._batches)

    async def take(self, seconds: float) -> list[bytes] | None:
        """What one Receive gets, about 128 KiB at most; None where nothing came in time."""
        try:
            async with asyncio.timeout(seconds):
                while self.empty and not self.done:
                    self._arrived.clear()
                    await self._arrived.wait()
        except TimeoutError:
            return None
        taken: list[bytes] = []
        size = 0
        while self._batches and size < RECEIVE_BYTES:
            batch = self._batches[0]
            while batch and size < RECEIVE_BYTES:
                taken.append(batch.popleft())
                size += len(taken[-1])
            if not batch:
                self._batches.popleft()
                break
        return taken


@dataclass(slots=True)
class Command:
    """A pipeline of a shell, and the task that runs it."""

    pipeline: ServerPipeline
    mailbox: Mailbox = field(default_factory=Mailbox)
    task: asyncio.Task[None] | None = None

    @property
    def script(self) -> str:
        """The text of the pipeline's first command."""
        commands = getattr(self.pipeline.metadata, "commands", [])
        return str(commands[0].command_text) if commands else ""

    @property
    def arguments(self) -> Mapping[str, object]:
        commands = getattr(self.pipeline.metadata, "commands", [])
        pairs = commands[0].parameters if commands else []
        return {str(name): value for name, value in pairs if name}


class Shell:
    """One shell: a runspace pool, its mailbox, and its commands by id."""

    def __init__(self, shell_id: str, owner: str) -> None:
        self.shell_id = shell_id
        self.owner = owner
        self.mailbox = Mailbox()
        self.commands: dict[str, Command] = {}
        self.pool = ServerRunspacePool(
            application_private_data={"PSVersionTable": {"PSVersion": PSVersion("5.1.14393.0")}}
        )

    def open(self, creation: str) -> None:
        """Take in the creation message; the pool's answers wait in the mailbox then."""
        self.feed(base64.b64decode(creation))

    def add(self, command_id: str) -> Command:
        """A new pipeline, whose script comes with `feed`."""
        command = Command(ServerPipeline(self.pool, uuid.UUID(command_id)))
        self.commands[command_id.upper()] = command
        return command

    def feed(self, data: bytes) -> list[uuid.UUID]:
        """Take in fragments; the ids of pipelines that are complete now and may be run."""
        self.pool.receive_data(PSRPPayload(data, StreamType.default, None))
        ready = []
        while (event := self.pool.next_event()) is not None:
            if isinstance(event, CreatePipelineEvent):
                ready.append(event.pipeline_id)
        self.drain()
        return ready

    def start(self, command: Command) -> None:
        # Windows sends no Running state; psrpcore's start() would.
        command.pipeline._change_state(PSInvocationState.Running, emit=False)  # noqa: SLF001

    def finish(self, command: Command, result: ScriptResult) -> None:
        """Send what a script left, and the state it ended in."""
        for text in result.output:
            command.pipeline.write_output(text)
        records = [_error_record(text) for text in result.errors]
        if result.failed:
            failure = records.pop() if records else _error_record("The pipeline failed.")
            _write_errors(command.pipeline, records)
            # psrpcore has no public way to fail a pipeline.
            command.pipeline._change_state(PSInvocationState.Failed, failure)  # noqa: SLF001
        else:
            _write_errors(command.pipeline, records)
            command.pipeline.complete()
        self.drain()
        command.mailbox.finish()

    def stop(self, command: Command) -> None:
        """Stop a pipeline as Ctrl-C does."""
        if command.task is not None:
            command.task.cancel()
        if command.pipeline.state is PSInvocationState.Running:
            command.pipeline.stop()
        self.drain()
        command.mailbox.finish()

    def close(self) -> None:
        for command in self.commands.values():
            if command.task is not None:
                command.task.cancel()
            command.mailbox.finish()
        self.mailbox.finish()

    def drain(self) -> None:
        """Move what psrpcore wants to send into the mailboxes, fragment by fragment."""
        while (payload := self.pool.data_to_send(FRAGMENT_BYTES)) is not None:
            fragments = split_fragments(payload.data)
            if payload.pipeline_id is None:
                for fragment in fragments:
                    self.mailbox.put([fragment], apart=_is_pool_state(fragment))
                continue
            command = self.commands.get(str(payload.pipeline_id).upper())
            if command is not None:
                command.mailbox.put(fragments)

    def put_raw(self, command: Command, kind: int, clixml: bytes) -> None:
        """Send a message as it is, well-formed or not; for hosts that misbehave."""
        message = (
            struct.pack("<II", 1, kind)
            + self.pool.runspace_pool_id.bytes_le
            + command.pipeline.pipeline_id.bytes_le
            + clixml
        )
        number = self.pool._fragment_counter  # noqa: SLF001 - the only way to stay in order
        pieces = range(0, len(message), FRAGMENT_BYTES) or (0,)
        command.mailbox.put(
            [
                fragment(number, index, message[at : at + FRAGMENT_BYTES], index, len(pieces))
                for index, at in enumerate(pieces)
            ]
        )


def fragment(number: int, index: int, data: bytes, position: int, count: int) -> bytes:
    """One fragment of a message (MS-PSRP 2.2.4)."""
    flags = (1 if position == 0 else 0) | (2 if position == count - 1 else 0)
    return _HEADER.pack(number, index, flags, len(data)) + data


def split_fragments(data: bytes) -> list[bytes]:
    """The fragments in `data`, one by one: Windows sends each in a stream of its own."""
    fragments = []
    at = 0
    while at < len(data):
        length = _HEADER.unpack_from(data, at)[3]
        end = at + _HEADER.size + length
        fragments.append(data[at:end])
        at = end
    return fragments


def _is_pool_state(data: bytes) -> bool:
    if len(data) < _HEADER.size + 8:
        return False
    kind: int = struct.unpack_from("<I", data, _HEADER.size + 4)[0]
    return kind == _POOL_STATE


def _error_record(text: str) -> ErrorRecord:
    return ErrorRecord(
        Exception=NETException(Message=text, HResult=-2146233087),
        CategoryInfo=ErrorCategoryInfo(
            Category=ErrorCategory.NotSpecified, Reason="RuntimeException"
        ),
        FullyQualifiedErrorId="RuntimeException",
    )


def _write_errors(pipeline: ServerPipeline, records: list[ErrorRecord]) -> None:
    for record in records:
        pipeline.write_error(
            record.Exception,
            category_info=record.CategoryInfo,
            fully_qualified_error_id=record.FullyQualifiedErrorId,
        )
