"""Front ends in the lab that answer the estate's script as a test wants."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from auditor.facts.estate.families import ESTATE_FAMILIES, POOL_FAMILIES
from auditor.lab.model import LabHost, ScriptResult
from auditor.lab.server import Lab, running_lab
from auditor.lab.windows import build_windows
from auditor.lab.windows_description import WindowsDescription
from tests import estate_kinds as kinds
from tests.estate_facts import answer_of
from tests.lab_hosts import NTLM_HTTP, PASSWORD

STATE = {
    "PoolFqdn": "pool01.contoso.com",
    "PoolUpgradeState": "Ready",
    "TotalFrontends": 2,
    "TotalActiveFrontends": 2,
    "UpgradeDomains": [
        {
            "UpgradeDomainName": "UpgradeDomain1",
            "IsReadyForUpgrade": True,
            "Frontends": ["fe01.contoso.com"],
        },
        {
            "UpgradeDomainName": "UpgradeDomain2",
            "IsReadyForUpgrade": False,
            "Frontends": ["fe02.contoso.com"],
        },
    ],
}
_FAMILY = re.compile(r"^#family (\w+)$", re.MULTILINE)


@dataclass
class FrontEnds:
    """A backend: `shells` by FQDN; a text in place of a shell is the answer itself."""

    shells: Mapping[str, kinds.Shell | str]
    topology: str | None = None
    refused: tuple[str, ...] = ()
    asked: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)

    def run(self, host: LabHost, script: str, arguments: Mapping[str, object]) -> ScriptResult:
        wanted = tuple(_FAMILY.findall(script))
        self.asked.append((host.fqdn, wanted))
        shell = self.shells.get(host.fqdn, {})
        if isinstance(shell, str):
            return ScriptResult((shell,))
        topology = self.topology if "topology" in wanted else None
        answer = json.loads(
            answer_of(shell, refused=self.refused, fqdn=host.fqdn, topology=topology)
        )
        told = answer["families"]
        answer["families"] = {key: told[key] for key in told if key in wanted}
        return ScriptResult((json.dumps(answer),))


def host(fqdn: str, number: int, **changes: object) -> LabHost:
    windows = build_windows(WindowsDescription(os="2012r2"), fqdn)
    return LabHost(fqdn, NTLM_HTTP, f"127.31.0.{number}", windows, **changes)  # type: ignore[arg-type]


@contextmanager
def asked_by(
    hosts: list[LabHost], backend: FrontEnds, folder: Path, more: str = ""
) -> Iterator[tuple[Lab, Path]]:
    """The lab, and an estate file with the way into it: a zone, and where each host is."""
    with running_lab(hosts, backend) as lab:
        password = folder / "lab.password"
        password.write_text(PASSWORD)
        password.chmod(0o600)
        servers = ", ".join(
            f'{{ fqdn = "{each.fqdn}", address = "{each.address}" }}' for each in hosts
        )
        path = folder / "zones.toml"
        path.write_text(
            "[zones.default]\n"
            f'transport = "http"\nport = {lab.ports[NTLM_HTTP.name]}\nauth = "ntlm"\n'
            'credential = "lab"\n'
            "[credentials.lab]\nusername = 'CONTOSO\\svc-sfbaudit'\n"
            'source = "file"\npath = "lab.password"\n'
            f'[[pools]]\nfqdn = "known.contoso.com"\nservers = [{servers}]\n{more}'
        )
        yield lab, path


ONE_OF_EACH = {family.key for family in ESTATE_FAMILIES} - POOL_FAMILIES
