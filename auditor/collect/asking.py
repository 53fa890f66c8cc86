"""Asks an estate that is not known yet: one server for everything, others for their pools."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace

from auditor.collect.conversation import WINRM, Way
from auditor.collect.credentials import Secrets
from auditor.collect.model import OCS_POWERSHELL, WSMAN, Collected, Observer, Target
from auditor.collect.ocs_powershell import OCS
from auditor.collect.pools import ask_one_of_each
from auditor.collect.runner import collect
from auditor.collect.script import estate_script
from auditor.collect.sign_in import Accounts
from auditor.errors import UsageError
from auditor.estate.model import Pool, Server
from auditor.estate.ways_in import WaysIn
from auditor.estate.zone import Given, RunOptions, Transport, Zone
from auditor.facts.estate.families import POOL_FAMILIES

# A topology of 16 million characters, of which JSON, CLIXML and base64 make many more.
_BYTES = 96 * 1024 * 1024
_OCS_PORT = 443
_OCS_SERVICE = "http"  # of the names that New-CsKerberosAccount registers for a pool's web site

Progress = Callable[[int], AbstractContextManager[Observer]]


@dataclass(slots=True)
class Asking:
    """One discovery: over WinRM, or by commands over the RBAC endpoint of each pool."""

    ways: WaysIn
    by_commands: bool
    given: Given
    deadline_seconds: float
    _accounts: Accounts = field(default_factory=Accounts)
    _secrets: Secrets = field(default_factory=Secrets)

    def first(self, fqdn: str, progress: Progress) -> Collected:
        """What the one server says of everything. Raises UsageError where no way is known."""
        server = self.ways.first(fqdn)
        if server.excluded:
            raise UsageError(
                "DISCOVER-WAY",
                f"{fqdn} is excluded in the estate file ({server.excluded}): it is not asked.",
                "Ask another front end, or remove the exclusion from the estate file.",
            )
        zone = self._zone(server)
        if zone is None:
            raise UsageError(
                "DISCOVER-WAY",
                f"no zone says how {fqdn} is reached.",
                'Name the server or its pool in the estate file, or call one zone "default".',
            )
        if zone.configuration:
            raise UsageError(
                "DISCOVER-WAY",
                f"the zone {zone.name} asks through the session configuration "
                f"{zone.configuration}, which answers only the audit of a server.",
                "Use --via ocspowershell, or an estate file whose zone names no configuration.",
            )
        target = self._target(fqdn, zone, server.address)
        options = self._options(max(_BYTES, self.ways.known.options.byte_budget))
        with progress(1) as observer:
            (collected,) = collect(
                [target], estate_script(), options, observer, self._way, self._accounts
            )
        return collected

    def pools(self, pools: Iterable[Pool], progress: Progress) -> dict[str, list[Collected]]:
        """What front ends of `pools` say of them, by pool; as `ask_one_of_each`."""
        candidates = {pool.fqdn: self._candidates(pool) for pool in pools}
        options = self._options(self.ways.known.options.byte_budget)
        script = estate_script(POOL_FAMILIES)
        return ask_one_of_each(candidates, script, options, progress, self._way, self._accounts)

    @property
    def _way(self) -> Way:
        return OCS if self.by_commands else WINRM

    def _options(self, budget: int) -> RunOptions:
        options = self.ways.known.options
        return replace(options, deadline_seconds=self.deadline_seconds, byte_budget=budget)

    def _candidates(self, pool: Pool) -> Sequence[Target]:
        """Machines of the pool in their order; by commands the pool itself, which any may answer.

        A server without a zone, or whose zone has no password here, is no candidate.
        """
        found = []
        for server in pool.servers:
            zone = self._zone(server)
            if zone is None or zone.configuration:
                continue
            name = pool.fqdn if self.by_commands else server.fqdn
            try:
                found.append(self._target(name, zone, server.address))
            except UsageError:
                continue
            if self.by_commands and server.address is None:
                break
        return found

    def _zone(self, server: Server) -> Zone | None:
        zone = self.ways.zone_of(server)
        if zone is None or not self.by_commands:
            return zone
        return replace(
            zone,
            transport=Transport.HTTPS,
            port=self.given.port or _OCS_PORT,
            configuration="",
            spn_service=_OCS_SERVICE,
        )

    def _target(self, fqdn: str, zone: Zone, address: str | None) -> Target:
        path = OCS_POWERSHELL if self.by_commands else WSMAN
        return Target(fqdn, zone, self._secrets.of(zone), address, path)
