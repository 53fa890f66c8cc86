"""Whatever a server says, decoding ends in a fact or in a told error, bounded."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from auditor.facts.answer import decode_answer
from auditor.facts.families import FAMILIES
from auditor.facts.fields import TEXT_LIMIT, AnswerError, clean

T = TypeVar("T")

FOLDER = Path(__file__).parent.parent / "data" / "facts"

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters(), max_size=40)
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)
quick = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def _places(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every place in a JSON value."""
    found = [path]
    if isinstance(value, dict):
        for key, child in value.items():
            found += _places(child, (*path, key))
    if isinstance(value, list):
        for index, child in enumerate(value):
            found += _places(child, (*path, index))
    return found


def _replaced(value: Any, path: tuple[str | int, ...], new: object) -> Any:
    if not path:
        return new
    copy = value.copy()
    copy[path[0]] = _replaced(value[path[0]], path[1:], new)
    return copy


def _recorded(family: str) -> list[dict[str, Any]]:
    files = sorted((FOLDER / family).glob("*.json"))
    cases = [json.loads(file.read_text("utf-8")) for file in files]
    return [case["raw"] for case in cases if "fact" in case]


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.key)
@quick
@given(data=st.data())
def test_any_value_in_any_place(family: Any, data: st.DataObject) -> None:
    raw = data.draw(st.sampled_from(_recorded(family.key)))
    place = data.draw(st.sampled_from(_places(raw)))
    changed = _replaced(raw, place, data.draw(values))
    error = _told(family.decode, changed if isinstance(changed, dict) else {"x": changed})
    assert error is None or _is_bounded(error)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.key)
@quick
@given(raw=st.dictionaries(st.sampled_from(["items", "sides", "views", "release"]), values))
def test_any_object(family: Any, raw: dict[str, object]) -> None:
    error = _told(family.decode, raw)
    assert error is None or _is_bounded(error)


@quick
@given(text=st.text(max_size=200) | values.map(json.dumps))
def test_any_text(text: str) -> None:
    def decode(raw: str) -> object:
        return decode_answer(raw, fqdn="fe01.contoso.com", started=None, finished=None)

    error = _told(decode, text)
    assert error is not None
    assert _is_bounded(error)


def _told(decode: Callable[[T], object], raw: T) -> AnswerError | None:
    try:
        decode(raw)
    except AnswerError as error:
        return error
    return None


def _is_bounded(error: AnswerError) -> bool:
    return len(str(error)) < 200 and clean(str(error)) == str(error)


@quick
@given(st.text(st.characters(), max_size=TEXT_LIMIT))
def test_clean_text_is_harmless_and_stays_so(text: str) -> None:
    cleaned = clean(text)
    assert cleaned == clean(cleaned)
    assert len(cleaned) <= len(text)
    assert not any(char in cleaned for char in "\x1b\r\n\0\u202e\u2028")
    cleaned.encode("utf-8")
