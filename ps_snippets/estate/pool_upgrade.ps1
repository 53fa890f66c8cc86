# sfb-audit estate: pool_upgrade
#
# Reads:      Get-CsPoolUpgradeReadinessState, which speaks of the pool of this front end alone
#             (Lync Server 2013 and Skype for Business Server 2015 have it).
# Returns:    whether the pool could be updated now, and each of its upgrade domains, 100 at most.
# Rights:     a local administrator, or a member of CsServerAdministrator.
# Needs:      Windows PowerShell 3.0 and the Management Shell, on a front end of the pool.
# Never:      starts, stops or moves a service; changes anything.

$states = @(Get-CsPoolUpgradeReadinessState -ErrorAction Stop)
if ($states.Length -ne 1) { throw 'The cmdlet did not answer for one pool.' }
$domains = @(foreach ($domain in @(Get-Value -From $states[0] -Name 'UpgradeDomains')) {
    if ($null -eq $domain) { continue }
    New-Object -TypeName PSObject -Property @{
        name       = Get-Text -From $domain -Name 'UpgradeDomainName'
        ready      = Get-Flag -From $domain -Name 'IsReadyForUpgrade'
        front_ends = @(Get-TextList -From $domain -Name 'Frontends' -Limit 50)
        shown      = Limit-Text -Value $domain
    }
})

New-Object -TypeName PSObject -Property @{
    pool              = Get-Text -From $states[0] -Name 'PoolFqdn'
    state             = Get-Text -From $states[0] -Name 'PoolUpgradeState'
    front_ends        = Get-Number -From $states[0] -Name 'TotalFrontends'
    active_front_ends = Get-Number -From $states[0] -Name 'TotalActiveFrontends'
    domains           = New-Listing -Item $domains -Limit 100
}
