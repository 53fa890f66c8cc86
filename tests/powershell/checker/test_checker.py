"""What the checker catches, and what it lets pass."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.powershell.checker.check import Checker
from tests.powershell.checker.tree import Tree, parse

pytestmark = pytest.mark.powershell

NEW = "# Needs:      Windows PowerShell 3.0.\n"

# script -> the rule that catches it, and a word of what it says
CAUGHT = [
    ("$a = (", "parse", ""),
    ("#requires -Version 3.0\n$a = 1", "requires", ""),
    ("$a = '\u00e9'", "ascii", ""),
    ("$a =\t1", "tab", ""),
    # Too new for 2.0 ...
    ("$a = 1 -in @(1)", "syntax", "-in"),
    ("$a = 1 -notin @(1)", "syntax", "-notin"),
    ("$a = 1 -shl 2", "syntax", "-shl"),
    ("$a = [ordered]@{ b = 1 }", "syntax", "ordered"),
    ("$a = [pscustomobject]@{ b = 1 }", "syntax", "pscustomobject"),
    ("$a = $PSItem", "syntax", "$PSItem"),
    ("$a = $using:b", "syntax", "Using"),
    # ... and for 3.0.
    (NEW + "$a = $b ? 1 : 2", "syntax", "7.0"),
    (NEW + "$a = $b ?? 1", "syntax", "7.0"),
    (NEW + "$a ??= 1", "syntax", "7.0"),
    (NEW + "$a = ${b}?.Length", "syntax", "null conditional"),
    (NEW + "$a = ${b}?[0]", "syntax", "null conditional"),
    (NEW + "Get-Date && Get-Date", "syntax", "7.0"),
    (NEW + "Get-Date || Get-Date", "syntax", "7.0"),
    (NEW + "class A { }", "syntax", "about_Classes"),
    (NEW + "enum A { b }", "syntax", "about_"),
    (NEW + "using namespace System\n$a = 1", "syntax", "about_Using"),
    (NEW + "$a = 0b11", "syntax", "binary"),
    (NEW + "$a = 5uy", "syntax", "suffixes"),
    # Commands.
    ("Set-ItemProperty -Path x -Name y -Value z", "command", "Set-ItemProperty"),
    ("Remove-Item -Path x", "command", "Remove-Item"),
    ("Out-File -FilePath x", "command", "Out-File"),
    ("New-Item -ItemType File -Path x", "command", "New-Item"),
    ("Start-Process -FilePath x", "command", "Start-Process"),
    ("Invoke-Expression -Command 'x'", "command", "Invoke-Expression"),
    ("Invoke-Command -ComputerName x", "command", "Invoke-Command"),
    ("Invoke-WmiMethod -Class x -Name y", "command", "Invoke-WmiMethod"),
    ("Add-Type -TypeDefinition 'x'", "command", "Add-Type"),
    ("Set-CsTenant -Identity x", "command", "Set-CsTenant"),
    ("cmd.exe /c dir", "command", "cmd.exe"),
    ("gi -LiteralPath x", "command", "gi"),
    ("dir", "command", "dir"),
    ("Microsoft.PowerShell.Management\\Get-Item -LiteralPath x", "command", "Get-Item"),
    ("Get-Item -Path x", "parameter", "-Path"),
    ("Get-Item -LiteralPath x -OutVariable y", "parameter", "-OutVariable"),
    ("Get-WmiObject -Class x -ComputerName y", "parameter", "-ComputerName"),
    ("Get-WmiObject -Query 'x'", "parameter", "-Query"),
    ("Get-ChildItem -LiteralPath x -Recurse", "parameter", "-Recurse"),
    ("Get-CsUser -Filter x", "parameter", "-Filter"),
    ("Get-Item x", "positional", "x"),
    ("Get-Item -Force x", "positional", "x"),
    ("$p = @{ LiteralPath = 'x' }\nGet-Item @p", "splat", "@p"),
    # Calls of what is not written there.
    ("& $a", "call", "$a"),
    ("& 'Get-Date'", "call", "Get-Date"),
    (". .\\other.ps1", "call", "other"),
    ("& $snippet.write", "call", "write"),
    ("Get-Date > x", "redirection", "> x"),
    ("Get-Date 2>&1", "redirection", "2>&1"),
    ("Get-Date *> $null", "redirection", "*>"),
    # Types, objects, methods.
    ("[System.IO.File]::Delete('x')", "type", "System.IO.File"),
    ("[System.IO.File]::Delete('x')", "method", "Delete"),
    ("$a = [Environment]::MachineName", "type", "Environment"),
    ("$a = [scriptblock]::Create('x')", "type", "scriptblock"),
    ("$a = [wmi]'x'", "type", "wmi"),
    ("New-Object -TypeName System.Net.WebClient", "object", "WebClient"),
    ("New-Object -ComObject x", "parameter", "-ComObject"),
    ("$a.Delete()", "method", "Delete"),
    ("$a.$b()", "method", "$b"),
    ("$a.InvokeMethod('x')", "method", "InvokeMethod"),
    # Writing.
    ("$env:PATH = 'x'", "set", "$env:PATH"),
    ("$global:a = 1", "set", "$global:a"),
    ("${function:a} = { }", "scope", "function"),
    ("$HKLM:a = 1", "scope", "HKLM"),
    ("$a.Value = 1", "set", "$a.Value"),
    ("$a.b[0] = 1", "set", "$a.b[0]"),
    ("$a.Value++", "set", "$a.Value"),
    ("[int]$env:a = 1", "set", "$env:a"),
]

PASSES = [
    "$a = Get-Item -LiteralPath 'HKLM:\\SOFTWARE' -Force -ErrorAction Stop",
    "$a = @(foreach ($b in 1, 2) { $b })",
    "$a = @{ b = 1 }; $a['c'] = 2",
    "[string] $a = $env:COMPUTERNAME",
    "$a = & { Get-Date }",
    "$a = & $snippet.read",
    "$a = 'gi is only text; Remove-Item too'",
    "# Remove-Item -Path x",
    "$a = $b.Substring(0, 5).Replace('x', 'y')",
    "$a = Get-CsHostingProvider -LocalStore -ErrorAction Stop",
    "function Read-It($Path) { $Path }\nRead-It -Path 'x'",
    "$a = 5L; $b = 0xFF; $c = 1.5; $d = 10MB",
    NEW + "$a = 1 -in @(1)",
    NEW + "$a = [ordered]@{ b = 1 }",
]


@pytest.fixture(scope="module")
def trees(pwsh: Path, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Tree]:
    scripts = {script: script for script in (*(case[0] for case in CAUGHT), *PASSES)}
    return parse(pwsh, tmp_path_factory.mktemp("cases"), scripts)


@pytest.mark.parametrize(("script", "rule", "words"), CAUGHT)
def test_caught(script: str, rule: str, words: str, trees: Mapping[str, Tree]) -> None:
    faults = Checker(trees[script], frozenset()).faults()
    assert [f for f in faults if f.rule == rule and words in f.message], faults


@pytest.mark.parametrize("script", PASSES)
def test_passes(script: str, trees: Mapping[str, Tree]) -> None:
    assert Checker(trees[script], frozenset({"Read-It"})).faults() == []


def test_only_the_wrapper_may_make_a_file(trees: Mapping[str, Tree]) -> None:
    tree = trees["New-Item -ItemType File -Path x"]
    assert Checker(tree, frozenset(), wrapper=True).faults() == []
