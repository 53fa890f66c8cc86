"""The collector's answer does not depend on who runs it, in which session, in which culture."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from auditor.collect.script import joined_script
from auditor.lab.windows import State, WindowsDescription, build_windows
from tests.powershell.engine import Engine

pytestmark = pytest.mark.powershell

WINDOWS: State = build_windows(
    WindowsDescription.model_validate(
        {
            "os": "2012r2",
            "products": [{"set": "sfb2015-front-end", "version": "6.0.9319.516"}],
            "default_secure_protocols": {"native": 0xFFFFFFFF},
            "hotfixes": [{"id": "KB4338815", "installed_on": "7/11/2018"}],
            "wmi": {
                "Win32_OperatingSystem": {
                    "LastBootUpTime": {"datetime": "2018-07-02T12:00:00+09:00"}
                }
            },
        }
    ),
    "fe01.contoso.com",
)

CULTURE = """
$culture = New-Object System.Globalization.CultureInfo '{name}'
{change}
[System.Threading.Thread]::CurrentThread.CurrentCulture = $culture
[System.Threading.Thread]::CurrentThread.CurrentUICulture = $culture
"""
JAPANESE_ERA = "$culture.DateTimeFormat.Calendar = New-Object System.Globalization.JapaneseCalendar"

CIRCUMSTANCES = {
    "preferences that hush": """
$ErrorActionPreference = 'SilentlyContinue'
$WarningPreference = 'Stop'
$VerbosePreference = 'Continue'
$DebugPreference = 'Continue'
$WhatIfPreference = $true
$ConfirmPreference = 'Low'
""",
    "defaults for parameters": """
$PSDefaultParameterValues = @{
    '*:ErrorAction' = 'SilentlyContinue'
    'Get-Item:Path' = 'C:\\'
    'Get-ItemProperty:Exclude' = '*'
    'Get-WmiObject:ComputerName' = 'somebody-else'
    'ConvertTo-Json:Depth' = 1
    'New-Object:Strict' = $true
}
""",
    "loose strict mode": "Set-StrictMode -Off",
    "tightest strict mode": "Set-StrictMode -Version Latest",
    "variables of the same names": """
$key = 'x'; $path = 5; $view = @(1); $snippets = 'y'; $families = $null; $answer = 1
$data = 'z'; $kind = 'w'; $items = 'v'; $result = 'u'; $wanted = 't'; $limit = 1; $OFS = '-'
Set-Variable -Name now -Value 'text' -Scope Global
""",
    "functions of the same names": """
function global:Limit-Text { 'theirs' }
function global:Get-RegistryView { 'theirs' }
function global:Get-RegistryFact { 'theirs' }
""",
    "another current location": "Set-Location HKLM:\\SOFTWARE",
    "no errors kept": "$MaximumErrorCount = 1; $Error.Clear()",
}
CULTURES = {
    "comma decimals": CULTURE.format(name="de-DE", change=""),
    "dotless i": CULTURE.format(name="tr-TR", change=""),
    "Buddhist calendar": CULTURE.format(name="th-TH", change=""),
    "Japanese calendar": CULTURE.format(name="ja-JP", change=JAPANESE_ERA),
    "another minus sign": CULTURE.format(
        name="sv-SE", change="$culture.NumberFormat.NegativeSign = [string][char]0x2212"
    ),
    "native digits": CULTURE.format(name="fa-IR", change=""),
    "right to left, Hijri calendar": CULTURE.format(name="ar-SA", change=""),
}


@pytest.fixture(scope="module")
def engine(pwsh: Path, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    return Engine(pwsh, tmp_path_factory.mktemp("engine"))


@pytest.fixture(scope="module")
def plain(engine: Engine) -> Any:
    return _comparable(engine.run("& $env:COLLECTOR", WINDOWS))


def _comparable(text: str) -> Any:
    answer = json.loads(text)
    for family in answer["families"].values():
        assert family["ok"], family
        assert 0 <= family.pop("ms") < 60_000
    assert answer.pop("collected_utc").startswith("20")
    answer.pop("ps_version")
    return answer


# On 5.1 and on 2.0, where the serialiser is our own.
TWICE = """
$PSVersionTable['PSVersion'] = [version]'5.1'
& $env:COLLECTOR
$PSVersionTable['PSVersion'] = [version]'2.0'
& $env:COLLECTOR
"""


@pytest.mark.parametrize("name", CIRCUMSTANCES)
def test_session(name: str, engine: Engine, plain: Any) -> None:
    answers = engine.run(CIRCUMSTANCES[name] + TWICE, WINDOWS).splitlines()
    assert [_comparable(answer) for answer in answers] == [plain, plain]


@pytest.mark.parametrize("name", CULTURES)
def test_culture(name: str, engine: Engine, plain: Any) -> None:
    answers = _in_culture(CULTURES[name] + TWICE, engine).splitlines()
    assert [_comparable(answer) for answer in answers] == [plain, plain]


def _in_culture(script: str, engine: Engine) -> str:
    for _ in range(8):  # the engine's launcher now and then overlooks the library
        done = engine.done(script, WINDOWS)
        if "globalization-invariant mode" not in done.stderr:
            assert done.stderr == "", done.stderr
            return done.stdout
    pytest.skip("no libicu, so the engine has the invariant culture only")


def test_a_profile_may_be_noisy_on_every_stream(engine: Engine, plain: Any) -> None:
    noise = """
'output'; Write-Warning 'w'; Write-Verbose 'v' -Verbose; Write-Debug 'd' -Debug
Write-Information 'i'; Write-Host 'h'; Write-Error 'e'
"""
    done = engine.done(noise + "& $env:COLLECTOR", WINDOWS)
    assert "WARNING: w" in done.stderr
    assert _comparable(done.stdout.splitlines()[-1]) == plain


def test_without_a_registry_drive_nothing_is_claimed_absent(engine: Engine) -> None:
    driveless = joined_script().text.replace("HKLM:", "HKXX:")
    families = json.loads(engine.run(driveless, WINDOWS))["families"]
    assert {name for name, family in families.items() if family["ok"]} == {"files", "hotfixes"}
    told = {family["error"]["type"] for family in families.values() if not family["ok"]}
    assert told == {"System.Management.Automation.DriveNotFoundException"}


def test_the_innermost_cause_of_a_failure_is_told(engine: Engine) -> None:
    nested = """
function Get-WmiObject {
    $cause = New-Object System.UnauthorizedAccessException 'the cause'
    throw (New-Object System.InvalidOperationException 'what it led to', $cause)
}
& $env:COLLECTOR
"""
    family = json.loads(engine.run(nested, WINDOWS))["families"]["os"]
    assert not family["ok"]
    assert family["error"]["message"] == "the cause"
    assert family["error"]["type"] == "System.UnauthorizedAccessException"
