"""Runs a lab: a listener for each host on its own loopback address, one event loop for all."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
import tempfile
import threading
from collections import Counter
from collections.abc import Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from auditor.errors import UsageError
from auditor.estate.zone import Transport
from auditor.lab import soap
from auditor.lab.authentication import Accounts, Conversation
from auditor.lab.ca import CertificateAuthority, ServerIdentity
from auditor.lab.faults import FAULTS, Abort, HostFault
from auditor.lab.http import Request, Response, read_request
from auditor.lab.model import Backend, LabHost, LabZone
from auditor.lab.wsman import Service

_HEALTHY = HostFault("as it should be")
_PORT_TRIES = 20
_WORKERS = 8
_BACKLOG = 128


class Lab:
    """A running estate. `ports` are by zone name; `requests` and `connections` by host FQDN."""

    def __init__(self, hosts: Sequence[LabHost], backend: Backend, folder: Path) -> None:
        """`folder` takes the CA's root certificate. UsageError for a fault without that name."""
        for host in hosts:
            if host.fault is not None and host.fault not in FAULTS:
                known = ", ".join(sorted(FAULTS))
                raise UsageError(
                    "LAB-FAULT", f"{host.fqdn}: no fault {host.fault!r}", f"Known: {known}."
                )
        self.hosts = tuple(hosts)
        self.ports: dict[str, int] = {}
        self.requests: Counter[str] = Counter()
        self.connections: Counter[str] = Counter()
        self._authority = CertificateAuthority(folder)
        self._stranger = CertificateAuthority(folder, "unknown-ca")
        self._workers = ThreadPoolExecutor(_WORKERS, thread_name_prefix="lab-backend")
        self._services = {h.fqdn: Service(h, backend, self._workers) for h in hosts}
        self._servers: list[asyncio.Server] = []
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def ca_file(self) -> Path:
        return self._authority.root_file

    def open_shells(self, fqdn: str) -> int:
        """How many shells are open on a host now."""
        return len(self._services[fqdn].shells)

    async def start(self) -> None:
        """Listen. A zone with port 0 gets one free port for all its hosts."""
        zones = {host.zone.name: host.zone for host in self.hosts}
        for zone in zones.values():
            await self._start_zone(zone)

    async def stop(self) -> None:
        """Hang up on everybody and stop listening. The lab has its event loop to itself."""
        for server in self._servers:
            server.close()
        for service in self._services.values():
            service.close()
        await asyncio.sleep(0)  # a connection that has just been accepted gets its task now
        while tasks := asyncio.all_tasks() - {asyncio.current_task()}:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        for server in self._servers:
            await server.wait_closed()
        self._workers.shutdown(cancel_futures=True)

    async def _start_zone(self, zone: LabZone) -> None:
        hosts = [h for h in self.hosts if h.zone.name == zone.name and _fault(h).listens]
        for attempt in range(_PORT_TRIES):
            port = zone.port or _free_port()
            started: list[asyncio.Server] = []
            try:
                for host in hosts:
                    started.append(await self._listen(host, port))  # noqa: PERF401 - closed below
            except OSError as error:
                for server in started:
                    server.close()
                taken = error.errno == errno.EADDRINUSE
                if taken and not zone.port and attempt < _PORT_TRIES - 1:
                    continue
                raise UsageError(
                    "LAB-PORT",
                    f"zone {zone.name}: cannot listen on port {port}: {error.strerror}",
                    "Choose another port, or 0 for any free one.",
                ) from None
            self._servers += started
            self.ports[zone.name] = port
            return

    async def _listen(self, host: LabHost, port: int) -> asyncio.Server:
        identity = self._identity(host)

        def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            # The loop keeps no strong reference to a task: without one it can vanish.
            task = asyncio.create_task(self._converse(host, identity, reader, writer))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

        return await asyncio.start_server(
            connected,
            host.address,
            port,
            ssl=identity.context if identity else None,
            backlog=_BACKLOG,
        )

    def _identity(self, host: LabHost) -> ServerIdentity | None:
        if host.zone.transport is Transport.HTTP:
            return None
        wrong = _fault(host).certificate
        if wrong == "wrong_name":
            return self._authority.identity("somebody-else.invalid")
        authority = self._stranger if wrong == "unknown_ca" else self._authority
        return authority.identity(host.fqdn, host.address)

    async def _converse(
        self,
        host: LabHost,
        identity: ServerIdentity | None,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self.connections[host.fqdn] += 1
        try:
            fault = _fault(host)
            if fault.connection is not None:
                await fault.connection(reader, writer)
                return
            conversation = Conversation(
                host.zone, identity.channel_binding if identity is not None else None
            )
            while (request := await read_request(reader)) is not None:
                self.requests[host.fqdn] += 1
                response = await self._respond(host, conversation, request, reader, writer)
                if response is not None:
                    writer.write(response.encode())
                    await writer.drain()
        except (Abort, asyncio.CancelledError):
            writer.transport.abort()
        except (ConnectionError, ValueError, asyncio.LimitOverrunError):
            pass
        finally:
            await _hang_up(writer)

    async def _respond(
        self,
        host: LabHost,
        conversation: Conversation,
        request: Request,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> Response | None:
        """The response, None where a fault has written its own."""
        fault = _fault(host)
        if request.path.partition("?")[0].rstrip("/").lower() != "/wsman":
            return Response(404)
        refusal = conversation.authenticate(request)
        if fault.rejects and conversation.user is not None:
            return conversation.challenge()
        if refusal is not None:
            return refusal
        if fault.response is not None and request.body:
            await _while_connected(reader, fault.response(request, writer))
            return None
        if not request.body:
            return conversation.seal(Response(200), request)
        try:
            message = soap.read_message(conversation.unseal(request))
        except ValueError:
            return Response(400)
        return conversation.seal(await self._answer(host, message, conversation, writer), request)

    async def _answer(
        self,
        host: LabHost,
        message: soap.Message,
        conversation: Conversation,
        writer: asyncio.StreamWriter,
    ) -> Response:
        service, fault = self._services[host.fqdn], _fault(host)
        client = str(writer.get_extra_info("peername", ("", 0))[0])
        try:
            if fault.action is not None and (body := await fault.action(service, message)):
                return Response(200, body)
            return Response(200, await service.answer(message, conversation.user or "", client))
        except soap.Fault as problem:
            body = soap.fault_envelope(problem, message.message_id, host.fqdn)
            return Response(500, body)


async def _hang_up(writer: asyncio.StreamWriter) -> None:
    try:
        writer.close()
        await writer.wait_closed()
    except OSError:
        pass
    finally:  # a client that does not end its side of TLS is not waited for
        writer.transport.abort()


async def _while_connected(
    reader: asyncio.StreamReader, talking: Coroutine[None, None, None]
) -> None:
    """Let a host talk for as long as its client listens."""
    talk = asyncio.create_task(talking)
    hung_up = asyncio.create_task(reader.read(1))
    try:
        await asyncio.wait({talk, hung_up}, return_when=asyncio.FIRST_COMPLETED)
        if talk.done():
            talk.result()
    finally:
        talk.cancel()
        hung_up.cancel()
        await asyncio.gather(talk, hung_up, return_exceptions=True)


def _fault(host: LabHost) -> HostFault:
    return FAULTS[host.fault] if host.fault else _HEALTHY


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def running_lab(hosts: Sequence[LabHost], backend: Backend) -> Iterator[Lab]:
    """A lab in a thread of this process, for as long as the block lasts."""
    users = {host.zone.user.username: host.zone.user for host in hosts}.values()
    with tempfile.TemporaryDirectory(prefix="sfb-audit-lab-") as folder, Accounts(users):
        lab = Lab(hosts, backend, Path(folder))
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever, name="lab", daemon=True)
        thread.start()
        try:
            asyncio.run_coroutine_threadsafe(lab.start(), loop).result()
            try:
                yield lab
            finally:
                asyncio.run_coroutine_threadsafe(lab.stop(), loop).result()
        finally:
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()
