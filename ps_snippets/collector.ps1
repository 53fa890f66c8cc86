# sfb-audit offline collector: the facts of one server, in a file that is carried by hand.
#
# Reads:      what each fact snippet below says that it reads.
# Writes:     one new file, COMPUTERNAME.facts.json in the current folder or as -OutFile says. A
#             file that is there already is never touched.
# Returns:    a few lines for the person at the server.
# Rights:     those of the snippets: a member of the local administrators.
# Needs:      Windows PowerShell 2.0, the 64-bit one on a 64-bit Windows.
# Never:      changes anything else; starts a program or a service; contacts another computer.
#
# On the server:   powershell.exe -NoProfile -ExecutionPolicy Bypass -File .\Collect-SfbFacts.ps1
# Where scripts must be signed: sign this file first, and leave out -ExecutionPolicy Bypass.
# Then take the file to where sfb-audit is:  sfb-audit assess EDGE01.facts.json --out audit
param([string] $OutFile)

Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'
$PSDefaultParameterValues = @{}

$answer = & {
#collector
}

# So that a file that was cut or changed is noticed. Without .NET (constrained language mode)
# there is none, and the reader says so.
$hash = ''
try {
    $bytes = [System.Text.Encoding]::UTF8.GetBytes($answer)
    try {
        $sha256 = [System.Security.Cryptography.SHA256]::Create()
    } catch {
        # Where only certified algorithms are allowed (FIPS).
        $sha256 = New-Object -TypeName System.Security.Cryptography.SHA256CryptoServiceProvider
    }
    $hash = @(foreach ($byte in $sha256.ComputeHash($bytes)) { '{0:x2}' -f $byte }) -join ''
    $answer = $answer.Substring(0, $answer.Length - 1) + ',"sha256":"' + $hash + '"}'
} catch {
    $hash = ''
}

$path = $OutFile
if (-not $path) { $path = ($env:COMPUTERNAME -replace '[^A-Za-z0-9.-]', '') + '.facts.json' }
if ($path -notmatch '^([A-Za-z]:)?[\\/]') {
    $folder = Get-Location
    if ($folder.Provider.Name -ne 'FileSystem') {
        throw 'The current location is no folder. Go to one first (cd C:\Temp), or give -OutFile a full path.'
    }
    $path = Join-Path -Path $folder.ProviderPath -ChildPath $path
}
# New-Item without -Force creates, and fails where there is a file.
$file = New-Item -ItemType File -Path ('Microsoft.PowerShell.Core\FileSystem::' + $path) -Value $answer -ErrorAction Stop

'Wrote ' + $file.FullName
$failed = [regex]::Matches($answer, '"ok":false').Count
if ($failed) { [string]$failed + ' of the fact families could not be read; sfb-audit will say which and why.' }
if ($hash) { 'SHA-256 of the facts: ' + $hash } else { 'Without a check sum: PowerShell is constrained here.' }
'Take the file to where sfb-audit is: sfb-audit assess ' + $file.Name + ' --out audit'
