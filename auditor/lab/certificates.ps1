# Completes simulated certificates: the simulated Windows holds no objects within objects.
#
# Its state has DnsNames, KeyAlgorithm, KeySize and EnhancedKeyUsages, flat. From them come
# DnsNameList, PublicKey and Extensions, as a certificate has them on Windows. Without DnsNames or
# KeySize there is no such property, as on an older Windows and for keys that .NET does not know.
# The engine has a DnsNameList of its own for real certificates; Add( , $true) puts ours before it.
function global:Get-ChildItem {
    foreach ($item in Microsoft.PowerShell.Management\Get-ChildItem @args) {
        if ($item.PSObject.TypeNames -contains 'System.Security.Cryptography.X509Certificates.X509Certificate2') {
            $told = @{}
            foreach ($property in $item.PSObject.Properties) {
                if ($property.MemberType -eq 'NoteProperty') { $told[$property.Name] = $property.Value }
            }
            $key = @{}
            if ($told.ContainsKey('KeySize')) { $key['KeySize'] = [int]$told['KeySize'] }
            $more = @{
                PublicKey  = [pscustomobject]@{
                    Oid = [pscustomobject]@{ Value = $told['KeyAlgorithm'] }
                    Key = [pscustomobject]$key
                }
                Extensions = @([pscustomobject]@{ Oid = [pscustomobject]@{ Value = '2.5.29.15' } })
            }
            if ($told.ContainsKey('EnhancedKeyUsages')) {
                $more['Extensions'] += [pscustomobject]@{
                    Oid               = [pscustomobject]@{ Value = '2.5.29.37' }
                    EnhancedKeyUsages = @(foreach ($usage in $told['EnhancedKeyUsages']) { [pscustomobject]@{ Value = $usage } })
                }
            }
            if ($told.ContainsKey('DnsNames')) {
                $more['DnsNameList'] = @(foreach ($name in $told['DnsNames']) { [pscustomobject]@{ Unicode = $name; Punycode = $name } })
            }
            foreach ($name in $more.Keys) {
                $item.PSObject.Properties.Add((New-Object System.Management.Automation.PSNoteProperty $name, $more[$name]), $true)
            }
        }
        $item
    }
}
