"""The WinRM service of one host: shells, commands, and the answers of Windows to each request."""

from __future__ import annotations

import asyncio
import base64
import binascii
import time
import uuid
from collections import Counter
from collections.abc import Callable
from typing import Any

from psrpcore import PSRPCoreError

from auditor.lab import soap
from auditor.lab.faults import FAULTS
from auditor.lab.model import LabHost
from auditor.lab.script_shell import ScriptShell
from auditor.lab.shell import DEFAULT_CONFIGURATION, Client, Opening, Shell, ShellBackend
from auditor.lab.soap import RSP, SHELL, TRANSFER, Message
from auditor.lab.stack import Stack

_IDLE_SECONDS = 7200.0
_RSP_CREATION = "{http://schemas.microsoft.com/powershell}creationXml"


class Service:
    """One host's service. `max_shells` is its MaxShellsPerUser; `asked` counts its actions."""

    def __init__(
        self,
        host: LabHost,
        backend: ShellBackend,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.host = host
        self.backend = backend
        self.clock = clock
        self.stack = Stack.of(host.windows)
        self.max_shells = self.stack.max_shells
        self.shells: dict[str, Shell[Any]] = {}
        self.asked: Counter[str] = Counter()
        self._ending: set[asyncio.Task[None]] = set()
        self._actions = {
            f"{TRANSFER}/Create": self._create,
            f"{TRANSFER}/Get": self._get,
            f"{TRANSFER}/Delete": self._delete,
            f"{SHELL}/Command": self._command,
            f"{SHELL}/Send": self._send,
            f"{SHELL}/Receive": self._receive,
            f"{SHELL}/Signal": self._signal,
        }

    async def answer(self, message: Message, user: str, client: Client) -> bytes:
        """The response's body; raises `soap.Fault`."""
        action = self._actions.get(message.action)
        if action is None:
            raise soap.NO_ACTION
        self.close_unused()
        shell = self.shells.get(message.shell_id)
        if shell is not None:
            shell.requests += 1
            shell.clients.add(client)
        try:
            return await action(message, user, client)
        except (PSRPCoreError, binascii.Error, ValueError) as error:
            raise soap.incorrect_parameter(str(error)) from error
        finally:
            if shell is not None:
                shell.requests -= 1
                shell.used = self.clock()

    def hung_up(self, client: Client) -> None:
        """A connection has ended, and no request of it is under way."""
        for shell in self.shells.values():
            if client in shell.clients:
                shell.clients.discard(client)
                shell.left = self.clock()

    @property
    def open_shells(self) -> int:
        now = self.clock()
        return sum(not shell.is_unused(now) for shell in tuple(self.shells.values()))

    def close_unused(self) -> None:
        """Close the shells that were idle for too long, or that nobody is connected to."""
        now = self.clock()
        for shell_id in [key for key, shell in self.shells.items() if shell.is_unused(now)]:
            self._close(shell_id)

    async def close(self) -> None:
        """Close every shell and wait until nothing runs in them."""
        for shell_id in list(self.shells):
            self._close(shell_id)
        await asyncio.gather(*self._ending, return_exceptions=True)

    def _close(self, shell_id: str) -> None:
        shell = self.shells.pop(shell_id)
        shell.close()
        ending = asyncio.create_task(shell.ended())
        self._ending.add(ending)
        ending.add_done_callback(self._ending.discard)

    async def _create(self, message: Message, user: str, client: Client) -> bytes:
        configuration = self._configuration(message.resource)
        owned = [shell for shell in self.shells.values() if shell.owner == user]
        if len(owned) >= self.max_shells:
            raise soap.too_many_shells(self.max_shells)
        element = message.body.find(f"{RSP}Shell")
        creation = None if element is None else element.find(_RSP_CREATION)
        if element is None or creation is None:
            raise ValueError("no creationXml")
        shell_id = str(uuid.UUID(element.get("ShellId") or str(uuid.uuid4()))).upper()
        idle = soap.seconds(element.findtext(f"{RSP}IdleTimeOut", ""), _IDLE_SECONDS)
        first = base64.b64decode(creation.text or "")
        shell = self._new_shell(Opening(shell_id, user, idle, configuration))
        shell.open(first)
        shell.used = self.clock()
        shell.clients.add(client)
        self.shells[shell_id] = shell
        described = soap.described_shell(message, shell_id, user, idle, client.address)
        return soap.created(message, shell_id, described if self.stack.describes_shells else "")

    def _configuration(self, resource: str) -> str:
        """The session configuration that a resource URI names; soap.Fault where there is none."""
        names = (DEFAULT_CONFIGURATION, *self.host.configurations)
        known = {f"{soap.POWERSHELL}{name}".lower(): name for name in names}
        if resource.lower() not in known:
            raise soap.no_resource(resource)
        return known[resource.lower()]

    def _new_shell(self, opening: Opening) -> Shell[Any]:
        fault = FAULTS.get(self.host.fault or "")
        if fault is not None and fault.script is not None:
            return ScriptShell(opening, self.stack, fault.script)
        return self.backend.open_shell(self.host, opening)

    async def _get(self, message: Message, user: str, client: Client) -> bytes:
        shell = self._shell(message, user)
        return soap.envelope(
            f"{TRANSFER}/GetResponse",
            message.message_id,
            soap.described_shell(message, shell.shell_id, user, shell.idle_timeout, client.address),
        )

    async def _delete(self, message: Message, user: str, client: Client) -> bytes:
        self._close(self._shell(message, user).shell_id)
        return soap.envelope(f"{TRANSFER}/DeleteResponse", message.message_id, "")

    async def _command(self, message: Message, user: str, client: Client) -> bytes:
        shell = self._shell(message, user)
        line = message.body.find(f"{RSP}CommandLine")
        if line is None:
            raise ValueError("no CommandLine")
        command_id = str(uuid.UUID(line.get("CommandId") or str(uuid.uuid4()))).upper()
        shell.add(command_id, base64.b64decode(line.findtext(f"{RSP}Arguments", "")))
        return soap.envelope(
            f"{SHELL}/CommandResponse",
            message.message_id,
            f"<rsp:CommandResponse><rsp:CommandId>{command_id}</rsp:CommandId>"
            "</rsp:CommandResponse>",
        )

    async def _send(self, message: Message, user: str, client: Client) -> bytes:
        shell = self._shell(message, user)
        for stream in message.body.iterfind(f"{RSP}Send/{RSP}Stream"):
            command_id = (stream.get("CommandId") or "").upper()
            if command_id and command_id not in shell.commands:
                raise soap.NO_COMMAND
            shell.send(command_id, stream.get("Name") or "", base64.b64decode(stream.text or ""))
        return soap.envelope(f"{SHELL}/SendResponse", message.message_id, "<rsp:SendResponse/>")

    async def _receive(self, message: Message, user: str, client: Client) -> bytes:
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
        if not fragments and shell.broken:
            raise soap.PROCESS_GONE
        done = command is not None and mailbox.done and mailbox.empty
        return soap.received(message, fragments, command_id, done=done)

    async def _signal(self, message: Message, user: str, client: Client) -> bytes:
        shell = self._shell(message, user)
        signal = message.body.find(f"{RSP}Signal")
        command_id = ((signal.get("CommandId") or "") if signal is not None else "").upper()
        command = shell.commands.get(command_id)
        if signal is None or command is None:
            raise soap.NO_COMMAND
        if signal.findtext(f"{RSP}Code", "").lower().endswith("/terminate"):
            shell.terminate(command_id)
        else:
            shell.stop(command)
        return soap.envelope(f"{SHELL}/SignalResponse", message.message_id, "<rsp:SignalResponse/>")

    def _shell(self, message: Message, user: str) -> Shell[Any]:
        shell = self.shells.get(message.shell_id)
        if shell is None or shell.owner != user:
            raise soap.no_shell(message.shell_id)
        return shell
