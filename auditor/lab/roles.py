"""What the hosts of an estate do beyond answering WinRM: Management Shell, RBAC endpoint."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from auditor.estate.model import Estate
from auditor.lab.configuration import Configuration
from auditor.lab.deployment import FRONT_ENDS, Deployment
from auditor.lab.management_shell import management_shell
from auditor.lab.model import LabHost

_CORE = "Core Components"


def with_roles(
    estate: Estate, hosts: Sequence[LabHost], configuration: Configuration
) -> tuple[LabHost, ...]:
    """The hosts, each with what its place in `estate` gives it."""
    builds = {host.fqdn: _core_build(host.windows) for host in hosts}
    deployment = Deployment(estate, configuration, builds)
    homes = {server.fqdn: (pool, server) for pool in estate.pools for server in pool.servers}

    def placed(host: LabHost) -> LabHost:
        pool, server = homes[host.fqdn]
        return replace(
            host,
            shell=management_shell(deployment, pool, server),
            front_end_of=pool.fqdn if pool.kind in FRONT_ENDS else None,
        )

    return tuple(map(placed, hosts))


def _core_build(windows: Mapping[str, Any]) -> str:
    """The version of the product's core components, "" where they are not installed."""
    for values in windows.get("registry", {}).values():
        if str(values.get("DisplayName", "")).endswith(_CORE):
            return str(values.get("DisplayVersion", ""))
    return ""
