"""Runs the collector in the real engine, on simulated Windows and under odd circumstances."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from auditor.collect.script import joined_script
from auditor.lab.windows import State

# Three times in one process: as on 5.1, as on 2.0 (which has no ConvertTo-Json), and in
# constrained language mode, which cannot be left again.
CERTIFICATES = resources.files("auditor.lab").joinpath("certificates.ps1").read_text("ascii")
_EACH_WAY = """\
$PSVersionTable['PSVersion'] = [version]'5.1.14393.2248'
& $env:COLLECTOR
$PSVersionTable['PSVersion'] = [version]'2.0'
& $env:COLLECTOR
$PSVersionTable['PSVersion'] = [version]'5.1.14393.2248'
$ExecutionContext.SessionState.LanguageMode = 'ConstrainedLanguage'
& $env:COLLECTOR
try { [IO.File]::Exists('x') } catch { 'constrained' }
"""


@dataclass(frozen=True, slots=True)
class Answers:
    """What one simulated Windows answers: to PowerShell 5.1, to 2.0, and when constrained."""

    text: str
    from_2_0: str
    constrained: str


def run_file(
    pwsh: Path, script: Path, state: State, environment: Mapping[str, str], folder: Path
) -> subprocess.CompletedProcess[str]:
    """Run `script` on a simulated Windows, in `folder`, which takes the state too."""
    given = folder / "state.json"
    given.write_text(json.dumps(state), "utf-8")
    return subprocess.run(
        [pwsh, "-NoProfile", "-NonInteractive", "-File", script],
        env={**environment, "PWSH_STATE": str(given)},
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )


class Engine:
    """`folder` takes scripts and states."""

    def __init__(self, pwsh: Path, folder: Path) -> None:
        self._pwsh = pwsh
        self._folder = folder
        self._collector = folder / "collector.ps1"
        self._collector.write_text(joined_script().text, "ascii")

    def run(self, script: str, state: State, **environment: str) -> str:
        """The standard output of `script`, which finds the collector in $env:COLLECTOR."""
        done = self.done(script, state, **environment)
        assert done.returncode == 0, done.stderr
        assert done.stderr == "", done.stderr
        return done.stdout

    def done(
        self, script: str, state: State, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        folder = Path(tempfile.mkdtemp(dir=self._folder))
        (folder / "run.ps1").write_text(CERTIFICATES + script, "utf-8")
        given = {**os.environ, "COLLECTOR": str(self._collector), **environment}
        return run_file(self._pwsh, folder / "run.ps1", state, given, folder)

    def ask(self, state: State) -> Answers:
        """What `state` answers, each way."""
        text, from_2_0, constrained, mode = self.run(_EACH_WAY, state).splitlines()
        assert mode == "constrained"
        return Answers(text, from_2_0, constrained)

    def ask_all(self, states: Mapping[str, State]) -> dict[str, Answers]:
        """Every state's answers, two processes at a time."""
        with ThreadPoolExecutor(2) as pool:
            return dict(zip(states, pool.map(self.ask, states.values()), strict=True))
