# sfb-audit estate: hosted_voicemail
#
# Reads:      Get-CsHostedVoicemailPolicy, from the local replica of the configuration.
# Returns:    to which service, and to which organisation there, each policy sends voicemail,
#             2000 policies at most.
# Rights:     a local administrator, or a member of CsViewOnlyAdministrator.
# Needs:      Windows PowerShell 3.0 and the Management Shell.
# Never:      reads who has which policy; asks the Central Management store or another computer;
#             changes anything.

$policies = @(foreach ($policy in @(Get-CsHostedVoicemailPolicy -LocalStore -ErrorAction Stop)) {
    New-Object -TypeName PSObject -Property @{
        identity     = Get-Text -From $policy -Name 'Identity'
        destination  = Get-Text -From $policy -Name 'Destination'
        organization = Get-Text -From $policy -Name 'Organization'
    }
})

New-Listing -Item $policies -Limit 2000
