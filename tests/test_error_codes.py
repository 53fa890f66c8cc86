"""Every stable code that the sources raise stands in docs/errors.md, and no other does."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from auditor.facts.reading import ReachState

ERRORS = frozenset({"AuditError", "UsageError"})
CODE = re.compile(r"[A-Z]+(?:-[A-Z]+)*")
ROW = re.compile(r"^\| `([A-Z-]+)` \| (.+?) \| (.+?) \|$", re.MULTILINE)


class UnreadableCodeError(Exception):
    """A code that is put together in a way that this test cannot follow."""


def codes_of(source: str) -> Iterator[str]:
    """The codes of every error that a module makes, and of every file that it reads."""
    tree = ast.parse(source)
    constants = dict(_constants(tree))
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call):
            continue
        name = getattr(call.func, "attr", getattr(call.func, "id", ""))
        if name in ERRORS:
            yield from _first_argument(call, constants)
        elif name == "read_input":
            yield from (f"{_area(call)}-{ending}" for ending in ("UNREADABLE", "TOO-LARGE"))


def _constants(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            for target in node.targets:
                if isinstance(target, ast.Name) and isinstance(node.value.value, str):
                    yield target.id, node.value.value


def _first_argument(call: ast.Call, constants: dict[str, str]) -> Iterator[str]:
    match call.args[:1]:
        case [ast.Constant(value=str(code))]:
            yield code
        case [ast.Name(id=name)] if name in constants:
            yield constants[name]
        case [ast.JoinedStr(values=[ast.FormattedValue(value=ast.Name(id="area")), _])]:
            pass  # of read_input, whose callers say the area
        case _:
            raise UnreadableCodeError(ast.unparse(call)[:100])


def _area(call: ast.Call) -> str:
    for keyword in call.keywords:
        if keyword.arg == "area" and isinstance(keyword.value, ast.Constant):
            return str(keyword.value.value)
    raise UnreadableCodeError(ast.unparse(call)[:100])


@pytest.fixture(scope="module")
def raised(root: Path) -> dict[str, str]:
    """Codes, each with a module that raises it."""
    found = {state.value: "auditor/facts/reading.py" for state in ReachState}
    found["INTERNAL"] = "auditor/cli/main.py"
    for package in ("auditor", "reports"):
        for path in sorted((root / package).rglob("*.py")):
            for code in codes_of(path.read_text("utf-8")):
                found.setdefault(code, str(path.relative_to(root)))
    return found


@pytest.fixture(scope="module")
def rows(root: Path) -> list[tuple[str, str, str]]:
    """Code, meaning and remedy, as the page has them."""
    return ROW.findall((root / "docs" / "errors.md").read_text("utf-8"))


def test_every_code_is_documented_once(
    raised: dict[str, str], rows: list[tuple[str, str, str]]
) -> None:
    documented = [code for code, _, _ in rows]
    assert len(documented) == len(set(documented))
    assert {code: path for code, path in raised.items() if code not in documented} == {}
    assert set(documented) - set(raised) == set()


def test_codes_are_words_in_capitals(raised: dict[str, str]) -> None:
    assert [code for code in raised if not CODE.fullmatch(code)] == []
    assert len(raised) > 50


def test_each_row_says_what_it_means_and_what_to_do(rows: list[tuple[str, str, str]]) -> None:
    for code, meaning, remedy in rows:
        assert meaning.endswith("."), code
        assert remedy.endswith("."), code


@pytest.mark.parametrize(
    ("source", "codes"),
    [
        ('raise UsageError("A-B", "x")', ["A-B"]),
        ('CODE = "A"\nraise errors.AuditError(CODE, "x")', ["A"]),
        ('read_input(path, area="LIST", hint="", limit=1)', ["LIST-UNREADABLE", "LIST-TOO-LARGE"]),
        ('raise ValueError("A-B")', []),
    ],
)
def test_codes_are_found_in_sources(source: str, codes: list[str]) -> None:
    assert list(codes_of(source)) == codes


@pytest.mark.parametrize("source", ["UsageError(code, 'x')", "UsageError('A-' + x, 'x')"])
def test_a_code_that_cannot_be_found_is_not_passed_over(source: str) -> None:
    with pytest.raises(UnreadableCodeError):
        list(codes_of(source))
