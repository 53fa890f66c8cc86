"""The endpoint that allows one command: what it answers, and that it refuses all else.

Sessions are made in the real engine from the very files that `sfb-audit collector jea` writes,
and driven over PSRP by a client that may send whatever the protocol can carry.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from auditor.collect.jea import COMMAND, endpoint_files
from auditor.collect.script import joined_script
from auditor.lab.jea import initial_command
from auditor.lab.windows import State, build_windows
from auditor.lab.windows_description import WindowsDescription
from tests.powershell.engine import CERTIFICATES
from tests.powershell.jea_attacks import ATTACKS, FAMILIES, NOT_FOUND, SCRIPT_BLOCK
from tests.powershell.session import Call, Outcome, Session, SessionError

pytestmark = pytest.mark.powershell

CONFIGURATIONS = ("SfbAudit.pssc", "SfbAudit-3.0.pssc")
VISIBLE = {
    "Exit-PSSession",
    "Get-Command",
    "Get-FormatData",
    "Get-Help",
    "Get-SfbFacts",
    "Measure-Object",
    "Out-Default",
    "Select-Object",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The endpoint, as an administrator gets it."""
    out = tmp_path_factory.mktemp("endpoint")
    for place, content in endpoint_files().items():
        (out / place).parent.mkdir(parents=True, exist_ok=True)
        (out / place).write_bytes(content)
    return out


@pytest.fixture(scope="module")
def windows() -> State:
    description = WindowsDescription.model_validate(
        {
            "os": "2012r2",
            "products": [{"set": "sfb2015-front-end", "version": "6.0.9319.516"}],
            "schannel": {"TLS 1.2": {"client": {"enabled": 1, "disabled_by_default": 0}}},
            "strong_crypto": True,
        }
    )
    return build_windows(description, "fe01.contoso.com")


@pytest.fixture(scope="module", params=CONFIGURATIONS)
def session(
    request: pytest.FixtureRequest, pwsh: Path, folder: Path, windows: State
) -> Iterator[Session]:
    """A session as the endpoint gives it, on Windows PowerShell 5.1 and on 3.0."""
    with Session(
        pwsh, folder, windows, CERTIFICATES + initial_command(folder, request.param)
    ) as opened:
        yield opened


@pytest.fixture(scope="module")
def plain(pwsh: Path, folder: Path, windows: State) -> Iterator[Session]:
    """The same Windows with its doors open."""
    with Session(pwsh, folder, windows, CERTIFICATES) as opened:
        yield opened


def _facts(outcome: Outcome) -> dict[str, Any]:
    """The answer without what differs each time."""
    assert (outcome.state, outcome.errors, outcome.host_calls) == ("Completed", [], [])
    (text,) = outcome.output
    answer: dict[str, Any] = json.loads(text)
    del answer["collected_utc"]
    for result in answer["families"].values():
        assert result["ok"], result
        del result["ms"]
    return answer


@pytest.fixture(scope="module")
def truth(plain: Session) -> dict[str, Any]:
    """What the script tells in a session that is not restricted."""
    return _facts(plain.run(Call(joined_script().text, script=True)))


def _without_hash(answer: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in answer.items() if key != "collector"}


def test_it_answers_what_the_script_does(session: Session, truth: dict[str, Any]) -> None:
    assert _facts(session.run(Call(COMMAND))) == truth
    assert set(truth["families"]) == set(FAMILIES)
    assert truth["families"]["products"]["data"]["items"]


@pytest.mark.parametrize("family", FAMILIES)
def test_each_family_can_be_asked_alone(
    session: Session, truth: dict[str, Any], family: str
) -> None:
    told = _facts(session.run(Call(COMMAND, [("Family", [family])])))
    assert told["families"] == {family: truth["families"][family]}
    assert told["collector"] == joined_script().sha256


@pytest.mark.parametrize("wanted", [FAMILIES[-1].upper(), [[FAMILIES[-1]]], [FAMILIES[-1]] * 3])
def test_a_family_in_other_words_is_that_family(session: Session, wanted: object) -> None:
    told = _facts(session.run(Call(COMMAND, [("Family", wanted)])))
    assert set(told["families"]) == {FAMILIES[-1]}


def test_nothing_is_visible_beyond_what_remoting_needs(session: Session) -> None:
    shown = {str(command.Name) for command in session.run(Call("Get-Command")).output}
    assert shown - {"exsn"} == VISIBLE
    told = {getattr(command, "Name", None) for command in session.command_metadata("*").output}
    assert told - {"exsn", None} == VISIBLE


def test_no_command_of_an_open_session_can_be_run(session: Session, plain: Session) -> None:
    listing = (
        "Get-Command -Name * -CommandType Alias, Function, Cmdlet"
        " | ForEach-Object { $_.ModuleName + '\\' + $_.Name }"
    )
    there = [str(line) for line in plain.run(Call(listing, script=True)).output]
    assert len(there) > 150
    names = {name for line in there for name in (line, line.partition("\\")[2])}
    names -= {*VISIBLE, "exsn", "Microsoft.PowerShell.Core\\Exit-PSSession"}
    allowed = {name for name in sorted(names) if session.run(Call(name)).errors != [NOT_FOUND]}
    assert allowed == set()


def test_no_helper_of_the_script_can_be_run(session: Session) -> None:
    helpers = re.findall(r"^function ([\w-]+)", joined_script().text, re.MULTILINE)
    assert len(helpers) > 3
    for name in helpers:
        assert session.run(Call(name)).errors == [NOT_FOUND], name
        assert session.run(Call(f"SfbAudit\\{name}")).errors == [NOT_FOUND], name


@pytest.fixture(scope="module")
def canary(folder: Path) -> Path:
    """A file that is there as soon as any attack has got through."""
    attack = folder / "attack.ps1"
    attack.write_text(f"Set-Content -Path '{folder / 'canary'}' -Value out", "ascii")
    return folder / "canary"


@pytest.mark.parametrize("name", ATTACKS)
def test_everything_else_is_refused(session: Session, canary: Path, name: str) -> None:
    way = ATTACKS[name]
    outcome = session.run(*way.aimed(canary), **way.options)
    assert outcome.errors == [way.error], outcome
    assert outcome.output == [] == outcome.host_calls
    assert not canary.exists()


@pytest.mark.parametrize("given", ["Get-Item C:\\", SCRIPT_BLOCK, {"Family": "registry"}])
def test_input_is_not_taken(session: Session, truth: dict[str, Any], given: object) -> None:
    outcome = session.run(Call(COMMAND), given=[given])
    assert outcome.errors == [f"InputObjectNotBound,{COMMAND}"]
    outcome.errors.clear()
    assert _facts(outcome) == truth


QUIET: dict[str, list[tuple[str, Any]]] = {
    "debug": [("Debug", True)],
    "verbose": [("Verbose", True)],
    "inquire": [("ErrorAction", "Inquire"), ("WarningAction", "Inquire")],
    "break": [("ErrorAction", "Break"), ("WarningAction", "Break")],
    "buffer": [("OutBuffer", 1000)],
}


@pytest.mark.parametrize("name", QUIET)
def test_common_parameters_change_nothing(
    session: Session, truth: dict[str, Any], name: str
) -> None:
    assert _facts(session.run(Call(COMMAND, QUIET[name]))) == truth


@pytest.mark.parametrize(
    "parameters",
    [
        [("Module", "Microsoft.PowerShell.Management")],
        [("Name", "*"), ("CommandType", "Application")],
        [("Name", "*"), ("CommandType", "ExternalScript")],
        [("Name", "/bin/*")],
        [("Name", "Get-Item*")],
    ],
)
def test_get_command_shows_nothing_hidden(
    session: Session, parameters: list[tuple[str, Any]]
) -> None:
    assert session.run(Call("Get-Command", parameters)).output == []


def test_after_all_attacks_the_session_is_what_it_was(
    session: Session, canary: Path, truth: dict[str, Any]
) -> None:
    for way in ATTACKS.values():
        session.run(*way.aimed(canary), **way.options)
    shown = {str(command.Name) for command in session.run(Call("Get-Command")).output}
    assert shown - {"exsn"} == VISIBLE
    assert _facts(session.run(Call(COMMAND))) == truth
    assert not canary.exists()


def test_the_attack_that_the_canary_waits_for_works_where_doors_are_open(
    plain: Session, canary: Path
) -> None:
    outcome = plain.run(Call(str(canary.with_name("attack.ps1"))))
    assert canary.exists(), outcome
    canary.unlink()


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (("LanguageMode  ", "VisibleExternalCommands = '*'\n    LanguageMode  "), "SfbAudit.pssc"),
        (("'RestrictedRemoteServer'", "'Default'"), "SfbAudit.pssc"),
        (("'NoLanguage'", "(Get-Date)"), "SfbAudit.pssc"),
        (("'SfbAudit'", "'SfbAudit'; VisibleCmdlets = 'Get-Item'"), "SfbAudit.psrc"),
    ],
)
def test_files_that_say_something_else_make_no_session(
    pwsh: Path, tmp_path: Path, windows: State, change: tuple[str, str], place: str
) -> None:
    for name, content in endpoint_files().items():
        text = content.decode("ascii")
        if name.endswith(place):
            assert change[0] in text
            text = text.replace(change[0], change[1], 1)
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, "ascii")
    with pytest.raises(SessionError, match="Broken"):
        Session(pwsh, tmp_path, windows, initial_command(tmp_path))
