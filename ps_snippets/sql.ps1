# sfb-audit facts: sql
#
# Reads:      HKLM\SOFTWARE\Microsoft\Microsoft SQL Server: the names of this computer's instances,
#             and of each the values Version, PatchLevel and Edition of its key Setup; the versions
#             of the SQL Server clients; whether the folder of Lync Server 2013 is there.
# Returns:    these as they stand, 50 instances at most; null where there is none.
# Rights:     read access to these keys; every user has it.
# Needs:      Windows PowerShell 2.0.
# Never:      connects to SQL Server; reads data or a file; changes anything.

$limit = 50
$root = 'HKLM:\SOFTWARE\Microsoft\Microsoft SQL Server'
$key = Get-ExistingItem -Path ($root + '\Instance Names\SQL')
$names = @()
if ($null -ne $key) { $names = @($key.Property) }
$truncated = $names.Length -gt $limit
if ($truncated) { $names = $names[0..($limit - 1)] }
$instances = @(foreach ($name in $names) {
    # The instance's own key, such as MSSQL12.RTCLOCAL.
    $id = Get-RegistryText -Key $key -Name $name
    $setup = $null
    if ($id -match '^[^\\/]+$') { $setup = Get-ExistingItem -Path ($root + '\' + $id + '\Setup') }
    New-Object -TypeName PSObject -Property @{
        instance      = Limit-Text -Value $name
        id            = $id
        setup_present = ($null -ne $setup)
        version       = Get-RegistryText -Key $setup -Name 'Version'
        patch_level   = Get-RegistryText -Key $setup -Name 'PatchLevel'
        edition       = Get-RegistryText -Key $setup -Name 'Edition'
    }
})
$clients = 'HKLM:\SOFTWARE\Microsoft\Microsoft ODBC Driver '
$folder = $null
if ($env:ProgramFiles) { $folder = $null -ne (Get-ExistingItem -Path ($env:ProgramFiles + '\Microsoft Lync Server 2013')) }

New-Object -TypeName PSObject -Property @{
    path            = $root
    instances       = $instances
    truncated       = $truncated
    native_client11 = Get-RegistrySignal -Path 'HKLM:\SOFTWARE\Microsoft\SQLNCLI11' -Name 'InstalledVersion'
    odbc11          = Get-RegistrySignal -Path ($clients + '11 for SQL Server\CurrentVersion') -Name 'Version'
    odbc13          = Get-RegistrySignal -Path ($clients + '13 for SQL Server\CurrentVersion') -Name 'Version'
    odbc17          = Get-RegistrySignal -Path ($clients + '17 for SQL Server\CurrentVersion') -Name 'Version'
    lync2013_folder = $folder
}
