"""What the Management Shells of a lab's estate say: what follows from its pools, and the rest.

Sites, pools, computers, replicas, the topology document and the state of each pool are derived;
the file's [configuration] is laid over them (see `configuration`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cached_property

from auditor.estate.model import Estate, Pool, PoolKind, Server
from auditor.lab.cmdlets import Cmdlet
from auditor.lab.configuration import Configuration, Properties
from auditor.lab.topology_writer import services_of, topology_text

FRONT_ENDS = frozenset({PoolKind.ENTERPRISE, PoolKind.STANDARD})
_LATEST = 7
_NUMBERS = {"lync2010": 5, "lync2013": 6, "sfb2015": 7, "sfb2019": 8, "sfbse": 8}
_LAST_CHANGE = datetime(2018, 7, 2, 8, 59, tzinfo=UTC)
_LAST_REPORT = datetime(2018, 7, 2, 9, 0, tzinfo=UTC)


class Deployment:
    """The whole estate as its cmdlets show it; `builds` are of its machines' core components."""

    def __init__(
        self, estate: Estate, configuration: Configuration, builds: Mapping[str, str]
    ) -> None:
        self.estate = estate
        self.configuration = configuration
        self._builds = builds
        self._made: dict[str, tuple[Properties, ...]] = {}

    @cached_property
    def topology(self) -> str:
        return topology_text(self.estate)

    def objects(self, cmdlet: Cmdlet) -> tuple[Properties, ...]:
        """All objects of a cmdlet, as if it were asked on the server that sees all of them."""
        if cmdlet.name not in self._made:
            derive = _DERIVED.get(cmdlet.name, _nothing)
            said = self.configuration.said.get(cmdlet.name, ())
            self._made[cmdlet.name] = tuple(_laid_over(derive(self), said, cmdlet.key))
        return self._made[cmdlet.name]

    def build_of(self, server: Server) -> str:
        return self._builds.get(server.fqdn, "")


def product_number(pool: Pool) -> int:
    """The topology's number of the product that a pool runs."""
    return pool.service_version or _NUMBERS.get(pool.product or "", _LATEST)


def _laid_over(
    derived: Iterator[Properties], said: tuple[Properties, ...], key: str
) -> Iterator[Properties]:
    """The derived objects with what is said of each, then the objects that nothing derives."""
    named = {str(each.get(key)).casefold(): each for each in said}
    for each in derived:
        change = named.pop(str(each[key]).casefold(), {})
        yield _consistent({**each, **change}) if change else each
    yield from (each for each in said if str(each.get(key)).casefold() in named)


def _consistent(pool: Properties) -> Properties:
    """No upgrade domain of a pool is ready where the pool is not."""
    if pool.get("PoolUpgradeState", "Ready") == "Ready":
        return pool
    waiting = [{**each, "IsReadyForUpgrade": False} for each in pool["UpgradeDomains"]]
    return {**pool, "UpgradeDomains": waiting}


def _nothing(_: Deployment) -> Iterator[Properties]:
    return iter(())


def _sites(deployment: Deployment) -> Iterator[Properties]:
    for site in deployment.estate.sites:
        yield {
            "Identity": f"Site:{site.name}",
            "DisplayName": site.name,
            "Kind": "RemoteSite" if site.central else "CentralSite",
        }


def _pools(deployment: Deployment) -> Iterator[Properties]:
    for pool in deployment.estate.pools:
        services = [f"{_shown(role)}:{pool.fqdn}" for role in services_of(pool)]
        if pool.hosts_cms:
            services.append(f"CentralManagement:{pool.fqdn}")
        yield {
            "Identity": pool.fqdn,
            "Services": services,
            "Computers": [server.fqdn for server in pool.servers],
            "Fqdn": pool.fqdn,
            "BackupPoolFqdn": pool.paired_with,
            "Site": f"Site:{pool.site}",
        }


def _computers(deployment: Deployment) -> Iterator[Properties]:
    for pool in deployment.estate.pools:
        for server in pool.servers:
            yield {"Identity": server.fqdn, "Pool": pool.fqdn, "Fqdn": server.fqdn}


def _replicas(deployment: Deployment) -> Iterator[Properties]:
    for server in deployment.estate.servers():
        yield {
            "UpToDate": True,
            "ReplicaFqdn": server.fqdn,
            "LastStatusReport": _LAST_REPORT,
            "LastUpdateCreation": _LAST_CHANGE,
            "ProductVersion": deployment.build_of(server),
        }


def _trusted_pools(deployment: Deployment) -> Iterator[Properties]:
    for pool in deployment.estate.pools:
        if pool.kind is PoolKind.TRUSTED_APPLICATION:
            yield {
                "Identity": f"TrustedApplicationPool:{pool.fqdn}",
                "Registrar": pool.next_hop and f"Registrar:{pool.next_hop}",
                "SiteId": f"Site:{pool.site}",
                "PoolFqdn": pool.fqdn,
                "Version": pool.service_version,
            }


def _upgrade_states(deployment: Deployment) -> Iterator[Properties]:
    for pool in _front_ends(deployment):
        domains: dict[str, list[str]] = {}
        for server in pool.servers:
            domains.setdefault(server.upgrade_domain or server.fqdn, []).append(server.fqdn)
        yield {
            "PoolFqdn": pool.fqdn,
            "PoolUpgradeState": "Ready",
            "TotalFrontends": len(pool.servers),
            "TotalActiveFrontends": len(pool.servers),
            "UpgradeDomains": [
                {"UpgradeDomainName": name, "IsReadyForUpgrade": True, "Frontends": members}
                for name, members in domains.items()
            ],
        }


def _fabric(deployment: Deployment) -> Iterator[Properties]:
    """The report's real words are not public; these are the lab's."""
    for pool in _front_ends(deployment):
        report = ["Service: Routing", f"Front ends: {len(pool.servers)}", "No replica is missing."]
        yield {"PoolFqdn": pool.fqdn, "Report": report}


def _front_ends(deployment: Deployment) -> Iterator[Pool]:
    return (pool for pool in deployment.estate.pools if pool.kind in FRONT_ENDS)


def _shown(role: str) -> str:
    """A role of the topology as the cmdlets call its service."""
    return {
        "UserServices": "UserServer",
        "ConfServices": "ConferencingServer",
        "WebServices": "WebServer",
        "ExternalServer": "TrustedApplicationPool",
        "PersistentChatService": "PersistentChatServer",
        "WacService": "WacServer",
    }.get(role, role)


_DERIVED: Mapping[str, Callable[[Deployment], Iterator[Properties]]] = {
    "Get-CsSite": _sites,
    "Get-CsPool": _pools,
    "Get-CsComputer": _computers,
    "Get-CsManagementStoreReplicationStatus": _replicas,
    "Get-CsTrustedApplicationPool": _trusted_pools,
    "Get-CsPoolUpgradeReadinessState": _upgrade_states,
    "Get-CsPoolFabricState": _fabric,
}
