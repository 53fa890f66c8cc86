"""The backend that runs what the client sends: every shell is a real PowerShell engine."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from importlib import resources
from pathlib import Path

from auditor.lab.engine import Engine
from auditor.lab.engine_shell import EngineShell
from auditor.lab.model import LabHost
from auditor.lab.shell import Opening
from auditor.lab.shell_functions import shell_functions
from auditor.lab.stack import Stack


class EngineBackend:
    """Plays hosts by `program`, an engine that reads their Windows from PWSH_STATE.

    At most `engines` run at once (about 110 MB each); who comes later waits in turn. One
    backend serves one lab.
    """

    def __init__(self, program: Path, engines: int = 4) -> None:
        self._program = program
        self._turns = asyncio.Semaphore(engines)

    def open_shell(self, host: LabHost, opening: Opening) -> EngineShell:
        launch = partial(self._engine, host, opening.configuration)
        return EngineShell(opening, launch, host.think)

    @asynccontextmanager
    async def _engine(self, host: LabHost, configuration: str) -> AsyncIterator[Engine]:
        async with self._turns:
            with tempfile.TemporaryDirectory(prefix="sfb-audit-engine-") as private:
                folder = Path(private)
                state, prelude = folder / "state.json", folder / "prelude.ps1"
                state.write_text(json.dumps(host.windows), "utf-8")
                prelude.write_text(_prelude(host, configuration), "utf-8")
                engine = await Engine.start(self._program, state, f". '{prelude}'")
                try:
                    yield engine
                finally:
                    await engine.end()


def _prelude(host: LabHost, configuration: str) -> str:
    """What makes a fresh session of the engine into one of `host`."""
    lab = resources.files("auditor.lab")
    common, certificates = (
        lab.joinpath(name).read_text("ascii") for name in ("prelude.ps1", "certificates.ps1")
    )
    stack = Stack.of(host.windows)
    arguments = (
        f"-Version '{stack.powershell}' -Build '{stack.build}' -Clr '{stack.clr}'"
        f" -WSMan '{stack.wsman}' -ClockOffset {float(host.clock_offset)!r}"
    )
    shell = shell_functions(host.shell)
    configured = host.configurations.get(configuration, "")
    return f"& {{\n{common}\n}} {arguments}\n{certificates}\n{shell}\n{configured}\n"
