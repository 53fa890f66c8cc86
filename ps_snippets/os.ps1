# sfb-audit facts: os
#
# Reads:      WMI class Win32_OperatingSystem (7 properties) and
#             HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion, value InstallationType.
# Returns:    which Windows this is, its service pack, and when it started.
# Rights:     WMI access to root\cimv2 and read access to the key; a local administrator has both.
# Needs:      Windows PowerShell 3.0. Get-CimInstance without a computer name asks WMI on this
#             computer itself, not through WinRM, and returns instants rather than text.
# Never:      changes anything.

$wanted = 'Caption', 'Version', 'ProductType', 'ServicePackMajorVersion', 'OSArchitecture', 'OSLanguage', 'LastBootUpTime'
$system = Get-CimInstance -ClassName Win32_OperatingSystem -Property $wanted -ErrorAction Stop
$key = Get-RegistryKey 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion'
$installation = $null
if ($null -ne $key) { $installation = $key.GetValue('InstallationType') }
$boot = $null
if ($null -ne $system.LastBootUpTime) { $boot = $system.LastBootUpTime.ToUniversalTime().ToString('o') }

New-Object PSObject -Property @{
    caption      = Limit-Text $system.Caption
    version      = Limit-Text $system.Version
    product_type = [int]$system.ProductType
    service_pack = [int]$system.ServicePackMajorVersion
    architecture = Limit-Text $system.OSArchitecture
    language     = [int]$system.OSLanguage
    installation = Limit-Text $installation
    last_boot    = $boot
}
