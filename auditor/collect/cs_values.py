"""Values of objects that came over the wire without a script: as the snippets would read them.

What pypsrp makes of CLIXML: texts, numbers and flags as Python's own; instants as text; lists
as lists; everything else as `GenericComplexObject`, with properties, or with the text alone
where PowerShell did not send the inside (enumerations among them).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from xml.etree import ElementTree as ET

from pypsrp.complex_objects import GenericComplexObject
from pypsrp.serializer import Serializer

from auditor.collect.cs_commands import Fields, Kind
from auditor.facts.estate.topology import MAX_CHARACTERS

_TEXT_LIMIT = 500
_LIST_LIMIT = 50
_NUMBER = re.compile(r"[0-9]{1,9}")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,7})?(Z|[+-]\d\d:\d\d)")
_ADDRESS = re.compile(r'https?://[^\s;"]+')
# A collection of a type that pypsrp does not know comes as the text of its element.
_UNREAD_LIST = re.compile(r"<(LST|IE|STK|QUE)\b")


def fields_of(found: object, fields: Fields) -> dict[str, object]:
    """The fields of an answer that a table of properties names."""
    return {name: field_of(found, said, kind) for name, (said, kind) in fields.items()}


def field_of(found: object, said: str, kind: Kind) -> object:
    return _READERS[kind](found if kind is Kind.SHOWN else property_of(found, said))


def property_of(found: object, name: str) -> object:
    """The property of that name, as PowerShell names it, in any case; None where there is none."""
    if isinstance(found, GenericComplexObject):
        for properties in (found.extended_properties, found.adapted_properties):
            for known, value in properties.items():
                if str(known).casefold() == name.casefold():
                    return value
    return None


def text_of(value: object) -> str | None:
    """As PowerShell prints it, at most 500 characters; None for null."""
    return None if value is None else _printed(value)[:_TEXT_LIMIT]


def items_of(value: object) -> list[object]:
    """The items of a collection; of anything else a list of one, none for null."""
    if isinstance(value, GenericComplexObject) and len(value.property_sets) == 1:
        inside = value.property_sets[0]
        if isinstance(inside, list) or (isinstance(inside, str) and _UNREAD_LIST.match(inside)):
            value = inside if isinstance(inside, list) else _unread(inside)
    if isinstance(value, list):
        return [item for item in value if item is not None]
    return [] if value is None else [value]


def document_of(value: object) -> str:
    """The text of an XML document, which comes as one text or has it in a property."""
    outer = property_of(value, "OuterXml")
    text = _printed(value if outer is None else outer, MAX_CHARACTERS + 1)
    if text.startswith("<Obj ") and "<XD>" in text:  # a document with properties of its own
        inside = ET.fromstring(text).find("XD")  # noqa: S314 - bounded, and no entities
        text = text if inside is None else str(Serializer().deserialize(inside))
    return text


def _printed(value: object, limit: int = _TEXT_LIMIT) -> str:
    if isinstance(value, GenericComplexObject):
        if value.to_string is not None:
            return str(value.to_string)
        plain = [one for one in value.property_sets if isinstance(one, str | int | float)]
        return _printed(plain[0], limit) if plain else ""
    if isinstance(value, list):
        return " ".join(_printed(one) for one in value[:_LIST_LIMIT])[:limit]
    return str(value)


def _unread(element: str) -> list[object]:
    serializer = Serializer()
    return [
        one.findtext("ToString") if one.tag == "Obj" else serializer.deserialize(one)
        for one in ET.fromstring(element)  # noqa: S314 - parsed once already
    ]


def _flag(value: object) -> bool | None:
    return {"true": True, "false": False}.get((text_of(value) or "").casefold())


def _number(value: object) -> int | None:
    word = text_of(value) or ""
    return int(word) if _NUMBER.fullmatch(word) else None


def _instant(value: object) -> str | None:
    """An instant with its offset; without one nobody here knows which clock it is of."""
    word = text_of(value) or ""
    return word if _INSTANT.fullmatch(word) else None


def _texts(value: object) -> list[str]:
    return [text_of(item) or "" for item in items_of(value)[:_LIST_LIMIT]]


def _token_address(value: object) -> str | None:
    found = _ADDRESS.search(_token(value))
    return text_of(found[0]) if found else None


def _token(value: object) -> str:
    """The printed token, which may hold a whole certificate."""
    return "" if value is None else _printed(value)[:100_000]


_READERS: dict[Kind, Callable[[object], object]] = {
    Kind.TEXT: text_of,
    Kind.FLAG: _flag,
    Kind.NUMBER: _number,
    Kind.INSTANT: _instant,
    Kind.TEXTS: _texts,
    Kind.SHOWN: text_of,
    Kind.TOKEN_ADDRESS: _token_address,
    Kind.TOKEN_SERVICE: lambda value: "useoauthserver" in _token(value).casefold(),
}
