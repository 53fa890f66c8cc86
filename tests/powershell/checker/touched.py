"""What the snippets touch, worked out from their syntax trees.

`make snippets-audit` writes ps_snippets/touched.json and the table of docs/snippets.md. Paths
are put together as the snippets do: texts joined with +, over the texts that a foreach goes
through. A part that cannot be worked out stands there as $name.
"""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
from collections.abc import Iterable
from itertools import pairwise, product
from pathlib import Path
from typing import Any

from auditor.facts.estate.families import ESTATE_FAMILIES
from auditor.facts.families import FAMILIES
from auditor.facts.touched import FILE, LISTS, check_sum
from tests.powershell.checker.check import needed_version
from tests.powershell.checker.tree import Node, Tree, parse

ROOT = Path(__file__).parents[3]
SNIPPETS = ROOT / "ps_snippets"
TABLE = ROOT / "docs" / "snippets.md"
MARK = "<!-- the table is written by make snippets-audit -->\n"
_SHARED = ("frame.ps1", "reading.ps1", "serialise.ps1", "estate/values.ps1", "collector.ps1")
_HEAD = re.compile(r"^# (Reads|Rights): +(.*(?:\n# {12,}.*)*)", re.MULTILINE)
_VALUES = ("Get-RegistryFact", "Get-RegistryText")
_HIVE = "Registry::HKEY_LOCAL_MACHINE"
_NATIVE, _WOW = "HKLM:\\SOFTWARE\\", "HKLM:\\SOFTWARE\\Wow6432Node\\"


def names() -> list[str]:
    """Every snippet that a script is made of."""
    return [*(family.snippet for family in (*FAMILIES, *ESTATE_FAMILIES)), *_SHARED]


class Evaluation:
    """The texts that variables, and properties of what a foreach goes through, may have."""

    def __init__(self, tree: Tree, functions: dict[str, Node]) -> None:
        self.tree = tree
        self.functions = functions
        self.values: dict[str, list[str]] = {}
        self.keys: dict[str, list[str]] = {}
        for node in tree.root.walk():
            if node.kind in {"AssignmentStatementAst", "ForEachStatementAst"}:
                self._assign(node.children[0], node.children[1])

    def _assign(self, target: Node, source: Node) -> None:
        name = target.detail
        if target.kind != "VariableExpressionAst":
            return
        command = next((n for n in source.walk() if n.kind == "CommandAst"), None)
        called = command.words[0].detail if command else ""
        if command is not None and called == "Get-ExistingItem":
            self.keys[name] = self.argument(command, "Path")
        elif command is not None and called == "Get-ChildItem":
            self.keys[name] = [f"{path}\\*" for path in self.argument(command, "LiteralPath")]
        elif called in _VALUES:
            self.values[name] = ["*"]
        elif called in self.functions:
            for key, value in self._properties(self.functions[called]):
                self.values.setdefault(f"{name}.{key}", []).extend(self.texts(value))
        elif command is None:
            self.values.setdefault(name, []).extend(self.texts(source))

    def _properties(self, function: Node) -> Iterable[tuple[str, Node]]:
        for table in (node for node in function.walk() if node.kind == "HashtableAst"):
            yield from zip(
                (n.detail for n in table.children[::2]), table.children[1::2], strict=True
            )

    def texts(self, node: Node) -> list[str]:
        """What an expression may be as text."""
        if node.kind == "StringConstantExpressionAst":
            return [node.detail]
        if node.kind == "VariableExpressionAst":
            drive, colon, name = node.detail.partition(":")
            return [f"%{name}%"] if colon else self.values.get(drive, [f"${drive}"])
        if node.kind == "MemberExpressionAst":
            if node.text.endswith(".Property"):  # the names of a key's values
                return ["*"]
            return self.values.get(node.text.removeprefix("$"), [node.text])
        if node.kind == "BinaryExpressionAst" and node.detail == "Plus":
            both = product(*(self.texts(child) for child in node.children))
            return ["".join(pair) for pair in both]
        if node.kind in ("ArrayLiteralAst", "ArrayExpressionAst", "StatementBlockAst"):
            return [text for child in node.children for text in self.texts(child)]
        if len(node.children) == 1:
            return self.texts(node.children[0])
        return []

    def argument(self, command: Node, parameter: str) -> list[str]:
        """What may be given for a parameter."""
        for word, after in pairwise(command.words):
            if word.kind == "CommandParameterAst" and word.detail == parameter:
                texts = (text.replace(_HIVE, "HKLM:", 1) for text in self.texts(after))
                return list(dict.fromkeys(texts))
        return []

    def variable(self, command: Node, parameter: str) -> str:
        """The name of the variable that is given for a parameter."""
        pairs = pairwise(command.words)
        return next((after.detail for word, after in pairs if word.detail == parameter), "")


def touched_by(tree: Tree, functions: dict[str, Node]) -> dict[str, Any]:
    """What one snippet touches; `functions` are those that it may call."""
    known = Evaluation(tree, functions)
    registry: list[str] = []
    files: list[str] = []
    certificates: list[str] = []
    wmi: list[str] = []
    commands = tree.of("CommandAst")
    defining = {node for f in tree.of("FunctionDefinitionAst") for node in f.walk()}
    for command in (each for each in commands if each not in defining):
        called = command.words[0].detail
        if called == "Get-ExistingItem":
            for path in known.argument(command, "Path"):
                _list_of(path, registry, files, certificates).append(path)
        elif called == "Get-ChildItem":
            for path in known.argument(command, "LiteralPath"):
                _list_of(path, registry, files, certificates).append(f"{path}\\*")
        elif called == "Get-RegistrySignal":
            paths, names = known.argument(command, "Path"), known.argument(command, "Name")
            registry += [*paths, *(f"{path}, {name}" for path in paths for name in names)]
        elif called in _VALUES:
            keys = known.keys.get(known.variable(command, "Key"), ["$key"])
            registry += [f"{k}, {v}" for k in keys for v in known.argument(command, "Name")]
        elif called == "Get-WmiObject":
            properties = ", ".join(known.argument(command, "Property"))
            wmi += [f"{name} ({properties})" for name in known.argument(command, "Class")]
    own = {node.words[0].detail for node in commands if node.detail == "Unknown"}
    environment = {n.detail for n in tree.of("VariableExpressionAst") if n.detail[:4] == "env:"}
    return {
        "commands": sorted(own - set(functions)),
        "registry": _views(dict.fromkeys(registry)),
        "wmi": wmi,
        "files": list(dict.fromkeys(files)),
        "certificates": list(dict.fromkeys(certificates)),
        "environment": sorted(f"%{name[4:]}%" for name in environment),
    }


def _list_of(
    path: str, registry: list[str], files: list[str], certificates: list[str]
) -> list[str]:
    """The list that a path belongs to, by its drive."""
    if path.startswith("HK"):
        return registry
    return certificates if path.startswith("Cert:") else files


def _views(paths: Iterable[str]) -> list[str]:
    """A path that is read in both views of the registry stands there once."""
    all_paths = list(paths)
    shown = []
    for path in all_paths:
        rest = path.removeprefix(_NATIVE)
        if path.startswith(_WOW) and _NATIVE + path.removeprefix(_WOW) in all_paths:
            continue
        if path.startswith(_NATIVE) and _WOW + rest in all_paths:
            shown.append(f"HKLM\\SOFTWARE\\[Wow6432Node\\]{rest}")
        else:
            shown.append(path.replace("HKLM:", "HKLM", 1))
    return shown


def listing(pwsh: Path, folder: Path) -> dict[str, dict[str, Any]]:
    """What touched.json holds, from the engine's parser."""
    texts = {name: (SNIPPETS / name).read_text("utf-8").replace("\r\n", "\n") for name in names()}
    trees = parse(pwsh, folder, texts)
    functions = {
        node.detail: node for tree in trees.values() for node in tree.of("FunctionDefinitionAst")
    }
    told = {}
    for name, tree in trees.items():
        head = {
            word: " ".join(text.replace("\n#", " ").split())
            for word, text in _HEAD.findall(tree.text)
        }
        version = needed_version(tree.text)
        told[name] = {
            "sha256": check_sum(tree.text),
            "needs": f"{version.major}.{version.minor}",
            "rights": head["Rights"],
            "reads": head["Reads"],
            **{key: value for key, value in touched_by(tree, functions).items() if value},
        }
    return told


def _on_one_line(comment: str) -> str:
    return " ".join(comment.replace("\n#", " ").split())


def as_json(told: dict[str, dict[str, Any]]) -> str:
    return json.dumps(told, indent=1) + "\n"


def as_table(told: dict[str, dict[str, Any]]) -> str:
    """The table of docs/snippets.md."""
    lines = ["| snippet | needs | touches | rights |", "|---|---|---|---|"]
    for name, entry in told.items():
        parts = [f"`{word}`" for key in LISTS for word in entry.get(key, [])]  # fmt: skip
        lines.append(f"| {name} | {entry['needs']} | {'<br>'.join(parts)} | {entry['rights']} |")
    return "\n".join(lines) + "\n"


def main() -> int:
    pwsh = Path(os.environ.get("AUDITOR_PWSH", ROOT.parent / "shared" / "tools" / "pwsh"))
    if not pwsh.exists():
        print(f"{pwsh} is not there: set AUDITOR_PWSH to the engine", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        told = listing(pwsh, Path(folder))
    (SNIPPETS / FILE).write_text(as_json(told), "utf-8")
    page = TABLE.read_text("utf-8")
    TABLE.write_text(page[: page.index(MARK)] + MARK + as_table(told), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
