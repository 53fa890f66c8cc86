# sfb-audit estate: federated_domains
#
# Reads:      Get-CsAllowedDomain and Get-CsBlockedDomain, from the local replica of the
#             configuration.
# Returns:    how many domains are allowed and how many are blocked; of the allowed ones the
#             names of the Access Edges that were given, each once, 500 at most.
# Rights:     a local administrator, or a member of CsViewOnlyAdministrator.
# Needs:      Windows PowerShell 3.0 and the Management Shell.
# Never:      returns the name of a partner's domain; asks the Central Management store or
#             another computer; changes anything.

$allowed = @(Get-CsAllowedDomain -LocalStore -ErrorAction Stop)
$blocked = @(Get-CsBlockedDomain -LocalStore -ErrorAction Stop)
$domains = @{}
foreach ($domain in $allowed) {
    $proxy = Get-Text -From $domain -Name 'ProxyFqdn'
    if ($proxy) { $domains[$proxy] = 1 + $domains[$proxy] }
}
$proxies = @(foreach ($proxy in @($domains.Keys)) {
    New-Object -TypeName PSObject -Property @{ proxy_fqdn = $proxy; domains = $domains[$proxy] }
})

New-Object -TypeName PSObject -Property @{
    allowed = $allowed.Length
    blocked = $blocked.Length
    proxies = New-Listing -Item $proxies -Limit 500
}
