"""docs/policies.md: its examples work, and its tables hold what there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from auditor.assess.rules import RULES
from auditor.assess.waivers import read_waivers
from auditor.knowledge import read_files, read_knowledge
from auditor.rulebook import load
from auditor.rulebook.overlay import MAY
from auditor.rulebook.policy import Policy


@pytest.fixture(scope="module")
def page(root: Path) -> str:
    return (root / "docs" / "policies.md").read_text("utf-8")


def _example(page: str, number: int, path: Path) -> Path:
    path.write_text(re.findall(r"```toml\n(.*?)```", page, re.DOTALL)[number], "utf-8")
    return path


def test_policies_stand_in_the_order_of_the_program(page: str) -> None:
    table = page.partition("| policy | the question |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| `([a-z0-9-]+)`", table, re.MULTILINE) == list(load().policies)


def test_the_examples_can_be_used_as_they_stand(page: str, tmp_path: Path) -> None:
    policy = _example(page, 0, tmp_path / "contoso.toml")
    overlay = _example(page, 1, tmp_path / "cu14.toml")
    knowledge = read_knowledge([overlay], ["office365-tls12", str(policy)])
    assert knowledge.policies == ("office365-tls12", "contoso")
    own = knowledge.rulebook.policies["contoso"]
    assert str(own.minimum["sfb2015"].build) == "6.0.9319.548"
    assert own.max_age_days == 7
    assert "SFB-CLOCK-001" not in own.counts
    moves = knowledge.rulebook.policies["cloud-moves-2022"].minimum["sfb2015"]
    assert str(moves.build) == "6.0.9319.900"
    assert read_files([policy, overlay]).policies == ("contoso",)
    waivers = _example(page, 2, tmp_path / "waivers.toml")
    assert len(read_waivers(waivers, [rule.id for rule in RULES])) == 1


def test_every_key_and_table_is_there(page: str) -> None:
    rows = re.findall(r"^\| (.+?) \|", page, re.MULTILINE)
    told = {name.partition(".")[0] for row in rows for name in re.findall(r"`([^`]+)`", row)}
    fields = set(Policy.__dataclass_fields__) - {"key", "sources"}
    assert fields <= told
    assert set(load().policies) <= told
    tables = page.partition("It may add to and change")[2].partition(";")[0]
    assert set(re.findall(r"`([a-z]+)`", tables)) == set(MAY)


def test_the_question_of_each_policy_is_its_title(page: str) -> None:
    for key, policy in load().policies.items():
        row = next(line for line in page.splitlines() if line.startswith(f"| `{key}`"))
        assert f"| {policy.title} |" in row


def test_every_number_of_the_table_is_that_of_the_policy(page: str) -> None:
    lines = page.splitlines()
    for key, policy in load().policies.items():
        row = next(line for line in lines if line.startswith(f"| `{key}`"))
        for build in re.findall(r"[0-9]+(?:\.[0-9]+){3}", row):
            known = [
                str(each)
                for threshold in policy.minimum.values()
                for each in (threshold.build, *threshold.kinds.values())
            ]
            assert build in known
