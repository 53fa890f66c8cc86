# sfb-audit estate: trusted_applications
#
# Reads:      Get-CsTrustedApplicationPool and Get-CsTrustedApplication.
# Returns:    the pools of trusted applications (of third parties, mostly) with the registrar
#             that each is bound to, and the ids of the applications; 2000 of each at most.
# Rights:     a member of CsViewOnlyAdministrator or RTCUniversalReadOnlyAdmins, with access to
#             the SQL Server of the Central Management store: these cmdlets have no local replica.
# Needs:      Windows PowerShell 3.0 and the Management Shell.
# Never:      changes anything.

$pools = @(foreach ($pool in @(Get-CsTrustedApplicationPool -ErrorAction Stop)) {
    New-Object -TypeName PSObject -Property @{
        fqdn      = Get-Text -From $pool -Name 'PoolFqdn'
        registrar = Get-Text -From $pool -Name 'Registrar'
        site      = Get-Text -From $pool -Name 'SiteId'
        version   = Get-Text -From $pool -Name 'Version'
    }
})
$applications = @(foreach ($application in @(Get-CsTrustedApplication -ErrorAction Stop)) {
    New-Object -TypeName PSObject -Property @{
        application_id = Get-Text -From $application -Name 'ApplicationId'
        pool           = Get-Text -From $application -Name 'TrustedApplicationPoolFqdn'
    }
})

New-Object -TypeName PSObject -Property @{
    pools        = New-Listing -Item $pools -Limit 2000
    applications = New-Listing -Item $applications -Limit 2000
}
