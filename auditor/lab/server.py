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
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from auditor.errors import UsageError
from auditor.estate.zone import Auth, Transport
from auditor.lab.authentication import Accounts
from auditor.lab.ca import CertificateAuthority, ServerIdentity
from auditor.lab.connection import WSMAN, Connection, Tally
from auditor.lab.faults import FAULTS, HostFault
from auditor.lab.listener import accept, free_port, listen, reset
from auditor.lab.model import Backend, LabHost
from auditor.lab.ocs import PATH, RbacShells, endpoint_of
from auditor.lab.script_shell import ScriptShells
from auditor.lab.shell import ShellBackend
from auditor.lab.wsman import Service

_HEALTHY = HostFault("as it should be")
_WORKERS = 8
_SWEEP_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class _Door:
    """What a host offers at one port: a service under a path, with a certificate for `names`."""

    host: LabHost
    service: Service
    path: str
    names: tuple[str, ...]


class Lab:
    """A running estate. `ports` are by zone name; `ocs_port` is of the RBAC endpoints, 0: none."""

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
        self.ocs_port = 0
        self._tally = Tally()
        self._authority = CertificateAuthority(folder)
        self._stranger = CertificateAuthority(folder, "unknown-ca")
        self._identities: dict[tuple[str, ...], ServerIdentity] = {}
        self._workers = ThreadPoolExecutor(_WORKERS, thread_name_prefix="lab-backend")
        if not isinstance(backend, ShellBackend):
            backend = ScriptShells(backend, self._workers)
        self._services = {host.fqdn: Service(host, backend) for host in hosts}
        self._doors = [
            _Door(host, self._services[host.fqdn], WSMAN, (host.fqdn, host.address))
            for host in hosts
        ]
        self._front_doors = [_front_door(host) for host in hosts if host.front_end_of]
        self._heard: dict[tuple[str, int], _Door] = {}
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
            self._open_zones(names, port)
        for zone in zones.values():
            if not zone.port:
                self._open_zones([zone.name], 0)
        if self._front_doors:
            self.ocs_port = self._listen(self._front_doors, 0, "the RBAC endpoint")
        self._start(self._sweep())

    def _open_zones(self, names: list[str], port: int) -> None:
        doors = [door for door in self._doors if door.host.zone.name in names]
        chosen = self._listen(doors, port, f"zone {', '.join(names)}")
        self.ports.update(dict.fromkeys(names, chosen))

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(_SWEEP_SECONDS)
            for service in self._all_services():
                service.close_unused()

    def _all_services(self) -> list[Service]:
        return [door.service for door in (*self._doors, *self._front_doors)]

    def _listen(self, doors: list[_Door], port: int, whose: str) -> int:
        """The port on which all of `doors` are open now."""
        hearing = [door.host.address for door in doors if _fault(door.host).listens]
        try:
            sockets = listen(hearing, port, together=len(hearing) == len(doors))
        except OSError as error:
            raise UsageError(
                "LAB-PORT",
                f"{whose}: cannot listen on port {port}: {error.strerror}",
                "Choose another port, or 0 for any free one; each host needs a loopback address "
                "that this system has (on Linux all of 127.0.0.0/8).",
            ) from None
        chosen = sockets[0].getsockname()[1] if sockets else port or free_port()
        self._heard.update({(door.host.address, chosen): door for door in doors})
        self._sockets += sockets
        for each in sockets:
            self._start(accept(each, self._connected))
        return chosen

    async def stop(self) -> None:
        """Hang up on everybody and stop listening."""
        await asyncio.sleep(0)  # a connection that has just been accepted gets its task now
        while self._tasks:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
        for each in self._sockets:
            each.close()
        await asyncio.gather(*(service.close() for service in self._all_services()))
        self._workers.shutdown(cancel_futures=True)

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _connected(self, accepted: socket.socket) -> None:
        door = self._heard.get(accepted.getsockname())
        if door is None:
            reset(accepted)
            return
        accepted.setblocking(False)
        fault, identity = _fault(door.host), self._identity(door)
        connection = Connection(door.host, door.service, fault, identity, door.path)
        serving = self._start(connection.serve(accepted, self._tally))
        # A task that is cancelled before its first step never gets to close it.
        serving.add_done_callback(lambda _: accepted.close())

    def _identity(self, door: _Door) -> ServerIdentity | None:
        """What a host shows over TLS, made when first asked for; None over http."""
        if door.host.zone.transport is Transport.HTTP:
            return None
        if door.names not in self._identities:
            wrong = _fault(door.host).certificate
            authority = self._stranger if wrong == "unknown_ca" else self._authority
            self._identities[door.names] = authority.identity(
                *(("somebody-else.invalid",) if wrong == "wrong_name" else door.names)
            )
        return self._identities[door.names]


def _front_door(host: LabHost) -> _Door:
    """The RBAC endpoint of a front end; clients may call it by its pool's name."""
    inside = endpoint_of(host)
    names = dict.fromkeys((host.fqdn, host.front_end_of or host.fqdn, host.address))
    return _Door(inside, Service(inside, RbacShells()), PATH, tuple(names))


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
