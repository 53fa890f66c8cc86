# sfb-audit facts: os
#
# Reads:      WMI class Win32_OperatingSystem (7 properties) and
#             HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion, value InstallationType.
# Returns:    which Windows this is, its service pack, and when it started.
# Rights:     WMI access to root\cimv2 and read access to the key; a local administrator has both.
# Needs:      Windows PowerShell 2.0.
# Never:      changes anything.

$wanted = 'Caption', 'Version', 'ProductType', 'ServicePackMajorVersion', 'OSArchitecture', 'OSLanguage', 'LastBootUpTime'
$system = Get-WmiObject -Class Win32_OperatingSystem -Property $wanted -ErrorAction Stop
$key = Get-ExistingItem -Path 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion'

# WMI's text for an instant: yyyymmddHHMMSS.ffffff+mmm, the last the minutes that local time is ahead of UTC.
$boot = $null
if ($system.LastBootUpTime -cmatch '^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)\.\d{6}([+-]\d{3})$') {
    $local = [datetime]('{0}-{1}-{2}T{3}:{4}:{5}' -f $Matches[1], $Matches[2], $Matches[3], $Matches[4], $Matches[5], $Matches[6])
    $boot = $local.AddMinutes(-[int]$Matches[7]).ToString('s') + 'Z'
}

New-Object -TypeName PSObject -Property @{
    caption      = Limit-Text -Value $system.Caption
    version      = Limit-Text -Value $system.Version
    product_type = $system.ProductType
    service_pack = $system.ServicePackMajorVersion
    architecture = Limit-Text -Value $system.OSArchitecture
    language     = $system.OSLanguage
    installation = Get-RegistryText -Key $key -Name 'InstallationType'
    last_boot    = $boot
}
