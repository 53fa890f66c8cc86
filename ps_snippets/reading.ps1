# sfb-audit: functions that the snippets share.
#
# Reads:      registry keys, registry values and files, when a snippet asks.
# Rights:     read access to the key or file.
# Needs:      Windows PowerShell 2.0. Only cmdlets and properties are used, no method of a
#             Windows object: these work in constrained language mode too.
# Never:      writes anything.

function Get-ExistingItem([string] $Path) {
    # A registry key or a file. Null where it does not exist; an error where it cannot be read.
    try {
        Get-Item -LiteralPath $Path -Force -ErrorAction Stop
    } catch {
        # A drive or provider that is missing would be another id: then nothing is known.
        if ($_.FullyQualifiedErrorId -notlike 'PathNotFound,*') { throw }
    }
}

function Get-RegistryFact($Key, [string] $Name) {
    # Null where the key or the value does not exist; else the value's kind and data.
    if ($null -eq $Key -or @($Key.Property) -notcontains $Name) { return $null }
    $data = (Get-ItemProperty -LiteralPath $Key.PSPath -Name $Name -ErrorAction Stop).$Name
    if ($data -is [int] -or $data -is [uint32]) {
        $kind = 'DWord'
    } elseif ($data -is [long] -or $data -is [uint64]) {
        $kind = 'QWord'
    } elseif ($data -is [byte[]]) {
        $kind = 'Binary'
        $data = @(foreach ($byte in $data) { '{0:X2}' -f $byte }) -join '-'
    } elseif ($data -is [string[]]) {
        $kind = 'MultiString'
        $data = $data -join '; '
    } else {
        $kind = 'String'
    }
    if ($kind -ne 'DWord' -and $kind -ne 'QWord') { $data = Limit-Text -Value $data }
    New-Object -TypeName PSObject -Property @{ kind = $kind; data = $data }
}

function Get-RegistryText($Key, [string] $Name) {
    # The value as text, whatever its kind; null where there is none.
    $fact = Get-RegistryFact -Key $Key -Name $Name
    if ($null -eq $fact) { return $null }
    [string]$fact.data
}

function Get-RegistryItem($Key, [string] $Name) {
    # The texts of a value that is there, one by one and whole; a single text is one.
    (Get-ItemProperty -LiteralPath $Key.PSPath -Name $Name -ErrorAction Stop).$Name
}

function Get-RegistrySignal([string] $Path, [string] $Name) {
    # Whether a key, or with a name its value, is there; one that cannot be read is said so.
    $state = 'absent'
    $value = $null
    try {
        $there = Get-ExistingItem -Path $Path
        if ($Name) {
            $value = Get-RegistryFact -Key $there -Name $Name
            $there = $value
        }
        if ($null -ne $there) { $state = 'present' }
    } catch {
        $state = 'unreadable'
    }
    New-Object -TypeName PSObject -Property @{ path = $Path; name = $Name; state = $state; value = $value }
}

function Get-RegistryView {
    # The two views of HKLM\SOFTWARE; a 32-bit Windows has the native one alone.
    New-Object -TypeName PSObject -Property @{ name = 'native'; software = 'HKLM:\SOFTWARE' }
    if ($env:PROCESSOR_ARCHITECTURE -ne 'x86') {
        New-Object -TypeName PSObject -Property @{ name = 'wow6432'; software = 'HKLM:\SOFTWARE\Wow6432Node' }
    }
}

function Limit-Text($Value) {
    # At most 500 characters; null stays null.
    if ($null -eq $Value) { return $null }
    $text = [string]$Value
    if ($text.Length -gt 500) { $text = $text.Substring(0, 500) }
    $text
}
