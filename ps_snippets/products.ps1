# sfb-audit facts: products
#
# Reads:      the names, versions and publishers under
#             HKLM\SOFTWARE\[Wow6432Node\]Microsoft\Windows\CurrentVersion\Uninstall.
# Returns:    one entry for each installed package that has a name, 2000 at most.
# Rights:     read access to these keys; every user has it.
# Needs:      Windows PowerShell 3.0.
# Never:      uses WMI class Win32_Product, which makes Windows Installer check and repair
#             every package; changes anything.

$limit = 2000
$truncated = $false
$items = New-Object System.Collections.ArrayList
foreach ($view in (Get-RegistryView)) {
    $uninstall = Get-RegistryKey ($view.software + '\Microsoft\Windows\CurrentVersion\Uninstall')
    if ($null -eq $uninstall) {
        if ($view.name -eq 'native') { throw 'The uninstall registry is not there.' }
        continue
    }
    foreach ($name in $uninstall.GetSubKeyNames()) {
        $key = $uninstall.OpenSubKey($name)
        if ($null -eq $key) { continue }
        $title = $key.GetValue('DisplayName')
        if (-not $title) { continue }
        if ($items.Count -ge $limit) {
            $truncated = $true
            break
        }
        [void]$items.Add((New-Object PSObject -Property @{
                    name      = Limit-Text $title
                    version   = Limit-Text $key.GetValue('DisplayVersion')
                    publisher = Limit-Text $key.GetValue('Publisher')
                    view      = $view.name
                    key       = Limit-Text $name
                }))
    }
}

New-Object PSObject -Property @{ items = @($items.ToArray()); truncated = $truncated }
