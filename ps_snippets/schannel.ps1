# sfb-audit facts: schannel
#
# Reads:      HKLM\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols,
#             values Enabled and DisabledByDefault of each protocol, Client and Server.
# Returns:    for each side of SSL 2.0 to TLS 1.3 whether its key is there, and the two values
#             as they stand. An absent key or value means that Windows' own default holds.
# Rights:     read access to these keys; every user has it.
# Needs:      Windows PowerShell 2.0.
# Never:      changes anything.

$protocols = 'HKLM:\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols'
$sides = @(foreach ($protocol in 'SSL 2.0', 'SSL 3.0', 'TLS 1.0', 'TLS 1.1', 'TLS 1.2', 'TLS 1.3') {
    foreach ($side in 'Client', 'Server') {
        $path = $protocols + '\' + $protocol + '\' + $side
        $key = Get-ExistingItem -Path $path
        New-Object -TypeName PSObject -Property @{
            protocol            = $protocol
            side                = $side
            path                = $path
            key_present         = ($null -ne $key)
            enabled             = Get-RegistryFact -Key $key -Name 'Enabled'
            disabled_by_default = Get-RegistryFact -Key $key -Name 'DisabledByDefault'
        }
    }
})

New-Object -TypeName PSObject -Property @{ sides = $sides }
