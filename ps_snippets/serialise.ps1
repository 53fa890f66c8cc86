# sfb-audit: JSON for Windows PowerShell 2.0, which has no ConvertTo-Json.
#
# Reads:      nothing.
# Returns:    the text that ConvertTo-Json would return, in ASCII.
# Rights:     none.
# Needs:      Windows PowerShell 2.0.
# Never:      does anything else.

function Get-JsonText($Value) {
    if ($null -eq $Value) { return 'null' }
    if ($Value -is [bool]) { if ($Value) { return 'true' } else { return 'false' } }
    if ($Value -is [ValueType] -and [string]$Value -cmatch '^-?[0-9]+$') { return [string]$Value }
    if ($Value -is [ValueType] -or $Value -is [string]) { return Get-JsonString -Text $Value }
    if ($Value -is [array]) {
        return '[' + (@(foreach ($item in $Value) { Get-JsonText -Value $item }) -join ',') + ']'
    }
    $fields = @(foreach ($property in $Value.PSObject.Properties) {
        (Get-JsonString -Text $property.Name) + ':' + (Get-JsonText -Value $property.Value)
    })
    '{' + ($fields -join ',') + '}'
}

function Get-JsonString([string] $Text) {
    # What is not plain ASCII, and what JSON or HTML give a meaning, becomes \uXXXX.
    $special = '[^ !#-%(-;=?-~]'
    $Text = $Text.Replace('\', '\\')
    if ($Text -cmatch $special) {
        $signs = @(foreach ($sign in $Text.ToCharArray()) {
            if ($sign -cmatch $special) { '\u{0:x4}' -f [int]$sign } else { $sign }
        })
        $Text = $signs -join ''
    }
    '"' + $Text + '"'
}
