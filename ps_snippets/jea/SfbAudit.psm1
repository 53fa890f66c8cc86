# sfb-audit endpoint: the one command of the session configuration SfbAudit.
#
# Reads:      what the fact families read; each says so below, before its code.
# Returns:    one JSON text, the same as the collector's script.
# Rights:     those of the account that the session configuration runs as.
# Needs:      Windows PowerShell 3.0.
# Never:      runs anything that a caller sends. The one parameter takes names out of a fixed
#             list; whatever is not in the list ends the command before it begins.
#
# The body of Get-SfbFacts is the collector's script, with one line more: the one that leaves
# out the families that were not asked for.

function Get-SfbFacts {
    [CmdletBinding()]
    param(
        [ValidateNotNullOrEmpty()]
        [ValidateSet(<#families#>)]
        [string[]] $Family = @(<#families#>)
    )

#collector
}

Export-ModuleMember -Function Get-SfbFacts
