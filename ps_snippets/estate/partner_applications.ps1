# sfb-audit estate: partner_applications
#
# Reads:      Get-CsPartnerApplication, from the local replica of the configuration.
# Returns:    the applications that are trusted (Exchange, SharePoint), each with its id, and
#             whether its tokens come from a token service or from the application's own
#             metadata address; 500 at most.
# Rights:     a local administrator, or a member of CsViewOnlyAdministrator.
# Needs:      Windows PowerShell 3.0 and the Management Shell.
# Never:      returns a certificate or a token: of AuthToken, which may hold a certificate, the
#             address or the words UseOAuthServer alone are taken; asks the Central Management
#             store or another computer; changes anything.

$applications = @(foreach ($one in @(Get-CsPartnerApplication -LocalStore -ErrorAction Stop)) {
    $token = [string](Get-Value -From $one -Name 'AuthToken')
    $address = $null
    if ($token -match 'https?://[^\s;"]+') { $address = Limit-Text -Value $Matches[0] }
    New-Object -TypeName PSObject -Property @{
        identity               = Get-Text -From $one -Name 'Identity'
        application_identifier = Get-Text -From $one -Name 'ApplicationIdentifier'
        realm                  = Get-Text -From $one -Name 'Realm'
        trust_level            = Get-Text -From $one -Name 'ApplicationTrustLevel'
        enabled                = Get-Flag -From $one -Name 'Enabled'
        metadata_url           = $address
        uses_oauth_server      = ($token -like '*UseOAuthServer*')
    }
})

New-Listing -Item $applications -Limit 500
