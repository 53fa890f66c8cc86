# sfb-audit facts: dotnet
#
# Reads:      HKLM\SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full, value Release; and
#             HKLM\SOFTWARE\[Wow6432Node\]Microsoft\.NETFramework\{v2.0.50727, v4.0.30319},
#             values SchUseStrongCrypto and SystemDefaultTlsVersions.
# Returns:    these values as they stand; null where there is none.
# Rights:     read access to these keys; every user has it.
# Needs:      Windows PowerShell 3.0.
# Never:      changes anything.

$full = Get-RegistryKey 'HKLM:\SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full'
$items = New-Object System.Collections.ArrayList
foreach ($view in (Get-RegistryView)) {
    foreach ($runtime in 'v2.0.50727', 'v4.0.30319') {
        $path = $view.software + '\Microsoft\.NETFramework\' + $runtime
        $key = Get-RegistryKey $path
        [void]$items.Add((New-Object PSObject -Property @{
                    runtime            = $runtime
                    view               = $view.name
                    path               = $path
                    key_present        = ($null -ne $key)
                    strong_crypto      = Get-RegistryFact $key 'SchUseStrongCrypto'
                    system_default_tls = Get-RegistryFact $key 'SystemDefaultTlsVersions'
                }))
    }
}

New-Object PSObject -Property @{ release = Get-RegistryFact $full 'Release'; runtimes = @($items.ToArray()) }
