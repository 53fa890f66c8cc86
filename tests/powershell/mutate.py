"""Changes the snippets, one text at a time, and looks whether a truth case notices.

`make mutate-snippets`: every path, value name, property and environment variable of the
collector gets another name, one at a time; each simulated Windows of the truth cases answers
each such script in the real engine. A change that no answer shows is a survivor, and has to
be listed with its reason in survivors.toml. Names of families after the command keep it to them.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from auditor.collect.script import joined_script
from auditor.facts.families import FAMILIES
from auditor.lab.windows import State
from tests.powershell.engine import Engine
from tests.powershell.states import STATES

HERE = Path(__file__).parent
FRAME = "frame"
# What shows a fault of the frame: texts, numbers, lists, refusals, and both serialisers.
_WITH_FRAME = ("os", "products", "schannel", "winhttp")
_RUN = """
foreach ($version in '5.1', '2.0') {
    $PSVersionTable['PSVersion'] = [version]$version
    foreach ($path in Get-Content $env:MUTANTS) {
        try { $answer = (& $path) -join '' } catch { $answer = 'it throws' }
        "$path`t$answer"
    }
}
"""


@dataclass(frozen=True, slots=True)
class Mutant:
    """`family` or the frame with the text at `start` changed; `line` is where it stands."""

    family: str
    kind: str
    was: str
    line: str
    script: str

    @property
    def name(self) -> str:
        """What survivors.toml calls it: the text, and the line without its indentation."""
        return f"{self.was} in: {self.line}"


def mutants(engine: Engine, folder: Path) -> list[Mutant]:
    """Every mutant of every family, and of the frame."""
    texts = {family.key: joined_script([family.key]).text for family in FAMILIES}
    texts[FRAME] = joined_script(_WITH_FRAME).text
    for key, text in texts.items():
        (folder / f"{key}.ps1").write_text(text, "ascii")
    sources = "\n".join(str(folder / f"{key}.ps1") for key in texts)
    script = (HERE / "mutable.ps1").read_text("ascii")
    return [
        _mutant(key, texts[key], node["kind"], node["start"], node["end"])
        for node in json.loads(engine.run(script, {}, SOURCES=sources))
        for key in (Path(node["path"]).stem,)
        if (key == FRAME) is not _in_a_snippet(texts[key], node["start"])
    ]


def _in_a_snippet(text: str, at: int) -> bool:
    for family in FAMILIES:
        snippet = resources.files("ps_snippets").joinpath(family.snippet).read_text("ascii")
        begins = text.find(snippet)
        if 0 <= begins <= at < begins + len(snippet):
            return True
    return False


def _mutant(family: str, text: str, kind: str, start: int, end: int) -> Mutant:
    was = text[start:end]
    now = f"{was[:-1]}X{was[-1]}" if was[-1] in "'\"" else f"{was}X"
    line = text[text.rfind("\n", 0, start) + 1 : text.find("\n", end)].strip()
    return Mutant(family, kind, was, line, text[:start] + now + text[end:])


def survivors(engine: Engine, folder: Path, born: Sequence[Mutant]) -> list[Mutant]:
    """Those whose answers are the original's on every state, as on 5.1 and as on 2.0."""
    alive = {str(folder / f"mutant-{number}.ps1"): each for number, each in enumerate(born)}
    for path, mutant in alive.items():
        Path(path).write_text(mutant.script, "ascii")
    for number, (name, state) in enumerate(STATES.items(), 1):
        answers = _answers(engine, folder, [*_originals(folder, born), *alive], state)
        alive = {
            path: mutant
            for path, mutant in alive.items()
            if answers[path] == answers[str(folder / f"{mutant.family}.ps1")]
        }
        print(f"{number}/{len(STATES)} {name}: {len(alive)} not noticed yet", flush=True)
    return list(alive.values())


def _originals(folder: Path, born: Sequence[Mutant]) -> list[str]:
    return [str(folder / f"{family}.ps1") for family in {mutant.family for mutant in born}]


def _answers(
    engine: Engine, folder: Path, scripts: Sequence[str], state: State
) -> dict[str, list[object]]:
    """What each script answers, on 5.1 and on 2.0."""
    batch = folder / "batch.txt"
    batch.write_text("\n".join(scripts), "utf-8")
    found: dict[str, list[object]] = {script: [] for script in scripts}
    for line in engine.run(_RUN, state, MUTANTS=str(batch)).splitlines():
        script, _, answer = line.partition("\t")
        found[script].append(_comparable(answer))
    return found


def _comparable(answer: str) -> object:
    try:
        told = json.loads(answer)
        for family in told["families"].values():
            family["ms"] = family["ms"] >= 0
        told["collected_utc"] = len(told["collected_utc"])
    except (ValueError, KeyError, TypeError):
        return answer
    return told


def main(*only: str) -> int:
    """Print what happened; 1 where a survivor is not listed, or one that is listed was noticed.

    `only` are families; then what else is listed is not looked for.
    """
    pwsh = Path(os.environ.get("AUDITOR_PWSH", HERE.parents[2] / "shared" / "tools" / "pwsh"))
    if not pwsh.exists():
        print(f"{pwsh} is not there: set AUDITOR_PWSH to the engine", file=sys.stderr)
        return 2
    listed: dict[str, str] = tomllib.loads((HERE / "survivors.toml").read_text("utf-8"))
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        engine = Engine(pwsh, folder)
        born = [m for m in mutants(engine, folder) if not only or m.family in only]
        print(f"{len(born)} mutants:", dict(Counter(mutant.family for mutant in born)), flush=True)
        left = {mutant.name for mutant in survivors(engine, folder, born)}
    for name in sorted(left):
        print(f"survivor: {name}\n    {listed.get(name, 'NOT LISTED')}")
    if only:
        return int(not left <= set(listed))
    for name in sorted(set(listed) - left):
        print(f"noticed or gone, yet listed: {name}")
    return int(left != set(listed))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
