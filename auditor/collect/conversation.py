"""One conversation with one server: open, run the script, take one text, close."""

from __future__ import annotations

from pypsrp.complex_objects import PSInvocationState
from pypsrp.powershell import PowerShell, RunspacePool
from pypsrp.wsman import SelectorSet

from auditor.collect.guard import Guard
from auditor.collect.model import Target
from auditor.collect.sign_in import SignIn
from auditor.collect.transport import GuardedWSMan, open_wsman

_FAREWELL_BYTES = 64 * 1024
_CANCELLED_FAREWELL_SECONDS = 0.5
_SHOWN = 500


class ScriptError(Exception):
    """The script ended in an error on the server; the text is the server's."""


class AnswerShapeError(Exception):
    """The script wrote something else than one text."""


def ask(target: Target, script: str, guard: Guard, sign_in: SignIn) -> str:
    """The one text that `script` writes on `target`.

    Whatever happens, the shell is closed as well as can be done, and the first error is the
    one that is raised: GuardError, ScriptError, AnswerShapeError, or what pypsrp raises.
    """
    wsman = open_wsman(target, guard, sign_in)
    pool = RunspacePool(wsman, min_runspaces=1, max_runspaces=1)
    try:
        pool.open()
        answer = _run(pool, script)
        pool.close()
    except BaseException:
        _say_good_bye(wsman, pool, guard)
        raise
    finally:
        wsman.transport.close()
    return answer


def _run(pool: RunspacePool, script: str) -> str:
    pipeline = PowerShell(pool)
    pipeline.add_script(script)
    output = pipeline.invoke()
    if pipeline.state == PSInvocationState.FAILED:
        errors = [str(error)[:_SHOWN] for error in pipeline.streams.error[-1:]]
        raise ScriptError(errors[0] if errors else "no error was given")
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
