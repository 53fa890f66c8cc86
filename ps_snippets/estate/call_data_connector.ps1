# sfb-audit estate: call_data_connector
#
# Reads:      Get-CsCloudCallDataConnectorConfiguration, from the local replica of the
#             configuration (Skype for Business Server 2019 has it).
# Returns:    whether call quality data is sent to Office 365.
# Rights:     a local administrator, or a member of CsViewOnlyAdministrator.
# Needs:      Windows PowerShell 3.0 and the Management Shell.
# Never:      reads the connector's token; asks the Central Management store or another computer;
#             changes anything.

$found = @(Get-CsCloudCallDataConnectorConfiguration -LocalStore -ErrorAction Stop)
$settings = @(foreach ($setting in $found) {
    New-Object -TypeName PSObject -Property @{
        identity = Get-Text -From $setting -Name 'Identity'
        enabled  = Get-Flag -From $setting -Name 'EnableCallDataConnector'
    }
})

New-Listing -Item $settings -Limit 100
