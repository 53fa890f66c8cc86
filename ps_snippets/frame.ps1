# sfb-audit collector: the frame around the fact snippets.
#
# Reads:      the computer's own name and DNS suffix, the time, the PowerShell version; then
#             runs each snippet below, one after the other, and times it.
# Returns:    one JSON text. A snippet that fails is reported by name; the others still run.
# Rights:     those of the snippets; nothing beyond a member of the local administrators.
# Needs:      Windows PowerShell 3.0.
# Never:      writes a file, a registry value or a setting; starts a program or a service;
#             contacts another computer.

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
if ($PSVersionTable.PSVersion.Major -lt 3) {
    throw 'The collector needs Windows PowerShell 3.0 or later.'
}

# SHA-256 of this script without the next line.
$collector = ''
$snippets = New-Object System.Collections.ArrayList

#functions

#families

# The full host name and its suffix; the environment has the 15-character name only.
$computerName = $env:COMPUTERNAME
$domain = $null
try {
    $key = Get-RegistryKey 'HKLM:\SYSTEM\CurrentControlSet\Services\Tcpip\Parameters'
    if ($null -ne $key) {
        $hostName = $key.GetValue('Hostname')
        if ($hostName) { $computerName = $hostName }
        $domain = $key.GetValue('Domain')
    }
} catch {
    $domain = $null
}

$now = [DateTime]::UtcNow
$families = @{}
foreach ($snippet in $snippets) {
    $watch = [System.Diagnostics.Stopwatch]::StartNew()
    try {
        if ($env:PROCESSOR_ARCHITEW6432) {
            throw 'This is 32-bit PowerShell on 64-bit Windows, which is shown other files and registry keys. Use the 64-bit one.'
        }
        $result = @{ ok = $true; data = (& $snippet.read) }
    } catch {
        $cause = $_.Exception.GetBaseException()
        $result = @{
            ok    = $false
            error = New-Object PSObject -Property @{
                type     = $cause.GetType().FullName
                message  = Limit-Text $cause.Message
                category = [string]$_.CategoryInfo.Category
            }
        }
    }
    $result['ms'] = [int]$watch.ElapsedMilliseconds
    $families[$snippet.family] = New-Object PSObject -Property $result
}

$answer = New-Object PSObject -Property @{
    schema             = 1
    computer_name      = Limit-Text $computerName
    domain             = Limit-Text $domain
    collected_utc      = $now.ToString('o')
    utc_offset_minutes = [int][TimeZoneInfo]::Local.GetUtcOffset($now).TotalMinutes
    ps_version         = $PSVersionTable.PSVersion.ToString()
    collector          = $collector
    families           = New-Object PSObject -Property $families
}
ConvertTo-Json -InputObject $answer -Depth 8 -Compress
