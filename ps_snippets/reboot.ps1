# sfb-audit facts: reboot
#
# Reads:      the registry keys and values in which Windows and installers note that a restart is
#             due, and the computer's name as it is and as it will be.
# Returns:    for each whether it is present, absent or unreadable, and a value as it stands; of
#             the files to be replaced at the next start (two texts each) how many texts, and the
#             first 200 of them, 500 characters each at most.
# Rights:     read access to these keys; every user has it but for the first two on some Windows.
# Needs:      Windows PowerShell 2.0.
# Never:      asks Windows Update; restarts or changes anything.

$windows = 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion'
$updates = 'HKLM:\SOFTWARE\Microsoft\Updates'
$control = 'HKLM:\SYSTEM\CurrentControlSet\Control'
$manager = $control + '\Session Manager'
$renames = Get-RegistrySignal -Path $manager -Name 'PendingFileRenameOperations'
$limit = 200
$entries = $null
$paths = $null
$truncated = $false
if ($renames.state -eq 'present') {
    $key = Get-ExistingItem -Path $manager
    $all = @(Get-RegistryItem -Key $key -Name 'PendingFileRenameOperations')
    $entries = $all.Length
    $truncated = $entries -gt $limit
    if ($truncated) { $all = $all[0..($limit - 1)] }
    $paths = @(foreach ($each in $all) {
        $path = Limit-Text -Value $each
        if ($path -ne [string]$each) { $truncated = $true }
        $path
    })
}

New-Object -TypeName PSObject -Property @{
    component_servicing  = Get-RegistrySignal -Path ($windows + '\Component Based Servicing\RebootPending')
    windows_update       = Get-RegistrySignal -Path ($windows + '\WindowsUpdate\Auto Update\RebootRequired')
    file_renames         = $renames
    file_rename_entries  = $entries
    file_rename_paths    = $paths
    file_renames_cut     = $truncated
    update_exe           = Get-RegistrySignal -Path $updates -Name 'UpdateExeVolatile'
    update_exe_flags     = Get-RegistrySignal -Path ($updates + '\UpdateExeVolatile') -Name 'Flags'
    active_computer_name = Get-RegistrySignal -Path ($control + '\ComputerName\ActiveComputerName') -Name 'ComputerName'
    computer_name        = Get-RegistrySignal -Path ($control + '\ComputerName\ComputerName') -Name 'ComputerName'
}
