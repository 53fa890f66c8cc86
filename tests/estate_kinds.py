"""Estates by what their Management Shell says: hybrid, federation only, all off, ...

Property names and values are those of the documents (New-Cs... pages, real console output).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Objects = Sequence[Mapping[str, object]]
Shell = dict[str, Objects]

TENANT = "5588b4fd-f26d-475c-824f-9911277ab13e"

ONLINE = {
    "Identity": "SkypeforBusinessOnline",
    "Name": "SkypeforBusinessOnline",
    "ProxyFqdn": "sipfed.online.lync.com",
    "VerificationLevel": "UseSourceVerification",
    "Enabled": True,
    "EnabledSharedAddressSpace": True,
    "HostsOCSUsers": True,
    "IsLocal": False,
    "AutodiscoverUrl": "https://webdir.online.lync.com/Autodiscover/AutodiscoverService.svc/root",
}
FEDERATION_ONLY = {**ONLINE, "EnabledSharedAddressSpace": False, "HostsOCSUsers": False}
EXCHANGE_UM = {
    "Identity": "Exchange Online",
    "Name": "Exchange Online",
    "ProxyFqdn": "exap.um.outlook.com",
    "VerificationLevel": "UseSourceVerification",
    "Enabled": True,
    "EnabledSharedAddressSpace": True,
    "HostsOCSUsers": False,
    "IsLocal": False,
    "AutodiscoverUrl": "",
}
ACCESS_EDGE = {
    "Identity": "Global",
    "AllowAnonymousUsers": True,
    "AllowFederatedUsers": True,
    "AllowOutsideUsers": True,
    "BeClearingHouse": False,
    "EnablePartnerDiscovery": True,
    "EnableArchivingDisclaimer": False,
    "OutgoingTlsCountForFederatedPartners": 4,
    "RoutingMethod": "UseDnsSrvRouting",
}
NOT_OPEN = {**ACCESS_EDGE, "EnablePartnerDiscovery": False}
CLOSED_EDGE = {
    **ACCESS_EDGE,
    "AllowAnonymousUsers": False,
    "AllowFederatedUsers": False,
    "EnablePartnerDiscovery": False,
}
POLICY = {
    "Identity": "Global",
    "Description": None,
    "EnableFederationAccess": True,
    "EnablePublicCloudAccess": False,
    "EnablePublicCloudAudioVideoAccess": False,
    "EnableOutsideAccess": True,
}
CLOSED_POLICY = {**POLICY, "EnableFederationAccess": False, "EnableOutsideAccess": False}
VOICEMAIL = {
    "Identity": "Global",
    "Description": "",
    "Destination": None,
    "Organization": None,
}
VOICEMAIL_ONLINE = {
    **VOICEMAIL,
    "Identity": "Tag:ExchangeOnline",
    "Destination": "exap.um.outlook.com",
    "Organization": "contoso.onmicrosoft.com",
}
TOKEN_SERVICE = {
    "Identity": "microsoft.sts",
    "Name": "microsoft.sts",
    "IssuerIdentifier": "00000001-0000-0000-c000-000000000000",
    "Realm": TENANT,
    "MetadataUrl": f"https://accounts.accesscontrol.windows.net/{TENANT}/metadata/json/1",
}
EXCHANGE_ONLINE = {
    "Identity": "microsoft.exchange",
    "AuthToken": "Microsoft.Rtc.Management.WritableConfig.Settings.SSAuth.UseOAuthServer",
    "Name": "microsoft.exchange",
    "ApplicationIdentifier": "00000002-0000-0ff1-ce00-000000000000",
    "Realm": None,
    "ApplicationTrustLevel": "Full",
    "AcceptSecurityIdentifierInformation": False,
    "Enabled": True,
}
EXCHANGE_ON_PREMISES = {
    **EXCHANGE_ONLINE,
    "Identity": "Exchange",
    "Name": "Exchange",
    "Realm": "contoso.com",
    "AuthToken": "Value=https://autodiscover.contoso.com/autodiscover/metadata/json/1",
}
PUBLIC = [
    {
        "Identity": name,
        "Name": name,
        "ProxyFqdn": proxy,
        "VerificationLevel": "AlwaysVerifiable",
        "Enabled": False,
    }
    for name, proxy in (("AOL", "sip.oscar.aol.com"), ("Skype", "federation.messenger.msn.com"))
]

ALL_OFF: Shell = {
    "Get-CsHostingProvider": [{**ONLINE, "Enabled": False}],
    "Get-CsAccessEdgeConfiguration": [CLOSED_EDGE],
    "Get-CsExternalAccessPolicy": [CLOSED_POLICY],
    "Get-CsHostedVoicemailPolicy": [VOICEMAIL],
    "Get-CsPublicProvider": PUBLIC,
    "Get-CsOAuthConfiguration": [
        {"Identity": "Global", "Realm": "contoso.com", "ServiceName": None}
    ],
}
HYBRID: Shell = {
    **ALL_OFF,
    "Get-CsHostingProvider": [ONLINE],
    "Get-CsAccessEdgeConfiguration": [ACCESS_EDGE],
    "Get-CsExternalAccessPolicy": [POLICY],
}
FEDERATED: Shell = {**HYBRID, "Get-CsHostingProvider": [FEDERATION_ONLY]}
PARTNERS_ONLY: Shell = {
    **HYBRID,
    "Get-CsHostingProvider": [{**FEDERATION_ONLY, "Enabled": False}],
    "Get-CsAccessEdgeConfiguration": [NOT_OPEN],
    "Get-CsAllowedDomain": [
        {"Identity": "fabrikam.com", "Domain": "fabrikam.com", "ProxyFqdn": None, "Comment": None},
        {
            "Identity": "litwareinc.com",
            "Domain": "litwareinc.com",
            "ProxyFqdn": "sip.litwareinc.com",
        },
    ],
}
EXCHANGE_ONLINE_ONLY: Shell = {
    **ALL_OFF,
    "Get-CsHostingProvider": [EXCHANGE_UM],
    "Get-CsHostedVoicemailPolicy": [VOICEMAIL, VOICEMAIL_ONLINE],
    "Get-CsOAuthServer": [TOKEN_SERVICE],
    "Get-CsPartnerApplication": [EXCHANGE_ONLINE],
}
EXCHANGE_BESIDE: Shell = {**HYBRID, "Get-CsPartnerApplication": [EXCHANGE_ON_PREMISES]}
