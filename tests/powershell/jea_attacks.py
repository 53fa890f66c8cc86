"""Ways round an endpoint that allows one command, and how each of them has to be refused.

CANARY and ATTACK stand for the paths of a file that none of them may write, and of a script that
would write it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from psrpcore.types import PSScriptBlock

from auditor.collect.jea import COMMAND
from auditor.collect.script import joined_script
from tests.powershell.session import Call

FAMILIES = joined_script().families
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

    def aimed(self, canary: Path) -> tuple[Call, ...]:
        """The calls, with real paths in them: of the canary, and of the script beside it."""

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
            for call in self.calls
        )


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
