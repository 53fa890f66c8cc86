# sfb-audit estate: replication
#
# Reads:      Get-CsManagementStoreReplicationStatus.
# Returns:    for each replica of the configuration whether it is up to date, and since when;
#             5000 at most.
# Rights:     a member of CsViewOnlyAdministrator or RTCUniversalReadOnlyAdmins, with access to
#             the SQL Server of the Central Management store: this cmdlet has no local replica.
# Needs:      Windows PowerShell 3.0 and the Management Shell.
# Never:      starts a replication; changes anything.

$replicas = @(foreach ($replica in @(Get-CsManagementStoreReplicationStatus -ErrorAction Stop)) {
    New-Object -TypeName PSObject -Property @{
        fqdn                 = Get-Text -From $replica -Name 'ReplicaFqdn'
        up_to_date           = Get-Flag -From $replica -Name 'UpToDate'
        last_status_report   = Get-Instant -From $replica -Name 'LastStatusReport'
        last_update_creation = Get-Instant -From $replica -Name 'LastUpdateCreation'
        product_version      = Get-Text -From $replica -Name 'ProductVersion'
    }
})

New-Listing -Item $replicas -Limit 5000
