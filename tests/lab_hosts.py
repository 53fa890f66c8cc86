"""Hosts of a lab for tests, and the targets that a running lab makes of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from auditor.collect.model import Secret, Target
from auditor.estate.zone import Auth, Transport, Zone
from auditor.lab.model import LabHost, LabUser, LabZone
from auditor.lab.server import Lab
from auditor.lab.windows import build_windows
from auditor.lab.windows_description import WindowsDescription

PASSWORD = "Lab-only.Fabrikam.2018"
USER = LabUser(r"CONTOSO\svc-sfbaudit", PASSWORD)

NTLM_HTTP = LabZone("ntlm-http", Transport.HTTP, Auth.NTLM, 0, USER)
NTLM_HTTPS = LabZone("ntlm-https", Transport.HTTPS, Auth.NTLM, 0, USER)
NEGOTIATE_HTTP = LabZone("negotiate-http", Transport.HTTP, Auth.NEGOTIATE, 0, USER)
NEGOTIATE_HTTPS = LabZone("negotiate-https", Transport.HTTPS, Auth.NEGOTIATE, 0, USER)
BASIC_HTTPS = LabZone("basic-https", Transport.HTTPS, Auth.BASIC, 0, USER)


def lab_host(number: int, zone: LabZone = NTLM_HTTP, **changes: Any) -> LabHost:
    """The host of that number: a Windows Server 2012 R2 with an address of its own."""
    fqdn = f"h{number:04}.contoso.com"
    return LabHost(
        fqdn=fqdn,
        zone=zone,
        address=f"127.30.{number // 200}.{number % 200 + 1}",
        windows=build_windows(WindowsDescription(os="2012r2"), fqdn),
        **changes,
    )


def target(lab: Lab, host: LabHost, password: str = PASSWORD) -> Target:
    """How a collector reaches `host`."""
    zone = Zone(
        host.zone.name,
        host.zone.transport,
        lab.ports[host.zone.name],
        host.zone.auth,
        ca_file=lab.ca_file,
    )
    return Target(host.fqdn, zone, Secret(host.zone.user.username, password), host.address)


def targets(lab: Lab, hosts: Sequence[LabHost] | None = None) -> list[Target]:
    """How a collector reaches `hosts`, all of the lab's where None."""
    return [target(lab, host) for host in (lab.hosts if hosts is None else hosts)]
