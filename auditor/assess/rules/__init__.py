"""Every rule there is, in the order in which reports show them."""

from __future__ import annotations

from auditor.assess.rule import Rule
from auditor.assess.rules.cumulative_update import CumulativeUpdate, LaggingPackages
from auditor.assess.rules.dotnet import StrongCrypto
from auditor.assess.rules.product import ProductIdentified, ProductTakesPart
from auditor.assess.rules.reach import ClockAgrees, ServerWasRead
from auditor.assess.rules.schannel import SchannelClient, SchannelServer
from auditor.assess.rules.system import ServicePack, SupportedSystem
from auditor.assess.rules.winhttp import DefaultSecureProtocols, WinHttpUpdate

RULES: tuple[Rule, ...] = (
    ServerWasRead(),
    ProductIdentified(),
    ProductTakesPart(),
    CumulativeUpdate(),
    LaggingPackages(),
    SupportedSystem(),
    ServicePack(),
    WinHttpUpdate(),
    DefaultSecureProtocols(),
    SchannelClient(),
    SchannelServer(),
    StrongCrypto(),
    ClockAgrees(),
)
