"""A shell whose PSRP is that of a real PowerShell: the lab carries it, and changes nothing."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field

from auditor.lab.engine import Engine
from auditor.lab.fragments import (
    NO_PIPELINE,
    PIPELINE_STATE,
    POOL_STATE,
    ends_message,
    fragments_of,
    kind_of,
    message,
    number_of,
    pipeline_of,
    pool_of,
    split_fragments,
)
from auditor.lab.out_of_process import POOL, Packet
from auditor.lab.shell import Command, Opening, Shell

_STREAMS = {"pr": "PromptResponse"}
_STOPPED = b'<Obj RefId="0"><MS><I32 N="PipelineState">3</I32></MS></Obj>'
_NEVER_REACHED = 2**62


@dataclass(slots=True, kw_only=True)
class EngineCommand(Command):
    """`held` waits for the end of the host's thinking; `last` is the message that ends it all."""

    pipeline: uuid.UUID
    pool: uuid.UUID
    thinking: asyncio.TimerHandle | None = None
    held: list[Packet] = field(default_factory=list)
    last: int = 0


class EngineShell(Shell[EngineCommand]):
    """`launch` gives the engine of this shell, and takes it back.

    Where `think` is positive, a pipeline reaches the engine that many seconds late.
    """

    lingers = 5.0

    def __init__(
        self,
        opening: Opening,
        launch: Callable[[], AbstractAsyncContextManager[Engine]],
        think: float = 0.0,
    ) -> None:
        super().__init__(opening)
        self._launch = launch
        self._think = think
        self._life: asyncio.Task[None] | None = None
        self._outbox: asyncio.Queue[Packet] = asyncio.Queue()
        self._acknowledged = asyncio.Event()
        self._of_pipeline: dict[uuid.UUID, EngineCommand] = {}
        self._stray = 0

    def open(self, creation: bytes) -> None:
        self._outbox.put_nowait(Packet("Data", POOL, creation))
        self._life = self._start(self._live())

    def add(self, command_id: str, first: bytes) -> None:
        pipeline = pipeline_of(first)
        command = EngineCommand(pipeline=pipeline, pool=pool_of(first))
        self.commands[command_id] = command
        self._of_pipeline[pipeline] = command
        command.held = [Packet("Command", pipeline), Packet("Data", pipeline, first)]
        if self._think:
            loop = asyncio.get_running_loop()
            command.thinking = loop.call_later(self._think, self._release, command)
        else:
            self._release(command)
        if self.broken:
            command.mailbox.finish()

    def _release(self, command: EngineCommand) -> None:
        command.thinking = None
        for packet in command.held:
            self._outbox.put_nowait(packet)
        command.held.clear()

    def send(self, command_id: str, stream: str, data: bytes) -> None:
        name = _STREAMS.get(stream, "Default")
        command = self.commands.get(command_id)
        if command is None:
            self._outbox.put_nowait(Packet("Data", POOL, data, name))
            return
        packet = Packet("Data", command.pipeline, data, name)
        if command.thinking is not None:
            command.held.append(packet)
        else:
            self._outbox.put_nowait(packet)

    def stop(self, command: EngineCommand) -> None:
        if command.mailbox.done:
            return
        if command.thinking is None:
            self._outbox.put_nowait(Packet("Signal", command.pipeline))
            return
        # The engine has not heard of it, so nobody else will say that it was stopped.
        command.thinking.cancel()
        whole = message(PIPELINE_STATE, command.pool, command.pipeline, _STOPPED)
        command.mailbox.put(fragments_of(_NEVER_REACHED, whole))
        command.mailbox.finish()

    def terminate(self, command_id: str) -> None:
        command = self.commands[command_id]
        super().terminate(command_id)
        if command.thinking is None:
            self._outbox.put_nowait(Packet("Close", command.pipeline))
        self._of_pipeline.pop(command.pipeline, None)

    def close(self) -> None:
        for command in self.commands.values():
            if command.thinking is not None:
                command.thinking.cancel()
        super().close()
        if self._life is not None:
            self._life.cancel()
            self._life = None

    async def _live(self) -> None:
        try:
            async with self._launch() as engine:
                writing = asyncio.create_task(self._write(engine))
                try:
                    await self._read(engine)
                finally:
                    writing.cancel()
        except OSError:
            pass  # it could not be started
        finally:
            self.broken = True
            super().close()

    async def _write(self, engine: Engine) -> None:
        while True:
            packet = await self._outbox.get()
            self._acknowledged.clear()
            await engine.send(packet)
            # The engine takes up what comes in between at once, and so in any order.
            await self._acknowledged.wait()

    async def _read(self, engine: Engine) -> None:
        async for packet in engine.packets():
            if packet.kind.endswith("Ack"):
                self._acknowledged.set()
            elif packet.kind == "Data" and packet.target == POOL:
                self._to_pool(split_fragments(packet.data))
            elif packet.kind == "Data" and packet.target in self._of_pipeline:
                command = self._of_pipeline[packet.target]
                _to_command(command, split_fragments(packet.data))
                await command.mailbox.roomy()

    def _to_pool(self, pieces: list[bytes]) -> None:
        for piece in pieces:
            kind = kind_of(piece)
            if kind == PIPELINE_STATE and pipeline_of(piece) == NO_PIPELINE:
                # The engine's initial command has ended; no client knows of that pipeline.
                self._stray = number_of(piece)
            if number_of(piece) != self._stray:
                self.mailbox.put([piece], apart=kind == POOL_STATE)


def _to_command(command: EngineCommand, pieces: list[bytes]) -> None:
    command.mailbox.put(pieces)
    for piece in pieces:
        if kind_of(piece) == PIPELINE_STATE:
            command.last = number_of(piece)
        if command.last == number_of(piece) and ends_message(piece):
            command.mailbox.finish()
