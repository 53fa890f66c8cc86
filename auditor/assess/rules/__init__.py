"""Every rule there is, in the order in which reports show them."""

from __future__ import annotations

from typing import Any

from auditor.assess.pool_rule import PoolRule
from auditor.assess.rule import AnyRule, Rule
from auditor.assess.rules.agreement import FactsAgree
from auditor.assess.rules.certificates import CertificateIsValid
from auditor.assess.rules.ciphers import AcceptedCipherSuite
from auditor.assess.rules.cumulative_update import CumulativeUpdate, LaggingPackages
from auditor.assess.rules.dotnet import DotNetRelease, StrongCrypto
from auditor.assess.rules.installer import WindowsReadyForUpdate
from auditor.assess.rules.machine import RoomForDatabases, ServicesRun
from auditor.assess.rules.policy import NotRuledOut, OtherPrerequisites
from auditor.assess.rules.pool_state import PoolReadyForUpdate
from auditor.assess.rules.pools import AlikePair, OneBuild, OneProduct
from auditor.assess.rules.product import ProductIdentified, ProductTakesPart
from auditor.assess.rules.reach import ClockAgrees, ServerWasRead
from auditor.assess.rules.replication import ReplicaUpToDate
from auditor.assess.rules.restart import NoRestartPending
from auditor.assess.rules.schannel import SchannelClient, SchannelServer
from auditor.assess.rules.sql_clients import SqlClientsSpeakTls12
from auditor.assess.rules.sql_server import SqlServerSpeaksTls12
from auditor.assess.rules.support import StillSupported
from auditor.assess.rules.system import ServicePack, SupportedSystem
from auditor.assess.rules.winhttp import DefaultSecureProtocols, WinHttpUpdate
from auditor.errors import UsageError
from auditor.mistakes import nearest

SERVER_RULES: tuple[Rule, ...] = (
    ServerWasRead(),
    ProductIdentified(),
    ProductTakesPart(),
    NotRuledOut(),
    CumulativeUpdate(),
    LaggingPackages(),
    WindowsReadyForUpdate(),
    SupportedSystem(),
    ServicePack(),
    WinHttpUpdate(),
    DefaultSecureProtocols(),
    SchannelClient(),
    SchannelServer(),
    AcceptedCipherSuite(),
    StrongCrypto(),
    DotNetRelease(),
    SqlServerSpeaksTls12(),
    SqlClientsSpeakTls12(),
    OtherPrerequisites(),
    StillSupported(),
    NoRestartPending(),
    CertificateIsValid(),
    RoomForDatabases(),
    ServicesRun(),
    ClockAgrees(),
    FactsAgree(),
    ReplicaUpToDate(),
)

POOL_RULES: tuple[PoolRule, ...] = (
    OneBuild(),
    AlikePair(),
    PoolReadyForUpdate(),
    OneProduct(),
)

RULES: tuple[AnyRule[Any], ...] = (*SERVER_RULES, *POOL_RULES)


def rule_named(name: str) -> AnyRule[Any]:
    """The rule of that id, in any case; UsageError RULE-UNKNOWN where there is none."""
    known = {rule.id.casefold(): rule for rule in RULES}
    if name.casefold() not in known:
        near = nearest(name.upper(), [rule.id for rule in RULES])
        raise UsageError(
            "RULE-UNKNOWN", f"there is no rule {name[:60]!r}{near}", "`sfb-audit rules` lists them."
        )
    return known[name.casefold()]
