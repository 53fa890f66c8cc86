# sfb-audit estate: external_access
#
# Reads:      Get-CsExternalAccessPolicy, from the local replica of the configuration.
# Returns:    what each external access policy allows its users, 2000 policies at most.
# Rights:     a local administrator, or a member of CsViewOnlyAdministrator.
# Needs:      Windows PowerShell 3.0 and the Management Shell.
# Never:      reads who has which policy; asks the Central Management store or another computer;
#             changes anything.

$policies = @(foreach ($policy in @(Get-CsExternalAccessPolicy -LocalStore -ErrorAction Stop)) {
    New-Object -TypeName PSObject -Property @{
        identity     = Get-Text -From $policy -Name 'Identity'
        federation   = Get-Flag -From $policy -Name 'EnableFederationAccess'
        public_cloud = Get-Flag -From $policy -Name 'EnablePublicCloudAccess'
        outside      = Get-Flag -From $policy -Name 'EnableOutsideAccess'
    }
})

New-Listing -Item $policies -Limit 2000
