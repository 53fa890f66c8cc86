"""Unmodified pypsrp as the tests of the lab's endpoint use it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pypsrp.powershell import PowerShell, RunspacePool
from pypsrp.wsman import WSMan

from auditor.estate.zone import Transport
from auditor.lab.model import LabHost
from auditor.lab.server import Lab


@contextmanager
def connected(lab: Lab, host: LabHost, **changes: Any) -> Iterator[WSMan]:
    """A client that signs in to `host` as its zone wants it, but for `changes`."""
    zone = host.zone
    https = zone.transport is Transport.HTTPS
    options: dict[str, Any] = {
        "port": lab.ports[zone.name],
        "ssl": https,
        "auth": zone.auth.value,
        "username": zone.user.username,
        "password": zone.user.password,
        "cert_validation": str(lab.ca_file) if https else True,
        "operation_timeout": 5,
        "read_timeout": 10,
        "no_proxy": True,
    }
    with WSMan(host.address, **{**options, **changes}) as wsman:
        try:
            yield wsman
        finally:
            _hang_up(wsman.transport)


def _hang_up(transport: Any) -> None:
    """Close connections now: urllib3 does it when their pools are collected."""
    for adapter in transport.session.adapters.values() if transport.session else ():
        pools = adapter.poolmanager.pools
        for key in pools.keys():  # noqa: SIM118 - it is no dictionary
            pools[key].close()


def begun(pool: RunspacePool, script: str) -> PowerShell:
    """A pipeline that has been started."""
    pipeline = PowerShell(pool)
    pipeline.add_script(script)
    pipeline.begin_invoke()
    return pipeline


def ran(pool: RunspacePool, script: str) -> list[Any]:
    """What a script leaves on its output."""
    pipeline = PowerShell(pool)
    pipeline.add_script(script)
    return list(pipeline.invoke())
