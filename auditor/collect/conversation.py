"""One conversation with one server: open, run the script, take one text, close."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from pypsrp.complex_objects import PSInvocationState
from pypsrp.powershell import DEFAULT_CONFIGURATION_NAME, PowerShell, RunspacePool
from pypsrp.wsman import SelectorSet

from auditor.collect.guard import Guard
from auditor.collect.jea import COMMAND
from auditor.collect.model import Target
from auditor.collect.script import Script, joined_script
from auditor.collect.sign_in import SignIn
from auditor.collect.transport import GuardedWSMan, open_wsman

_FAREWELL_BYTES = 64 * 1024
_CANCELLED_FAREWELL_SECONDS = 0.5
_SHOWN = 500


class ScriptError(Exception):
    """The script ended in an error on the server; the text is the server's.

    `error_id` is PowerShell's FullyQualifiedErrorId, the same in every language.
    """

    def __init__(self, text: str, error_id: str = "") -> None:
        super().__init__(text)
        self.error_id = error_id


class AnswerShapeError(Exception):
    """The script wrote something else than one text."""


def ask(target: Target, script: Script, guard: Guard, sign_in: SignIn) -> str:
    """The one text that `script` writes on `target`.

    Where the target's zone names a session configuration, its command is run in place of the
    script: no text of ours is executed there then.

    Raises as `opened_pool` does, ScriptError, or AnswerShapeError.
    """
    with opened_pool(target, guard, sign_in) as pool:
        return _run(_pipeline(pool, target, script))


@dataclass(frozen=True, slots=True)
class Way:
    """How servers are asked: what `ask` is here, and the name of it that their readings carry.

    `tells_time`: whether the answer holds the server's own clock.
    """

    origin: str
    ask: Callable[[Target, Script, Guard, SignIn], str]
    tells_time: bool = True


WINRM = Way("winrm", ask)


@contextmanager
def opened_pool(target: Target, guard: Guard, sign_in: SignIn) -> Iterator[RunspacePool]:
    """A runspace pool on `target`, for one conversation.

    Whatever happens, the shell is closed as well as can be done, and the first error is the
    one that is raised: GuardError, or what pypsrp raises, or what happens inside.
    """
    wsman = open_wsman(target, guard, sign_in)
    configuration = target.zone.configuration or DEFAULT_CONFIGURATION_NAME
    pool = RunspacePool(wsman, min_runspaces=1, max_runspaces=1, configuration_name=configuration)
    try:
        pool.open()
        yield pool
        pool.close()
    except BaseException:
        _say_good_bye(wsman, pool, guard)
        raise
    finally:
        wsman.transport.close()


def _pipeline(pool: RunspacePool, target: Target, script: Script) -> PowerShell:
    pipeline = PowerShell(pool)
    if not target.zone.configuration:
        return pipeline.add_script(script.text)
    pipeline.add_cmdlet(COMMAND)
    # An endpoint of another version may not know all of ours; asked for none it tells its own.
    if script.families != joined_script().families:
        pipeline.add_parameter("Family", list(script.families))
    return pipeline


def _run(pipeline: PowerShell) -> str:
    output = pipeline.invoke()
    if pipeline.state == PSInvocationState.FAILED:
        if not pipeline.streams.error:
            raise ScriptError("no error was given")
        error = pipeline.streams.error[-1]
        raise ScriptError(str(error)[:_SHOWN], str(error.fq_error)[:_SHOWN])
    if len(output) != 1 or not isinstance(output[0], str):
        kinds = sorted({type(item).__name__ for item in output[:50]})
        raise AnswerShapeError(f"{len(output)} objects ({', '.join(kinds)}) instead of one text")
    return str(output[0])


def _say_good_bye(wsman: GuardedWSMan, pool: RunspacePool, guard: Guard) -> None:
    """One Delete, so that no shell is left open; what comes of it no longer matters."""
    if not guard.reached or wsman.transport.refused:
        return
    seconds = _CANCELLED_FAREWELL_SECONDS if guard.cancelled else guard.farewell_seconds
    guard.extend(seconds, _FAREWELL_BYTES)
    try:
        wsman.transport.close()
        wsman.transport.encryption = None
        if pool.shell.opened:
            # Under the id that the server told: Windows Server 2008 R2 takes none of ours.
            pool.shell.close()
        else:
            selector = SelectorSet()
            selector.add_option("ShellId", pool.id)
            wsman.delete(pool.shell.resource_uri, selector_set=selector)
    except Exception:  # noqa: BLE001, S110 - the first error is the one that counts
        pass
