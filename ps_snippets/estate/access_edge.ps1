# sfb-audit estate: access_edge
#
# Reads:      Get-CsAccessEdgeConfiguration, from the local replica of the configuration.
# Returns:    who may come in over the Access Edge, and how partners are found. With default
#             routing there is no partner discovery, and the other way round.
# Rights:     a local administrator, or a member of CsViewOnlyAdministrator.
# Needs:      Windows PowerShell 3.0 and the Management Shell.
# Never:      asks the Central Management store or another computer; changes anything.

$settings = @(foreach ($edge in @(Get-CsAccessEdgeConfiguration -LocalStore -ErrorAction Stop)) {
    New-Object -TypeName PSObject -Property @{
        identity              = Get-Text -From $edge -Name 'Identity'
        allow_federated_users = Get-Flag -From $edge -Name 'AllowFederatedUsers'
        allow_outside_users   = Get-Flag -From $edge -Name 'AllowOutsideUsers'
        allow_anonymous_users = Get-Flag -From $edge -Name 'AllowAnonymousUsers'
        partner_discovery     = Get-Flag -From $edge -Name 'EnablePartnerDiscovery'
        routing_method        = Get-Text -From $edge -Name 'RoutingMethod'
        default_route_fqdn    = Get-Text -From $edge -Name 'DefaultRouteFqdn'
        verification_level    = Get-Text -From $edge -Name 'VerificationLevel'
        is_public_provider    = Get-Flag -From $edge -Name 'IsPublicProvider'
        outgoing_tls_count    = Get-Number -From $edge -Name 'OutgoingTlsCountForFederatedPartners'
    }
})

New-Listing -Item $settings -Limit 100
