"""The PowerShell engine as a process: finding one that can play a Windows, and talking to it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Self

from auditor.errors import UsageError
from auditor.lab.out_of_process import Packet, read_packet

_VARIABLE = "AUDITOR_PWSH"
_LINE_BYTES = 1024 * 1024
_FAREWELL_SECONDS = 2.0
_PROOF_SECONDS = 120.0
# What an engine may know of its caller: where programs and its own cache are.
_PASSED_ON = ("PATH", "HOME", "XDG_CACHE_HOME", "TMPDIR", "DOTNET_ROOT")
_SETTINGS = {
    "LANG": "C.UTF-8",
    "TZ": "UTC",
    "DOTNET_TieredPGO": "0",  # it starts quicker so
    "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1",
    "POWERSHELL_TELEMETRY_OPTOUT": "1",
}


def find_engine() -> Path:
    """The engine that AUDITOR_PWSH names, else the `pwsh` on PATH.

    UsageError (LAB-PWSH) where there is none, or none that plays the Windows it is given.
    """
    stated = os.environ.get(_VARIABLE)
    found = shutil.which(stated or "pwsh")
    if found is None:
        missing = f"{_VARIABLE} names {stated}, which is no program" if stated else "there is none"
        raise UsageError(
            "LAB-PWSH",
            f"the lab needs a PowerShell engine for this backend, and {missing}.",
            f"Set {_VARIABLE} to a pwsh that can play a Windows, or leave out --backend.",
        )
    engine = Path(found).absolute()
    if said := _objection(engine):
        raise UsageError(
            "LAB-PWSH",
            f"{engine} cannot be the lab's PowerShell engine: {said}.",
            f"Set {_VARIABLE} to a pwsh that can play a Windows, or leave out --backend.",
        )
    return engine


def _objection(engine: Path) -> str:
    """Why an engine will not do, empty where it will. Another run of it starts quicker then."""
    key = r"HKEY_LOCAL_MACHINE\SOFTWARE\SfbAuditLab"
    with tempfile.TemporaryDirectory(prefix="sfb-audit-engine-") as folder:
        state = Path(folder) / "state.json"
        state.write_text(json.dumps({"registry": {key: {"Played": "yes"}}}), "utf-8")
        asking = f"(Get-ItemProperty -LiteralPath 'Registry::{key}').Played"
        try:
            done = subprocess.run(  # noqa: S603 - the program is the user's choice
                [engine, "-NoLogo", "-NoProfile", "-NonInteractive", "-Command", asking],
                env=environment(state),
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                timeout=_PROOF_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return f"it did not answer within {_PROOF_SECONDS:.0f} seconds"
        except OSError as error:
            return f"it cannot be started ({error.strerror})"
    if done.stdout.strip() == "yes":
        return ""
    return "it does not play the Windows that PWSH_STATE describes"


def environment(state: Path) -> Mapping[str, str]:
    """The environment of an engine that plays the Windows in the file `state`."""
    known = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return {**known, **_SETTINGS, "PWSH_STATE": str(state)}


class Engine:
    """One engine's PSRP server: a process of its own group that ends with its standard input."""

    def __init__(self, process: Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, program: Path, state: Path, initial_command: str) -> Self:
        """Start a server that plays `state`. Raises OSError."""
        process = await asyncio.create_subprocess_exec(
            program,
            "-s",
            "-InitialCommand",
            initial_command,
            stdin=PIPE,
            stdout=PIPE,
            stderr=DEVNULL,
            limit=_LINE_BYTES,
            env=environment(state),
            start_new_session=True,
        )
        return cls(process)

    async def send(self, packet: Packet) -> None:
        """Nothing comes of it where the process has gone."""
        assert self._process.stdin is not None  # noqa: S101 - it was asked for
        with contextlib.suppress(ConnectionError):
            self._process.stdin.write(packet.encode())
            await self._process.stdin.drain()

    async def packets(self) -> AsyncIterator[Packet]:
        """What the engine says, until its process is gone."""
        assert self._process.stdout is not None  # noqa: S101 - it was asked for
        while line := await self._process.stdout.readline():
            if (packet := read_packet(line)) is not None:
                yield packet

    async def end(self) -> None:
        """Say good-bye; kill the process where that is not heard. It has gone afterwards."""
        try:
            async with asyncio.timeout(_FAREWELL_SECONDS):
                await self._process.communicate(Packet("Close").encode())
        except TimeoutError:
            pass
        finally:
            if self._process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self._process.pid, signal.SIGKILL)
            await self._process.wait()
