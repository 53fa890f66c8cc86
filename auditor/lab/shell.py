"""A shell on a host as WSMan knows it; what it talks to behind that is for each kind of shell."""

from __future__ import annotations

import asyncio
import math
from abc import ABC, abstractmethod
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, Protocol, TypeVar, runtime_checkable

from auditor.lab.mailbox import Mailbox
from auditor.lab.model import LabHost

DEFAULT_CONFIGURATION = "Microsoft.PowerShell"


@dataclass(frozen=True, slots=True)
class Opening:
    """What a client asks for. `idle_timeout` is in seconds."""

    shell_id: str
    owner: str
    idle_timeout: float = 7200.0
    configuration: str = DEFAULT_CONFIGURATION


@dataclass(frozen=True, slots=True, eq=False)
class Client:
    """One connection of somebody at `address`."""

    address: str


@dataclass(slots=True, kw_only=True)
class Command:
    """A pipeline of a shell."""

    mailbox: Mailbox = field(default_factory=Mailbox)


CommandT = TypeVar("CommandT", bound=Command)


class Shell(ABC, Generic[CommandT]):
    """One runspace pool, its mailbox, and its commands by id.

    `requests` are under way now; `used` is when the last one ended, `left` when the last
    of `clients` hung up, both on the service's clock. A shell that nobody is connected to
    is kept for `lingers` seconds, if its own timeout is not shorter. `broken` is one whose
    process is gone.
    """

    lingers: ClassVar[float] = math.inf

    def __init__(self, opening: Opening) -> None:
        self.shell_id = opening.shell_id
        self.owner = opening.owner
        self.idle_timeout = opening.idle_timeout
        self.requests = 0
        self.used = 0.0
        self.left = 0.0
        self.clients: set[Client] = set()
        self.broken = False
        self.mailbox = Mailbox()
        self.commands: dict[str, CommandT] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def is_unused(self, now: float) -> bool:
        """Whether nobody will miss it."""
        if self.requests:
            return False
        abandoned = not self.clients and now - max(self.used, self.left) >= self.lingers
        return abandoned or now - self.used >= self.idle_timeout

    @abstractmethod
    def open(self, creation: bytes) -> None:
        """Take in the creation messages; the pool's answers come into the mailbox."""

    @abstractmethod
    def add(self, command_id: str, first: bytes) -> None:
        """A new pipeline, and the first fragments of it. Raises ValueError.

        The pipeline's own id is in them: PowerShell 2.0 gives a command another one.
        """

    @abstractmethod
    def send(self, command_id: str, stream: str, data: bytes) -> None:
        """Take in fragments for a command, or for the pool where `command_id` is empty."""

    @abstractmethod
    def stop(self, command: CommandT) -> None:
        """Stop a pipeline as Ctrl-C does."""

    def terminate(self, command_id: str) -> None:
        """Stop a pipeline if it runs, and forget it. KeyError where there is none."""
        command = self.commands.pop(command_id)
        self.stop(command)
        command.mailbox.finish()

    def close(self) -> None:
        """Let nobody wait any longer, and begin to end what runs."""
        for command in self.commands.values():
            command.mailbox.finish()
        self.mailbox.finish()

    async def ended(self) -> None:
        """Wait until nothing of a closed shell runs any more."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


@runtime_checkable
class ShellBackend(Protocol):
    """Opens shells of its own on the hosts that it plays."""

    def open_shell(self, host: LabHost, opening: Opening) -> Shell[Any]:
        """A shell that has not been given its creation messages yet."""
        ...
