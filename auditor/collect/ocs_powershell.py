"""The RBAC endpoint of a pool, https://POOL/OcsPowerShell: commands with parameters, no script.

It is a runspace without a language: what is sent are names of cmdlets and parameters, one
pipeline after the other in one pool, and what comes back are objects. They become the same
answer that the estate's script writes, and go through the same door.
"""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import Any

from pypsrp.complex_objects import GenericComplexObject, PSInvocationState
from pypsrp.exceptions import WSManFaultError
from pypsrp.powershell import PowerShell, RunspacePool
from pypsrp.serializer import Serializer

from auditor.collect.conversation import Way, opened_pool
from auditor.collect.cs_answers import CommandError, data_of
from auditor.collect.cs_commands import Command
from auditor.collect.cs_values import property_of, text_of
from auditor.collect.guard import Guard, GuardError
from auditor.collect.model import Target
from auditor.collect.script import Script
from auditor.collect.sign_in import SignIn
from auditor.facts.answer import SCHEMA
from auditor.facts.reading import ReachState

_MOST_TAGS = 20_000  # of one object; a topology is one text in one tag
_MOST_MESSAGES = 250_000  # of one conversation
_MOST_CAUSES, _MOST_KIND = 20, 200
# System.Management.Automation.ErrorCategory, those that say something of a command.
_CATEGORIES = {
    5: "InvalidArgument",
    6: "InvalidData",
    7: "InvalidOperation",
    13: "ObjectNotFound",
    17: "ParserError",
    18: "PermissionDenied",
    21: "ResourceUnavailable",
    25: "SecurityError",
}


def ask_by_commands(target: Target, script: Script, guard: Guard, sign_in: SignIn) -> str:
    """The answer that `script` would write, put together from the objects of commands.

    Nothing of the script is sent; its families say what is asked. A command that fails is its
    family's error. Raises as `opened_pool` does.
    """
    with opened_pool(target, guard, sign_in) as pool:
        # Where the pool takes messages apart; pypsrp has no public place for it.
        pool._serializer = pool._fragmenter.serializer = _Bounded(guard)  # noqa: SLF001
        families = {key: _family(key, _Commands(pool)) for key in script.families}
        name, _, domain = target.fqdn.partition(".")
        answer = {
            "schema": SCHEMA,
            "computer_name": name,
            "domain": domain or None,
            "collected_utc": datetime.now(UTC).isoformat(),
            "ps_version": pool.ps_version,
            "families": families,
        }
    return json.dumps(answer)


OCS = Way("ocspowershell", ask_by_commands, tells_time=False)


def _family(key: str, shell: _Commands) -> dict[str, object]:
    begun = time.monotonic()
    result: dict[str, object]
    try:
        result = {"ok": True, "data": data_of(key, shell)}
    except CommandError as error:
        told = {"type": error.kind, "message": error.message, "category": error.category}
        result = {"ok": False, "error": told}
    return {**result, "ms": int((time.monotonic() - begun) * 1000)}


class _Commands:
    """Runs commands one after the other in an open pool."""

    def __init__(self, pool: RunspacePool) -> None:
        self._pool = pool

    def run(self, command: Command, most: int) -> list[object]:
        pipeline = PowerShell(self._pool).add_cmdlet(command.cmdlet)
        for name, value in command.parameters.items():
            pipeline.add_parameter(name, value)
        pipeline.begin_invoke()
        while pipeline.state == PSInvocationState.RUNNING and len(pipeline.output) <= most:
            pipeline.poll_invoke()
        if pipeline.state == PSInvocationState.RUNNING:
            _stop(pipeline)
        else:
            pipeline.close()
        if pipeline.streams.error:
            raise _failure(pipeline.streams.error[-1])
        if pipeline.state == PSInvocationState.FAILED:
            raise CommandError("Unexpected", "The command failed without an error message.")
        return list(pipeline.output[: most + 1])


def _stop(pipeline: PowerShell) -> None:
    """Enough has come; a pipeline that ended meanwhile has nothing to be stopped."""
    try:
        pipeline.stop()
    except WSManFaultError:
        pipeline.state = PSInvocationState.STOPPED


def _failure(record: Any) -> CommandError:
    """The innermost cause of an error record, as the frame of the script tells it."""
    cause: object = record.exception
    for _ in range(_MOST_CAUSES):
        inner = property_of(cause, "InnerException")
        if not isinstance(inner, GenericComplexObject):
            break
        cause = inner
    types = cause.types if isinstance(cause, GenericComplexObject) else []
    kind = str(types[0]).removeprefix("Deserialized.") if types else ""
    if kind in {"", "System.Exception"} and cause is record.exception:
        kind = text_of(record.reason) or "Unknown"
    message = text_of(property_of(cause, "Message")) or text_of(str(record)) or ""
    return CommandError(kind[:_MOST_KIND], message, _CATEGORIES.get(record.category, ""))


class _Bounded(Serializer):
    """Takes no message apart that has more parts than an object has."""

    def __init__(self, guard: Guard) -> None:
        super().__init__()
        self._guard = guard
        self._messages = 0

    def deserialize(self, element: Any, *arguments: Any, **named: Any) -> Any:
        if isinstance(element, str):
            self._guard.remaining()
            self._messages += 1
            if self._messages > _MOST_MESSAGES or element.count("<") > _MOST_TAGS:
                raise GuardError(ReachState.TOO_LARGE, "more objects than any estate has")
        return super().deserialize(element, *arguments, **named)
