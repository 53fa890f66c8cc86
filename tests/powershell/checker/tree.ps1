# Prints the syntax trees of scripts as JSON: for each script its parse errors, its tokens' kinds,
# and its nodes, parents before children. $env:SCRIPTS names a folder; each file in it is a script.
function Get-Detail($node) {
    switch ($node.GetType().Name) {
        'StringConstantExpressionAst' { $node.Value }
        'ExpandableStringExpressionAst' { $node.Value }
        'ConstantExpressionAst' { [string]$node.Value }
        'VariableExpressionAst' { $node.VariablePath.UserPath }
        'TypeExpressionAst' { $node.TypeName.FullName }
        'TypeConstraintAst' { $node.TypeName.FullName }
        'AttributeAst' { $node.TypeName.FullName }
        'CommandAst' { [string]$node.InvocationOperator }
        'CommandParameterAst' { $node.ParameterName }
        'FunctionDefinitionAst' { $node.Name }
        'BinaryExpressionAst' { [string]$node.Operator }
        'UnaryExpressionAst' { [string]$node.TokenKind }
        'AssignmentStatementAst' { [string]$node.Operator }
        'MemberExpressionAst' { if ($node.Static) { 'static' } else { '' } }
        'InvokeMemberExpressionAst' { if ($node.Static) { 'static' } else { '' } }
        'ForEachStatementAst' { [string]$node.Flags }
        default { '' }
    }
}

$trees = @{}
foreach ($file in [System.IO.Directory]::GetFiles($env:SCRIPTS)) {
    $tokens = $null; $errors = $null
    $tree = [System.Management.Automation.Language.Parser]::ParseFile($file, [ref]$tokens, [ref]$errors)
    $numbers = New-Object 'System.Collections.Generic.Dictionary[object,int]'
    $nodes = foreach ($node in $tree.FindAll({ $true }, $true)) {
        $numbers[$node] = $numbers.Count
        $parent = -1
        if ($null -ne $node.Parent) { $parent = $numbers[$node.Parent] }
        @{
            parent = $parent; kind = $node.GetType().Name; detail = Get-Detail $node
            line = $node.Extent.StartLineNumber; start = $node.Extent.StartOffset; end = $node.Extent.EndOffset
        }
    }
    $trees[[System.IO.Path]::GetFileName($file)] = @{
        errors   = @(foreach ($each in $errors) { @{ line = $each.Extent.StartLineNumber; message = $each.Message } })
        tokens   = @(foreach ($token in $tokens) { @{ kind = [string]$token.Kind; line = $token.Extent.StartLineNumber } })
        requires = ($null -ne $tree.ScriptRequirements)
        nodes    = @($nodes)
    }
}
ConvertTo-Json -InputObject $trees -Depth 6 -Compress
