# What a session of the engine needs beyond its simulated Windows to pass for one of a host.
#
# Version, Build, Clr and WSMan are those of the host's PowerShell; its clock is ClockOffset seconds ahead of the true time.
param([string] $Version, [string] $Build, [string] $Clr, [string] $WSMan, [double] $ClockOffset)

$PSVersionTable['PSVersion'] = [version]$Version
$PSVersionTable['BuildVersion'] = [version]$Build
$PSVersionTable['CLRVersion'] = [version]$Clr
$PSVersionTable['WSManStackVersion'] = [version]$WSMan

if ($ClockOffset) {
    ${function:global:Get-Date} = {
        param([datetime] $Date = (Microsoft.PowerShell.Utility\Get-Date).AddSeconds($ClockOffset))
        Microsoft.PowerShell.Utility\Get-Date -Date $Date @args
    }.GetNewClosure()
}
