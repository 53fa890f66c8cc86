# sfb-audit estate: oauth_servers
#
# Reads:      Get-CsOAuthServer, from the local replica of the configuration.
# Returns:    the services whose tokens are trusted, each with its metadata address and realm
#             (the tenant's id), 500 at most.
# Rights:     a local administrator, or a member of CsViewOnlyAdministrator.
# Needs:      Windows PowerShell 3.0 and the Management Shell.
# Never:      reads a token, a key or a certificate; asks the Central Management store or another
#             computer; changes anything.

$servers = @(foreach ($server in @(Get-CsOAuthServer -LocalStore -ErrorAction Stop)) {
    New-Object -TypeName PSObject -Property @{
        identity          = Get-Text -From $server -Name 'Identity'
        issuer_identifier = Get-Text -From $server -Name 'IssuerIdentifier'
        realm             = Get-Text -From $server -Name 'Realm'
        metadata_url      = Get-Text -From $server -Name 'MetadataUrl'
        type              = Get-Text -From $server -Name 'Type'
    }
})

New-Listing -Item $servers -Limit 500
