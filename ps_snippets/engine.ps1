# sfb-audit facts: engine
#
# Reads:      $PSVersionTable and the session's language mode;
#             HKLM\SOFTWARE\Microsoft\PowerShell\{1, 3}\PowerShellEngine, values PowerShellVersion
#             and RuntimeVersion; HKLM\SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full, value
#             Version.
# Returns:    which PowerShell answers here and how it may be spoken to, which ones are installed
#             (1: up to 2.0, 3: from 3.0 on), and which .NET Framework 4. Texts as they stand.
# Rights:     read access to these keys; every user has it.
# Needs:      Windows PowerShell 2.0.
# Never:      changes anything.

$engines = @(foreach ($number in '1', '3') {
    $path = 'HKLM:\SOFTWARE\Microsoft\PowerShell\' + $number + '\PowerShellEngine'
    $key = Get-ExistingItem -Path $path
    New-Object -TypeName PSObject -Property @{
        path        = $path
        key_present = ($null -ne $key)
        version     = Get-RegistryText -Key $key -Name 'PowerShellVersion'
        runtime     = Get-RegistryText -Key $key -Name 'RuntimeVersion'
    }
})
$net = Get-ExistingItem -Path 'HKLM:\SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full'

New-Object -TypeName PSObject -Property @{
    session     = New-Object -TypeName PSObject -Property @{
        ps_version          = Limit-Text -Value $PSVersionTable['PSVersion']
        clr_version         = Limit-Text -Value $PSVersionTable['CLRVersion']
        build_version       = Limit-Text -Value $PSVersionTable['BuildVersion']
        wsman_stack_version = Limit-Text -Value $PSVersionTable['WSManStackVersion']
        architecture        = Limit-Text -Value $env:PROCESSOR_ARCHITECTURE
        language_mode       = [string]$ExecutionContext.SessionState.LanguageMode
    }
    engines     = $engines
    net_version = Get-RegistryText -Key $net -Name 'Version'
}
