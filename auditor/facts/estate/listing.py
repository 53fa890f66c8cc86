"""The shape that estate snippets share: a bounded list, and whether there was more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from auditor.facts.fields import AnswerError, Fields

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Listing(Generic[T]):
    """`truncated` is true where the server had more than the snippet's bound."""

    items: tuple[T, ...]
    truncated: bool = False


def listing(data: Fields, decode: Callable[[Fields], T], *, limit: int) -> Listing[T]:
    """The listing in `data`: `items` and `truncated`.

    Windows PowerShell turns a list of one into the object itself where a proxy or an older
    serialiser is in between; that is read as a list of one, and null as an empty one.
    """
    found = data.raw.get("items", ())
    alone = {**data.raw, "items": [] if found is None else [found]}
    whole = Fields(alone, data.path) if found is None or isinstance(found, dict) else data
    return Listing(
        items=tuple(decode(item) for item in whole.items("items", limit=limit)),
        truncated=data.flag("truncated"),
    )


def optional_flag(data: Fields, name: str) -> bool | None:
    """True or false, None for null and for a property that this product does not have."""
    return None if data.raw.get(name) is None else data.flag(name)


def texts(data: Fields, name: str, *, limit: int) -> tuple[str, ...]:
    """The texts of the list under `name`; one text alone is a list of one, null an empty one."""
    found = data.raw.get(name)
    listed = [] if found is None else found if isinstance(found, list) else [found]
    if len(listed) > limit:
        raise AnswerError(data.at(name), f"more than {limit} entries")
    each = Fields({f"{name}[{number}]": value for number, value in enumerate(listed)}, data.path)
    return tuple(each.text(key) for key in each.raw)
