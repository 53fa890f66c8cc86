"""A PowerShell shell on a host: PSRP inside WSMan, in the rhythm of a Windows host.

psrpcore keeps the protocol's state; what it lacks on the server's side (a way to fail a
pipeline, one stream for each fragment, batches as Windows makes them) is here.
"""

from __future__ import annotations

import asyncio
import base64
import struct
import uuid
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

from auditor.lab.mailbox import Mailbox
from auditor.lab.model import ScriptResult
from auditor.lab.stack import Stack

FRAGMENT_BYTES = 32 * 1024
_HEADER = struct.Struct(">QQBI")
_MESSAGE = struct.Struct("<II")
_PIPELINE_ID = slice(_HEADER.size + 24, _HEADER.size + 40)
_POOL_STATE = 0x00021005
_STACK = Stack()


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
    """One shell: a runspace pool, its mailbox, and its commands by id.

    `requests` are under way now; `used` is when the last one ended, on the service's clock.
    """

    def __init__(
        self, shell_id: str, owner: str, idle_timeout: float = 7200.0, stack: Stack = _STACK
    ) -> None:
        self.shell_id = shell_id
        self.owner = owner
        self.idle_timeout = idle_timeout
        self.requests = 0
        self.used = 0.0
        self.mailbox = Mailbox()
        self.commands: dict[str, Command] = {}
        self._of_pipeline: dict[uuid.UUID, Command] = {}
        self.pool = ServerRunspacePool(application_private_data=stack.private_data)
        self.pool.our_capability.protocolversion = PSVersion(stack.protocol)

    def open(self, creation: str) -> None:
        """Take in the creation message; the pool's answers wait in the mailbox then."""
        self.feed(base64.b64decode(creation))

    def add(self, command_id: str, first: bytes) -> Command:
        """A new pipeline, whose first fragment names it; its script comes with `feed`.

        PowerShell 2.0 gives a command another id than the pipeline has. Raises ValueError.
        """
        named = first[_PIPELINE_ID]
        command = Command(ServerPipeline(self.pool, uuid.UUID(bytes_le=named)))
        self.commands[command_id] = command
        self._of_pipeline[command.pipeline.pipeline_id] = command
        return command

    def feed(self, data: bytes) -> list[Command]:
        """Take in fragments; the commands that are complete now and may be run."""
        self.pool.receive_data(PSRPPayload(data, StreamType.default, None))
        ready = []
        while (event := self.pool.next_event()) is not None:
            if isinstance(event, CreatePipelineEvent):
                ready.append(self._of_pipeline[event.pipeline_id])
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
                for piece in fragments:
                    self.mailbox.put([piece], apart=_is_pool_state(piece))
                continue
            command = self._of_pipeline.get(payload.pipeline_id)
            if command is not None:
                command.mailbox.put(fragments)

    def put_raw(self, command: Command, kind: int, clixml: bytes) -> None:
        """Send a message as it is, well-formed or not; for hosts that misbehave."""
        message = (
            _MESSAGE.pack(1, kind)
            + self.pool.runspace_pool_id.bytes_le
            + command.pipeline.pipeline_id.bytes_le
            + clixml
        )
        # The only way to number it in psrpcore's own order.
        number = self.pool._fragment_counter  # noqa: SLF001
        command.mailbox.put(fragments_of(number, message))


def fragments_of(number: int, message: bytes) -> list[bytes]:
    """A message in as many fragments as it takes (MS-PSRP 2.2.4)."""
    starts = range(0, len(message), FRAGMENT_BYTES)
    return [
        fragment(number, index, message[at : at + FRAGMENT_BYTES], last=index == len(starts) - 1)
        for index, at in enumerate(starts)
    ]


def fragment(number: int, index: int, data: bytes, *, last: bool) -> bytes:
    """The fragment at `index` of the message with that number."""
    flags = (1 if index == 0 else 0) | (2 if last else 0)
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
