"""A host's Management Shell as functions of a PowerShell engine, for sessions that run scripts."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.lab.cmdlets import LOCAL_STORE, Cmdlet
from auditor.lab.expressions import literal, made
from auditor.lab.management_shell import FABRIC, PROPERTY_OF, TOPOLOGY, ManagementShell
from auditor.lab.simulated import PowerShellError


def shell_functions(shell: ManagementShell | None) -> str:
    """PowerShell that defines the cmdlets of `shell` in a session, "" where there is none."""
    if shell is None:
        return ""
    return "\n".join(_function(shell, cmdlet) for cmdlet in shell.cmdlets.values())


def _function(shell: ManagementShell, cmdlet: Cmdlet) -> str:
    declared = [
        *(f"[object] ${name}" for name in cmdlet.parameters),
        *(f"[switch] ${name}" for name in cmdlet.switches),
    ]
    body = "\n".join(f"    {line}" for line in _body(shell, cmdlet))
    return (
        f"function global:{cmdlet.name} {{\n"
        "    [CmdletBinding(PositionalBinding=$false, SupportsShouldProcess=$true)]\n"
        f"    param({', '.join(declared)})\n{body}\n}}\n"
    )


def _body(shell: ManagementShell, cmdlet: Cmdlet) -> Iterator[str]:
    if error := shell.refused(cmdlet):
        yield _failure(error)
        return
    if error := shell.hop(cmdlet):
        asks = f"if (-not ${LOCAL_STORE}) " if LOCAL_STORE in cmdlet.switches else ""
        yield f"{asks}{{ {_failure(error)} }}" if asks else _failure(error)
        if not asks:
            return
    if cmdlet.name == TOPOLOGY:
        yield f"if ($AsXml) {{ return [xml]{literal(shell.topology)} }}"
        yield from (made(each) for each in shell.run(TOPOLOGY, {}, as_server=True))  # type: ignore[arg-type]
        return
    objects = ",\n        ".join(made(each) for each in shell.objects(cmdlet))
    wanted = " -and ".join(_conditions(shell, cmdlet)) or "$true"
    shown = ".Report" if cmdlet.name == FABRIC else ""
    yield f"foreach ($found in @({objects})) {{ if ({wanted}) {{ $found{shown} }} }}"


def _conditions(shell: ManagementShell, cmdlet: Cmdlet) -> Iterator[str]:
    """What an object must fulfil, for each parameter that chooses."""
    for name in (*cmdlet.parameters, *cmdlet.switches):
        given = f"-not $PSBoundParameters.ContainsKey('{name}')"
        if name in PROPERTY_OF:
            yield f"({given} -or $found.{PROPERTY_OF[name]} -eq ${name})"
        elif name == "Filter":
            yield f"({given} -or $found.Identity -like $Filter)"
        elif name == "Site":
            yield f'({given} -or $found.Site -eq "Site:$Site")'
        elif name == "Local":
            yield f"({given} -or $found.Fqdn -eq {literal(shell.fqdn)})"


def _failure(error: PowerShellError) -> str:
    """A statement that ends the cmdlet in this error, whose type the engine need not have."""
    return (
        f"$cause = New-Object System.Exception {literal(error.message)}; "
        f"$cause.PSObject.TypeNames.Insert(0, {literal(error.kind)}); "
        "$PSCmdlet.ThrowTerminatingError((New-Object System.Management.Automation.ErrorRecord "
        f"$cause, {literal(error.error_id)}, {literal(error.category)}, $null))"
    )
