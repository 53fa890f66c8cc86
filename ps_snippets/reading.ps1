# sfb-audit: functions that the snippets share.
#
# Reads:      registry keys and values, when a snippet asks.
# Rights:     read access to the key.
# Needs:      Windows PowerShell 3.0.
# Never:      writes anything.

function Get-RegistryKey([string] $Path) {
    # Null where the key does not exist; an error where it exists and cannot be read.
    try {
        Get-Item -LiteralPath $Path -ErrorAction Stop
    } catch [System.Management.Automation.ItemNotFoundException] {
        $null
    }
}

function Get-RegistryFact($Key, [string] $Name) {
    # Null where the key or the value does not exist; else the value's kind and data.
    if ($null -eq $Key -or $Key.GetValueNames() -notcontains $Name) { return $null }
    $kind = [string]$Key.GetValueKind($Name)
    $data = $Key.GetValue($Name, $null, 'DoNotExpandEnvironmentNames')
    # .NET returns 0xFFFFFFFF as -1; the registry's numbers have no sign.
    if ($kind -eq 'DWord') {
        $data = [BitConverter]::ToUInt32([BitConverter]::GetBytes([int]$data), 0)
    } elseif ($kind -eq 'QWord') {
        $data = [BitConverter]::ToUInt64([BitConverter]::GetBytes([long]$data), 0)
    } elseif ($data -is [byte[]]) {
        $data = [BitConverter]::ToString($data, 0, [Math]::Min($data.Length, 64))
    } else {
        $data = Limit-Text ($data -join '; ')
    }
    New-Object PSObject -Property @{ kind = $kind; data = $data }
}

function Get-RegistryView {
    # The two views of HKLM\SOFTWARE; a 32-bit Windows has the native one alone.
    New-Object PSObject -Property @{ name = 'native'; software = 'HKLM:\SOFTWARE' }
    if ($env:PROCESSOR_ARCHITECTURE -ne 'x86') {
        New-Object PSObject -Property @{ name = 'wow6432'; software = 'HKLM:\SOFTWARE\Wow6432Node' }
    }
}

function Limit-Text($Value) {
    # At most 500 characters; null stays null.
    if ($null -eq $Value) { return $null }
    $text = [string]$Value
    if ($text.Length -gt 500) { $text = $text.Substring(0, 500) }
    $text
}
