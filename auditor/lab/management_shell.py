"""The Management Shell of one host: its product's cmdlets, what they return, how they fail.

On an Edge there is one, which reads the replica that its server holds; it reaches no store.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TypeAlias

from auditor.estate.model import Pool, PoolKind, Server
from auditor.lab.cmdlets import COMMON, LOCAL_STORE, Cmdlet, cmdlets_of
from auditor.lab.configuration import SECOND_HOP, Properties, refusal
from auditor.lab.deployment import Deployment, product_number
from auditor.lab.simulated import PowerShellError

_WITH_SHELL = frozenset(
    {
        PoolKind.ENTERPRISE,
        PoolKind.STANDARD,
        PoolKind.DIRECTOR,
        PoolKind.MEDIATION,
        PoolKind.PERSISTENT_CHAT,
        PoolKind.VIDEO_INTEROP,
        PoolKind.SBA,
        PoolKind.EDGE,
    }
)
# Windows' own words for it are not recorded.
_OUT_OF_REACH = {
    "message": "The Central Management store cannot be reached from this computer.",
    "exception": "System.InvalidOperationException",
    "category": "NotSpecified",
}
# Parameters that choose objects by a property; those with another name say which.
PROPERTY_OF = {
    "Identity": "Identity",
    "Pool": "Pool",
    "PoolFqdn": "PoolFqdn",
    "ReplicaFqdn": "ReplicaFqdn",
    "ApplicationId": "ApplicationId",
    "TrustedApplicationPoolFqdn": "TrustedApplicationPoolFqdn",
}
FABRIC, TOPOLOGY = "Get-CsPoolFabricState", "Get-CsTopology"


@dataclass(frozen=True, slots=True)
class Document:
    """An XML document."""

    text: str


# What a cmdlet puts out: an object, a line of a report, or a document.
Output: TypeAlias = Properties | str | Document


class ManagementShell:
    def __init__(self, deployment: Deployment, pool: Pool, server: Server) -> None:
        self.fqdn = server.fqdn
        self.pool = pool.fqdn
        self.cmdlets: Mapping[str, Cmdlet] = cmdlets_of(product_number(pool))
        self._deployment = deployment
        self._hop = _hop(deployment, pool)

    @property
    def topology(self) -> str:
        return self._deployment.topology

    def hop(self, cmdlet: Cmdlet) -> PowerShellError | None:
        """How the cmdlet fails where it asks the Central Management store."""
        return None if self._hop is None or cmdlet.is_local else refusal(self._hop)

    def refused(self, cmdlet: Cmdlet) -> PowerShellError | None:
        """How the cmdlet fails whatever it is asked."""
        told = self._deployment.configuration.refused.get(cmdlet.name)
        return refusal(told) if told else None

    def objects(self, cmdlet: Cmdlet) -> tuple[Properties, ...]:
        """The objects that the cmdlet chooses from; what is local speaks of this pool alone."""
        found = self._deployment.objects(cmdlet)
        return tuple(o for o in found if o["PoolFqdn"] == self.pool) if cmdlet.is_local else found

    def run(
        self, name: str, arguments: Mapping[str, object], *, as_server: bool = False
    ) -> list[Output]:
        """What the cmdlet puts out; PowerShellError as it fails.

        `as_server` is with the server's own rights, which reach the Central Management store.
        """
        cmdlet = self._cmdlet(name)
        given = _bound(cmdlet, arguments)
        asks_store = LOCAL_STORE not in given and not as_server
        if error := self.refused(cmdlet) or (self.hop(cmdlet) if asks_store else None):
            raise error
        if cmdlet.name == TOPOLOGY:
            return [Document(self.topology) if "AsXml" in given else self._summary()]
        chosen = [each for each in self.objects(cmdlet) if self._is_wanted(each, given)]
        if cmdlet.name == FABRIC:
            return [line for each in chosen for line in each.get("Report", ())]
        return list(chosen)

    def _cmdlet(self, name: str) -> Cmdlet:
        for known, cmdlet in self.cmdlets.items():
            if known.casefold() == name.casefold():
                return cmdlet
        raise not_found(name)

    def _is_wanted(self, found: Properties, given: Mapping[str, object]) -> bool:
        if "Local" in given and found["Fqdn"] != self.fqdn:
            return False
        if "Site" in given and not _same(found.get("Site"), f"Site:{given['Site']}"):
            return False
        pattern = str(given.get("Filter", "*")).casefold()
        if not fnmatchcase(str(found.get("Identity")).casefold(), pattern):
            return False
        return all(
            _same(found.get(PROPERTY_OF[name]), wanted)
            for name, wanted in given.items()
            if name in PROPERTY_OF
        )

    def _summary(self) -> Properties:
        estate = self._deployment.estate
        return {
            "Sites": [site.name for site in estate.sites],
            "Clusters": [pool.fqdn for pool in estate.pools],
            "Machines": [server.fqdn for pool in estate.pools for server in pool.servers],
        }


def management_shell(deployment: Deployment, pool: Pool, server: Server) -> ManagementShell | None:
    """That of `server`, None where its kind of pool has none."""
    return ManagementShell(deployment, pool, server) if pool.kind in _WITH_SHELL else None


def not_found(name: str) -> PowerShellError:
    """No command of that name."""
    return PowerShellError(
        "System.Management.Automation.CommandNotFoundException",
        f"The term '{name[:100]}' is not recognized as the name of a cmdlet, function, script "
        "file, or operable program. Check the spelling of the name, or if a path was included, "
        "verify that the path is correct and try again.",
        "ObjectNotFound",
        "CommandNotFoundException",
    )


def _hop(deployment: Deployment, pool: Pool) -> Mapping[str, str] | None:
    """How the Central Management store cannot be asked from a server of `pool`."""
    if pool.kind is PoolKind.EDGE:
        return _OUT_OF_REACH
    is_here = pool.hosts_cms and any(backend.collocated for backend in pool.backends)
    return None if is_here or deployment.configuration.second_hop else SECOND_HOP


def _bound(cmdlet: Cmdlet, arguments: Mapping[str, object]) -> dict[str, object]:
    """The arguments under the parameters' own names, without switches that are off."""
    known = (*cmdlet.parameters, *cmdlet.switches, *COMMON)
    bound = {}
    for name, value in arguments.items():
        wanted = name.rstrip(":").casefold()
        found = [each for each in known if each.casefold() == wanted] or [
            each for each in known if each.casefold().startswith(wanted)
        ]
        if len(found) != 1:
            raise PowerShellError(
                "System.Management.Automation.ParameterBindingException",
                f"A parameter cannot be found that matches parameter name '{name[:100]}'.",
                "InvalidArgument",
                f"NamedParameterNotFound,{cmdlet.name}",
            )
        if found[0] not in cmdlet.switches or value is None or bool(value):
            bound[found[0]] = value
    return bound


def _same(found: object, wanted: object) -> bool:
    return str(found).casefold() == str(wanted).casefold()
