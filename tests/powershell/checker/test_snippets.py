"""Every script that runs on a server, held against the checker and Windows' own tables."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

import pytest

from auditor.collect.offline import offline_script
from auditor.collect.script import estate_script, joined_script
from auditor.version import Version
from tests.powershell.checker.check import Checker, functions_of, listed, needed_version
from tests.powershell.checker.tree import Tree, parse

VERSIONS = ("2.0", "3.0", "4.0", "5.1")
COMMON = {"ErrorAction"}
ACCELERATORS = {"array": "Array", "bool": "Boolean", "int": "Int32", "long": "Int64"}
ACCELERATORS |= {"byte[]": "Byte", "string[]": "String", "uint32": "UInt32", "uint64": "UInt64"}
ACCELERATORS |= {"datetime": "DateTime", "string": "String"}
ACCELERATORS |= {"regex": "Text.RegularExpressions.Regex", "ValueType": "ValueType"}


def _texts(folder: Traversable, prefix: str = "") -> dict[str, str]:
    found = {}
    for entry in folder.iterdir():
        if entry.name.endswith(".ps1"):
            found[prefix + entry.name] = entry.read_text("utf-8").replace("\r\n", "\n")
        elif entry.is_dir() and entry.name == "estate":
            found |= _texts(entry, "estate/")
    return found


SCRIPTS = {
    **_texts(resources.files("ps_snippets")),
    "joined": joined_script().text,
    "estate": estate_script().text,
    "offline": offline_script().decode("ascii").replace("\r\n", "\n"),
}
WRAPPERS = {"collector.ps1", "offline"}


@pytest.fixture(scope="module")
def trees(pwsh: Path, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Tree]:
    return parse(pwsh, tmp_path_factory.mktemp("trees"), SCRIPTS)


@pytest.mark.powershell
@pytest.mark.parametrize("name", SCRIPTS)
def test_nothing_is_too_new_and_nothing_can_write(name: str, trees: dict[str, Tree]) -> None:
    checker = Checker(trees[name], functions_of(trees), wrapper=name in WRAPPERS)
    assert checker.faults() == []


@pytest.mark.powershell
@pytest.mark.parametrize("name", ["joined", "estate", "offline"])
def test_what_is_sent_is_strict_and_calls_one_thing_by_value(
    name: str, trees: dict[str, Tree]
) -> None:
    commands = trees[name].of("CommandAst")
    assert any(node.text == "Set-StrictMode -Version 2.0" for node in commands)
    assert sum(node.text == "& $snippet.read" for node in commands) == 1
    assert len(SCRIPTS[name]) <= listed("allowed")["sizes"]["joined_bytes"]


@pytest.mark.parametrize("name", [name for name in SCRIPTS if name.endswith(".ps1")])
def test_is_readable_by_whoever_must_approve_it(name: str) -> None:
    text = SCRIPTS[name]
    assert text.isascii()
    header = text.partition("\n\n")[0]
    for word in ("Reads:", "Rights:", "Needs:", "Never:"):
        assert f"# {word}" in header
    assert len(text.splitlines()) <= listed("allowed")["sizes"]["lines"]
    assert "Win32_Product" not in re.sub(r"^#.*$", "", text, flags=re.MULTILINE)


@pytest.fixture(scope="module")
def windows_commands(realdata: Path) -> Mapping[str, tuple[set[str], dict[str, set[str]]]]:
    """Command -> its versions, and each parameter's versions, of Windows PowerShell."""
    path = realdata / "powershell" / "windows-powershell-commands.tsv"
    table = {}
    with path.open(encoding="utf-8") as file:
        for row in list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))[1:]:
            versions = set(row[3].split(","))
            named = (word.partition("@")[::2] for word in row[4].split())
            parameters = {name: set(some.split(",")) if some else versions for name, some in named}
            table[row[0]] = (versions, parameters)
    return table


@pytest.mark.powershell
@pytest.mark.realdata
@pytest.mark.parametrize("name", SCRIPTS)
def test_every_version_from_the_declared_one_has_each_command_with_its_parameters(
    name: str,
    trees: dict[str, Tree],
    windows_commands: Mapping[str, tuple[set[str], dict[str, set[str]]]],
) -> None:
    needed = {v for v in VERSIONS if Version.parse(v) >= needed_version(SCRIPTS[name])}
    own = functions_of(trees)
    for node in trees[name].of("CommandAst"):
        command = node.words[0].detail
        if node.detail != "Unknown" or command in own or command.startswith("Get-Cs"):
            continue
        # Its call stands behind a look at the version; 2.0 has the serialiser of our own.
        wanted = needed - {"2.0"} if command == "ConvertTo-Json" else needed
        versions, parameters = windows_commands[command]
        assert wanted <= versions, command
        for word in node.words:
            if word.kind == "CommandParameterAst" and word.detail not in COMMON:
                assert wanted <= parameters.get(word.detail, set()), (command, word.detail)


@pytest.mark.powershell
@pytest.mark.realdata
def test_net_framework_4_0_has_each_type_and_method(trees: dict[str, Tree], realdata: Path) -> None:
    """Of .NET 2.0 and 3.5, which Windows PowerShell 2.0 runs on, there is no table here."""
    text = (realdata / "powershell" / "dotnet-framework-types.tsv").read_text("utf-8")
    rows = [line.split("\t") for line in text.splitlines()]
    known = {row[0]: row[3].split() for row in rows if row[1] == "4.0"}
    methods = {member for members in known.values() for member in members if "@" not in member}
    for name in SCRIPTS:
        for node in trees[name].of("TypeExpressionAst", "TypeConstraintAst"):
            full = ACCELERATORS.get(node.detail, node.detail)
            assert full in known or f"System.{full}" in known, node.detail
        for node in trees[name].of("InvokeMemberExpressionAst"):
            assert node.children[1].detail in methods
