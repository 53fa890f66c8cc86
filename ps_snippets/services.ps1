# sfb-audit facts: services
#
# Reads:      WMI class Win32_Service (3 properties).
# Returns:    the services of Lync and Skype for Business by the names that the product gives
#             them, of their SQL Server instances, and those that they need; of each its state and how it
#             starts, in Windows' own English words. 500 at most.
# Rights:     WMI access to root\cimv2; a local administrator has it.
# Needs:      Windows PowerShell 2.0.
# Never:      starts, stops or changes a service.

$limit = 500
$names = 'RTC*', 'LYNC*', 'MASTER', 'REPLICA', 'FTA', 'FabricHostSvc', 'MSSQL$*', 'W3SVC', 'WinRM'
$wanted = 'Name', 'State', 'StartMode'
$found = @(foreach ($service in @(Get-WmiObject -Class Win32_Service -Property $wanted -ErrorAction Stop)) {
    foreach ($name in $names) {
        if ($service.Name -like $name) {
            New-Object -TypeName PSObject -Property @{
                name       = Limit-Text -Value $service.Name
                state      = Limit-Text -Value $service.State
                start_mode = Limit-Text -Value $service.StartMode
            }
            break
        }
    }
})

$truncated = $found.Length -gt $limit
if ($truncated) { $found = $found[0..($limit - 1)] }
New-Object -TypeName PSObject -Property @{ items = $found; truncated = $truncated }
