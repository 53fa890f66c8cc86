# sfb-audit collector: the frame around the fact snippets.
#
# Reads:      the computer's own name and DNS suffix, the time, the PowerShell version; then
#             runs each snippet below, one after the other, and times it.
# Returns:    one JSON text. A snippet that fails is reported by name; the others still run.
# Rights:     those of the snippets; nothing beyond a member of the local administrators.
# Needs:      Windows PowerShell 2.0.
# Never:      writes a file, a registry value or a setting; starts a program or a service;
#             contacts another computer.

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
# A profile's defaults for parameters do not hold here.
$PSDefaultParameterValues = @{}

# SHA-256 of this script without the next line.
$collector = ''

#functions

$snippets = @(
#families
)

# The full host name and its suffix; the environment has the 15-character name only.
$computerName = $env:COMPUTERNAME
$domain = $null
try {
    $key = Get-ExistingItem -Path 'HKLM:\SYSTEM\CurrentControlSet\Services\Tcpip\Parameters'
    $hostName = Get-RegistryText -Key $key -Name 'Hostname'
    if ($hostName) { $computerName = $hostName }
    $domain = Get-RegistryText -Key $key -Name 'Domain'
} catch {
    $domain = $null
}

$now = (Get-Date).ToUniversalTime()
$families = @{}
foreach ($snippet in $snippets) {
    $begun = Get-Date
    try {
        if ($env:PROCESSOR_ARCHITEW6432) {
            throw 'This is 32-bit PowerShell on 64-bit Windows, which is shown other files and registry keys. Use the 64-bit one.'
        }
        $result = @{ ok = $true; data = (& $snippet.read) }
    } catch {
        $cause = $_.Exception
        while ($null -ne $cause.InnerException) { $cause = $cause.InnerException }
        $result = @{
            ok    = $false
            error = New-Object -TypeName PSObject -Property @{
                type     = $cause.PSObject.TypeNames[0]
                message  = Limit-Text -Value $cause.Message
                category = [string]$_.CategoryInfo.Category
            }
        }
    }
    # The clock may be set back meanwhile.
    $result['ms'] = [int]((Get-Date) - $begun).TotalMilliseconds
    if ($result['ms'] -lt 0) { $result['ms'] = 0 }
    $families[$snippet.family] = New-Object -TypeName PSObject -Property $result
}

$answer = New-Object -TypeName PSObject -Property @{
    schema             = 1
    computer_name      = Limit-Text -Value $computerName
    domain             = Limit-Text -Value $domain
    collected_utc      = $now.ToString('o')
    utc_offset_minutes = [int]($now.ToLocalTime() - $now).TotalMinutes
    ps_version         = [string]$PSVersionTable.PSVersion
    collector          = $collector
    families           = New-Object -TypeName PSObject -Property $families
}
if ($PSVersionTable.PSVersion.Major -ge 3) {
    ConvertTo-Json -InputObject $answer -Depth 8 -Compress
} else {
    Get-JsonText -Value $answer
}
