"""The plan's "audit again" is the call that wrote the plan, or says that it has to be the same."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

import click
import pytest

from auditor.cli.again import this_call
from auditor.cli.main import COMMANDS
from auditor.cli.run import run
from tests.cli.command import sfb_audit

OFFLINE = """
[[pools]]
fqdn = "edge.contoso.com"
kind = "edge"
zone = "offline"
[[pools.servers]]
fqdn = "edge01.contoso.com"
"""


def _line(arguments: Sequence[str]) -> str:
    with run.make_context("run", list(arguments), resilient_parsing=True) as context:
        return this_call(context)


EVERY = (
    "--config e.toml --threads 8 --configuration SfbAudit --bundle one.json --bundle two "
    "--out a --policy mine.toml --policy office365-tls12 --rulebook cu14.toml "
    "--waivers w.toml --csv"
)

# arguments -> the line in a shell of Windows
CALLS = [
    (["--config", "estate.toml", "--out", "audit"], "--config estate.toml --out audit"),
    (["--out", "audit", "--config", "estate.toml"], "--config estate.toml --out audit"),
    (
        ["--servers", r"C:\Users\me\servers.csv", "--username", r"CONTOSO\me", "--out", "a"],
        r"--servers C:\Users\me\servers.csv --username CONTOSO\me --out a",
    ),
    (
        ["--config", "C:/My estate/e.toml", "--out", "a&b"],
        '--config "C:/My estate/e.toml" --out "a&b"',
    ),
    (EVERY.split(), EVERY),
    (["--username", "", "--out", "プラン"], '--username "" --out "プラン"'),
    (["--config", "(1),@x;{y}'z", "--out", "a"], '--config "(1),@x;{y}\'z" --out a'),
]


@pytest.mark.parametrize(("arguments", "line"), CALLS)
def test_every_argument_of_the_run_is_in_the_line(arguments: list[str], line: str) -> None:
    assert _line(arguments) == f"sfb-audit run {line}"


UNLIKE = ['a"b', "%TEMP%", "a$b", "a`b", "a\u201db", "a\nb", "a!b", "a b\\"]


@pytest.mark.parametrize("value", UNLIKE)
def test_what_the_shells_read_differently_is_in_no_line(value: str) -> None:
    assert _line(["--username", value, "--out", "a"]) == ""


@pytest.mark.powershell
@pytest.mark.parametrize("arguments", [call for call, _ in CALLS])
def test_powershell_reads_the_line_as_it_was_meant(arguments: list[str], pwsh: Path) -> None:
    line = _line(arguments).removeprefix("sfb-audit run")
    script = f"function show {{ $args | ForEach-Object {{ [string]$_ }} }}; show{line}"
    ran = subprocess.run(
        [pwsh, "-NoProfile", "-NonInteractive", "-Command", script],
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    assert sorted(ran.stdout.split("\n")[:-1]) == sorted(arguments)


def test_no_option_takes_a_secret() -> None:
    """What is given as an argument is in process lists, and in the plan."""
    for command in COMMANDS:
        inner = command.commands.values() if isinstance(command, click.Group) else [command]
        names = {name for one in inner for option in one.params for name in option.opts}
        assert not [n for n in names if any(w in n for w in ("password", "secret", "token", "key"))]


def _again(out: Path) -> list[tuple[str, str]]:
    """Shell and text of the last command of the one step that makes a server known."""
    audit = json.loads((out / "audit.json").read_text("utf-8"))
    (step,) = [s for s in audit["steps"] if s["action"] == "restore-access"]
    return [(command["shell"], command["text"]) for command in step["commands"]]


def test_a_server_of_the_zone_offline_is_carried_and_never_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config, out = tmp_path / "my estate.toml", tmp_path / "audit"
    config.write_text(OFFLINE, encoding="utf-8")
    arguments = ("--config", config, "--out", out, "--policy", "tls10-disable", "--csv")
    assert sfb_audit(capsys, "run", *arguments).code == 3
    commands = _again(out)
    assert [text for shell, text in commands if shell == "cmd"] == [
        "sfb-audit collector export --out Collect-SfbFacts.ps1",
        r"powershell.exe -NoProfile -ExecutionPolicy Bypass -File .\Collect-SfbFacts.ps1",
        f'sfb-audit run --config "{config}" --out {out} --policy tls10-disable --csv',
    ]
    assert any("--bundle" in text for shell, text in commands if shell == "gui")
    said = (out / "audit.json").read_text("utf-8")
    assert "WSMan" not in said
    assert "WinRM" not in said
    finding = next(f for f in json.loads(said)["findings"] if f["rule"] == "SFB-REACH-001")
    assert "sfb-audit collector export" in finding["remediation"]
    assert "--bundle" in finding["remediation"]


def test_the_same_run_writes_the_same_step(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config, out = tmp_path / "estate.toml", tmp_path / "audit"
    config.write_text(OFFLINE, encoding="utf-8")
    told = []
    for policy in ("office365-tls12", "tls10-disable", "tls10-disable"):
        sfb_audit(capsys, "run", "--config", config, "--out", out, "--policy", policy)
        (step,) = json.loads((out / "audit.json").read_text("utf-8"))["steps"]
        told.append(step)
    assert told[1] == told[2]
    assert told[0]["id"] == told[1]["id"]
    assert told[0]["commands"] != told[1]["commands"]
