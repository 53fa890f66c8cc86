"""Changes to the code that judges: one place of one module at a time, in memory.

A mutant is applied to the modules as they are loaded: a function gets the code of the changed
one, a name or class attribute its changed value. What only people read (sentences, evidence,
sources) is left as it is.
"""

from __future__ import annotations

import ast
import copy
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

from tests.assess.edits import FOR_PEOPLE, Edit, edits

# What says nothing at run time, or is not reached by a change of code.
_SKIPPED_FIELDS = frozenset({"annotation", "returns", "decorator_list", "bases", "args", "slice"})

# How a place is reached from the module: names of fields, and numbers in lists.
Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Mutant:
    """`owner` is the function, class or (as "") module in which the change stands."""

    module: str
    owner: str
    change: str
    tree: ast.Module
    place: Place
    edit: Edit

    @property
    def name(self) -> str:
        """What survivors.toml calls it."""
        where = self.module.removeprefix("auditor.")
        return f"{where}.{self.owner}: {self.change}" if self.owner else f"{where}: {self.change}"

    def apply(self) -> None:
        """Change the loaded module, for as long as the process lives."""
        module = sys.modules[self.module]
        _forget(module)
        tree = _changed(self.tree, self.place, self.edit)
        code = compile(tree, module.__file__ or self.module, "exec", dont_inherit=True)
        function = _function(module, self.owner)
        if function is not None:
            function.__code__ = _code_named(code, self.owner)
            return
        fresh = ModuleType(self.module)
        fresh.__file__ = module.__file__
        fresh.__package__ = module.__package__
        # Dataclasses look their module up by its name.
        sys.modules[self.module] = fresh
        try:
            exec(code, fresh.__dict__)  # our own source, changed in one place
        finally:
            sys.modules[self.module] = module
        _carry_over(fresh, module, self.owner)


def mutants(paths: list[Path], root: Path) -> list[Mutant]:
    """Every mutant of the modules at `paths`, in the order of their lines."""
    found = []
    for path in paths:
        module = ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
        import_module(module)
        tree = ast.parse(path.read_text("utf-8"))
        found += [
            Mutant(module, owner, _described(node, edit), tree, place, edit)
            for place, owner, node in _nodes(tree, (), "")
            for edit in edits(node)
        ]
    return found


def _described(node: ast.AST, edit: Edit) -> str:
    after = edit(copy.deepcopy(node))
    said = ast.unparse(after) if after is not None else "nothing"
    return f"{_line(ast.unparse(node))} -> {_line(said)}"


def _line(text: str) -> str:
    return " ".join(text.split())


def _nodes(node: ast.AST, place: Place, owner: str) -> Iterator[tuple[Place, str, ast.AST]]:
    """Every node that can change, with the outermost function or innermost class around it."""
    yield place, owner, node
    within = owner
    if isinstance(node, ast.ClassDef):
        within = f"{owner}.{node.name}" if owner else node.name
    for field, value in ast.iter_fields(node):
        if field in _SKIPPED_FIELDS and not (field == "args" and isinstance(node, ast.Call)):
            continue
        children = value if isinstance(value, list) else [value]
        for number, child in enumerate(children):
            if not isinstance(child, ast.AST) or _says_nothing(child):
                continue
            inner = within
            if isinstance(child, ast.FunctionDef) and isinstance(node, ast.ClassDef | ast.Module):
                inner = f"{within}.{child.name}" if within else child.name
            step: Place = (field, number) if isinstance(value, list) else (field,)
            yield from _nodes(child, (*place, *step), inner)


def _says_nothing(node: ast.AST) -> bool:
    if isinstance(node, ast.Import | ast.ImportFrom | ast.JoinedStr | ast.Raise):
        return True
    if isinstance(node, ast.keyword):
        return node.arg in FOR_PEOPLE
    if isinstance(node, ast.Assign):
        return any(isinstance(one, ast.Name) and one.id in FOR_PEOPLE for one in node.targets)
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def _changed(tree: ast.Module, place: Place, edit: Edit) -> ast.Module:
    changed = copy.deepcopy(tree)
    above: Any = changed
    for step in place[:-1]:
        above = above[step] if isinstance(step, int) else getattr(above, step)
    last = place[-1]
    node = above[last] if isinstance(last, int) else getattr(above, last)
    after = edit(node)
    if after is None:
        after = ast.Pass()
    if isinstance(last, int):
        above[last] = after
    else:
        setattr(above, last, after)
    return ast.fix_missing_locations(changed)


def _forget(module: ModuleType) -> None:
    """What the unchanged functions answered before is not what the changed ones would."""
    for each in vars(module).values():
        if hasattr(each, "cache_clear"):
            each.cache_clear()


def _function(module: ModuleType, owner: str) -> FunctionType | None:
    """The function of that name as it is loaded, out of whatever wraps it."""
    found: Any = module
    for part in filter(None, owner.split(".")):
        found = vars(found)[part]
    for wrapping in ("fget", "__func__", "__wrapped__"):
        found = getattr(found, wrapping, found)
    return found if isinstance(found, FunctionType) else None


def _code_named(code: CodeType, name: str) -> CodeType:
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            if inner.co_qualname == name:
                return inner
            if name.startswith(f"{inner.co_qualname}."):
                return _code_named(inner, name)
    raise LookupError(name)


def _carry_over(fresh: ModuleType, module: ModuleType, owner: str) -> None:
    """Values of the changed module, or of one of its classes, in place of the loaded ones."""
    if owner:
        changed, loaded = getattr(fresh, owner), getattr(module, owner)
        for name, value in vars(changed).items():
            if not callable(value) and not name.startswith("__") and not _is_slot(value):
                setattr(loaded, name, value)
        if isinstance(vars(loaded).get("__init__"), FunctionType):
            loaded.__init__.__defaults__ = changed.__init__.__defaults__
            loaded.__init__.__kwdefaults__ = changed.__init__.__kwdefaults__
        return
    for name, value in vars(fresh).items():
        old = vars(module).get(name)
        if name.startswith("__") or callable(value) or isinstance(value, ModuleType):
            continue
        for other in list(sys.modules.values()):
            if vars(other).get(name, fresh) is old:
                setattr(other, name, value)


def _is_slot(value: object) -> bool:
    return type(value).__name__ in ("member_descriptor", "property", "classmethod", "staticmethod")
