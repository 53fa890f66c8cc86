"""What can be changed in a piece of code so that it may judge otherwise."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import Any

# Changes a node and gives what takes its place; None drops it.
Edit = Callable[[Any], ast.AST | None]

# Parts of a finding, attributes of a rule and variables on which no status hangs.
FOR_PEOPLE = frozenset(
    {
        "applies_to",
        "evidence",
        "observed",
        "reason",
        "remediation",
        "required",
        "sources",
        "title",
    }
)
_OTHER_OPERATORS: dict[type, tuple[type, ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.And: (ast.Or,),
    ast.Or: (ast.And,),
    ast.BitAnd: (ast.BitOr,),
    ast.Mult: (ast.Add,),
    ast.Sub: (ast.Add,),
}
_OTHER_CALLS = {"any": "all", "all": "any", "min": "max", "max": "min"}
_OTHER_METHODS = {"startswith": "endswith", "endswith": "startswith"}
# Each member of these becomes another one.
_WORDS = {
    "Status": ("PASS", "FAIL", "UNKNOWN", "ADVICE", "NOT_APPLICABLE", "WAIVED"),
    "Readiness": ("READY", "WORK_NEEDED", "UNKNOWN", "BLOCKED", "NOT_IN_SCOPE"),
    "InUse": ("YES", "NO", "UNKNOWN", "ASSUMED"),
    "ExitCode": ("READY", "WORK_NEEDED", "INCOMPLETE"),
    "Need": ("REQUIRED", "ADVISED", "NONE"),
    "ReachState": ("READ", "NOT_ASKED"),
    "Stance": ("ROW", "LATER", "MIGRATE"),
    "Confidence": ("STATED", "INFERRED", "UNSURE"),
    "_Switch": ("ON", "OFF", "ABSENT", "WRONG_TYPE"),
}


def edits(node: ast.AST) -> Iterator[Edit]:
    """Everything that can be done to a node of this kind, one change at a time."""
    yield from _EDITS.get(type(node), lambda _: iter(()))(node)


def _comparisons(node: ast.Compare) -> Iterator[Edit]:
    for number, operator in enumerate(node.ops):
        for other in _OTHER_OPERATORS[type(operator)]:
            yield _with(ops=[*node.ops[:number], other(), *node.ops[number + 1 :]])
    for number, operand in enumerate(node.comparators):
        if isinstance(operand, ast.Constant) and isinstance(operand.value, str):
            text = ast.Constant(f"{operand.value}X")
            yield _with(comparators=[*node.comparators[:number], text])


def _connections(node: ast.BoolOp) -> Iterator[Edit]:
    (other,) = _OTHER_OPERATORS[type(node.op)]
    yield _with(op=other())
    for number in range(len(node.values)):
        yield _without("values", number) if len(node.values) > 2 else _kept(1 - number)


def _kept(number: int) -> Edit:
    return lambda node: node.values[number]


def _negations(node: ast.UnaryOp) -> Iterator[Edit]:
    if isinstance(node.op, ast.Not):
        yield lambda n: n.operand


def _calculations(node: ast.BinOp) -> Iterator[Edit]:
    for operator in _OTHER_OPERATORS.get(type(node.op), ()):
        yield _with(op=operator())


def _constants(node: ast.Constant) -> Iterator[Edit]:
    if isinstance(node.value, bool):
        yield _with(value=not node.value)
    elif isinstance(node.value, int):
        yield _with(value=node.value + 1)
        yield _with(value=node.value - 1)


def _members(node: ast.Attribute) -> Iterator[Edit]:
    words = _WORDS.get(node.value.id, ()) if isinstance(node.value, ast.Name) else ()
    if node.attr in words:
        yield _with(attr=words[(words.index(node.attr) + 1) % len(words)])


def _calls(node: ast.Call) -> Iterator[Edit]:
    if isinstance(node.func, ast.Name):
        if node.func.id in _OTHER_CALLS:
            yield _with(func=ast.Name(_OTHER_CALLS[node.func.id], ast.Load()))
        elif node.func.id == "reversed":
            yield lambda n: n.args[0]
    elif isinstance(node.func, ast.Attribute):
        if node.func.attr in _OTHER_METHODS:
            other = _OTHER_METHODS[node.func.attr]
            yield _with(func=ast.Attribute(node.func.value, other, ast.Load()))
        elif node.func.attr == "casefold":
            yield lambda n: n.func.value
    for number, keyword in enumerate(node.keywords):
        if keyword.arg is not None and keyword.arg not in FOR_PEOPLE:
            yield _without("keywords", number)


def _conditions(node: ast.If | ast.IfExp) -> Iterator[Edit]:
    if not isinstance(node.test, ast.Compare | ast.UnaryOp):
        yield _with(test=ast.UnaryOp(ast.Not(), node.test))


def _filters(node: ast.comprehension) -> Iterator[Edit]:
    for number in range(len(node.ifs)):
        yield _without("ifs", number)


def _elements(node: ast.Set | ast.Tuple | ast.List) -> Iterator[Edit]:
    if all(isinstance(one, ast.Constant | ast.Attribute | ast.Call) for one in node.elts):
        for number in range(len(node.elts)):
            yield _without("elts", number)


def _results(node: ast.Return) -> Iterator[Edit]:
    if node.value is not None and ast.unparse(node.value) != "None":
        yield _with(value=ast.Constant(None))


def _effects(node: ast.AugAssign | ast.Expr) -> Iterator[Edit]:
    if isinstance(node, ast.AugAssign) or not isinstance(node.value, ast.Constant):
        yield lambda _: None


_EDITS: dict[type[ast.AST], Callable[[Any], Iterator[Edit]]] = {
    ast.Compare: _comparisons,
    ast.BoolOp: _connections,
    ast.UnaryOp: _negations,
    ast.BinOp: _calculations,
    ast.Constant: _constants,
    ast.Attribute: _members,
    ast.Call: _calls,
    ast.If: _conditions,
    ast.IfExp: _conditions,
    ast.comprehension: _filters,
    ast.Set: _elements,
    ast.Tuple: _elements,
    ast.List: _elements,
    ast.Return: _results,
    ast.AugAssign: _effects,
    ast.Expr: _effects,
}


def _with(**fields: Any) -> Edit:
    def edit(node: ast.AST) -> ast.AST:
        for name, value in fields.items():
            setattr(node, name, value)
        return node

    return edit


def _without(field: str, number: int) -> Edit:
    def edit(node: ast.AST) -> ast.AST:
        del getattr(node, field)[number]
        return node

    return edit
