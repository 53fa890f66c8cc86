"""Every command that a plan can hand out: it parses, and each product has what it calls."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from itertools import product as combinations
from pathlib import Path

import pytest

from auditor.plan.commands import fill_command
from auditor.rulebook.procedures import CommandLine, Situation, load_procedures
from tests.powershell.checker.tree import Tree, parse

NAMES = {
    "server": "fe-01.contoso.com",
    "pool": "pool01.contoso.com",
    "sql": "sql01.contoso.com",
    "instance": "RTC_1",
    "updated": "fe-02.contoso.com",
    "build": "6.0.9319.516, CU6 HF2",
    "having": "fe-02.contoso.com",
    "behind": "fe-03.contoso.com (6.0.9319.281)",
    "target": "Skype for Business Server 2015",
    "migrate": "Migrate to Skype for Business Server 2015.",
    "again": 'sfb-audit run --config "C:\\My estate\\estate.toml" --out C:\\Audit',
}
WORDS = ("build", "having", "behind", "target", "migrate")
TAGS = ("", "always-on", "no-sql", "instance", "offline")
# The letters of the cmdlets' table. Subscription Edition is younger than the table.
PRODUCTS = {"lync2013": "L2013", "sfb2015": "S2015", "sfb2019": "S2019", "sfbse": "S2019"}
PROGRAMS = {
    "net",
    "powershell.exe",
    "sfb-audit",
    r"C:\Updates\LyncServerUpdateInstaller.exe",
    r"C:\Updates\SkypeServerUpdateInstaller.exe",
    r"C:\Updates\SQLServer2014SP2-KB3171021-x64-ENU.exe",
}
COMMON = {"Verbose"}


def _handed_out() -> Iterator[tuple[str, str]]:
    """Product and text of every command line, in every situation that makes a difference."""
    for procedure in load_procedures().procedures.values():
        # Kinds and Windows that no variant names are all alike.
        kinds = {"", *(kind for variant in procedure.variants for kind in variant.kinds)}
        systems = {None, *(system for variant in procedure.variants for system in variant.systems)}
        for product, kind, system, tag in combinations(PRODUCTS, kinds, systems, TAGS):
            situation = Situation(product, kind, system, frozenset({tag} - {""}))
            for line in procedure.resolved(situation).commands:
                command = fill_command(line, NAMES)
                if command.shell != "gui" and situation.product:
                    yield situation.product, command.text


HANDED_OUT = sorted(set(_handed_out()))
TEXTS = sorted({text for _, text in HANDED_OUT})


@pytest.fixture(scope="module")
def trees(pwsh: Path, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Tree]:
    """The syntax tree of each command, all from one run of the real parser."""
    return parse(pwsh, tmp_path_factory.mktemp("commands"), {text: text for text in TEXTS})


def _rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))[1:]


@pytest.fixture(scope="module")
def parameters(realdata: Path) -> Mapping[tuple[str, str], set[str]]:
    """(product, command) -> its parameters, with those of Windows PowerShell 3.0 for each."""
    folder = realdata / "powershell"
    table: dict[tuple[str, str], set[str]] = {}
    for name, products, listed in _rows(folder / "sfb-cmdlets.tsv"):
        for key, letter in PRODUCTS.items():
            if letter in products.split(","):
                table[key, name] = {
                    word.split(":")[0]
                    for word in listed.split()
                    if "@" not in word or letter in word.split("@")[1].split(",")
                }
    for name, kind, module, versions, listed in _rows(folder / "windows-powershell-commands.tsv"):
        everywhere = module.startswith(("Microsoft.PowerShell.", "Microsoft.WSMan."))
        if kind == "Cmdlet" and everywhere and "3.0" in versions.split(","):
            named = (word.partition("@")[::2] for word in listed.split())
            in_3 = {one for one, where in named if not where or "3.0" in where.split(",")}
            table |= {(key, name): in_3 for key in PRODUCTS}
    return table


@pytest.mark.powershell
@pytest.mark.parametrize("text", TEXTS)
def test_parses_as_powershell_3_0(text: str, trees: Mapping[str, Tree]) -> None:
    tree = trees[text]
    assert tree.errors == ()
    assert tree.of("PipelineChainAst", "TernaryExpressionAst") == []
    assert tree.of("CommandAst")


@pytest.mark.powershell
@pytest.mark.realdata
@pytest.mark.parametrize(("key", "text"), HANDED_OUT)
def test_calls_what_the_product_has(
    key: str,
    text: str,
    trees: Mapping[str, Tree],
    parameters: Mapping[tuple[str, str], set[str]],
) -> None:
    for command in trees[text].of("CommandAst"):
        name = command.words[0].detail
        if name in PROGRAMS:
            continue
        known = parameters.get((key, name))
        assert known is not None, f"{key} has no {name}"
        given = {word.detail for word in command.words if word.kind == "CommandParameterAst"}
        assert given <= known | COMMON


def test_the_tables_are_not_empty() -> None:
    """Else the tests above would hold of nothing."""
    assert {key for key, _ in HANDED_OUT} == set(PRODUCTS)
    verbs = {match[0] for text in TEXTS if (match := re.match(r"[A-Z][a-z]+-[A-Za-z]+", text))}
    assert verbs >= {"Install-CsDatabase", "Invoke-CsComputerFailOver", "New-ItemProperty"}


HOSTILE = [
    "x';Remove-Item C:\\ -Recurse;'",
    "$(calc)",
    "a`nb",
    "a\nb",
    "-Force",
    "fe01.contoso.com ",
    "FE01.contoso.com",
    "",
    "\u2019;calc;\u2019",
    "{pool}",
]


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("placeholder", ["server", "pool", "sql", "instance", "updated"])
def test_a_name_that_is_none_never_reaches_a_command(placeholder: str, name: str) -> None:
    if placeholder == "instance" and name.isalnum():
        pytest.skip("a plain instance name")
    line = CommandLine(f"Get-CsPool -Identity '{{{placeholder}}}'", "powershell", "{server}")
    command = fill_command(line, NAMES | {placeholder: name})
    assert command.shell == "gui"
    assert "Get-CsPool" not in command.text
    assert not name or name not in command.text


def test_where_nobody_knows_how_the_audit_was_started_a_sentence_says_so() -> None:
    line = CommandLine("{again}", "cmd", "the auditing host")
    assert fill_command(line, NAMES).text == NAMES["again"]
    unknown = fill_command(line, NAMES | {"again": ""})
    assert unknown.shell == "gui"
    assert "the same call of sfb-audit as the one that wrote this plan" in unknown.text


@pytest.mark.parametrize("placeholder", WORDS)
def test_words_of_the_plan_never_reach_a_command(placeholder: str) -> None:
    """They stand between names of the estate, and some of them look like one."""
    line = CommandLine(f"Get-CsPool -Identity '{{{placeholder}}}'", "powershell", "{server}")
    assert fill_command(line, NAMES).shell == "gui"
