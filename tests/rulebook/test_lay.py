"""Laying tables over tables, and policies that are like others."""

from __future__ import annotations

from typing import Any

import pytest

from auditor.rulebook.lay import LikeError, alike, lay

# below, above -> laid
LAID: list[tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    ({"a": 1, "b": 2}, {"b": 3}, {"a": 1, "b": 3}),
    ({"t": {"a": 1, "b": 2}}, {"t": {"b": 3}}, {"t": {"a": 1, "b": 3}}),
    ({"l": [1, 2]}, {"l": [3]}, {"l": [3]}),
    # a table with sources is one fact, and nothing of it stays
    ({"t": {"a": 1, "sources": ["x"]}}, {"t": {"b": 2}}, {"t": {"b": 2}}),
    # rows are added, and replaced where they are known by something
    ({"rows": [{"a": 1}]}, {"rows": [{"a": 2}]}, {"rows": [{"a": 1}, {"a": 2}]}),
    # no rows add none, and take none away
    ({"rows": [{"a": 1}]}, {"rows": []}, {"rows": [{"a": 1}]}),
    ({"systems": [{"os": "2012"}]}, {"systems": []}, {"systems": [{"os": "2012"}]}),
    ({"l": [1]}, {"l": []}, {"l": []}),
    ({"rows": []}, {"rows": [{"a": 1}]}, {"rows": [{"a": 1}]}),
    (
        {"systems": [{"os": "2012"}, {"os": "2016", "x": 1}]},
        {"systems": [{"os": "2016", "x": 2}]},
        {"systems": [{"os": "2012"}, {"os": "2016", "x": 2}]},
    ),
    ({}, {"t": {"a": 1}}, {"t": {"a": 1}}),
    ({"t": 1}, {"t": {"a": 1}}, {"t": {"a": 1}}),
]


@pytest.mark.parametrize(("below", "above", "laid"), LAID)
def test_lay(below: dict[str, Any], above: dict[str, Any], laid: dict[str, Any]) -> None:
    before = repr(below)
    assert lay(below, above) == laid
    assert repr(below) == before


BASE = {
    "title": "Base",
    "description": "Of the base.",
    "counts": ["A", "B"],
    "minimum": {"x": {"build": "1.1", "sources": ["s"]}, "y": {"build": "1.2", "sources": ["s"]}},
}


def test_a_policy_takes_what_it_does_not_say_but_its_title() -> None:
    own = {"like": "base", "minimum": {"x": {"build": "2.1", "sources": ["t"]}}}
    found = alike({"base": BASE, "own": own})["own"]
    assert found == {
        "counts": ["A", "B"],
        "minimum": {
            "x": {"build": "2.1", "sources": ["t"]},
            "y": {"build": "1.2", "sources": ["s"]},
        },
    }


def test_a_chain_and_rules_that_are_left_out() -> None:
    found = alike(
        {
            "third": {"like": "second", "without": ["B"], "title": "Third"},
            "second": {"like": "base"},
            "base": BASE,
        }
    )
    assert found["third"]["counts"] == ["A"]
    assert found["third"]["title"] == "Third"
    assert found["second"]["counts"] == ["A", "B"]


def test_what_another_policy_rules_out_or_asks_stays_ruled_out_and_asked() -> None:
    rows = {"excludes": [{"product": "x"}], "prerequisites": [{"title": "y"}]}
    own = {"like": "base", "excludes": [], "prerequisites": []}
    found = alike({"base": {**BASE, **rows}, "own": own})["own"]
    assert {key: found[key] for key in rows} == rows


@pytest.mark.parametrize(
    ("policies", "words"),
    [
        ({"a": {"like": "b"}}, "policies.a.like: there is no policy 'b'"),
        ({"a": {"like": 7}}, "policies.a.like: there is no policy 7"),
        ({"a": {"like": "b"}, "b": {"like": "a"}}, "policies.a.like: it ends at itself"),
        ({"a": {"like": "a"}}, "policies.a.like: it ends at itself"),
        ({"a": {"counts": ["A"], "without": ["B"]}}, "a.without: B does not count anyway"),
        ({"a": {"counts": ["A"], "without": "A"}}, "a.without: it is not a list of rules"),
    ],
)
def test_a_policy_that_is_like_none(policies: dict[str, dict[str, Any]], words: str) -> None:
    with pytest.raises(LikeError, match="policies") as failed:
        alike(policies)
    assert words in str(failed.value)
