# sfb-audit estate: layout
#
# Reads:      Get-CsSite, Get-CsPool and Get-CsComputer: a second witness to the topology.
# Returns:    names of sites, of pools with their services and computers, and of computers,
#             5000 of each at most.
# Rights:     a member of CsViewOnlyAdministrator or RTCUniversalReadOnlyAdmins, with access to
#             the SQL Server of the Central Management store: these cmdlets have no local replica.
# Needs:      Windows PowerShell 3.0 and the Management Shell.
# Never:      changes anything.

$sites = @(foreach ($site in @(Get-CsSite -ErrorAction Stop)) {
    New-Object -TypeName PSObject -Property @{
        identity = Get-Text -From $site -Name 'Identity'
        name     = Get-Text -From $site -Name 'DisplayName'
    }
})
$pools = @(foreach ($pool in @(Get-CsPool -ErrorAction Stop)) {
    New-Object -TypeName PSObject -Property @{
        fqdn      = Get-Text -From $pool -Name 'Fqdn'
        site      = Get-Text -From $pool -Name 'Site'
        services  = @(Get-TextList -From $pool -Name 'Services' -Limit 50)
        computers = @(Get-TextList -From $pool -Name 'Computers' -Limit 50)
    }
})
$computers = @(foreach ($computer in @(Get-CsComputer -ErrorAction Stop)) {
    New-Object -TypeName PSObject -Property @{
        fqdn = Get-Text -From $computer -Name 'Fqdn'
        pool = Get-Text -From $computer -Name 'Pool'
    }
})

New-Object -TypeName PSObject -Property @{
    sites     = New-Listing -Item $sites -Limit 5000
    pools     = New-Listing -Item $pools -Limit 5000
    computers = New-Listing -Item $computers -Limit 5000
}
