# sfb-audit facts: disk
#
# Reads:      WMI class Win32_LogicalDisk, local fixed disks alone (3 properties).
# Returns:    each drive's letter, size and free space in bytes, 100 at most, and which drive
#             Windows is on. Null where Windows does not know, such as for a locked drive.
# Rights:     WMI access to root\cimv2; a local administrator has it.
# Needs:      Windows PowerShell 2.0.
# Never:      reads a file or a folder; asks a network drive; changes anything.

$limit = 100
$wanted = 'DeviceID', 'Size', 'FreeSpace'
$found = @(Get-WmiObject -Class Win32_LogicalDisk -Filter 'DriveType = 3' -Property $wanted -ErrorAction Stop)
$truncated = $found.Length -gt $limit
if ($truncated) { $found = $found[0..($limit - 1)] }
$disks = @(foreach ($disk in $found) {
    $size = $null
    if ($null -ne $disk.Size) { $size = [uint64]$disk.Size }
    $free = $null
    if ($null -ne $disk.FreeSpace) { $free = [uint64]$disk.FreeSpace }
    New-Object -TypeName PSObject -Property @{
        drive = Limit-Text -Value $disk.DeviceID
        size  = $size
        free  = $free
    }
})

New-Object -TypeName PSObject -Property @{
    system_drive = Limit-Text -Value $env:SystemDrive
    items        = $disks
    truncated    = $truncated
}
