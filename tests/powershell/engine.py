"""Runs the collector in the real engine, on simulated Windows and under odd circumstances."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Iterable, Mapping
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

# Starting an engine and compiling its code costs ten times what a state does. Each script has a
# session of its own. The host reads its Windows once, so each state's is forgotten, with the
# variables that it set, for the next.
_EACH = """\
$static = [Reflection.BindingFlags]'Static, Public, NonPublic'
$main = [type]::GetType('PwshHost.Program, pwsh', $true).GetMethod('Main', $static)
$windows = [type]::GetType('PwshHost.State, Microsoft.PowerShell.Commands.Management', $true)
$own = [Environment]::GetEnvironmentVariables()
foreach ($pair in [IO.File]::ReadAllLines($env:PAIRS)) {
    $state, $script = $pair -split '\\|'
    foreach ($field in $windows.GetFields($static)) {
        if ($field.FieldType.GetMethod('Clear')) { $null = $field.GetValue($null).Clear() }
    }
    $windows.GetField('open', $static).SetValue($null, $false)
    foreach ($name in [Environment]::GetEnvironmentVariables().Keys) {
        [Environment]::SetEnvironmentVariable($name, $own[$name])
    }
    [Environment]::SetEnvironmentVariable('PWSH_STATE', $state)
    $arguments = '-NoProfile', '-NonInteractive', '-File', $script
    $code = $main.Invoke($null, @(, [string[]]$arguments))
    if ($code) { throw "$pair ended with $code" }
}
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
        return _output(self.done(script, state, **environment))

    def done(
        self, script: str, state: State, **environment: str
    ) -> subprocess.CompletedProcess[str]:
        folder = Path(tempfile.mkdtemp(dir=self._folder))
        (folder / "run.ps1").write_text(CERTIFICATES + script, "utf-8")
        given = {**os.environ, "COLLECTOR": str(self._collector), **environment}
        return run_file(self._pwsh, folder / "run.ps1", state, given, folder)

    def ask_all(self, states: Mapping[str, State]) -> dict[str, Answers]:
        """Every state's answers, each way; two processes share the states."""
        names = list(states)
        parts = [{name: states[name] for name in names[start::2]} for start in range(2)]
        with ThreadPoolExecutor(2) as pool:
            first, second = pool.map(self._ask_each, parts)
        return first | second

    def run_each(self, pairs: Iterable[tuple[str, State]]) -> str:
        """The standard output of each script on its Windows, one after the other in one process.

        Each script has a session of its own.
        """
        return _output(self.done_each(pairs))

    def done_each(self, pairs: Iterable[tuple[str, State]]) -> subprocess.CompletedProcess[str]:
        folder = Path(tempfile.mkdtemp(dir=self._folder))
        listed = []
        for number, (script, state) in enumerate(pairs):
            file, given = folder / f"{number}.ps1", folder / f"{number}.json"
            file.write_text(CERTIFICATES + script, "utf-8")
            given.write_text(json.dumps(state), "utf-8")
            listed.append(f"{given}|{file}")
        (folder / "pairs.txt").write_text("\n".join(listed), "utf-8")
        return self.done(_EACH, {}, PAIRS=str(folder / "pairs.txt"))

    def _ask_each(self, states: Mapping[str, State]) -> dict[str, Answers]:
        lines = self.run_each((_EACH_WAY, state) for state in states.values()).splitlines()
        assert lines[3::4] == ["constrained"] * len(states)
        told = zip(lines[0::4], lines[1::4], lines[2::4], strict=True)
        return {name: Answers(*each) for name, each in zip(states, told, strict=True)}


def _output(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 0, done.stderr
    assert done.stderr == "", done.stderr
    return done.stdout
