"""The WinRM service of one host: shells, commands, and the answers of Windows to each request."""

from __future__ import annotations

import asyncio
import base64
import binascii
import uuid
from concurrent.futures import Executor

from psrpcore import PSRPCoreError

from auditor.lab import soap
from auditor.lab.faults import FAULTS
from auditor.lab.model import Backend, LabHost, ScriptResult
from auditor.lab.shell import Command, Shell
from auditor.lab.soap import RSP, SHELL, TRANSFER, Message

MAX_SHELLS_PER_USER = 30


class Service:
    """One host's service. `max_shells` is its MaxShellsPerUser."""

    def __init__(self, host: LabHost, backend: Backend, workers: Executor) -> None:
        self.host = host
        self.backend = backend
        self.workers = workers
        self.shells: dict[str, Shell] = {}
        self.max_shells = MAX_SHELLS_PER_USER
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
            raise soap.Fault(
                2150858752,
                "The WS-Management service cannot process the request. The action is not "
                "supported by the service. ",
                code="s:Sender",
                subcode="a:ActionNotSupported",
            )
        try:
            return await action(message, user, client)
        except (PSRPCoreError, binascii.Error, ValueError) as error:
            raise soap.Fault(
                87,
                f"The parameter is incorrect. {error}",
                code="s:Sender",
                subcode="w:InvalidRequest",
            ) from error

    def close(self) -> None:
        for shell in self.shells.values():
            shell.close()
        for task in self._tasks:
            task.cancel()

    async def _create(self, message: Message, user: str, client: str) -> bytes:
        if not message.resource.startswith(soap.POWERSHELL):
            raise soap.no_resource(message.resource)
        owned = [shell for shell in self.shells.values() if shell.owner == user]
        if len(owned) >= self.max_shells:
            raise soap.too_many_shells(self.max_shells)
        element = message.body.find(f"{RSP}Shell")
        creation = (
            None
            if element is None
            else element.find("{http://schemas.microsoft.com/powershell}creationXml")
        )
        if element is None or creation is None:
            raise ValueError("no creationXml")
        shell_id = (element.get("ShellId") or str(uuid.uuid4())).upper()
        shell = Shell(shell_id, user)
        shell.open(creation.text or "")
        self.shells[shell_id] = shell
        return soap.created(message, shell_id, user, client)

    async def _get(self, message: Message, user: str, client: str) -> bytes:
        shell = self._shell(message, user)
        return soap.envelope(
            f"{TRANSFER}/GetResponse",
            message.message_id,
            f"<rsp:Shell><rsp:ShellId>{shell.shell_id}</rsp:ShellId>"
            "<rsp:State>Connected</rsp:State></rsp:Shell>",
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
        command_id = (line.get("CommandId") or str(uuid.uuid4())).upper()
        shell.add(command_id)
        self._feed(shell, line.findtext(f"{RSP}Arguments", ""))
        return soap.envelope(
            f"{SHELL}/CommandResponse",
            message.message_id,
            f"<rsp:CommandResponse><rsp:CommandId>{command_id}</rsp:CommandId>"
            "</rsp:CommandResponse>",
        )

    async def _send(self, message: Message, user: str, client: str) -> bytes:
        shell = self._shell(message, user)
        for stream in message.body.iterfind(f"{RSP}Send/{RSP}Stream"):
            self._feed(shell, stream.text or "")
        return soap.envelope(f"{SHELL}/SendResponse", message.message_id, "<rsp:SendResponse/>")

    def _feed(self, shell: Shell, encoded: str) -> None:
        for pipeline_id in shell.feed(base64.b64decode(encoded)):
            command = shell.commands[str(pipeline_id).upper()]
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
        return receive_response(message, fragments, command_id, done=done)

    async def _signal(self, message: Message, user: str, client: str) -> bytes:
        shell = self._shell(message, user)
        signal = message.body.find(f"{RSP}Signal")
        command_id = ((signal.get("CommandId") or "") if signal is not None else "").upper()
        command = shell.commands.get(command_id)
        if command is None:
            raise soap.NO_COMMAND
        shell.stop(command)
        if signal is not None and signal.findtext(f"{RSP}Code", "").endswith("terminate"):
            del shell.commands[command_id]
        return soap.envelope(f"{SHELL}/SignalResponse", message.message_id, "<rsp:SignalResponse/>")

    def _shell(self, message: Message, user: str) -> Shell:
        shell = self.shells.get(message.shell_id)
        if shell is None or shell.owner != user:
            raise soap.no_shell(message.shell_id)
        return shell


def receive_response(
    message: Message, fragments: list[bytes], command_id: str, *, done: bool
) -> bytes:
    """A ReceiveResponse with one stream for each fragment."""
    of_command = f' CommandId="{command_id}"' if command_id else ""
    streams = "".join(
        f'<rsp:Stream Name="stdout"{of_command}>{base64.b64encode(data).decode()}</rsp:Stream>'
        for data in fragments
    )
    state = (
        f'<rsp:CommandState{of_command} State="{SHELL}/CommandState/Done"></rsp:CommandState>'
        if done
        else ""
    )
    return soap.envelope(
        f"{SHELL}/ReceiveResponse",
        message.message_id,
        f"<rsp:ReceiveResponse>{streams}{state}</rsp:ReceiveResponse>",
    )
