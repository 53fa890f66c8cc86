"""The WinRM service of one host: shells, commands, and the answers of Windows to each request."""

from __future__ import annotations

import asyncio
import base64
import binascii
import time
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Executor

from psrpcore import PSRPCoreError

from auditor.lab import soap
from auditor.lab.faults import FAULTS
from auditor.lab.model import Backend, LabHost, ScriptResult
from auditor.lab.shell import Command, Shell
from auditor.lab.soap import RSP, SHELL, TRANSFER, Message
from auditor.lab.stack import Stack

_IDLE_SECONDS = 7200.0
_RSP_CREATION = "{http://schemas.microsoft.com/powershell}creationXml"


class Service:
    """One host's service. `max_shells` is its MaxShellsPerUser; `asked` counts its actions."""

    def __init__(
        self,
        host: LabHost,
        backend: Backend,
        workers: Executor,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.host = host
        self.backend = backend
        self.workers = workers
        self.clock = clock
        self.stack = Stack.of(host.windows)
        self.max_shells = self.stack.max_shells
        self.shells: dict[str, Shell] = {}
        self.asked: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()
        self._actions = {
            f"{TRANSFER}/Create": self._create,
            f"{TRANSFER}/Get": self._get,
            f"{TRANSFER}/Delete": self._delete,
            f"{SHELL}/Command": self._command,
            f"{SHELL}/Send": self._send,
            f"{SHELL}/Receive": self._receive,
            f"{SHELL}/Signal": self._signal,
        }

    async def answer(self, message: Message, user: str, client: str) -> bytes:
        """The response's body; raises `soap.Fault`."""
        action = self._actions.get(message.action)
        if action is None:
            raise soap.NO_ACTION
        self._close_idle()
        shell = self.shells.get(message.shell_id)
        if shell is not None:
            shell.requests += 1
        try:
            return await action(message, user, client)
        except (PSRPCoreError, binascii.Error, ValueError) as error:
            raise soap.incorrect_parameter(str(error)) from error
        finally:
            if shell is not None:
                shell.requests -= 1
                shell.used = self.clock()

    @property
    def open_shells(self) -> int:
        return sum(not self._is_idle(shell) for shell in tuple(self.shells.values()))

    async def close(self) -> None:
        """Close every shell and stop what runs in them."""
        for shell in self.shells.values():
            shell.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _is_idle(self, shell: Shell) -> bool:
        return not shell.requests and self.clock() - shell.used >= shell.idle_timeout

    def _close_idle(self) -> None:
        for shell_id in [key for key, shell in self.shells.items() if self._is_idle(shell)]:
            self.shells.pop(shell_id).close()

    async def _create(self, message: Message, user: str, client: str) -> bytes:
        if not message.resource.startswith(soap.POWERSHELL):
            raise soap.no_resource(message.resource)
        owned = [shell for shell in self.shells.values() if shell.owner == user]
        if len(owned) >= self.max_shells:
            raise soap.too_many_shells(self.max_shells)
        element = message.body.find(f"{RSP}Shell")
        creation = None if element is None else element.find(_RSP_CREATION)
        if element is None or creation is None:
            raise ValueError("no creationXml")
        shell_id = str(uuid.UUID(element.get("ShellId") or str(uuid.uuid4()))).upper()
        idle = soap.seconds(element.findtext(f"{RSP}IdleTimeOut", ""), _IDLE_SECONDS)
        shell = Shell(shell_id, user, idle, self.stack)
        shell.used = self.clock()
        shell.open(creation.text or "")
        self.shells[shell_id] = shell
        described = soap.described_shell(message, shell_id, user, idle, client)
        return soap.created(message, shell_id, described if self.stack.describes_shells else "")

    async def _get(self, message: Message, user: str, client: str) -> bytes:
        shell = self._shell(message, user)
        return soap.envelope(
            f"{TRANSFER}/GetResponse",
            message.message_id,
            soap.described_shell(message, shell.shell_id, user, shell.idle_timeout, client),
        )

    async def _delete(self, message: Message, user: str, client: str) -> bytes:
        shell = self._shell(message, user)
        shell.close()
        del self.shells[shell.shell_id]
        return soap.envelope(f"{TRANSFER}/DeleteResponse", message.message_id, "")

    async def _command(self, message: Message, user: str, client: str) -> bytes:
        shell = self._shell(message, user)
        line = message.body.find(f"{RSP}CommandLine")
        if line is None:
            raise ValueError("no CommandLine")
        command_id = str(uuid.UUID(line.get("CommandId") or str(uuid.uuid4()))).upper()
        first = base64.b64decode(line.findtext(f"{RSP}Arguments", ""))
        shell.add(command_id, first)
        self._feed(shell, first)
        return soap.envelope(
            f"{SHELL}/CommandResponse",
            message.message_id,
            f"<rsp:CommandResponse><rsp:CommandId>{command_id}</rsp:CommandId>"
            "</rsp:CommandResponse>",
        )

    async def _send(self, message: Message, user: str, client: str) -> bytes:
        shell = self._shell(message, user)
        for stream in message.body.iterfind(f"{RSP}Send/{RSP}Stream"):
            self._feed(shell, base64.b64decode(stream.text or ""))
        return soap.envelope(f"{SHELL}/SendResponse", message.message_id, "<rsp:SendResponse/>")

    def _feed(self, shell: Shell, data: bytes) -> None:
        for command in shell.feed(data):
            shell.start(command)
            command.task = asyncio.create_task(self.run(shell, command))
            self._tasks.add(command.task)
            command.task.add_done_callback(self._tasks.discard)

    async def run(self, shell: Shell, command: Command) -> None:
        """Run a pipeline's script as the host would, and send what it leaves."""
        fault = FAULTS.get(self.host.fault or "")
        if fault is not None and fault.script is not None:
            await fault.script(self, shell, command)
            return
        if self.host.think:
            await asyncio.sleep(self.host.think)
        loop = asyncio.get_running_loop()
        try:
            result = await loop.run_in_executor(
                self.workers, self.backend.run, self.host, command.script, command.arguments
            )
        except Exception as error:  # noqa: BLE001 - a backend's failure is the script's failure
            result = ScriptResult(errors=(f"{type(error).__name__}: {error}",), failed=True)
        shell.finish(command, result)

    async def _receive(self, message: Message, user: str, client: str) -> bytes:
        shell = self._shell(message, user)
        stream = message.body.find(f"{RSP}Receive/{RSP}DesiredStream")
        command_id = ((stream.get("CommandId") or "") if stream is not None else "").upper()
        command = shell.commands.get(command_id)
        if command_id and command is None:
            raise soap.NO_COMMAND
        mailbox = command.mailbox if command is not None else shell.mailbox
        fragments = await mailbox.take(message.timeout)
        if fragments is None:
            raise soap.TIMED_OUT
        done = command is not None and mailbox.done and mailbox.empty
        return soap.received(message, fragments, command_id, done=done)

    async def _signal(self, message: Message, user: str, client: str) -> bytes:
        shell = self._shell(message, user)
        signal = message.body.find(f"{RSP}Signal")
        command_id = ((signal.get("CommandId") or "") if signal is not None else "").upper()
        command = shell.commands.get(command_id)
        if command is None:
            raise soap.NO_COMMAND
        shell.stop(command)
        if signal is not None and signal.findtext(f"{RSP}Code", "").lower().endswith("/terminate"):
            del shell.commands[command_id]
        return soap.envelope(f"{SHELL}/SignalResponse", message.message_id, "<rsp:SignalResponse/>")

    def _shell(self, message: Message, user: str) -> Shell:
        shell = self.shells.get(message.shell_id)
        if shell is None or shell.owner != user:
            raise soap.no_shell(message.shell_id)
        return shell
