# sfb-audit facts: winhttp
#
# Reads:      HKLM\SOFTWARE\[Wow6432Node\]Microsoft\Windows\CurrentVersion\Internet Settings\
#             WinHttp, value DefaultSecureProtocols.
# Returns:    for each view of the registry whether the key is there, and the value as it stands.
# Rights:     read access to these keys; every user has it.
# Needs:      Windows PowerShell 3.0.
# Never:      changes anything.

$items = New-Object System.Collections.ArrayList
foreach ($view in (Get-RegistryView)) {
    $path = $view.software + '\Microsoft\Windows\CurrentVersion\Internet Settings\WinHttp'
    $key = Get-RegistryKey $path
    [void]$items.Add((New-Object PSObject -Property @{
                view        = $view.name
                path        = $path
                key_present = ($null -ne $key)
                value       = Get-RegistryFact $key 'DefaultSecureProtocols'
            }))
}

New-Object PSObject -Property @{ views = @($items.ToArray()) }
