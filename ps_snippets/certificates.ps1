# sfb-audit facts: certificates
#
# Reads:      the computer's own certificates, Cert:\LocalMachine\My (11 properties).
# Returns:    for each certificate, 100 at most: whom it names and who issued it, from when until
#             when it is good, its algorithms, and what it may be used for as object identifiers
#             (null: for anything). Null where Windows does not tell: the DNS names before
#             Windows Server 2012, the size of a key that is no RSA or DSA key.
# Rights:     read access to the store; every user has it.
# Needs:      Windows PowerShell 2.0.
# Never:      touches a private key (it asks whether there is one); changes anything.

$limit = 100
$namesLimit = 200
$store = 'Cert:\LocalMachine\My'
$found = @()
if ($null -ne (Get-ExistingItem -Path $store)) {
    $found = @(Get-ChildItem -LiteralPath $store -ErrorAction Stop)
}
$truncated = $found.Length -gt $limit
if ($truncated) { $found = $found[0..($limit - 1)] }
$certificates = @(foreach ($certificate in $found) {
    $names = $null
    $namesTruncated = $false
    try {
        $told = $certificate.DnsNameList
        if ($null -ne $told) { $names = @(foreach ($name in $told) { Limit-Text -Value $name.Unicode }) }
    } catch {
        $names = $null
    }
    if (@($names).Length -gt $namesLimit) {
        $names = $names[0..($namesLimit - 1)]
        $namesTruncated = $true
    }
    $keySize = $null
    try {
        $keySize = $certificate.PublicKey.Key.KeySize
    } catch {
        $keySize = $null
    }
    # Extension 2.5.29.37 is the enhanced key usage.
    $usages = $null
    foreach ($extension in $certificate.Extensions) {
        if ($extension.Oid.Value -eq '2.5.29.37') {
            $usages = @(foreach ($usage in $extension.EnhancedKeyUsages) { Limit-Text -Value $usage.Value })
        }
    }
    New-Object -TypeName PSObject -Property @{
        thumbprint          = Limit-Text -Value $certificate.Thumbprint
        subject             = Limit-Text -Value $certificate.Subject
        issuer              = Limit-Text -Value $certificate.Issuer
        not_before          = $certificate.NotBefore.ToUniversalTime().ToString('s') + 'Z'
        not_after           = $certificate.NotAfter.ToUniversalTime().ToString('s') + 'Z'
        has_private_key     = $certificate.HasPrivateKey
        signature_algorithm = Limit-Text -Value $certificate.SignatureAlgorithm.Value
        signature_name      = Limit-Text -Value $certificate.SignatureAlgorithm.FriendlyName
        key_algorithm       = Limit-Text -Value $certificate.PublicKey.Oid.Value
        key_size            = $keySize
        dns_names           = $names
        dns_names_truncated = $namesTruncated
        enhanced_key_usages = $usages
    }
})

New-Object -TypeName PSObject -Property @{ path = $store; items = $certificates; truncated = $truncated }
