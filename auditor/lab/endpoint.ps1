# Turns this session into the one that Windows makes of a session configuration file.
#
# What Windows does to a session of the type RestrictedRemoteServer is done here with the same
# means: the engine's own restricted proxies, command visibility, no programs, no scripts, no
# language. A file with a key that is not understood here makes no session at all.
param([string] $Folder, [string] $Configuration)

$ErrorActionPreference = 'Stop'
Set-StrictMode -Version 2.0
$hidden = [Reflection.BindingFlags]'Instance, NonPublic, Public'

function Read-DataFile([string] $Path, [string[]] $Known) {
    $tokens = $errors = $null
    $tree = [Management.Automation.Language.Parser]::ParseFile($Path, [ref]$tokens, [ref]$errors)
    if ($errors) { throw "$Path cannot be parsed: $($errors[0].Message)" }
    $table = $tree.Find({ $args[0] -is [Management.Automation.Language.HashtableAst] }, $false)
    $data = $table.SafeGetValue()
    $strange = @($data.Keys | Where-Object { $Known -notcontains $_ })
    if ($strange) { throw "$Path has keys that are not understood here: $strange" }
    $data
}

function Get-CommandInfo([string] $Name) {
    $ExecutionContext.InvokeCommand.GetCommands($Name, 'Alias, Function, Filter, Cmdlet', $Name -eq '*')
}

function Set-GlobalFunction([string] $Name, [scriptblock] $Body) {
    $null = $ExecutionContext.SessionState.InvokeProvider.Item.Set("function:global:$Name", $Body)
}

# As Windows PowerShell 5.1 does it: the function under another name, a narrower one before it.
function Limit-Function([Collections.IDictionary] $Wanted) {
    $name = $Wanted['Name']
    $original = "${name}_" + [guid]::NewGuid().ToString('N')
    Set-GlobalFunction $original (Get-CommandInfo $name).ScriptBlock
    $info = Get-CommandInfo $original
    $info.Visibility = 'Private'
    $metadata = New-Object Management.Automation.CommandMetadata $info
    $allowed = @($Wanted['Parameters'])
    foreach ($parameter in @($metadata.Parameters.Keys)) {
        if (@($allowed | ForEach-Object { $_['Name'] }) -notcontains $parameter) {
            $null = $metadata.Parameters.Remove($parameter)
        }
    }
    foreach ($parameter in $allowed) {
        $set = New-Object Management.Automation.ValidateSetAttribute (, [string[]]$parameter['ValidateSet'])
        $metadata.Parameters[$parameter['Name']].Attributes.Add($set)
    }
    $ExecutionContext.SessionState.InvokeProvider.Item.Remove("function:$name", $false)
    Set-GlobalFunction $name ([scriptblock]::Create([Management.Automation.ProxyCommand]::Create($metadata, '', $false)))
}

$session = Read-DataFile "$Folder/$Configuration" @(
    'SchemaVersion', 'GUID', 'Author', 'Description', 'SessionType', 'LanguageMode', 'RunAsVirtualAccount', 'TranscriptDirectory',
    'RoleDefinitions', 'ModulesToImport', 'VisibleFunctions', 'VisibleCmdlets', 'VisibleAliases', 'VisibleProviders'
)
if ($session['SessionType'] -ne 'RestrictedRemoteServer') { throw 'Another session type is not understood here.' }
$isOld = $session['SchemaVersion'] -eq '1.0.0.0'
$rights = @($session)
foreach ($role in @($session['RoleDefinitions'])) {
    if ($null -eq $role) { continue }
    foreach ($name in @($role.Values | ForEach-Object { $_['RoleCapabilities'] })) {
        $file = Get-ChildItem "$Folder/*/RoleCapabilities/$name.psrc"
        $rights += Read-DataFile $file.FullName @('GUID', 'Author', 'Description', 'ModulesToImport', 'VisibleFunctions')
    }
}
$wanted = @{}
foreach ($key in 'ModulesToImport', 'VisibleFunctions', 'VisibleCmdlets', 'VisibleAliases', 'VisibleProviders') {
    $wanted[$key] = @($rights | ForEach-Object { $_[$key] } | Where-Object { $_ })
}

# 5.1 gives a restricted session all of the engine's modules, 3.0 these two.
$engineModules = @('Microsoft.PowerShell.Security', 'Microsoft.PowerShell.Utility')
if (-not $isOld) { $engineModules += 'Microsoft.PowerShell.Management' }
foreach ($module in $engineModules + $wanted['ModulesToImport']) {
    $own = "$Folder/$module/$module.psd1"
    Import-Module $(if (Test-Path $own) { $own } else { $module }) -Global
}
foreach ($command in @(Get-CommandInfo '*')) { $command.Visibility = 'Private' }
$proxies = [Management.Automation.CommandMetadata]::GetRestrictedCommands('RemoteServer')
foreach ($name in $proxies.Keys) {
    Set-GlobalFunction $name ([scriptblock]::Create([Management.Automation.ProxyCommand]::Create($proxies[$name], '', $false)))
}
foreach ($function in $wanted['VisibleFunctions']) {
    if ($function -is [string]) { (Get-CommandInfo $function).Visibility = 'Public' } else { Limit-Function $function }
}
foreach ($name in $wanted['VisibleCmdlets'] + $wanted['VisibleAliases']) {
    foreach ($command in @(Get-CommandInfo $name)) { $command.Visibility = 'Public' }
}

$state = $ExecutionContext.SessionState
# 5.1 keeps all providers, out of reach for want of a command; 3.0 keeps those that are named.
if ($isOld) {
    $engine = [Management.Automation.SessionState].GetProperty('Internal', $hidden).GetValue($state)
    $providers = $engine.GetType().GetProperty('Providers', $hidden).GetValue($engine)
    foreach ($provider in @($state.Provider.GetAll())) {
        if ($wanted['VisibleProviders'] -notcontains $provider.Name) { $null = $providers.Remove($provider.Name) }
    }
}
$state.PSVariable.Set('global:PSModuleAutoLoadingPreference', 'None')
$state.Applications.Clear()
$state.Scripts.Clear()
$state.LanguageMode = $session['LanguageMode']
