"""The list of what the snippets touch is up to date, and true."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from auditor.collect.script import joined_script
from auditor.facts.families import FAMILIES
from auditor.lab.machine_answers import ALGORITHMS
from auditor.lab.windows import State, build_windows
from auditor.lab.windows_description import WindowsDescription
from tests.powershell.checker.touched import MARK, SNIPPETS, TABLE, as_json, as_table, listing
from tests.powershell.engine import run_file

pytestmark = pytest.mark.powershell

# Cmdlets that say what they were asked for, before the real ones answer.
TRACE = r"""
$global:trace = New-Object System.Collections.ArrayList
function Get-Item { param($LiteralPath, [switch] $Force, $ErrorAction)
    [void]$global:trace.Add("$LiteralPath")
    Microsoft.PowerShell.Management\Get-Item @PSBoundParameters }
function Get-ItemProperty { param($LiteralPath, $Name, $ErrorAction)
    [void]$global:trace.Add("$LiteralPath, $Name")
    Microsoft.PowerShell.Management\Get-ItemProperty @PSBoundParameters }
function Get-ChildItem { param($LiteralPath, $ErrorAction)
    [void]$global:trace.Add("$LiteralPath\*")
    Microsoft.PowerShell.Management\Get-ChildItem @PSBoundParameters }
function Get-WmiObject { param($Class, $Filter, $Property, $ErrorAction)
    [void]$global:trace.Add("$Class ($($Property -join ', '))")
    Microsoft.PowerShell.Management\Get-WmiObject @PSBoundParameters }
$null = & $env:COLLECTOR
ConvertTo-Json -InputObject @($global:trace) -Compress
"""
PROTOCOLS = ("SSL 2.0", "SSL 3.0", "TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3")
BOTH = {"enabled": 1, "disabled_by_default": 0}
# Every value that is asked for is there, so that each is read.
FULL: State = build_windows(
    WindowsDescription.model_validate(
        {
            "os": "2012",
            "products": [{"name": "Product", "version": "1.0", "view": v, "key": "K"}
                         for v in ("native", "wow6432")],
            "default_secure_protocols": {"native": 1, "wow6432": 1},
            "schannel": {name: {"client": BOTH, "server": BOTH} for name in PROTOCOLS},
            "net_release": 1,
            "strong_crypto": True,
            "system_default_tls": True,
            "cipher_orders": {"policy": "TLS_A,TLS_B", "local": ["TLS_A"]},
            "cipher_switches": dict.fromkeys(ALGORITHMS, 1),
            "sql": [{"instance": "RTC", "id": "MSSQL12.RTC", "version": "12.1.4100.1"}],
            "sql_clients": dict.fromkeys(("native_client11", "odbc11", "odbc13", "odbc17"), "1"),
            "reboot": ["component_servicing", "windows_update", "file_renames", "update_exe"],
        }
    ),
    "fe01.contoso.com",
)  # fmt: skip


@pytest.fixture(scope="module")
def told(pwsh: Path, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    return listing(pwsh, tmp_path_factory.mktemp("touched"))


def test_the_shipped_list_is_up_to_date(told: dict[str, Any]) -> None:
    """Else: make snippets-audit."""
    assert (SNIPPETS / "touched.json").read_text("utf-8") == as_json(told)
    assert TABLE.read_text("utf-8").partition(MARK)[2] == as_table(told)


def test_nothing_in_it_could_not_be_worked_out(told: dict[str, Any]) -> None:
    for entry in told.values():
        words = (word for value in entry.values() if isinstance(value, list) for word in value)
        assert not [word for word in words if "$" in word]


def test_it_is_what_the_engine_touches(told: dict[str, Any], pwsh: Path, tmp_path: Path) -> None:
    collector = tmp_path / "collector.ps1"
    collector.write_text(joined_script().text, "ascii")
    trace = tmp_path / "trace.ps1"
    trace.write_text(TRACE, "ascii")
    environment = {**os.environ, "COLLECTOR": str(collector)}
    done = run_file(pwsh, trace, FULL, environment, tmp_path)
    assert done.stderr == ""
    touched = {_shown(path) for path in json.loads(done.stdout)}
    snippets = ["frame.ps1", *(family.snippet for family in FAMILIES)]
    listed = {
        word
        for name in snippets
        for key in ("registry", "wmi", "files", "certificates")
        for each in told[name].get(key, [])
        for word in _both_views(each)
    }
    assert touched == listed


def _shown(path: str) -> str:
    path = path.replace("Microsoft.PowerShell.Management\\", "").replace("Registry::", "")
    path = path.replace("HKEY_LOCAL_MACHINE", "HKLM").replace("HKLM:", "HKLM")
    path = re.sub(r"(Uninstall\\)[^*,]+(,|$)", r"\1*\2", path)
    path = re.sub(r"(Microsoft SQL Server\\)(?!Instance)[^\\]+", r"\1*", path)
    path = re.sub(r"(Instance Names\\SQL, ).*", r"\1*", path)
    path = re.sub(r"( \d+)\\(\d+)(,|$)", r"\1/\2\3", path)  # the simulated Windows' "AES 128/128"
    path = path.replace("C:\\Program Files\\", "%ProgramFiles%\\")
    return path.replace("C:\\Windows\\", "%SystemRoot%\\")


def _both_views(path: str) -> list[str]:
    part = "[Wow6432Node\\]"
    return [path.replace(part, ""), path.replace(part, "Wow6432Node\\")] if part in path else [path]
