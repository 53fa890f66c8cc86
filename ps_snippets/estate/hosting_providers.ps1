# sfb-audit estate: hosting_providers
#
# Reads:      Get-CsHostingProvider, from the local replica of the configuration.
# Returns:    each hosting provider with all its properties, 500 at most. EnabledSharedAddressSpace
#             and HostsOCSUsers are not in the cmdlet's own view, so they are asked for by name.
# Rights:     a local administrator, or a member of CsViewOnlyAdministrator.
# Needs:      Windows PowerShell 3.0 and the Management Shell.
# Never:      asks the Central Management store or another computer; changes anything.

$providers = @(foreach ($provider in @(Get-CsHostingProvider -LocalStore -ErrorAction Stop)) {
    New-Object -TypeName PSObject -Property @{
        identity             = Get-Text -From $provider -Name 'Identity'
        name                 = Get-Text -From $provider -Name 'Name'
        proxy_fqdn           = Get-Text -From $provider -Name 'ProxyFqdn'
        autodiscover_url     = Get-Text -From $provider -Name 'AutodiscoverUrl'
        verification_level   = Get-Text -From $provider -Name 'VerificationLevel'
        enabled              = Get-Flag -From $provider -Name 'Enabled'
        shared_address_space = Get-Flag -From $provider -Name 'EnabledSharedAddressSpace'
        hosts_users          = Get-Flag -From $provider -Name 'HostsOCSUsers'
        is_local             = Get-Flag -From $provider -Name 'IsLocal'
    }
})

New-Listing -Item $providers -Limit 500
