"""Every recorded output in tests/data/facts/estate/FAMILY, decoded, and what hostile ones do.

A case is as in `test_fact_cases`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.facts.estate.families import CMDLETS, ESTATE_FAMILIES, not_available
from auditor.facts.estate.federated_domains import FederatedDomainsFacts
from auditor.facts.estate.topology import MAX_CHARACTERS, TopologyFacts, decode
from auditor.facts.families import FAMILIES, FamilyError
from auditor.facts.fields import AnswerError
from tests.facts.test_fact_cases import as_json
from tests.facts.test_hostile_answers import (
    _is_bounded,
    _places,
    _replaced,
    _told,
    quick,
    values,
)

FOLDER = Path(__file__).parent.parent / "data" / "facts" / "estate"
DECODERS = {family.key: family.decode for family in ESTATE_FAMILIES}
CASES = sorted(FOLDER.glob("*/*.json"))


def _read(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_case(path: Path) -> None:
    case = _read(path)
    assert set(case) in ({"source", "raw", "fact"}, {"source", "raw", "error"})
    decoder = DECODERS[path.parent.name]
    if "fact" in case:
        assert as_json(decoder(case["raw"])) == case["fact"]
    else:
        with pytest.raises(AnswerError) as caught:
            decoder(case["raw"])
        assert caught.value.path == case["error"]["path"]
        assert case["error"]["message"] in caught.value.message


@pytest.mark.parametrize("family", DECODERS)
def test_each_family_has_recorded_output_and_surprises(family: str) -> None:
    cases = [_read(path) for path in (FOLDER / family).glob("*.json")]
    assert any("PowerShell 7" in case["source"] for case in cases if "fact" in case)
    assert any("error" in case for case in cases)


@pytest.mark.parametrize("family", ESTATE_FAMILIES, ids=lambda family: family.key)
@quick
@given(data=st.data())
def test_any_value_in_any_place(family: Any, data: st.DataObject) -> None:
    cases = [_read(path) for path in sorted((FOLDER / family.key).glob("*.json"))]
    raw = data.draw(st.sampled_from([case["raw"] for case in cases if "fact" in case]))
    place = data.draw(st.sampled_from(_places(raw)))
    changed = _replaced(raw, place, data.draw(values))
    error = _told(family.decode, changed if isinstance(changed, dict) else {"x": changed})
    assert error is None or _is_bounded(error)


def test_families_are_called_by_names_of_their_own() -> None:
    keys = [family.key for family in (*FAMILIES, *ESTATE_FAMILIES)]
    assert len(keys) == len(set(keys))
    assert set(CMDLETS) == set(DECODERS)


def test_a_topology_is_bounded_and_no_part_of_a_log() -> None:
    facts = decode({"xml": "<" + "x" * (MAX_CHARACTERS - 1)})
    assert repr(facts) == "TopologyFacts()"
    with pytest.raises(AnswerError, match="longer than 16000000 characters"):
        decode({"xml": "<" + "x" * MAX_CHARACTERS})
    assert decode({"xml": "<a>\x1b</a>"}) == TopologyFacts("<a>\x1b</a>")


def test_a_thousand_domains_are_two_numbers() -> None:
    raw = _read(FOLDER / "federated_domains" / "thousand-domains.json")["raw"]
    facts = DECODERS["federated_domains"](raw)
    assert isinstance(facts, FederatedDomainsFacts)
    assert (facts.allowed, facts.blocked) == (1000, 12)


# kind of an error -> whether the cmdlet is not there (else it was refused)
ERRORS = [
    ("System.Management.Automation.CommandNotFoundException", True),
    ("System.Management.Automation.ParameterBindingException", True),
    ("CommandNotFoundException", True),
    ("System.Management.Automation.ParameterBindingValidationException", False),
    ("System.Data.SqlClient.SqlException", False),
    ("System.UnauthorizedAccessException", False),
    ("answer", False),
]


@pytest.mark.parametrize(("kind", "absent"), ERRORS)
def test_a_cmdlet_that_is_not_there_is_told_from_one_that_refuses(kind: str, absent: bool) -> None:
    assert not_available(FamilyError(kind, "x")) is absent
