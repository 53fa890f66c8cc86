"""Syntax trees of scripts, from the real parser."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.powershell.engine import run_file

HERE = Path(__file__).parent


@dataclass(eq=False, slots=True)
class Node:
    """A node; `detail` is its name, value or operator. `text` is what stands in the script."""

    kind: str
    detail: str
    line: int
    text: str
    start: int
    parent: Node | None = None
    children: list[Node] = field(default_factory=list)

    def walk(self) -> Iterator[Node]:
        yield self
        for child in self.children:
            yield from child.walk()

    def above(self) -> Iterator[Node]:
        node = self.parent
        while node is not None:
            yield node
            node = node.parent

    @property
    def words(self) -> list[Node]:
        """A command's elements, without redirections."""
        return [child for child in self.children if not child.kind.endswith("RedirectionAst")]


@dataclass(frozen=True, slots=True)
class Tree:
    """A script: its nodes, the kinds of its tokens with their lines, and what does not parse."""

    name: str
    text: str
    root: Node
    tokens: tuple[tuple[str, int], ...]
    errors: tuple[tuple[str, int], ...]
    requires: bool

    def of(self, *kinds: str) -> list[Node]:
        return [node for node in self.root.walk() if node.kind in kinds]


def parse(pwsh: Path, folder: Path, scripts: Mapping[str, str]) -> dict[str, Tree]:
    """The trees of `scripts`, by name, from one engine process. `folder` takes their files."""
    sources = folder / "scripts"
    sources.mkdir()
    names = {f"{number}.ps1": name for number, name in enumerate(scripts)}
    for file, name in names.items():
        (sources / file).write_text(scripts[name], "utf-8", newline="\n")
    environment = {**os.environ, "SCRIPTS": str(sources)}
    done = run_file(pwsh, HERE / "tree.ps1", {}, environment, folder)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    return {name: _tree(name, scripts[name], told[file]) for file, name in names.items()}


def _tree(name: str, text: str, told: Mapping[str, Any]) -> Tree:
    nodes: list[Node] = []
    for entry in told["nodes"]:
        above = nodes[entry["parent"]] if entry["parent"] >= 0 else None
        shown = text[entry["start"] : entry["end"]]
        node = Node(
            entry["kind"], entry["detail"] or "", entry["line"], shown, entry["start"], above
        )
        if above is not None:
            above.children.append(node)
        nodes.append(node)
    for node in nodes:
        node.children.sort(key=lambda child: child.start)
    return Tree(
        name,
        text,
        nodes[0],
        tuple((entry["kind"], entry["line"]) for entry in told["tokens"]),
        tuple((entry["message"], entry["line"]) for entry in told["errors"]),
        bool(told["requires"]),
    )
