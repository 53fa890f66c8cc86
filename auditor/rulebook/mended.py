"""A faulty value without its faults, so that the rest of it can be proved in the same go."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from auditor.rulebook.lay import Table

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

# What nothing else is proved by may stand in for what is missing.
_STAND_INS: Table = {
    "sources": ["dtls"],
    "title": "?",
    "unstarred": "fail",
    "strong_crypto": "fail",
    "support": "fail",
    "max_age_days": 1,
}


def errors_of(kind: Any, value: object) -> Sequence[ErrorDetails]:
    """What pydantic says of a value, nothing where it is one of that type."""
    try:
        TypeAdapter(kind).validate_python(value)
    except ValidationError as error:
        return error.errors()
    return ()


def mended(kind: Any, value: object, errors: Sequence[ErrorDetails], counts: Iterable[str]) -> Any:
    """The value without its `errors`: unknown keys and wrong values are left out.

    What is missing has a stand-in where no other fault comes of that; `counts` are the rules
    of a policy that does not say which count. None where too little is left.
    """
    whole = copy.deepcopy(value)
    stand_ins = {**_STAND_INS, "counts": list(counts)}
    for error in errors:
        *above, last = [part for part in error["loc"] if part != "[key]"] or [""]
        holder: Any = whole
        for part in above:
            holder = holder[part]
        if error["type"] == "missing" and last in stand_ins:
            holder[last] = stand_ins[last]
        elif isinstance(holder, dict):
            holder.pop(last, None)
    return None if errors_of(kind, whole) else whole
