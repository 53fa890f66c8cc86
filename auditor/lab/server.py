"""Runs a lab: each host on its own loopback address, one event loop for all of them.

Tests start one with `running_lab`; a process runs one lab at a time, as NTLM's accounts are
the process's (see `authentication`).
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import tempfile
import threading
from collections import Counter
from collections.abc import Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from auditor.errors import UsageError
from auditor.estate.zone import Auth, Transport
from auditor.lab.authentication import Accounts
from auditor.lab.ca import CertificateAuthority, ServerIdentity
from auditor.lab.connection import Connection, Tally
from auditor.lab.faults import FAULTS, HostFault
from auditor.lab.listener import accept, free_port, listen, reset
from auditor.lab.model import Backend, LabHost
from auditor.lab.script_shell import ScriptShells
from auditor.lab.shell import ShellBackend
from auditor.lab.wsman import Service

_HEALTHY = HostFault("as it should be")
_WORKERS = 8
_SWEEP_SECONDS = 1.0


class Lab:
    """A running estate. `ports` are by zone name."""

    def __init__(
        self, hosts: Sequence[LabHost], backend: Backend | ShellBackend, folder: Path
    ) -> None:
        """`folder` takes the CA's root certificate. UsageError for a fault without that name."""
        for host in hosts:
            if host.fault is not None and host.fault not in FAULTS:
                known = ", ".join(sorted(FAULTS))
                raise UsageError(
                    "LAB-FAULT", f"{host.fqdn}: no fault {host.fault!r}", f"Known: {known}."
                )
        self.hosts = tuple(hosts)
        self.ports: dict[str, int] = {}
        self._tally = Tally()
        self._authority = CertificateAuthority(folder)
        self._stranger = CertificateAuthority(folder, "unknown-ca")
        self._identities: dict[str, ServerIdentity] = {}
        self._workers = ThreadPoolExecutor(_WORKERS, thread_name_prefix="lab-backend")
        if not isinstance(backend, ShellBackend):
            backend = ScriptShells(backend, self._workers)
        self._services = {host.fqdn: Service(host, backend) for host in hosts}
        self._heard: dict[tuple[str, int], LabHost] = {}
        self._sockets: list[socket.socket] = []
        # The loop keeps no strong reference to a task: without one it can vanish.
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def ca_file(self) -> Path:
        return self._authority.root_file

    @property
    def connections(self) -> Counter[str]:
        """TCP connections so far, by host FQDN."""
        return self._tally.connections

    def open_connections(self, fqdn: str) -> int:
        """How many clients are connected to a host now."""
        return self._tally.open_now[fqdn]

    @property
    def requests(self) -> Counter[str]:
        """HTTP requests so far, by host FQDN."""
        return self._tally.requests

    @property
    def rejected(self) -> Counter[str]:
        """Sign-ins refused so far, by host FQDN."""
        return self._tally.rejected

    def asked(self, fqdn: str) -> Counter[str]:
        """How often a host was asked for each WSMan action, by the action's last word."""
        counted: Counter[str] = Counter()
        for action, times in tuple(self._services[fqdn].asked.items()):
            counted[action.rpartition("/")[2]] += times
        return counted

    def open_shells(self, fqdn: str) -> int:
        """How many shells are open on a host now."""
        return self._services[fqdn].open_shells

    async def start(self) -> None:
        """Listen. A zone with port 0 gets one free port for all its hosts.

        UsageError where a port or an address cannot be had; `stop` is due even then.
        """
        zones = {host.zone.name: host.zone for host in self.hosts}
        for port in sorted({zone.port for zone in zones.values()} - {0}):
            names = [zone.name for zone in zones.values() if zone.port == port]
            self._listen(names, port)
        for zone in zones.values():
            if not zone.port:
                self._listen([zone.name], 0)
        self._start(self._sweep())

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(_SWEEP_SECONDS)
            for service in self._services.values():
                service.close_unused()

    def _listen(self, zones: list[str], port: int) -> None:
        hosts = [host for host in self.hosts if host.zone.name in zones]
        hearing = [host.address for host in hosts if _fault(host).listens]
        try:
            sockets = listen(hearing, port, together=len(hearing) == len(hosts))
        except OSError as error:
            raise UsageError(
                "LAB-PORT",
                f"zone {', '.join(zones)}: cannot listen on port {port}: {error.strerror}",
                "Choose another port, or 0 for any free one; each host needs a loopback address "
                "that this system has (on Linux all of 127.0.0.0/8).",
            ) from None
        chosen = sockets[0].getsockname()[1] if sockets else port or free_port()
        self.ports.update(dict.fromkeys(zones, chosen))
        self._heard.update({(host.address, chosen): host for host in hosts})
        self._sockets += sockets
        for each in sockets:
            self._start(accept(each, self._connected))

    async def stop(self) -> None:
        """Hang up on everybody and stop listening."""
        await asyncio.sleep(0)  # a connection that has just been accepted gets its task now
        while self._tasks:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
        for each in self._sockets:
            each.close()
        await asyncio.gather(*(service.close() for service in self._services.values()))
        self._workers.shutdown(cancel_futures=True)

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _connected(self, accepted: socket.socket) -> None:
        host = self._heard.get(accepted.getsockname())
        if host is None:
            reset(accepted)
            return
        accepted.setblocking(False)
        connection = Connection(host, self._services[host.fqdn], _fault(host), self._identity(host))
        serving = self._start(connection.serve(accepted, self._tally))
        # A task that is cancelled before its first step never gets to close it.
        serving.add_done_callback(lambda _: accepted.close())

    def _identity(self, host: LabHost) -> ServerIdentity | None:
        """What a host shows over TLS, made when first asked for; None over http."""
        if host.zone.transport is Transport.HTTP:
            return None
        if host.fqdn not in self._identities:
            wrong = _fault(host).certificate
            authority = self._stranger if wrong == "unknown_ca" else self._authority
            names = (host.fqdn, host.address)
            self._identities[host.fqdn] = authority.identity(
                *(("somebody-else.invalid",) if wrong == "wrong_name" else names)
            )
        return self._identities[host.fqdn]


def _fault(host: LabHost) -> HostFault:
    return FAULTS[host.fault] if host.fault else _HEALTHY


@contextlib.contextmanager
def running_lab(hosts: Sequence[LabHost], backend: Backend | ShellBackend) -> Iterator[Lab]:
    """A lab in a thread of this process, for as long as the block lasts."""
    users = [host.zone.user for host in hosts if host.zone.auth is not Auth.BASIC]
    with tempfile.TemporaryDirectory(prefix="sfb-audit-lab-") as folder, Accounts(users):
        lab = Lab(hosts, backend, Path(folder))
        with asyncio.Runner() as runner:
            loop = runner.get_loop()
            thread = threading.Thread(target=loop.run_forever, name="lab", daemon=True)
            thread.start()
            try:
                asyncio.run_coroutine_threadsafe(lab.start(), loop).result()
                yield lab
            finally:
                asyncio.run_coroutine_threadsafe(lab.stop(), loop).result()
                loop.call_soon_threadsafe(loop.stop)
                thread.join()
