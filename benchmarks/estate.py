"""A lab of many healthy hosts in a process of its own."""

from __future__ import annotations

import contextlib
import multiprocessing
import resource
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from auditor.collect.script import joined_script
from auditor.estate.zone import Auth, Transport
from auditor.lab.model import LabHost, LabUser, LabZone
from auditor.lab.server import running_lab
from auditor.lab.state import StateBackend
from auditor.lab.windows import build_windows
from auditor.lab.windows_description import WindowsDescription

USER = LabUser(r"CONTOSO\auditor", "Lab-only.Fabrikam.2018")
ZONE = LabZone("bench", Transport.HTTP, Auth.NTLM, 0, USER)
WINDOWS = WindowsDescription.model_validate(
    {"os": "2012r2", "products": [{"set": "sfb2015-front-end", "version": "6.0.9319.516"}]}
)


@dataclass(frozen=True, slots=True)
class Estate:
    """`description` is what a contestant needs to know, as a JSON value."""

    description: dict[str, Any]
    _lab: Connection

    def requests(self) -> int:
        """HTTP requests that all hosts had since this was last asked."""
        self._lab.send("requests")
        return int(self._lab.recv())


@contextlib.contextmanager
def estate(count: int, think: float) -> Iterator[Estate]:
    """`count` hosts whose script takes `think` seconds, for as long as the block lasts."""
    ours, theirs = multiprocessing.Pipe()
    spawn = multiprocessing.get_context("spawn")
    process = spawn.Process(target=_serve, args=(theirs, count, think), daemon=True)
    process.start()
    theirs.close()
    try:
        yield Estate(ours.recv(), ours)
    finally:
        ours.close()
        process.join(30)
        process.kill()


def _serve(pipe: Connection, count: int, think: float) -> None:
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    hosts = [_host(number, think) for number in range(count)]
    with running_lab(hosts, StateBackend()) as lab:
        pipe.send(
            {
                "port": lab.ports[ZONE.name],
                "username": USER.username,
                "password": USER.password,
                "script": joined_script().text,
                "hosts": {host.fqdn: host.address for host in hosts},
            }
        )
        told = 0
        with contextlib.suppress(EOFError):
            while pipe.recv():
                total = lab.requests.total()
                pipe.send(total - told)
                told = total


def _host(number: int, think: float) -> LabHost:
    fqdn = f"fe{number:04}.contoso.com"
    address = f"127.40.{number // 250}.{number % 250 + 1}"
    return LabHost(fqdn, ZONE, address, build_windows(WINDOWS, fqdn), think=think)
