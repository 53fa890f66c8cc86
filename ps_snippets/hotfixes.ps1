# sfb-audit facts: hotfixes
#
# Reads:      WMI class Win32_QuickFixEngineering (3 properties).
# Returns:    the updates that Windows lists, 2000 at most. An update that a later one replaced
#             is not listed, so this list can support a conclusion but never be the only proof.
# Rights:     WMI access to root\cimv2; a local administrator has it.
# Needs:      Windows PowerShell 2.0.
# Never:      asks Windows Update or any other computer; changes anything.

$limit = 2000
$wanted = 'HotFixID', 'Description', 'InstalledOn'
$found = @(Get-WmiObject -Class Win32_QuickFixEngineering -Property $wanted -ErrorAction Stop)
$truncated = $found.Length -gt $limit
if ($truncated) { $found = $found[0..($limit - 1)] }
$fixes = @(foreach ($fix in $found) {
    # PowerShell itself turns InstalledOn into a date, and throws on text that is none.
    $installed = $null
    try {
        $installed = $fix.InstalledOn
    } catch {
        $installed = $null
    }
    New-Object -TypeName PSObject -Property @{
        id           = Limit-Text -Value $fix.HotFixID
        description  = Limit-Text -Value $fix.Description
        installed_on = Limit-Text -Value $installed
    }
})

New-Object -TypeName PSObject -Property @{ items = $fixes; truncated = $truncated }
