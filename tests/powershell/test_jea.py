"""The endpoint that allows one command: what it answers, and that it refuses all else.

Sessions are made in the real engine from the very files that `sfb-audit collector jea` writes,
and driven over PSRP by a client that may send whatever the protocol can carry.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from psrpcore.types import PSScriptBlock

from auditor.collect.jea import COMMAND, endpoint_files
from auditor.collect.script import joined_script
from auditor.lab.jea import initial_command
from auditor.lab.windows import State, build_windows
from auditor.lab.windows_description import WindowsDescription
from tests.powershell.engine import CERTIFICATES
from tests.powershell.session import Call, Outcome, Session, SessionError

pytestmark = pytest.mark.powershell

CONFIGURATIONS = ("SfbAudit.pssc", "SfbAudit-3.0.pssc")
FAMILIES = joined_script().families
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


NO_SCRIPT = "ScriptsNotAllowed"
NOT_FOUND = "CommandNotFoundException"
NOT_VALID = f"ParameterArgumentValidationError,{COMMAND}"
NO_PARAMETER = f"NamedParameterNotFound,{COMMAND}"
NO_VARIABLE = "VariableReferenceNotSupportedInDataSection"
NO_DOTS = "RuntimeException"  # "UseLocalScope cannot be false when language mode is ... NoLanguage"
SCRIPT_BLOCK = PSScriptBlock("Set-Content -Path CANARY -Value out")
CALCULATED = {"Name": "x", "Expression": SCRIPT_BLOCK}


@dataclass(frozen=True)
class Way:
    """A way round that has been tried somewhere, and the error that has to answer it."""

    calls: tuple[Call, ...]
    error: str
    options: dict[str, Any] = field(default_factory=dict)


def script(text: str, **options: Any) -> Way:
    return Way((Call(text, script=True),), NO_SCRIPT, options)


def command(
    name: str, *parameters: tuple[str | None, Any], error: str = NOT_FOUND, **options: Any
) -> Way:
    return Way((Call(name, parameters),), error, options)


def family(value: object) -> Way:
    return Way((Call(COMMAND, [("Family", value)]),), NOT_VALID)


def ours(name: str | None, value: object, error: str) -> Way:
    return Way((Call(COMMAND, [(name, value)]),), error)


def piped(name: str, *parameters: tuple[str, Any], error: str = NOT_FOUND) -> Way:
    return Way((Call(COMMAND), Call(name, parameters)), error)


ATTACKS: dict[str, Way] = {
    # No text is a script.
    "expression": script("1 + 1"),
    "our own command as a script": script(COMMAND),
    "variable": script("$PSVersionTable"),
    "environment": script("$env:COMPUTERNAME"),
    "assignment": script("$x = 1"),
    "call operator": script(f"& {COMMAND}"),
    "dot operator": script(f". {COMMAND}"),
    "module's scope": script("& (Get-Module SfbAudit) { Get-Item C:\\ }"),
    "function definition": script("function Get-SfbFacts { Get-Item C:\\ }"),
    "script block": script("{ Get-Item C:\\ }"),
    "subexpression in a string": script('"$(Get-Item C:\\)"'),
    "static method": script("[IO.File]::ReadAllText('C:\\Windows\\win.ini')"),
    "type conversion": script("[ADSI]'LDAP://contoso.com'"),
    "statement after ours": script(f"{COMMAND}; Get-Item C:\\"),
    "pipeline after ours": script(f"{COMMAND} | ForEach-Object {{ Get-Item C:\\ }}"),
    "redirection": script(f"{COMMAND} > CANARY"),
    "argument in parentheses": script(f"{COMMAND} -Family (Get-Item C:\\)"),
    "exit": script("exit"),
    "comment": script("# nothing"),
    "empty script": script(""),
    "using module": script("using module \\\\server\\share\\x.psm1"),
    "data section": script("data { Get-SfbFacts }"),
    "configuration keyword": script("configuration x { }"),
    "workflow keyword": script("workflow x { }"),
    "script in a nested pipeline": script("1 + 1", is_nested=True),
    "script into history": script("1 + 1", add_to_history=True),
    # No name is more than a name.
    "statement as a name": command(f"{COMMAND}; Get-Item C:\\"),
    "pipeline as a name": command(f"{COMMAND} | Get-Item"),
    "call operator as a name": command("& Get-Item"),
    "operators alone": command("&"),
    "dot alone": command("."),
    "script block as a name": command("{ Get-Item C:\\ }"),
    "variable as a name": command("$PSVersionTable"),
    "type as a name": command("[IO.File]"),
    "wildcard": command("Get-It*"),
    "function drive": command("Function:\\Get-SfbFacts"),
    "environment drive": command("Env:PATH"),
    "variable drive": command("Variable:PSHOME"),
    "registry drive": command("HKLM:\\SOFTWARE"),
    "history by number": command("#1"),
    "history": command("Invoke-History"),
    "helper by its module": command("SfbAudit\\Get-ExistingItem"),
    "command of another module": command("Microsoft.PowerShell.Management\\Get-Item"),
    "restricted command's original": command(
        "Microsoft.PowerShell.Utility\\Select-Object", ("First", 1)
    ),
    "module by path": command("\\\\server\\share\\x\\Get-Item"),
    "tab expansion": command(
        "TabExpansion2", ("inputScript", "Get-Item C:\\"), ("cursorColumn", 3)
    ),
    "tab expansion of 2.0": command("TabExpansion", ("line", "Get-Item C:\\")),
    "prompt": command("prompt"),
    "drive function": command("C:"),
    "help paging": command("help"),
    "debugger": command("__Set-PSDebuggerAction", ("ResumeAction", 0)),
    "debugger's state": command("__Get-PSDebuggerStopArgs"),
    "unhandled breakpoints": command(
        "__Set-PSUnhandledBreakpointMode", ("UnhandledBreakpointMode", 1)
    ),
    "breakpoint with an action": command(
        "Set-PSBreakpoint", ("Command", COMMAND), ("Action", SCRIPT_BLOCK)
    ),
    "runspace debugging": command("Enable-RunspaceDebug", ("RunspaceId", 1)),
    # No other command.
    "file": command("Get-Item", ("LiteralPath", "C:\\Windows\\System32\\winhttp.dll")),
    "file's content": command("Get-Content", ("LiteralPath", "C:\\Windows\\win.ini")),
    "share": command("Get-ChildItem", ("Path", "\\\\server\\share")),
    "WMI": command("Get-WmiObject", ("Class", "Win32_Process"), ("ComputerName", "dc01")),
    "WMI method": command("Invoke-WmiMethod", ("Class", "Win32_Process"), ("Name", "Create")),
    "web": command("Invoke-WebRequest", ("Uri", "http://127.0.0.1:9/")),
    "process": command("Start-Process", ("FilePath", "cmd.exe")),
    "service": command("Start-Service", ("Name", "RemoteRegistry")),
    "job": command("Start-Job", ("ScriptBlock", SCRIPT_BLOCK)),
    "expression by command": command("Invoke-Expression", ("Command", "Get-Item C:\\")),
    "remote by command": command("Invoke-Command", ("ScriptBlock", SCRIPT_BLOCK)),
    "second hop": command("New-PSSession", ("ComputerName", "dc01")),
    "host process": command("Enter-PSHostProcess", ("Id", 4)),
    "object": command("New-Object", ("TypeName", "System.Net.WebClient")),
    "COM": command("New-Object", ("ComObject", "WScript.Shell")),
    "compiler": command("Add-Type", ("TypeDefinition", "public class X {}")),
    "module": command("Import-Module", ("Name", "\\\\server\\share\\x")),
    "new module": command("New-Module", ("ScriptBlock", SCRIPT_BLOCK)),
    "alias": command("Set-Alias", ("Name", "Get-Help"), ("Value", "Get-Item")),
    "function by its drive": command("Set-Item", ("Path", "function:x"), ("Value", SCRIPT_BLOCK)),
    "variable by command": command("Set-Variable", ("Name", "x"), ("Value", 1)),
    "file written": command("Out-File", ("FilePath", "CANARY"), ("InputObject", "out")),
    "transcript": command("Start-Transcript", ("Path", "CANARY")),
    "endpoint itself": command("Set-PSSessionConfiguration", ("Name", "SfbAudit")),
    "configuration registered": command("Register-PSSessionConfiguration", ("Name", "x")),
    "desired state": command("Start-DscConfiguration", ("Path", "CANARY")),
    "command in a nested pipeline": command("Get-Item", ("Path", "C:\\"), is_nested=True),
    # No program and no script file.
    "program": command("whoami"),
    "cmd": command("cmd.exe", (None, "/c"), (None, "dir")),
    "PowerShell": command("powershell.exe", ("Command", "Get-Item C:\\")),
    "program by its path": command("C:\\Windows\\System32\\cmd.exe"),
    "program of this machine": command("/bin/ls"),
    "program of a share": command("\\\\server\\share\\x.exe"),
    "script file of a share": command("\\\\server\\share\\x.ps1"),
    "script file here": command("ATTACK"),
    "script file with a provider": command("Microsoft.PowerShell.Core\\FileSystem::ATTACK"),
    # Our command takes families and nothing else.
    "no family": family("registry"),
    "family and more": family(f"{FAMILIES[0]}; Get-Item C:\\"),
    "family with a subexpression": family(f"$(Get-Item C:\\){FAMILIES[0]}"),
    "family with a quote": family("os'; Get-Item C:\\ #"),
    "family with a line end": family(f"{FAMILIES[0]}\nGet-Item C:\\"),
    "wildcard family": family("*"),
    "one family too many": family([*FAMILIES, "x"]),
    "empty family": family(""),
    "null": family(None),
    "empty list": family([]),
    "number": family(0),
    "table": family({"os": "os"}),
    "script block for a family": family(SCRIPT_BLOCK),
    "list with a script block": family([FAMILIES[0], SCRIPT_BLOCK]),
    "very long family": family(FAMILIES[0] * 10_000),
    "unknown parameter": ours("Path", "C:\\", NO_PARAMETER),
    "script block parameter": ours("Command", SCRIPT_BLOCK, NO_PARAMETER),
    "computer": ours("ComputerName", "dc01", NO_PARAMETER),
    "credential": ours("Credential", "x", NO_PARAMETER),
    "output variable": ours("OutVariable", "x", NO_VARIABLE),
    "output to a function": ours("OutVariable", "function:Get-Help", NOT_VALID),
    "output to the environment": ours("OutVariable", "env:PSModulePath", NOT_VALID),
    "output to a file": ours("OutVariable", "C:CANARY", NOT_VALID),
    "output to a preference": ours("OutVariable", "PSModuleAutoLoadingPreference", NO_VARIABLE),
    "output to a script block": ours("OutVariable", SCRIPT_BLOCK, NO_VARIABLE),
    "error variable": ours("ErrorVariable", "$(Get-Item C:\\)", NOT_VALID),
    "warning variable": ours("WarningVariable", "x", NO_VARIABLE),
    "information variable": ours("InformationVariable", "x", NO_VARIABLE),
    "pipeline variable": ours("PipelineVariable", "x", NO_VARIABLE),
    "preference as a script block": ours(
        "ErrorAction", SCRIPT_BLOCK, f"CannotConvertArgumentNoMessage,{COMMAND}"
    ),
    "suspend": ours("ErrorAction", "Suspend", f"ParameterBindingFailed,{COMMAND}"),
    "value in second place": Way(
        (Call(COMMAND, [(None, FAMILIES[0]), (None, "x")]),),
        f"PositionalParameterNotFound,{COMMAND}",
    ),
    "dot-sourced": Way((Call(COMMAND, own_scope=False),), NO_DOTS),
    "dot-sourced command": Way((Call("Get-Item", own_scope=False),), NO_DOTS),
    # What remoting needs does nothing else either.
    "calculated property": piped(
        "Select-Object",
        ("Property", CALCULATED),
        error="ParameterArgumentValidationError,Select-Object",
    ),
    "script block property": piped(
        "Select-Object",
        ("Property", SCRIPT_BLOCK),
        error="ParameterArgumentValidationError,Select-Object",
    ),
    "expanded property": piped(
        "Select-Object", ("ExpandProperty", "Length"), error="NamedParameterNotFound,Select-Object"
    ),
    "calculated measure": piped(
        "Measure-Object", ("Property", SCRIPT_BLOCK), error="NamedParameterNotFound,Measure-Object"
    ),
    "help of a path": command(
        "Get-Help", ("Name", "/etc/passwd"), error="ParameterArgumentValidationError,Get-Help"
    ),
    "help from a path": command(
        "Get-Help", ("Path", "CANARY"), error="NamedParameterNotFound,Get-Help"
    ),
    "help from the web": command(
        "Get-Help", ("Online", True), error="NamedParameterNotFound,Get-Help"
    ),
    "help of a share": command(
        "Get-Help",
        ("Name", "\\\\server\\share\\x.ps1"),
        error="HelpNotFound,Microsoft.PowerShell.Commands.GetHelpCommand",
    ),
    "help of a script file": command(
        "Get-Help", ("Name", "ATTACK"), error="ParameterArgumentValidationError,Get-Help"
    ),
    "command by its path": command(
        "Get-Command",
        ("Name", "/bin/ls"),
        error="CommandNotFoundException,Microsoft.PowerShell.Commands.GetCommandCommand",
    ),
    "hidden command": command(
        "Get-Command",
        ("Name", "Get-Item"),
        error="CommandNotFoundException,Microsoft.PowerShell.Commands.GetCommandCommand",
    ),
    "all commands of a name": command(
        "Get-Command", ("All", True), error="NamedParameterNotFound,Get-Command"
    ),
    "to a file": piped("Out-File", ("FilePath", "CANARY")),
    "to a file by copy": piped("Tee-Object", ("FilePath", "CANARY")),
    "to a script block": piped("ForEach-Object", ("Process", SCRIPT_BLOCK)),
    "to a filter": piped("Where-Object", ("FilterScript", SCRIPT_BLOCK)),
    "to an expression": piped("Invoke-Expression"),
    "to an alias": piped("%", ("Process", SCRIPT_BLOCK)),
}


@pytest.fixture(scope="module")
def canary(folder: Path) -> Path:
    """A file that is there as soon as any attack has got through."""
    attack = folder / "attack.ps1"
    attack.write_text(f"Set-Content -Path '{folder / 'canary'}' -Value out", "ascii")
    return folder / "canary"


def _aimed(way: Way, canary: Path) -> tuple[Call, ...]:
    """The attack's calls, with real paths in them."""

    def aim(value: Any) -> Any:
        if isinstance(value, str):
            value = value.replace("CANARY", str(canary))
            return value.replace("ATTACK", str(canary.with_name("attack.ps1")))
        return value

    return tuple(
        Call(
            aim(call.name),
            [(name, aim(value)) for name, value in call.parameters],
            call.script,
            call.own_scope,
        )
        for call in way.calls
    )


@pytest.mark.parametrize("name", ATTACKS)
def test_everything_else_is_refused(session: Session, canary: Path, name: str) -> None:
    way = ATTACKS[name]
    outcome = session.run(*_aimed(way, canary), **way.options)
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
        session.run(*_aimed(way, canary), **way.options)
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
