# sfb-audit facts: hotfixes
#
# Reads:      WMI class Win32_QuickFixEngineering (3 properties).
# Returns:    the updates that Windows lists, 2000 at most. An update that a later one replaced
#             is not listed, so this list can support a conclusion but never be the only proof.
# Rights:     WMI access to root\cimv2; a local administrator has it.
# Needs:      Windows PowerShell 3.0. Get-CimInstance without a computer name asks WMI on this
#             computer itself, not through WinRM.
# Never:      asks Windows Update or any other computer; changes anything.

$limit = 2000
$truncated = $false
$items = New-Object System.Collections.ArrayList
$wanted = 'HotFixID', 'Description', 'InstalledOn'
foreach ($fix in (Get-CimInstance -ClassName Win32_QuickFixEngineering -Property $wanted -ErrorAction Stop)) {
    if ($items.Count -ge $limit) {
        $truncated = $true
        break
    }
    # PowerShell itself turns InstalledOn into a date, and throws on text that is none.
    $installed = $null
    try {
        $installed = $fix.InstalledOn
    } catch {
        $installed = $null
    }
    [void]$items.Add((New-Object PSObject -Property @{
                id           = Limit-Text $fix.HotFixID
                description  = Limit-Text $fix.Description
                installed_on = Limit-Text $installed
            }))
}

New-Object PSObject -Property @{ items = @($items.ToArray()); truncated = $truncated }
