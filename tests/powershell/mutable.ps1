# Every text, member, hashtable key and environment variable in the scripts of $env:SOURCES, with
# its place: what a mutation may change.
function Get-Kind($node) {
    $parent = $node.Parent
    if ($node -is [System.Management.Automation.Language.VariableExpressionAst]) {
        if ($node.VariablePath.DriveName -eq 'env') { 'environment' }
        return
    }
    if ($node -isnot [System.Management.Automation.Language.StringConstantExpressionAst]) { return }
    if ($parent -is [System.Management.Automation.Language.CommandAst] -and $parent.CommandElements[0] -eq $node) { return }
    if ($parent -is [System.Management.Automation.Language.MemberExpressionAst] -and $parent.Member -eq $node) { return 'member' }
    if ($parent -is [System.Management.Automation.Language.HashtableAst]) {
        foreach ($pair in $parent.KeyValuePairs) { if ($pair.Item1 -eq $node) { return 'key' } }
    }
    'text'
}

$found = foreach ($path in $env:SOURCES -split "`n") {
    $tree = [System.Management.Automation.Language.Parser]::ParseFile($path, [ref]$null, [ref]$null)
    foreach ($node in $tree.FindAll({ $true }, $true)) {
        $kind = Get-Kind $node
        if ($kind) {
            New-Object PSObject -Property @{
                path = $path; kind = $kind; start = $node.Extent.StartOffset; end = $node.Extent.EndOffset
            }
        }
    }
}
ConvertTo-Json -InputObject @($found) -Compress
