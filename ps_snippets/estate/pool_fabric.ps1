# sfb-audit estate: pool_fabric
#
# Reads:      Get-CsComputer for the pool of this computer; Get-CsPoolFabricState of that pool.
# Returns:    the report on the replicas of the pool's routing groups: its first 200 lines.
# Rights:     a member of CsServerAdministrator, with access to the SQL Server of the Central
#             Management store.
# Needs:      Windows PowerShell 3.0 and the Management Shell, on a front end of the pool.
# Never:      starts, stops or moves a service; changes anything.

$computer = @(Get-CsComputer -Local -ErrorAction Stop)
if ($computer.Length -ne 1) { throw 'This computer is in no pool of the topology.' }
$pool = Get-Text -From $computer[0] -Name 'Pool'
$report = @(foreach ($line in @(Get-CsPoolFabricState -PoolFqdn $pool -ErrorAction Stop)) {
    if ($null -ne $line) { Limit-Text -Value $line }
})

New-Object -TypeName PSObject -Property @{
    pool   = $pool
    report = New-Listing -Item $report -Limit 200
}
