# Prints what a script is made of, as JSON: its parse errors, kinds of syntax, commands with their
# parameters, types, and the members it calls. $env:OUTLINE_FILES names the scripts, one a line.
$parser = [System.Management.Automation.Language.Parser]
$outlines = @{}
foreach ($file in $env:OUTLINE_FILES -split "`n") {
    $tokens = $null; $errors = $null
    $tree = $parser::ParseFile($file, [ref]$tokens, [ref]$errors)
    $nodes = $tree.FindAll({ $true }, $true)
    $outlines[$file] = @{
        errors    = @($errors | ForEach-Object { $_.Message })
        syntax    = @($nodes | ForEach-Object { $_.GetType().Name } | Sort-Object -Unique)
        functions = @($nodes | Where-Object { $_ -is [System.Management.Automation.Language.FunctionDefinitionAst] } | ForEach-Object { $_.Name })
        types     = @($nodes | Where-Object { $_ -is [System.Management.Automation.Language.TypeExpressionAst] -or $_ -is [System.Management.Automation.Language.TypeConstraintAst] } | ForEach-Object { $_.TypeName.FullName } | Sort-Object -Unique)
        members   = @($nodes | Where-Object { $_ -is [System.Management.Automation.Language.InvokeMemberExpressionAst] } | ForEach-Object { $_.Member.Value } | Sort-Object -Unique)
        created   = @($nodes | Where-Object { $_ -is [System.Management.Automation.Language.CommandAst] -and $_.GetCommandName() -eq 'New-Object' } | ForEach-Object { $_.CommandElements[1].Value } | Sort-Object -Unique)
        operators = @($tokens | ForEach-Object { [string]$_.Kind } | Sort-Object -Unique)
        commands  = @($nodes | Where-Object { $_ -is [System.Management.Automation.Language.CommandAst] } | ForEach-Object {
                @{
                    name       = [string]$_.GetCommandName()
                    parameters = @($_.CommandElements | Where-Object { $_ -is [System.Management.Automation.Language.CommandParameterAst] } | ForEach-Object { $_.ParameterName })
                } })
    }
}
ConvertTo-Json -InputObject $outlines -Depth 8 -Compress
