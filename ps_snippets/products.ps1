# sfb-audit facts: products
#
# Reads:      the names, versions and publishers under
#             HKLM\SOFTWARE\[Wow6432Node\]Microsoft\Windows\CurrentVersion\Uninstall.
# Returns:    one entry for each installed package that has a name, 2000 at most.
# Rights:     read access to these keys; every user has it.
# Needs:      Windows PowerShell 2.0.
# Never:      uses WMI class Win32_Product, which makes Windows Installer check and repair
#             every package; changes anything.

$limit = 2000
$found = @(foreach ($view in (Get-RegistryView)) {
    $path = $view.software + '\Microsoft\Windows\CurrentVersion\Uninstall'
    if ($null -eq (Get-ExistingItem -Path $path)) {
        if ($view.name -eq 'native') { throw 'The uninstall registry is not there.' }
        continue
    }
    foreach ($key in @(Get-ChildItem -LiteralPath $path -ErrorAction Stop)) {
        $name = Get-RegistryText -Key $key -Name 'DisplayName'
        if (-not $name) { continue }
        New-Object -TypeName PSObject -Property @{
            name      = $name
            version   = Get-RegistryText -Key $key -Name 'DisplayVersion'
            publisher = Get-RegistryText -Key $key -Name 'Publisher'
            view      = $view.name
            key       = Limit-Text -Value $key.PSChildName
        }
    }
})

$truncated = $found.Length -gt $limit
if ($truncated) { $found = $found[0..($limit - 1)] }
New-Object -TypeName PSObject -Property @{ items = $found; truncated = $truncated }
