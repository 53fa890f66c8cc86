"""Both backends answer the estate's script alike, for each kind of estate and of server."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from auditor.collect.runner import collect
from auditor.collect.script import estate_script
from auditor.estate.zone import RunOptions
from auditor.lab.configuration import shipped_kinds
from auditor.lab.engine_backend import EngineBackend
from auditor.lab.estate_file import LabEstate
from auditor.lab.model import LabHost
from auditor.lab.server import running_lab
from auditor.lab.shell import ShellBackend
from auditor.lab.state import StateBackend
from tests.lab.configured import configured, host_of
from tests.lab_hosts import target

pytestmark = pytest.mark.powershell

ODD = """
refused = ["Get-CsHostingProvider", { cmdlet = "Get-CsOAuthServer", message = "It's \\"no\\"." }]
[[Get-CsPartnerApplication]]
Identity = "Exchange's own"
Enabled = "False"
AuthToken = "Value=HTTPS://mail.contoso.com/metadata;Certificate=MIIC"
[[Get-CsAllowedDomain]]
Domain = "a.com"
ProxyFqdn = "SIP.fabrikam.com"
[[Get-CsAllowedDomain]]
Domain = "b.com"
ProxyFqdn = "sip.fabrikam.com"
[[Get-CsAllowedDomain]]
Domain = "c.com"
[[Get-CsAccessEdgeConfiguration]]
Identity = "Global"
OutgoingTlsCountForFederatedPartners = "4"
AllowFederatedUsers = "maybe"
[[Get-CsPublicProvider]]
Identity = ["one", "two"]
ProxyFqdn = 7
Enabled = { Value = true, Inside = [1] }
[[Get-CsPoolUpgradeReadinessState]]
PoolFqdn = "pool01.contoso.com"
PoolUpgradeState = "Busy"
[[Get-CsManagementStoreReplicationStatus]]
ReplicaFqdn = "edge01.contoso.com"
UpToDate = false
LastStatusReport = 2018-07-02T18:00:00.5+09:00
"""
ALIKE = "the words of PowerShell 7 are others"


def answers(hosts: list[LabHost], backend: StateBackend | ShellBackend) -> dict[str, Any]:
    """The families of each host's answer, by its FQDN."""
    with running_lab(hosts, backend) as lab:
        asked = [target(lab, host, host.zone.user.password) for host in hosts]
        read = list(collect(asked, estate_script(), RunOptions(deadline_seconds=60)))
    return {each.reading.fqdn: json.loads(each.answer or "null")["families"] for each in read}


def comparable(families: dict[str, Any]) -> dict[str, Any]:
    """An answer without what takes time, and without an order where the engine has none."""
    for told in families.values():
        told["ms"] = 0
        if not told["ok"] and told["error"]["type"].endswith("CommandNotFoundException"):
            told["error"]["message"] = ALIKE
    proxies = families["federated_domains"].get("data", {}).get("proxies")
    if proxies:
        proxies["items"].sort(key=lambda proxy: proxy["proxy_fqdn"].casefold())
    return families


@pytest.mark.parametrize(
    ("estate", "names"),
    [
        *((configured(like=kind), ["fe01"]) for kind in shipped_kinds()),
        (configured(like="hybrid"), ["se10", "se19", "edge01", "app01"]),
        (configured(ODD, like="hybrid", second_hop=True), ["fe02", "se13", "sba"]),
    ],
    ids=[*shipped_kinds(), "servers", "odd"],
)
def test_they_answer_alike(pwsh: Path, estate: LabEstate, names: list[str]) -> None:
    hosts = [host_of(estate, name) for name in names]
    told, ran = answers(hosts, StateBackend()), answers(hosts, EngineBackend(pwsh))
    assert told.keys() == ran.keys() == {host.fqdn for host in hosts}
    for fqdn, families in told.items():
        real = comparable(ran[fqdn])
        for family, answer in comparable(families).items():
            assert real[family] == answer, (fqdn, family)
