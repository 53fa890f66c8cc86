# sfb-audit facts: winhttp
#
# Reads:      HKLM\SOFTWARE\[Wow6432Node\]Microsoft\Windows\CurrentVersion\Internet Settings\
#             WinHttp, value DefaultSecureProtocols.
# Returns:    for each view of the registry whether the key is there, and the value as it stands.
# Rights:     read access to these keys; every user has it.
# Needs:      Windows PowerShell 2.0.
# Never:      changes anything.

$views = @(foreach ($view in (Get-RegistryView)) {
    $path = $view.software + '\Microsoft\Windows\CurrentVersion\Internet Settings\WinHttp'
    $key = Get-ExistingItem -Path $path
    New-Object -TypeName PSObject -Property @{
        view        = $view.name
        path        = $path
        key_present = ($null -ne $key)
        value       = Get-RegistryFact -Key $key -Name 'DefaultSecureProtocols'
    }
})

New-Object -TypeName PSObject -Property @{ views = $views }
