"""A lab estate with a Management Shell, made from a few lines."""

from __future__ import annotations

import tomllib
from typing import Any

from auditor.lab.estate_file import LabEstate, build_estate
from auditor.lab.model import LabHost

ESTATE = r"""
scenarios = {}

[lab]
name = "Contoso"

[users.domain]
username = 'CONTOSO\svc-sfbaudit'
password = "Lab-only.Fabrikam.2018"

[zones.internal]
transport = "http"
auth = "ntlm"
user = "domain"

[windows.fe]
os = "2012r2"
products = [{ set = "sfb2015-front-end", version = "6.0.9319.516" }]

[[sites]]
name = "Tokyo"

[[sites]]
name = "Nagoya"
central = "Tokyo"

[[pools]]
fqdn = "pool01.contoso.com"
kind = "enterprise"
site = "Tokyo"
service_version = 7
hosts_cms = true
edge = "edge.contoso.com"
paired_with = "se13.contoso.com"
backends = [
    { fqdn = "sql01.contoso.com", instance = "rtc", always_on = true },
    { fqdn = "sql02.contoso.com", instance = "" },
]
servers = [
    { fqdn = "fe01.contoso.com", zone = "internal", windows = "fe", upgrade_domain = "UD1" },
    { fqdn = "fe02.contoso.com", zone = "internal", windows = "fe", upgrade_domain = "UD2" },
]

[[pools]]
fqdn = "se13.contoso.com"
kind = "standard"
site = "Tokyo"
service_version = 6
edge = "edge.contoso.com"
paired_with = "pool01.contoso.com"
backends = [{ fqdn = "se13.contoso.com", instance = "rtc", collocated = true }]
servers = [{ fqdn = "se13.contoso.com", zone = "internal", windows = "fe" }]

[[pools]]
fqdn = "se10.contoso.com"
kind = "standard"
site = "Tokyo"
service_version = 5
servers = [{ fqdn = "se10.contoso.com", zone = "internal", windows = "fe" }]

[[pools]]
fqdn = "se19.contoso.com"
kind = "standard"
site = "Tokyo"
service_version = 8
servers = [{ fqdn = "se19.contoso.com", zone = "internal", windows = "fe" }]

[[pools]]
fqdn = "dir.contoso.com"
kind = "director"
site = "Tokyo"
service_version = 7
edge = "edge.contoso.com"
servers = [{ fqdn = "dir01.contoso.com", zone = "internal", windows = "fe" }]

[[pools]]
fqdn = "med.contoso.com"
kind = "mediation"
site = "Tokyo"
service_version = 7
servers = [{ fqdn = "med01.contoso.com", zone = "internal", windows = "fe" }]

[[pools]]
fqdn = "chat.contoso.com"
kind = "persistent_chat"
site = "Tokyo"
service_version = 7
backends = [{ fqdn = "sql01.contoso.com", instance = "chat" }]
servers = [{ fqdn = "chat01.contoso.com", zone = "internal", windows = "fe" }]

[[pools]]
fqdn = "edge.contoso.com"
kind = "edge"
site = "Tokyo"
service_version = 7
next_hop = "dir.contoso.com"
servers = [{ fqdn = "edge01.contoso.com", zone = "internal", windows = "fe" }]

[[pools]]
fqdn = "sba.contoso.com"
kind = "sba"
site = "Nagoya"
service_version = 7
servers = [{ fqdn = "sba.contoso.com", zone = "internal", windows = "fe" }]

[[pools]]
fqdn = "app.contoso.com"
kind = "trusted_application"
site = "Tokyo"
service_version = 7
next_hop = "pool01.contoso.com"
servers = [{ fqdn = "app01.contoso.com", zone = "internal", windows = "fe" }]

[[pools]]
fqdn = "owas.contoso.com"
kind = "wac"
site = "Tokyo"
servers = [{ fqdn = "owas.contoso.com" }]

[[pools]]
fqdn = "gw.contoso.com"
kind = "gateway"
site = "Tokyo"
servers = [{ fqdn = "gw.contoso.com" }]

[[pools]]
fqdn = "files.contoso.com"
kind = "file_store"
site = "Tokyo"
servers = [{ fqdn = "files.contoso.com" }]

[[pools]]
fqdn = "sql01.contoso.com"
kind = "sql"
site = "Tokyo"
servers = [{ fqdn = "sql01.contoso.com" }]

[[pools]]
fqdn = "sql02.contoso.com"
kind = "sql"
site = "Tokyo"
servers = [{ fqdn = "sql02.contoso.com" }]

[[pools]]
fqdn = "sql03.contoso.com"
kind = "sql"
site = "Tokyo"
servers = [{ fqdn = "sql03.contoso.com" }]
"""


def configured(text: str = "", *, rbac: bool = True, **configuration: Any) -> LabEstate:
    """The estate, with a configuration given as TOML, as keywords, or as both."""
    raw = tomllib.loads(ESTATE)
    raw["users"]["domain"]["rbac"] = rbac
    raw["configuration"] = {**tomllib.loads(text), **configuration}
    return build_estate(raw, "lab.toml")


def host_of(lab: LabEstate, name: str) -> LabHost:
    """The host whose name begins so."""
    return next(host for host in lab.hosts if host.fqdn.startswith(f"{name}."))
