"""One client's connection to one host: requests in, answers out, for as long as it lasts."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

from auditor.lab import soap
from auditor.lab.authentication import Conversation
from auditor.lab.ca import ServerIdentity
from auditor.lab.faults import Abort, HostFault
from auditor.lab.http import Request, Response, read_request
from auditor.lab.model import LabHost
from auditor.lab.shell import Client
from auditor.lab.wsman import Service

WSMAN = "/wsman"
_READ_LIMIT = 64 * 1024
_HANDSHAKE_SECONDS = 60.0
_T = TypeVar("_T")


@dataclass(slots=True)
class Tally:
    """What the lab has counted, by host FQDN; `open_now` is of connections."""

    open_now: Counter[str] = field(default_factory=Counter)
    connections: Counter[str] = field(default_factory=Counter)
    requests: Counter[str] = field(default_factory=Counter)
    rejected: Counter[str] = field(default_factory=Counter)


class _Wire(asyncio.StreamReaderProtocol):
    """Knows when the client hung up, though nothing is read at that moment."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        super().__init__(reader)
        self.gone = asyncio.get_running_loop().create_future()

    def eof_received(self) -> bool | None:
        self._hung_up()
        return super().eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        self._hung_up()
        super().connection_lost(exc)

    def _hung_up(self) -> None:
        if not self.gone.done():
            self.gone.set_result(None)

    async def while_connected(self, work: Coroutine[Any, Any, _T]) -> _T:
        """What `work` returns; it is cancelled, and Abort raised, when the client hangs up."""
        task = asyncio.create_task(work)
        try:
            await asyncio.wait({task, self.gone}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            if not task.done():
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
        if task.cancelled():
            raise Abort
        return task.result()


class Connection:
    def __init__(
        self,
        host: LabHost,
        service: Service,
        fault: HostFault,
        identity: ServerIdentity | None,
        path: str = WSMAN,
    ) -> None:
        """`identity` is what the host shows over TLS, None over http; `path` is in lower case."""
        self._host = host
        self._service = service
        self._fault = fault
        self._identity = identity
        self._path = path

    async def serve(self, accepted: socket.socket, tally: Tally) -> None:
        """Talk until one side has enough; the socket is closed then."""
        tally.connections[self._host.fqdn] += 1
        tally.open_now[self._host.fqdn] += 1
        try:
            await self._serve(accepted, tally)
        finally:
            tally.open_now[self._host.fqdn] -= 1

    async def _serve(self, accepted: socket.socket, tally: Tally) -> None:
        reader = asyncio.StreamReader(limit=_READ_LIMIT)
        wire = _Wire(reader)
        silent = self._fault.connection is not None
        tls = self._identity.context if self._identity and not silent else None
        loop = asyncio.get_running_loop()
        try:
            transport, _ = await loop.connect_accepted_socket(
                lambda: wire,
                accepted,
                ssl=tls,
                ssl_handshake_timeout=_HANDSHAKE_SECONDS if tls else None,
            )
        except OSError:  # no TLS that both could agree on
            return
        writer = asyncio.StreamWriter(transport, wire, reader, loop)
        try:
            if self._fault.connection is not None:
                await self._fault.connection(reader, writer)
            else:
                await self._converse(wire, reader, writer, tally)
            writer.close()
            await writer.wait_closed()
        except (Abort, OSError):
            pass
        finally:
            transport.abort()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _converse(
        self,
        wire: _Wire,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        tally: Tally,
    ) -> None:
        fqdn = self._host.fqdn
        binding = self._identity.channel_binding if self._identity else None

        def rejected() -> None:
            tally.rejected[fqdn] += 1

        conversation = Conversation(self._host.zone, binding, rejected)
        client = Client(str(writer.get_extra_info("peername", ("", 0))[0]))
        try:
            while (request := await read_request(reader)) is not None:
                tally.requests[fqdn] += 1
                answering = self._respond(conversation, request, client, writer)
                response = await wire.while_connected(answering)
                if response is not None:
                    writer.write(response.encode())
                    await writer.drain()
                if request.headers.get("connection", "").lower() == "close":
                    return
        except (ValueError, asyncio.LimitOverrunError):
            writer.write(Response(400).encode())
        finally:
            self._service.hung_up(client)

    async def _respond(
        self,
        conversation: Conversation,
        request: Request,
        client: Client,
        writer: asyncio.StreamWriter,
    ) -> Response | None:
        """The response, None where a fault has written its own."""
        if request.path.partition("?")[0].rstrip("/").lower() != self._path:
            return Response(404)
        refusal = conversation.authenticate(request)
        if refusal is None and self._fault.rejects:
            return conversation.refuse()
        if refusal is not None:
            return refusal
        if self._fault.response is not None and request.body:
            await self._fault.response(request, writer)
            return None
        if not request.body:
            return conversation.seal(Response(200), request)
        try:
            unsealed = conversation.unseal(request)
            if unsealed is None:  # AllowUnencrypted is false
                return Response(500)
            message = soap.read_message(unsealed)
        except ValueError:
            return Response(400)
        user = conversation.user or ""
        return conversation.seal(await self._answer(message, user, client), request)

    async def _answer(self, message: soap.Message, user: str, client: Client) -> Response:
        self._service.asked[message.action] += 1
        try:
            if self._fault.action is not None:
                body = await self._fault.action(self._service, message)
                if body is not None:
                    return Response(200, body)
            return Response(200, await self._service.answer(message, user, client))
        except soap.Fault as problem:
            return Response(500, soap.fault_envelope(problem, message))
