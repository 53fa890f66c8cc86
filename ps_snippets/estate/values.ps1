# sfb-audit: functions that the estate snippets share.
#
# Reads:      properties of objects that a cmdlet of the Management Shell returned.
# Rights:     none of their own.
# Needs:      Windows PowerShell 3.0, which every Lync Server 2013 has.
# Never:      calls a cmdlet of the Management Shell; changes anything.

function Get-Value($From, [string] $Name) {
    # The property as it stands; null where the objects of this product have none of that name.
    if ($null -eq $From) { return $null }
    foreach ($property in $From.PSObject.Properties) {
        if ($property.Name -eq $Name) { return $property.Value }
    }
    return $null
}

function Get-Text($From, [string] $Name) {
    # Its text, at most 500 characters: names, addresses, and words of an enumeration.
    $value = Get-Value -From $From -Name $Name
    if ($null -eq $value) { return $null }
    Limit-Text -Value $value
}

function Get-Flag($From, [string] $Name) {
    # True or false; null where it is neither, such as a value that was never set.
    $word = [string](Get-Value -From $From -Name $Name)
    if ($word -eq 'True') { return $true }
    if ($word -eq 'False') { return $false }
    return $null
}

function Get-Number($From, [string] $Name) {
    # A whole number; null where it is none.
    $word = [string](Get-Value -From $From -Name $Name)
    if ($word -cmatch '^[0-9]{1,9}$') { return [int]$word }
    return $null
}

function Get-Instant($From, [string] $Name) {
    # A date and time as ISO 8601 in UTC; null where it is none.
    $value = Get-Value -From $From -Name $Name
    if ($value -isnot [datetime]) { return $null }
    $value.ToUniversalTime().ToString('o')
}

function Get-TextList($From, [string] $Name, [int] $Limit) {
    # The texts of a list, the first of them where there are more than the limit.
    $count = 0
    foreach ($item in @(Get-Value -From $From -Name $Name)) {
        if ($null -eq $item) { continue }
        $count += 1
        if ($count -gt $Limit) { break }
        Limit-Text -Value $item
    }
}

function New-Listing($Item, [int] $Limit) {
    # The items, the first of them where there are more than the limit, and whether that is so.
    $listed = @($Item)
    $truncated = $listed.Length -gt $Limit
    if ($truncated) { $listed = $listed[0..($Limit - 1)] }
    New-Object -TypeName PSObject -Property @{ items = $listed; truncated = $truncated }
}
