# sfb-audit facts: ciphers
#
# Reads:      value Functions of HKLM\SOFTWARE\Policies\Microsoft\Cryptography\Configuration\SSL\
#             00010002 and of HKLM\SYSTEM\CurrentControlSet\Control\Cryptography\Configuration\
#             Local\SSL\00010002; value Enabled of SCHANNEL's ciphers, hashes and key exchanges.
# Returns:    the order of cipher suites that a policy sets and Windows' own: names as they stand,
#             200 at most, and how many characters the value has; and each Enabled. An absent one
#             means that Windows' own default holds.
# Rights:     read access to these keys; every user has it.
# Needs:      Windows PowerShell 2.0.
# Never:      changes anything.

$limit = 200
$policy = 'HKLM:\SOFTWARE\Policies\Microsoft\Cryptography\Configuration\SSL\00010002'
$local = 'HKLM:\SYSTEM\CurrentControlSet\Control\Cryptography\Configuration\Local\SSL\00010002'
$orders = @(foreach ($path in $policy, $local) {
    $key = Get-ExistingItem -Path $path
    $fact = Get-RegistryFact -Key $key -Name 'Functions'
    $kind = $null
    $suites = $null
    $length = $null
    if ($null -ne $fact) { $kind = $fact.kind }
    if ($kind -eq 'String' -or $kind -eq 'MultiString') {
        $all = @(Get-RegistryItem -Key $key -Name 'Functions') -join ','
        $length = $all.Length
        $suites = @(foreach ($suite in $all -split ',') { Limit-Text -Value $suite })
    }
    $truncated = @($suites).Length -gt $limit
    if ($truncated) { $suites = $suites[0..($limit - 1)] }
    New-Object -TypeName PSObject -Property @{
        path        = $path
        key_present = ($null -ne $key)
        kind        = $kind
        length      = $length
        suites      = $suites
        truncated   = $truncated
    }
})

# Some names have a slash, which is no separator here: only a path with Registry:: keeps it. Where
# a key that is listed is not found all the same, nothing is claimed of it.
$schannel = 'Registry::HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL'
$listed = @(foreach ($group in 'Ciphers', 'Hashes', 'KeyExchangeAlgorithms') {
    $parent = $schannel + '\' + $group
    if ($null -ne (Get-ExistingItem -Path $parent)) {
        foreach ($child in @(Get-ChildItem -LiteralPath $parent -ErrorAction Stop)) { 'Registry::' + $child.Name }
    }
})
$algorithms = 'Ciphers\NULL', 'Ciphers\DES 56/56', 'Ciphers\RC2 40/128', 'Ciphers\RC2 56/128', 'Ciphers\RC2 128/128',
    'Ciphers\RC4 40/128', 'Ciphers\RC4 56/128', 'Ciphers\RC4 64/128', 'Ciphers\RC4 128/128', 'Ciphers\Triple DES 168',
    'Ciphers\AES 128/128', 'Ciphers\AES 256/256', 'Hashes\MD5', 'Hashes\SHA', 'Hashes\SHA256', 'Hashes\SHA384',
    'Hashes\SHA512', 'KeyExchangeAlgorithms\Diffie-Hellman', 'KeyExchangeAlgorithms\ECDH', 'KeyExchangeAlgorithms\PKCS'
$switches = @(foreach ($algorithm in $algorithms) {
    $place = $schannel + '\' + $algorithm
    $enabled = Get-RegistrySignal -Path $place -Name 'Enabled'
    $state = $enabled.state
    if ($state -eq 'absent' -and $listed -contains $place -and $null -eq (Get-ExistingItem -Path $place)) { $state = 'unreadable' }
    New-Object -TypeName PSObject -Property @{
        algorithm = $algorithm
        path      = $place
        name      = 'Enabled'
        state     = $state
        value     = $enabled.value
    }
})

New-Object -TypeName PSObject -Property @{ orders = $orders; switches = $switches }
