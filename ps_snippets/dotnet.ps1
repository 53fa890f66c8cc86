# sfb-audit facts: dotnet
#
# Reads:      HKLM\SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full, value Release; and
#             HKLM\SOFTWARE\[Wow6432Node\]Microsoft\.NETFramework\{v2.0.50727, v4.0.30319},
#             values SchUseStrongCrypto and SystemDefaultTlsVersions.
# Returns:    these values as they stand; null where there is none.
# Rights:     read access to these keys; every user has it.
# Needs:      Windows PowerShell 2.0.
# Never:      changes anything.

$full = Get-ExistingItem -Path 'HKLM:\SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full'
$runtimes = @(foreach ($view in (Get-RegistryView)) {
    foreach ($runtime in 'v2.0.50727', 'v4.0.30319') {
        $path = $view.software + '\Microsoft\.NETFramework\' + $runtime
        $key = Get-ExistingItem -Path $path
        New-Object -TypeName PSObject -Property @{
            runtime            = $runtime
            view               = $view.name
            path               = $path
            key_present        = ($null -ne $key)
            strong_crypto      = Get-RegistryFact -Key $key -Name 'SchUseStrongCrypto'
            system_default_tls = Get-RegistryFact -Key $key -Name 'SystemDefaultTlsVersions'
        }
    }
})

New-Object -TypeName PSObject -Property @{
    release  = Get-RegistryFact -Key $full -Name 'Release'
    runtimes = $runtimes
}
