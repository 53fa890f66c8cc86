# sfb-audit endpoint: the module that holds Get-SfbFacts and its role capability.
@{
    RootModule        = 'SfbAudit.psm1'
    ModuleVersion     = '<#version#>'
    GUID              = '5c0f7c1e-58a0-4b5f-9f8e-2f6f2d3c7a10'
    Author            = 'sfb-audit'
    Description       = 'Get-SfbFacts: what sfb-audit asks a server, and nothing else.'
    PowerShellVersion = '3.0'
    FunctionsToExport = 'Get-SfbFacts'
    CmdletsToExport   = @()
    VariablesToExport = @()
    AliasesToExport   = @()
}
