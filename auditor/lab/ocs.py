"""The RBAC endpoint of a front end: https://POOL/OcsPowerShell.

Its runspace has no language: commands with parameters run there, one after the other or several
statements at once, and no script does. They run with the server's own rights, so the Central
Management store is within reach. An account without an RBAC role does not get in.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from auditor.estate.zone import Auth, Transport
from auditor.lab import soap
from auditor.lab.clixml import sent
from auditor.lab.management_shell import ManagementShell, Output, not_found
from auditor.lab.model import Call, LabHost, LabZone, ScriptError, ScriptResult
from auditor.lab.no_language import NO_LANGUAGE, no_input
from auditor.lab.script_shell import ScriptCommand, ScriptShell
from auditor.lab.shell import Opening
from auditor.lab.simulated import PowerShellError
from auditor.lab.stack import Stack

PATH = "/ocspowershell"


def endpoint_of(host: LabHost) -> LabHost:
    """The host as its RBAC endpoint shows it: over TLS, without other configurations."""
    zone = host.zone
    auth = Auth.NEGOTIATE if zone.auth is Auth.BASIC else zone.auth
    door = LabZone(f"{zone.name}, OcsPowerShell", Transport.HTTPS, auth, 0, zone.user)
    return replace(host, zone=door, configurations={})


class RbacShells:
    """Opens no-language shells on hosts with a Management Shell."""

    def open_shell(self, host: LabHost, opening: Opening) -> ScriptShell:
        """Raises soap.Fault for an account without a role."""
        if not host.zone.user.rbac:
            raise soap.ACCESS_DENIED
        return ScriptShell(opening, Stack.of(host.windows), partial(self._answer, host))

    async def _answer(self, host: LabHost, shell: ScriptShell, command: ScriptCommand) -> None:
        if host.think:
            await asyncio.sleep(host.think)
        shell.finish(command, answered(host.shell, command.calls))


def answered(shell: ManagementShell | None, calls: Sequence[Call]) -> ScriptResult:
    """What a pipeline leaves: all that its statements put out, up to the first that fails."""
    output: list[object] = []
    follows = False
    for call in calls:
        problem = _problem(call, follows=follows)
        if problem is not None:
            return ScriptResult(tuple(output), (problem,), failed=True)
        try:
            output += map(sent, _run(shell, call))
        except PowerShellError as error:
            return ScriptResult(tuple(output), (_recorded(error),), failed=True)
        follows = not call.ends_statement
    return ScriptResult(tuple(output))


def _problem(call: Call, *, follows: bool) -> ScriptError | None:
    if call.is_script:
        return NO_LANGUAGE
    return no_input(call.text) if follows else None


def _run(shell: ManagementShell | None, call: Call) -> list[Output]:
    if shell is None:
        raise not_found(call.text)
    given = {**call.arguments, **({"Identity": call.unnamed[0]} if call.unnamed else {})}
    return shell.run(call.text, given, as_server=True)


def _recorded(error: PowerShellError) -> ScriptError:
    reason = error.kind.rpartition(".")[2]
    return ScriptError(error.message, error.error_id, error.category, reason)
