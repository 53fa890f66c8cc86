"""Judges scripts by their syntax trees: what is too new, and what is not on the allow-list.

What a tree cannot show: whether a value is one object or a list, so that a property read of a
list (new in 3.0) looks like any other.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from auditor.version import Version
from tests.powershell.checker.tree import Node, Tree

HERE = Path(__file__).parent
_NEEDS = re.compile(r"^# Needs: +Windows PowerShell ([0-9.]+[0-9])", re.MULTILINE)
_SNIPPET_CALL = "& $snippet.read"


@dataclass(frozen=True, slots=True)
class Fault:
    """`rule` is the checker's own; `line` of the script."""

    rule: str
    line: int
    message: str


@cache
def listed(name: str) -> dict[str, Any]:
    return tomllib.loads((HERE / f"{name}.toml").read_text("utf-8"))


def needed_version(text: str) -> Version:
    """The lowest version that the script's head declares; 2.0 where it says none."""
    found = _NEEDS.search(text)
    return Version.parse(found[1] if found else "2.0")


class Checker:
    """`wrapper` allows what only the offline collector's wrapper may do."""

    def __init__(self, tree: Tree, functions: frozenset[str], *, wrapper: bool = False) -> None:
        """`functions` are defined by the scripts themselves, so may be called."""
        allowed = listed("allowed")
        more = allowed["wrapper"] if wrapper else {}
        self.tree = tree
        self.version = needed_version(tree.text)
        self.functions = functions
        self.commands = {**allowed["commands"], **more.get("commands", {})}
        self.objects = {*allowed["objects"]["names"], *more.get("objects", [])}
        self.types = {*allowed["types"]["names"], *more.get("types", [])}
        self.methods = {*allowed["methods"]["names"], *more.get("methods", [])}

    def faults(self) -> list[Fault]:
        """Every fault, in the order of the lines."""
        rules: tuple[Callable[[], Iterator[Fault]], ...] = (
            self._form, self._syntax, self._names, self._commands, self._calls, self._types,
            self._members, self._writes,
        )  # fmt: skip
        return sorted((f for rule in rules for f in rule()), key=lambda fault: fault.line)

    def _form(self) -> Iterator[Fault]:
        for message, line in self.tree.errors:
            yield Fault("parse", line, message)
        if self.tree.requires:
            yield Fault("requires", 1, "#requires stops the script where it should explain itself")
        for number, text in enumerate(self.tree.text.split("\n"), 1):
            if not text.isascii():
                yield Fault("ascii", number, "not ASCII")
            if "\t" in text:
                yield Fault("tab", number, "a tab")

    def _too_new(self, entry: dict[str, str], line: int, what: str) -> Iterator[Fault]:
        if Version.parse(entry["since"]) > self.version:
            yield Fault("syntax", line, f"{what} needs {entry['since']} ({entry['source']})")

    def _syntax(self) -> Iterator[Fault]:
        later = listed("syntax")
        for node in self.tree.root.walk():
            if node.kind in later["later_nodes"]:
                yield from self._too_new(later["later_nodes"][node.kind], node.line, node.kind)
            if node.kind == "ForEachStatementAst" and "Parallel" in node.detail:
                yield from self._too_new(later["later_tokens"]["Parallel"], node.line, "-parallel")
            if node.kind == "ConstantExpressionAst":
                for pattern, entry in later["later_literals"].items():
                    if re.match(pattern, node.text, re.IGNORECASE):
                        yield from self._too_new(entry, node.line, node.text)
        for kind, line in self.tree.tokens:
            if kind in later["later_tokens"]:
                yield from self._too_new(later["later_tokens"][kind], line, kind)

    def _names(self) -> Iterator[Fault]:
        later = listed("syntax")["later_variables"]
        for node in self.tree.of("VariableExpressionAst"):
            if node.detail in later:
                yield from self._too_new(later[node.detail], node.line, f"${node.detail}")
            drive, colon, _ = node.detail.partition(":")
            if colon and drive != "env":
                yield Fault("scope", node.line, f"${node.detail} reaches out of the script")
            if node.text.startswith("@"):
                yield Fault("splat", node.line, f"{node.text}: parameters that nobody can read")

    def _commands(self) -> Iterator[Fault]:
        for node in self.tree.of("CommandAst"):
            name = node.words[0].detail
            if node.words[0].kind != "StringConstantExpressionAst":
                continue
            if name in self.functions:
                yield from self._arguments(node, None)
            elif name in self.commands:
                yield from self._arguments(node, self.commands[name]["parameters"])
            elif re.fullmatch(r"Get-Cs[A-Z]\w+", name):
                yield from self._arguments(
                    node, listed("allowed")["management_shell"]["parameters"]
                )
            else:
                yield Fault("command", node.line, f"{name} is not on the list")

    def _arguments(self, command: Node, allowed: list[str] | None) -> Iterator[Fault]:
        switches = listed("allowed")["switches"]["names"]
        waiting = False
        for word in command.words[1:]:
            if word.kind == "CommandParameterAst":
                if allowed is not None and word.detail not in allowed:
                    yield Fault("parameter", word.line, f"-{word.detail} is not on the list")
                waiting = word.detail not in switches and not word.children
            elif waiting:
                waiting = False
            else:
                yield Fault("positional", word.line, f"{word.text[:40]} has no parameter's name")

    def _calls(self) -> Iterator[Fault]:
        for node in self.tree.of("CommandAst"):
            called = node.detail in ("Ampersand", "Dot")
            by_value = node.words[0].kind != "StringConstantExpressionAst"
            block = node.words[0].kind == "ScriptBlockExpressionAst" and len(node.words) == 1
            if (called or by_value) and node.text != _SNIPPET_CALL and not block:
                yield Fault("call", node.line, f"{node.text[:40]} calls what is not written here")
        for node in self.tree.of("FileRedirectionAst", "MergingRedirectionAst"):
            yield Fault("redirection", node.line, f"{node.text}: writes, or mixes streams")

    def _types(self) -> Iterator[Fault]:
        later = listed("syntax")["later_types"]
        for node in self.tree.of("TypeExpressionAst", "TypeConstraintAst", "AttributeAst"):
            if node.detail.lower() in later:
                yield from self._too_new(later[node.detail.lower()], node.line, node.text)
            elif node.kind != "AttributeAst" and node.detail not in self.types:
                yield Fault("type", node.line, f"[{node.detail}] is not on the list")
        for node in self.tree.of("CommandAst"):
            if node.words[0].detail == "New-Object" and len(node.words) > 2:
                made = node.words[2].detail
                if made not in self.objects:
                    yield Fault("object", node.line, f"New-Object {made} is not on the list")

    def _members(self) -> Iterator[Fault]:
        for node in self.tree.of("InvokeMemberExpressionAst"):
            member = node.children[1]
            if member.kind != "StringConstantExpressionAst" or member.detail not in self.methods:
                yield Fault("method", node.line, f"{member.text}() is not on the list")

    def _writes(self) -> Iterator[Fault]:
        for node in self.tree.of("AssignmentStatementAst"):
            target = node.children[0]
            while target.kind == "ConvertExpressionAst":
                target = target.children[-1]
            if target.kind == "IndexExpressionAst":
                target = target.children[0]
            if target.kind != "VariableExpressionAst":
                yield Fault("set", node.line, f"{node.children[0].text} = changes an object")
            elif ":" in target.detail:
                yield Fault("set", node.line, f"${target.detail} = changes what is not its own")
        for node in self.tree.of("UnaryExpressionAst"):
            counts = node.detail.removeprefix("Postfix") in ("PlusPlus", "MinusMinus")
            if counts and node.children[0].kind != "VariableExpressionAst":
                yield Fault("set", node.line, f"{node.text} changes an object")


def functions_of(trees: dict[str, Tree]) -> frozenset[str]:
    """The functions that the scripts define."""
    nodes = (node for tree in trees.values() for node in tree.of("FunctionDefinitionAst"))
    return frozenset(node.detail for node in nodes)
