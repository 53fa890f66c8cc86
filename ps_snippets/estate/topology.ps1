# sfb-audit estate: topology
#
# Reads:      Get-CsTopology, as XML, from the local replica of the configuration.
# Returns:    the topology document as one text.
# Rights:     a local administrator, or a member of CsViewOnlyAdministrator.
# Needs:      Windows PowerShell 3.0 and the Management Shell.
# Never:      asks the Central Management store or another computer; changes anything.

$limit = 16000000
$document = Get-CsTopology -AsXml -LocalStore -ErrorAction Stop
$xml = @(foreach ($part in @($document)) {
    $outer = Get-Value -From $part -Name 'OuterXml'
    if ($null -eq $outer) { [string]$part } else { [string]$outer }
}) -join "`n"
if ($xml.Length -gt $limit) {
    throw 'The topology is too long to be sent: export it to a file, and read that.'
}
New-Object -TypeName PSObject -Property @{ xml = $xml }
