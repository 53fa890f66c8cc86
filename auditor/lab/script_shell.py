"""Shells whose scripts a backend answers; psrpcore speaks PSRP for them.

What psrpcore lacks on the server's side (a way to fail a pipeline, one stream for each
fragment, batches as Windows makes them) is here.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial
from typing import Any

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

from auditor.lab.fragments import (
    FRAGMENT_BYTES,
    POOL_STATE,
    fragments_of,
    kind_of,
    message,
    pipeline_of,
    split_fragments,
)
from auditor.lab.model import Backend, Call, LabHost, ScriptError, ScriptResult
from auditor.lab.no_language import script_of
from auditor.lab.shell import DEFAULT_CONFIGURATION, Command, Opening, Shell
from auditor.lab.stack import Stack


@dataclass(slots=True, kw_only=True)
class ScriptCommand(Command):
    """A pipeline as psrpcore keeps it, and the task that runs it."""

    pipeline: ServerPipeline
    task: asyncio.Task[None] | None = None

    @property
    def calls(self) -> list[Call]:
        """The commands of the pipeline, in their order."""
        return [
            Call(
                str(command.command_text),
                {str(name): value for name, value in command.parameters if name},
                is_script=bool(command.is_script),
                unnamed=tuple(value for name, value in command.parameters if not name),
                ends_statement=bool(command.end_of_statement),
            )
            for command in getattr(self.pipeline.metadata, "commands", [])
        ]


class ScriptShell(Shell[ScriptCommand]):
    """`run` answers each pipeline with `finish`, or with messages of its own."""

    def __init__(
        self,
        opening: Opening,
        stack: Stack,
        run: Callable[[ScriptShell, ScriptCommand], Awaitable[None]],
    ) -> None:
        super().__init__(opening)
        self._run = run
        self._of_pipeline: dict[uuid.UUID, ScriptCommand] = {}
        self.pool = ServerRunspacePool(application_private_data=stack.private_data)
        self.pool.our_capability.protocolversion = PSVersion(stack.protocol)

    def open(self, creation: bytes) -> None:
        self._feed(creation)

    def add(self, command_id: str, first: bytes) -> None:
        command = ScriptCommand(pipeline=ServerPipeline(self.pool, pipeline_of(first)))
        self.commands[command_id] = command
        self._of_pipeline[command.pipeline.pipeline_id] = command
        self._feed(first)

    def send(self, command_id: str, stream: str, data: bytes) -> None:  # noqa: ARG002 - psrpcore finds the pipeline by the message
        self._feed(data)

    def _feed(self, data: bytes) -> None:
        self.pool.receive_data(PSRPPayload(data, StreamType.default, None))
        while (event := self.pool.next_event()) is not None:
            if isinstance(event, CreatePipelineEvent):
                command = self._of_pipeline[event.pipeline_id]
                # Windows sends no Running state; psrpcore's start() would.
                _change_state(command, PSInvocationState.Running, emit=False)
                command.task = self._start(self._answer(command))
        self._drain()

    async def _answer(self, command: ScriptCommand) -> None:
        await self._run(self, command)

    def finish(self, command: ScriptCommand, result: ScriptResult) -> None:
        """Send what a script left, and the state it ended in."""
        for text in result.output:
            command.pipeline.write_output(text)
        records = [_error_record(error) for error in result.errors]
        if result.failed:
            failure = records.pop() if records else _error_record("The pipeline failed.")
            _write_errors(command.pipeline, records)
            _change_state(command, PSInvocationState.Failed, failure)
        else:
            _write_errors(command.pipeline, records)
            command.pipeline.complete()
        self._drain()
        command.mailbox.finish()

    def stop(self, command: ScriptCommand) -> None:
        if command.task is not None:
            command.task.cancel()
        if command.pipeline.state is PSInvocationState.Running:
            command.pipeline.stop()
        self._drain()
        command.mailbox.finish()

    def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        super().close()

    def _drain(self) -> None:
        """Move what psrpcore wants to send into the mailboxes, fragment by fragment."""
        while (payload := self.pool.data_to_send(FRAGMENT_BYTES)) is not None:
            fragments = split_fragments(payload.data)
            if payload.pipeline_id is None:
                for piece in fragments:
                    self.mailbox.put([piece], apart=kind_of(piece) == POOL_STATE)
                continue
            command = self._of_pipeline.get(payload.pipeline_id)
            if command is not None:
                command.mailbox.put(fragments)

    def put_raw(self, command: ScriptCommand, kind: int, clixml: bytes) -> None:
        """Send a message as it is, well-formed or not; for hosts that misbehave."""
        whole = message(kind, self.pool.runspace_pool_id, command.pipeline.pipeline_id, clixml)
        # The only way to number it in psrpcore's own order.
        number = self.pool._fragment_counter  # noqa: SLF001
        command.mailbox.put(fragments_of(number, whole))


class ScriptShells:
    """Opens shells on hosts for which `backend` answers scripts, each in one of `workers`."""

    def __init__(self, backend: Backend, workers: Executor) -> None:
        self._backend = backend
        self._workers = workers

    def open_shell(self, host: LabHost, opening: Opening) -> ScriptShell:
        answer = partial(self._answer, host, opening.configuration)
        return ScriptShell(opening, Stack.of(host.windows), answer)

    async def _answer(
        self, host: LabHost, configuration: str, shell: ScriptShell, command: ScriptCommand
    ) -> None:
        if host.think:
            await asyncio.sleep(host.think)
        loop = asyncio.get_running_loop()
        try:
            result = await loop.run_in_executor(
                self._workers, self._result, host, configuration, command.calls
            )
        except Exception as error:  # noqa: BLE001 - a backend's failure is the script's failure
            result = ScriptResult(errors=(f"{type(error).__name__}: {error}",), failed=True)
        shell.finish(command, result)

    def _result(self, host: LabHost, configuration: str, calls: list[Call]) -> ScriptResult:
        if configuration == DEFAULT_CONFIGURATION:
            first = calls[0] if calls else Call("")
            return self._backend.run(host, first.text, first.arguments)
        script = script_of(calls)
        if isinstance(script, ScriptError):
            return ScriptResult(errors=(script,), failed=True)
        return self._backend.run(host, script, {})


def _change_state(command: ScriptCommand, state: PSInvocationState, *why: Any, **how: Any) -> None:
    # psrpcore has no public way to start a pipeline silently, or to fail one.
    command.pipeline._change_state(state, *why, **how)  # noqa: SLF001


def _error_record(error: str | ScriptError) -> ErrorRecord:
    if isinstance(error, str):
        error = ScriptError(error)
    return ErrorRecord(
        Exception=NETException(Message=error.message, HResult=-2146233087),
        CategoryInfo=ErrorCategoryInfo(
            Category=ErrorCategory[error.category], Reason=error.exception
        ),
        FullyQualifiedErrorId=error.error_id,
    )


def _write_errors(pipeline: ServerPipeline, records: list[ErrorRecord]) -> None:
    for record in records:
        pipeline.write_error(
            record.Exception,
            category_info=record.CategoryInfo,
            fully_qualified_error_id=record.FullyQualifiedErrorId,
        )
