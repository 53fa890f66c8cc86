# sfb-audit facts: files
#
# Reads:      the file versions of winhttp.dll and webio.dll in System32 and, on a 64-bit
#             Windows, their 32-bit copies in SysWOW64.
# Returns:    for each file its path, whether it is there, and the four numbers of its version
#             (the text of a file version is free and may differ from them).
# Rights:     read access to these folders; every user has it.
# Needs:      Windows PowerShell 2.0, the 64-bit one on a 64-bit Windows: a 32-bit process is
#             shown SysWOW64 under the name System32 (the frame refuses to run in one).
# Never:      opens a file for writing, loads a file; changes anything.

$locations = @('System32')
if ($env:PROCESSOR_ARCHITECTURE -ne 'x86') { $locations = @('System32', 'SysWOW64') }
$files = @(foreach ($location in $locations) {
    foreach ($name in 'winhttp.dll', 'webio.dll') {
        $path = $env:SystemRoot + '\' + $location + '\' + $name
        $file = Get-ExistingItem -Path $path
        $version = $null
        if ($null -ne $file) {
            $about = $file.VersionInfo
            $version = @($about.FileMajorPart, $about.FileMinorPart, $about.FileBuildPart, $about.FilePrivatePart)
        }
        New-Object -TypeName PSObject -Property @{
            name     = $name
            location = $location
            path     = $path
            present  = ($null -ne $file)
            version  = $version
        }
    }
})

New-Object -TypeName PSObject -Property @{ items = $files }
