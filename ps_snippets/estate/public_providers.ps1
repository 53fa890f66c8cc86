# sfb-audit estate: public_providers
#
# Reads:      Get-CsPublicProvider, from the local replica of the configuration.
# Returns:    each public instant messaging provider (Skype, formerly AOL, Yahoo!, MSN) and
#             whether it is enabled, 500 at most.
# Rights:     a local administrator, or a member of CsViewOnlyAdministrator.
# Needs:      Windows PowerShell 3.0 and the Management Shell.
# Never:      asks the Central Management store or another computer; changes anything.

$providers = @(foreach ($provider in @(Get-CsPublicProvider -LocalStore -ErrorAction Stop)) {
    New-Object -TypeName PSObject -Property @{
        identity           = Get-Text -From $provider -Name 'Identity'
        proxy_fqdn         = Get-Text -From $provider -Name 'ProxyFqdn'
        verification_level = Get-Text -From $provider -Name 'VerificationLevel'
        enabled            = Get-Flag -From $provider -Name 'Enabled'
    }
})

New-Listing -Item $providers -Limit 500
