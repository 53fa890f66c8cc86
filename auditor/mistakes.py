"""Mistakes in files that people write, as sentences with their place.

A place is told as its author counts: `pools[2].fqdn` is that of the second pool.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_UNKNOWN = frozenset({"extra_forbidden", "unexpected_keyword_argument"})
_CHOICES = frozenset({"enum", "literal_error"})
_SHAPES = frozenset({"tuple_type", "list_type", "dict_type", "model_type", "dataclass_type"})
_WORDS = {
    "missing": "is missing",
    "string_too_short": "is empty",
    "string_type": "it has to be text, in quotes",
    "bool_type": "it has to be true or false",
    "bool_parsing": "it has to be true or false",
    "int_type": "it has to be a whole number",
    "int_parsing": "it has to be a whole number",
    "int_from_float": "it has to be a whole number",
    "date_type": "it has to be a day, such as 2027-01-31",
    "date_from_datetime_parsing": "it has to be a day, such as 2027-01-31",
}
_QUOTED = re.compile(r"'([^']+)'")


def nearest(name: str, known: Iterable[str]) -> str:
    """A question to append to a sentence, empty where nothing known is like `name`."""
    near = get_close_matches(name, list(known), n=1)
    return f"; did you mean {near[0]!r}?" if near else ""


def place_of(above: str, parts: Sequence[int | str]) -> str:
    """Where something stands within `above`, such as waivers[2].until; keys have no mark."""
    for part in parts:
        if part != "[key]":
            above += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
    return above.removeprefix(".")


def sentence_of(problem: ErrorDetails, kind: Any, above: str = "", also: Iterable[str] = ()) -> str:
    """One problem that pydantic found in a value of type `kind`, in the words of its author.

    The value stands at `above`; `also` are keys that it may have besides those of its type.
    """
    where = place_of(above, problem["loc"])
    return f"{where[:200]}: {_what(problem, kind, where, also)}"


def errors_of(kind: Any, value: object) -> Sequence[ErrorDetails]:
    """What pydantic says of a value, nothing where it is one of that type."""
    from pydantic import TypeAdapter, ValidationError  # noqa: PLC0415 - slow to load

    try:
        TypeAdapter(kind).validate_python(value)
    except ValidationError as error:
        return error.errors()
    return ()


def mended(
    kind: Any, value: object, errors: Iterable[ErrorDetails], stand_ins: Mapping[str, object]
) -> Any:
    """The value without its `errors`, so that the rest of it can be proved in the same go.

    Unknown keys and wrong values are left out; of what is missing `stand_ins` has some, by which
    nothing else is proved. None where too little is left.
    """
    whole = copy.deepcopy(value)
    for error in errors:
        *above, last = [part for part in error["loc"] if part != "[key]"] or [""]
        holder: Any = whole
        for part in above:
            holder = holder[part]
        if error["type"] == "missing" and last in stand_ins:
            holder[last] = stand_ins[str(last)]
        elif isinstance(holder, dict):
            holder.pop(last, None)
    return None if errors_of(kind, whole) else whole


def _what(problem: ErrorDetails, kind: Any, where: str, also: Iterable[str]) -> str:
    found, parts = problem["type"], problem["loc"]
    if found in _CHOICES and parts[-1] == "[key]":
        found, parts = "extra_forbidden", parts[:-1]
    if found in _UNKNOWN:
        known = {*_keys(_type_at(kind, parts[:-1])), *(also if len(parts) == 1 else ())}
        return f"unknown key{nearest(str(parts[-1]), sorted(known - {parts[-1]}))}"
    if found in _SHAPES:
        return f"write it as {_shape(_type_at(kind, parts), where)}"
    if found in _WORDS:
        return _WORDS[found]
    message = problem["msg"].removeprefix("Value error, ")
    message = message.replace("Input should be", "it has to be")
    if found in _CHOICES and isinstance(problem["input"], str):
        message += nearest(problem["input"][:80].lower(), _QUOTED.findall(message))
    return f"{message[:1].lower()}{message[1:]}"


def _type_at(kind: Any, parts: Sequence[int | str]) -> Any:
    """The type of what stands at that place of a value; all parts are known to pydantic."""
    for part in parts:
        bare = _bare(kind)
        fields = _keys(bare)
        kind = fields[part].annotation if part in fields else _inner(bare)
    return _bare(kind)


def _bare(kind: Any) -> Any:
    """A type without what is said about it, and without the None that it may be."""
    while get_origin(kind) in {Annotated, Union, UnionType}:
        kind = get_args(kind)[0]
    return kind


def _inner(kind: Any) -> Any:
    """The type of what a list or a table of tables holds."""
    return _bare(get_args(kind)[-1 if _is_table(kind) else 0])


def _is_table(kind: Any) -> bool:
    origin = get_origin(kind)
    return isinstance(origin, type) and issubclass(origin, Mapping)


def _is_list(kind: Any) -> bool:
    return get_origin(kind) in {list, tuple}


def _keys(kind: Any) -> Mapping[Any, Any]:
    """The keys that a table of that type may have, with what pydantic knows of each."""
    if _is_table(kind):
        named = _bare(get_args(kind)[0])
        return dict.fromkeys(get_args(named) if get_origin(named) is Literal else ())
    fields: Mapping[Any, Any] = getattr(kind, "__pydantic_fields__", {})
    return fields


def _shape(kind: Any, where: str) -> str:
    """How a list, a table or a table of tables is written at that place."""
    in_a_row = "[" in where
    of_tables = bool(get_args(kind)) and hasattr(_inner(kind), "__pydantic_fields__")
    if _is_list(kind):
        rows = of_tables and not in_a_row
        return f"[[{where}]], once for each of them" if rows else "a list, in [ ]"
    if in_a_row:
        return "a table, in { }"
    return f"[{where}.NAME]" if of_tables else f"[{where}]"
