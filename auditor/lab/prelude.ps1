# What a session of the engine needs beyond its simulated Windows to pass for one of a host.
#
# Version is the host's PowerShell; its clock is ClockOffset seconds ahead of the true time.
param([string] $Version, [double] $ClockOffset)

$PSVersionTable['PSVersion'] = [version]$Version

if ($ClockOffset) {
    ${function:global:Get-Date} = {
        param([datetime] $Date = (Microsoft.PowerShell.Utility\Get-Date).AddSeconds($ClockOffset))
        Microsoft.PowerShell.Utility\Get-Date -Date $Date @args
    }.GetNewClosure()
}
