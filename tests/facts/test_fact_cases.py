"""Every recorded output in tests/data/facts/FAMILY, decoded.

A case is `{"source", "raw", "fact"}` or `{"source", "raw", "error": {"path", "message"}}`:
`raw` is a snippet's output, `fact` the model as JSON (versions and instants as text).
"""

from __future__ import annotations

import dataclasses
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from auditor.facts.families import FAMILIES
from auditor.facts.fields import AnswerError
from auditor.version import Version

FOLDER = Path(__file__).parent.parent / "data" / "facts"
DECODERS = {family.key: family.decode for family in FAMILIES}
CASES = sorted(FOLDER.glob("*/*.json"))


def as_json(value: object) -> Any:
    if isinstance(value, Version):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return [as_json(item) for item in value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = dataclasses.fields(value)
        return {field.name: as_json(getattr(value, field.name)) for field in fields}
    return value


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_case(path: Path) -> None:
    case = json.loads(path.read_text("utf-8"))
    assert set(case) in ({"source", "raw", "fact"}, {"source", "raw", "error"})
    decode = DECODERS[path.parent.name]
    if "fact" in case:
        assert as_json(decode(case["raw"])) == case["fact"]
    else:
        with pytest.raises(AnswerError) as caught:
            decode(case["raw"])
        assert caught.value.path == case["error"]["path"]
        assert case["error"]["message"] in caught.value.message


@pytest.mark.parametrize("family", DECODERS)
def test_each_family_has_recorded_output_and_surprises(family: str) -> None:
    cases = [json.loads(path.read_text("utf-8")) for path in (FOLDER / family).glob("*.json")]
    assert any("PowerShell 7" in case["source"] for case in cases if "fact" in case)
    assert any("error" in case for case in cases)
