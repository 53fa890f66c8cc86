# sfb-audit estate: oauth_configuration
#
# Reads:      Get-CsOAuthConfiguration, from the local replica of the configuration.
# Returns:    where Exchange is looked for (autodiscover), and this estate's own realm and
#             service name.
# Rights:     a local administrator, or a member of CsViewOnlyAdministrator.
# Needs:      Windows PowerShell 3.0 and the Management Shell.
# Never:      reads a token, a key or a certificate; asks the Central Management store or another
#             computer; changes anything.

$settings = @(foreach ($setting in @(Get-CsOAuthConfiguration -LocalStore -ErrorAction Stop)) {
    New-Object -TypeName PSObject -Property @{
        identity                  = Get-Text -From $setting -Name 'Identity'
        realm                     = Get-Text -From $setting -Name 'Realm'
        service_name              = Get-Text -From $setting -Name 'ServiceName'
        exchange_autodiscover_url = Get-Text -From $setting -Name 'ExchangeAutodiscoverUrl'
    }
})

New-Listing -Item $settings -Limit 100
