"""`sfb-audit rules` and `rules show`: what is judged, with which cases, by which source."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.assess.cases import cases_of
from auditor.assess.rule import Rule
from auditor.assess.rules import RULES
from auditor.rulebook import load
from tests.cli.command import Ended, sfb_audit
from tests.cli.own_files import CONTOSO, file_of


def _rules(capsys: pytest.CaptureFixture[str], *arguments: str, width: int = 250) -> Ended:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", str(width))
        return sfb_audit(capsys, "rules", *arguments)


def test_every_rule_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    told = _rules(capsys)
    assert told.code == 0
    assert not [rule.id for rule in RULES if f"{rule.id}: {rule.title}\n" not in told.out]


@pytest.mark.parametrize("arguments", [(), ("show", "SFB-KB-001")])
def test_addresses_are_whole_on_a_narrow_terminal(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    told = _rules(capsys, *arguments, width=80).out
    lines = [line.strip() for line in told.splitlines()]
    rules = [rule for rule in RULES if rule.id == "SFB-KB-001" or not arguments]
    for key in {key for rule in rules for key in rule.sources}:
        assert load().sources[key].url in lines or not load().sources[key].url
    texts = [line for line in told.splitlines() if "://" not in line and line[:4] != "SFB-"]
    assert max(map(len, texts)) <= 80


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_says_what_it_is_in_its_own_words(rule: Rule) -> None:
    """Its own class, or the module that is its alone; not a sentence on two rules at once."""
    beside = [each for each in RULES if type(each).__module__ == type(rule).__module__]
    assert type(rule).__doc__ or len(beside) == 1


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_is_shown_with_its_cases_and_sources(
    capsys: pytest.CaptureFixture[str], rule: object
) -> None:
    shown = next(each for each in RULES if each is rule)
    told = _rules(capsys, "show", shown.id.lower())
    assert told.code == 0
    words = [shown.id, shown.title, shown.applies_to, *(case.title for case in cases_of(shown.id))]
    words += [load().sources[key].title for key in shown.sources]
    assert not [word for word in words if word not in told.out]


def test_a_title_has_no_number_that_an_own_rulebook_can_change(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    own = tmp_path / "own.toml"
    own.write_text(
        '[clock]\nmax_skew_minutes = 15\nsources = ["own"]\n[sources.own]\ntitle = "Own"\n'
    )
    (line,) = (
        line
        for line in _rules(capsys, "--rulebook", str(own)).out.splitlines()
        if line.startswith("SFB-CLOCK-001")
    )
    assert line == "SFB-CLOCK-001: The server's clock agrees with the auditing host's"


# rule -> what it reads, as it is shown
READS = [
    ("SFB-CU-001", "family products"),
    ("SFB-REACH-001", "no fact family"),
    ("SFB-REPL-001", "the estate's family replication, where it was asked for"),
    ("SFB-POOL-001", "family products"),
    ("SFB-POOL-002", "family products, family os"),
    ("SFB-POOL-003", "the estate's family pool_upgrade, where it was asked for"),
]


@pytest.mark.parametrize(("rule", "reads"), READS)
def test_what_a_rule_reads_is_shown(
    capsys: pytest.CaptureFixture[str], rule: str, reads: str
) -> None:
    lines = [line.split(maxsplit=1) for line in _rules(capsys, "show", rule).out.splitlines()]
    assert ["reads", reads] in [[part.strip() for part in line] for line in lines]


# rule -> what its cited pages do not say of themselves, as it is shown
SOURCES_APART = [
    ("SFB-WINHTTP-001", "says that the value is not required"),
    ("SFB-TLS-001", "only for clients on Windows 7"),
    ("SFB-TLS-002", "does not mention this key"),
]


@pytest.mark.parametrize(("rule", "words"), SOURCES_APART)
def test_where_sources_do_not_agree_is_told_with_the_rule(
    capsys: pytest.CaptureFixture[str], rule: str, words: str
) -> None:
    told = " ".join(_rules(capsys, "show", rule).out.split())
    assert words in told


# rule -> where it counts, as it is shown
COUNTS = [
    ("SFB-CU-001", "office365-tls12, tls10-disable, cloud-moves-2022"),
    (
        "SFB-SUP-001",
        (
            "office365-tls12 (as advice), tls10-disable (as advice), "
            "cloud-moves-2022 (as advice), supported-today"
        ),
    ),
    (
        "SFB-NET-001",
        "office365-tls12 (as advice), tls10-disable, cloud-moves-2022 (as advice)",
    ),
    ("SFB-SVC-001", "no policy: it informs"),
]


@pytest.mark.parametrize(("rule", "counts"), COUNTS)
def test_where_a_rule_counts_is_shown_and_where_it_makes_no_fail(
    capsys: pytest.CaptureFixture[str], rule: str, counts: str
) -> None:
    told = _rules(capsys, "show", rule).out
    assert f"  counts in     {counts}\n" in told


# rule -> what each policy requires, as it is shown
REQUIRED = [
    (
        "SFB-CU-001",
        [
            "office365-tls12 Lync Server 2013 CU10 (5.0.8308.1001)",
            "Skype for Business Server 2015 CU6 HF2 (6.0.9319.516)",
            "Skype for Business Server 2019 RTM (7.0.2046.0)",
            "tls10-disable Lync Server 2013 CU10 (5.0.8308.1001)",
            "Skype for Business Server 2015 CU9 (6.0.9319.548); 6.0.9319.516 in pools of kind sba",
            "Skype for Business Server 2019 CU1 (7.0.2046.123)",
            "cloud-moves-2022 Lync Server 2013 CU10 HF7 (5.0.8308.1182)",
            "Skype for Business Server 2015 CU12 (6.0.9319.619)",
            "Skype for Business Server 2019 CU6 (7.0.2046.385)",
        ],
    ),
    ("SFB-NET-002", ["tls10-disable .NET Framework 4.7 (460798)"]),
    (
        "SFB-SQL-001",
        [
            (
                "tls10-disable Skype for Business Server 2015: 11.0.5678.0, 11.0.6518.0, "
                "11.0.7001.0, 12.0.2564.0, 12.0.4439.1, 12.0.5000.0"
            ),
            "Skype for Business Server 2019: 13.0.1601.5",
        ],
    ),
    (
        "SFB-REACH-001",
        [
            f"{key} facts of 30 days at most"
            for key in ("office365-tls12", "tls10-disable", "cloud-moves-2022", "supported-today")
        ],
    ),
    ("SFB-KB-001", []),
]


@pytest.mark.parametrize(("rule", "required"), REQUIRED)
def test_what_each_policy_requires_is_shown(
    capsys: pytest.CaptureFixture[str], rule: str, required: list[str]
) -> None:
    _, heading, rest = _rules(capsys, "show", rule).out.partition("\nWhat each policy requires\n")
    lines = rest.partition("\n\n")[0].splitlines()
    assert [" ".join(line.split()) for line in lines] == required
    assert bool(heading) == bool(required)


def test_what_a_policy_of_ones_own_requires_is_shown(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = file_of(tmp_path, CONTOSO, "contoso.toml")
    told = _rules(capsys, "show", "SFB-CU-001", "--rulebook", str(path)).out
    assert "Skype for Business Server 2015 CU9 (6.0.9319.548)" in told.partition("contoso  ")[2]


def test_a_rule_that_does_not_exist(capsys: pytest.CaptureFixture[str]) -> None:
    told = _rules(capsys, "show", "SFB-CU-01")
    assert (told.code, told.out) == (2, "")
    assert "error RULE-UNKNOWN" in told.err
    assert "did you mean 'SFB-CU-001'" in told.err
