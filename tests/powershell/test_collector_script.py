"""The offline collector, run by the real engine, and what it leaves behind."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from auditor.collect.offline import offline_script
from auditor.facts.bundle import read_bundle
from auditor.facts.families import FAMILIES
from auditor.facts.products import ProductsFacts
from auditor.lab.windows import State, build_windows
from auditor.lab.windows_description import WindowsDescription
from tests.powershell.engine import CERTIFICATES, run_file

pytestmark = pytest.mark.powershell

EDGE: State = build_windows(
    WindowsDescription.model_validate(
        {
            "os": "2012",
            "products": [
                {"set": "sfb2015-edge", "version": "6.0.9319.516"},
                {"name": "\u65e5\u672c\u8a9e \u00e9 \U0001f600 <b>&'\"", "version": "1.0"},
            ],
        }
    ),
    "edge01",
)
DENIED = EDGE | {"deny": [r"WMI\Win32_OperatingSystem", r"WMI\Win32_QuickFixEngineering"]}
FORCING = "$PSDefaultParameterValues = @{ 'New-Item:Force' = $true }\n"
CONSTRAINED = "$ExecutionContext.SessionState.LanguageMode = 'ConstrainedLanguage'\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "Collect-SfbFacts.ps1").write_bytes(offline_script())
    return tmp_path


def _run(
    pwsh: Path, folder: Path, state: State = EDGE, before: str = "", arguments: str = ""
) -> subprocess.CompletedProcess[str]:
    script = folder / "run.ps1"
    script.write_text(
        f"{CERTIFICATES}{before}& '{folder}/Collect-SfbFacts.ps1' {arguments}\n", "utf-8"
    )
    return run_file(pwsh, script, state, dict(os.environ), folder)


def test_it_leaves_one_file_that_reads_back(pwsh: Path, folder: Path) -> None:
    before = set(folder.iterdir())
    done = _run(pwsh, folder)
    assert (done.returncode, done.stderr) == (0, "")
    written = folder / "EDGE01.facts.json"
    assert {path.name for path in set(folder.iterdir()) - before} >= {written.name}
    reading = read_bundle(written)
    assert (reading.fqdn, reading.origin, reading.notes) == ("edge01", "bundle", ())
    assert [result.family for result in reading.families] == [each.key for each in FAMILIES]
    assert not [result.error for result in reading.families if result.error]
    names = [
        item.name
        for result in reading.families
        if isinstance(result.facts, ProductsFacts)
        for item in result.facts.items
    ]
    assert "\u65e5\u672c\u8a9e \u00e9 \U0001f600 <b>&'\"" in names
    assert f"Wrote {written}" in done.stdout
    assert "sfb-audit assess EDGE01.facts.json" in done.stdout
    assert "could not be read" not in done.stdout


@pytest.mark.parametrize(
    ("before", "checked"),
    [
        ("$PSVersionTable['PSVersion'] = [version]'2.0'\n", True),
        (CONSTRAINED, False),
        ("$ErrorActionPreference = 'SilentlyContinue'; $OutputEncoding = $null\n", True),
        (FORCING, True),
        ("Set-StrictMode -Version Latest\n", True),
    ],
)
def test_it_works_wherever_the_snippets_do(
    pwsh: Path, folder: Path, before: str, checked: bool
) -> None:
    done = _run(pwsh, folder, before=before)
    reading = read_bundle(folder / "EDGE01.facts.json")
    assert len(reading.families) == len(FAMILIES)
    assert (reading.notes == ()) is checked
    assert ("Without a check sum" in done.stdout) is not checked


@pytest.mark.parametrize(
    "before", ["", CONSTRAINED, "$PSDefaultParameterValues = @{ 'New-Item:Force' = $true }\n"]
)
def test_a_file_that_is_there_is_never_touched(pwsh: Path, folder: Path, before: str) -> None:
    there = folder / "EDGE01.facts.json"
    there.write_text("mine", "utf-8")
    done = _run(pwsh, folder, before=before)
    assert "already exists" in done.stderr
    assert there.read_text("utf-8") == "mine"


@pytest.mark.parametrize("name", ["other.json", "with space [1].json", "sub/deep.json"])
def test_another_file(pwsh: Path, folder: Path, name: str) -> None:
    (folder / "sub").mkdir()
    done = _run(pwsh, folder, arguments=f"-OutFile '{name}'")
    assert done.stderr == ""
    assert read_bundle(folder / name).fqdn == "edge01"


def test_a_full_path(pwsh: Path, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    _run(pwsh, folder, arguments=f"-OutFile '{tmp_path}/elsewhere/x.json'")
    assert read_bundle(tmp_path / "elsewhere" / "x.json").fqdn == "edge01"


def test_it_says_how_many_families_failed(pwsh: Path, folder: Path) -> None:
    done = _run(pwsh, folder, DENIED)
    assert "2 of the fact families could not be read" in done.stdout
    assert len([r for r in read_bundle(folder / "EDGE01.facts.json").families if r.error]) == 2


def test_outside_any_folder_it_says_what_to_do(pwsh: Path, folder: Path) -> None:
    done = _run(pwsh, folder, before="Set-Location HKLM:\\SOFTWARE\n")
    assert "The current location is no folder" in done.stderr
    assert not (folder / "EDGE01.facts.json").exists()
