"""Reading a server's JSON field by field: typed, bounded, and every surprise with its path.

Nothing in an answer is trusted. Text loses what could act on a terminal or a log (control
characters, lone surrogates, overrides of the writing direction); it is never formatted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from auditor.facts.registry_value import RegistryValue
from auditor.version import Version

TEXT_LIMIT = 1000
LIST_LIMIT = 5000

_BREAKS = re.compile(r"[\t\r\n]+")
_HARMFUL = re.compile(
    "[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]"
)


class AnswerError(Exception):
    """The answer is not what it should be: `path` is where in it, `message` says how."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path}: {message}" if path else message)
        self.path = path
        self.message = message


def clean(text: str) -> str:
    """`text` on one line, each character that could do harm when shown replaced by U+FFFD."""
    return _HARMFUL.sub("\ufffd", _BREAKS.sub(" ", text))


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    text = clean(repr(value))
    return text if len(text) <= 60 else text[:57] + "..."


@dataclass(frozen=True, slots=True)
class Fields:
    """One JSON object of an answer; `path` is its place, such as `products.items[3]`.

    Every reader raises AnswerError where the field is absent, of another type or out of
    bounds. The `optional_` ones return None for null and for an absent field.
    """

    raw: Mapping[str, object]
    path: str = ""

    @classmethod
    def of(cls, value: object, path: str) -> Fields:
        if not isinstance(value, Mapping):
            raise AnswerError(path, f"an object was expected, not {_shown(value)}")
        return cls(value, path)

    def at(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def _required(self, name: str) -> object:
        if name not in self.raw:
            raise AnswerError(self.at(name), "is missing")
        return self.raw[name]

    def _wrong(self, name: str, wanted: str, value: object) -> AnswerError:
        return AnswerError(self.at(name), f"{wanted} was expected, not {_shown(value)}")

    def text(self, name: str, *, limit: int = TEXT_LIMIT) -> str:
        """Text of at most `limit` characters, cleaned."""
        value = self._required(name)
        if not isinstance(value, str):
            raise self._wrong(name, "text", value)
        if len(value) > limit:
            raise AnswerError(self.at(name), f"longer than {limit} characters")
        return clean(value.rstrip("\0"))

    def optional_text(self, name: str, *, limit: int = TEXT_LIMIT) -> str | None:
        return None if self.raw.get(name) is None else self.text(name, limit=limit)

    def integer(self, name: str, low: int, high: int) -> int:
        """A whole number from `low` to `high`."""
        value = self._required(name)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self._wrong(name, "a whole number", value)
        if not low <= value <= high:
            raise AnswerError(self.at(name), f"{_shown(value)} is not within {low} to {high}")
        return value

    def optional_integer(self, name: str, low: int, high: int) -> int | None:
        return None if self.raw.get(name) is None else self.integer(name, low, high)

    def flag(self, name: str) -> bool:
        value = self._required(name)
        if not isinstance(value, bool):
            raise self._wrong(name, "true or false", value)
        return value

    def optional_flag(self, name: str) -> bool | None:
        return None if self.raw.get(name) is None else self.flag(name)

    def choice(self, name: str, *choices: str) -> str:
        value = self.text(name)
        if value not in choices:
            raise self._wrong(name, " or ".join(choices), value)
        return value

    def instant(self, name: str) -> datetime:
        """An instant as ISO 8601 with an offset or Z; returned in UTC."""
        value = self.text(name, limit=40)
        try:
            instant = datetime.fromisoformat(value)
            if instant.tzinfo is None:
                raise self._wrong(name, "an instant with its offset", value)
            return instant.astimezone(UTC)
        except (ValueError, OverflowError):
            raise self._wrong(name, "an instant (ISO 8601)", value) from None

    def optional_instant(self, name: str) -> datetime | None:
        return None if self.raw.get(name) is None else self.instant(name)

    def version(self, name: str) -> Version:
        try:
            return Version.parse(self.text(name))
        except ValueError as error:
            raise AnswerError(self.at(name), str(error)) from None

    def fields(self, name: str) -> Fields:
        """The object under `name`."""
        return Fields.of(self._required(name), self.at(name))

    def items(self, name: str, *, limit: int = LIST_LIMIT) -> Iterator[Fields]:
        """Each object of the list under `name`, which has at most `limit`."""
        for index, value in enumerate(self.array(name, limit=limit)):
            yield Fields.of(value, f"{self.at(name)}[{index}]")

    def places(self, name: str, *known_by: str, limit: int = LIST_LIMIT) -> Iterator[Fields]:
        """As `items`, of places that are told once each: each goes by its texts `known_by`."""
        told = set()
        for item in self.items(name, limit=limit):
            place = tuple(item.text(key).casefold() for key in known_by)
            if place in told:
                raise AnswerError(item.path, "the same place is told twice")
            told.add(place)
            yield item

    def array(self, name: str, *, limit: int = LIST_LIMIT) -> list[object]:
        value = self._required(name)
        if not isinstance(value, list):
            raise self._wrong(name, "a list", value)
        if len(value) > limit:
            raise AnswerError(self.at(name), f"more than {limit} entries")
        return value

    def integers(self, name: str, number: int, low: int, high: int) -> tuple[int, ...]:
        """A list of exactly `number` whole numbers, each from `low` to `high`."""
        values = self.array(name, limit=number)
        if len(values) != number:
            raise AnswerError(self.at(name), f"{number} numbers were expected, not {len(values)}")
        each = Fields({f"{name}[{index}]": value for index, value in enumerate(values)}, self.path)
        return tuple(each.integer(key, low, high) for key in each.raw)

    def texts(self, name: str, *, limit: int = LIST_LIMIT) -> tuple[str, ...]:
        """A list of at most `limit` texts, each cleaned."""
        values = self.array(name, limit=limit)
        each = Fields({f"{name}[{index}]": value for index, value in enumerate(values)}, self.path)
        return tuple(each.text(key) for key in each.raw)

    def optional_texts(self, name: str, *, limit: int = LIST_LIMIT) -> tuple[str, ...] | None:
        return None if self.raw.get(name) is None else self.texts(name, limit=limit)

    def registry_value(self, name: str) -> RegistryValue | None:
        """A value with its kind, None where it is absent; numbers are unsigned."""
        if self._required(name) is None:
            return None
        value = self.fields(name)
        kind = value.text("kind", limit=20)
        if kind == "DWord":
            return RegistryValue(kind, value.integer("data", -(2**31), 2**32 - 1) % 2**32)
        if kind == "QWord":
            return RegistryValue(kind, value.integer("data", -(2**63), 2**64 - 1) % 2**64)
        return RegistryValue(kind, value.text("data"))

    def value_in_key(self, name: str) -> RegistryValue | None:
        """As `registry_value`, of the key of which `key_present` tells whether it is there."""
        value = self.registry_value(name)
        if value is not None and not self.flag("key_present"):
            raise AnswerError(self.at(name), "a value of a key that is not there")
        return value
