"""What the snippets are made of: only what Windows PowerShell 3.0 knows, and only what reads."""

from __future__ import annotations

import csv
import json
import os
import subprocess
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from auditor.collect.script import joined_script

# What a security officer has to know, in full: every command, type and member that is used.
COMMANDS = {"Set-StrictMode", "New-Object", "Get-Item", "Get-CimInstance", "ConvertTo-Json"}
CREATED = {"PSObject", "System.Collections.ArrayList"}
MEMBERS = {
    "Add",
    "GetBaseException",
    "GetBytes",
    "GetSubKeyNames",
    "GetType",
    "GetUtcOffset",
    "GetValue",
    "GetValueKind",
    "GetValueNames",
    "Min",
    "OpenSubKey",
    "StartNew",
    "Substring",
    "ToArray",
    "ToString",
    "ToUInt32",
    "ToUInt64",
    "ToUniversalTime",
}
ACCELERATORS = {
    "byte[]": "System.Byte",
    "int": "System.Int32",
    "long": "System.Int64",
    "string": "System.String",
    "void": "System.Void",
}
POWERSHELL_TYPES = {"System.Management.Automation.ItemNotFoundException"}

# Syntax that came after 3.0: 5.0 classes and using, 7.0 operators.
LATER_SYNTAX = {
    "ConfigurationDefinitionAst",
    "DynamicKeywordStatementAst",
    "FunctionMemberAst",
    "PipelineChainAst",
    "PropertyMemberAst",
    "TernaryExpressionAst",
    "TypeDefinitionAst",
    "UsingStatementAst",
}
LATER_OPERATORS = {
    "AndAnd",
    "OrOr",
    "QuestionDot",
    "QuestionLBracket",
    "QuestionQuestion",
    "QuestionQuestionEquals",
    "QuestionMark",
}


def _snippets() -> list[str]:
    folder = resources.files("ps_snippets").iterdir()
    return sorted(entry.name for entry in folder if entry.name.endswith(".ps1"))


SNIPPETS = _snippets()


def _source(name: str) -> str:
    return resources.files("ps_snippets").joinpath(name).read_text("utf-8")


@pytest.fixture(scope="module")
def outlines(pwsh: Path, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """The syntax tree of each snippet and of the joined script, in short, from the real parser."""
    folder = tmp_path_factory.mktemp("outlines")
    sources = {name: _source(name) for name in SNIPPETS} | {"joined": joined_script().text}
    for name, text in sources.items():
        (folder / name).write_text(text, "utf-8")
    done = subprocess.run(
        [pwsh, "-NoProfile", "-File", Path(__file__).with_name("outline.ps1")],
        env={**os.environ, "OUTLINE_FILES": "\n".join(str(folder / name) for name in sources)},
        capture_output=True,
        encoding="utf-8",
        timeout=60,
        check=True,
    )
    return {Path(file).name: outline for file, outline in json.loads(done.stdout).items()}


@pytest.fixture(scope="module")
def windows_commands(realdata: Path) -> Mapping[str, tuple[set[str], set[str]]]:
    """Command -> (versions, parameters that 3.0 has), of Windows PowerShell."""
    table = {}
    with (realdata / "powershell" / "windows-powershell-commands.tsv").open(
        encoding="utf-8"
    ) as file:
        for row in list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))[1:]:
            if row[1] == "Cmdlet":
                named = (word.partition("@")[::2] for word in row[4].split())
                in_3 = {name for name, versions in named if not versions or "3.0" in versions}
                table[row[0]] = (set(row[3].split(",")), in_3)
    return table


NAMES = [*SNIPPETS, "joined"]


@pytest.mark.powershell
@pytest.mark.parametrize("name", NAMES)
def test_parses(name: str, outlines: Mapping[str, Any]) -> None:
    assert outlines[name]["errors"] == []


@pytest.mark.powershell
@pytest.mark.parametrize("name", NAMES)
def test_has_no_syntax_later_than_3_0(name: str, outlines: Mapping[str, Any]) -> None:
    assert LATER_SYNTAX.isdisjoint(outlines[name]["syntax"])
    assert LATER_OPERATORS.isdisjoint(outlines[name]["operators"])


@pytest.mark.powershell
@pytest.mark.parametrize("name", NAMES)
def test_uses_only_what_is_listed(name: str, outlines: Mapping[str, Any]) -> None:
    functions = set(outlines["joined"]["functions"])
    used = {command["name"] for command in outlines[name]["commands"]} - {""}
    assert used - functions <= COMMANDS
    assert set(outlines[name]["created"]) <= CREATED
    assert set(outlines[name]["members"]) <= MEMBERS


@pytest.mark.powershell
def test_the_only_code_called_by_variable_is_a_snippet(outlines: Mapping[str, Any]) -> None:
    nameless = [c for c in outlines["joined"]["commands"] if not c["name"]]
    assert len(nameless) == 1
    assert joined_script().text.count("& $snippet.read") == 1


@pytest.mark.powershell
@pytest.mark.realdata
def test_3_0_has_each_command_with_its_parameters(
    outlines: Mapping[str, Any], windows_commands: Mapping[str, tuple[set[str], set[str]]]
) -> None:
    common = {"ErrorAction"}
    for command in outlines["joined"]["commands"]:
        if command["name"] in COMMANDS:
            versions, parameters = windows_commands[command["name"]]
            assert {"3.0", "4.0", "5.1"} <= versions
            assert set(command["parameters"]) <= parameters | common, command["name"]


@pytest.mark.powershell
@pytest.mark.realdata
def test_net_framework_4_0_has_each_type(outlines: Mapping[str, Any], realdata: Path) -> None:
    types = realdata / "powershell" / "dotnet-framework-types.tsv"
    rows = (line.split("\t") for line in types.read_text("utf-8").splitlines())
    known = {row[0] for row in rows if row[1] == "4.0"} | POWERSHELL_TYPES
    for name in outlines["joined"]["types"]:
        full = ACCELERATORS.get(name, name)
        assert full in known or f"System.{full}" in known, name


@pytest.mark.parametrize("name", SNIPPETS)
def test_is_readable_by_whoever_must_approve_it(name: str) -> None:
    text = _source(name)
    assert text.isascii()
    assert "\t" not in text
    header = text.partition("\n\n")[0]
    assert all(line.startswith("#") for line in header.splitlines())
    for word in ("Reads:", "Rights:", "Needs:", "Never:"):
        assert f"# {word}" in header
    assert len(text.splitlines()) <= 90
    assert "Win32_Product" not in text.replace(header, "")
