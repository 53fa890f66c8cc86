"""Assessments built by hand: pools of servers, each with the actions that its findings name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from auditor.assess.model import (
    Assessment,
    Finding,
    PoolVerdict,
    Readiness,
    ScenarioVerdict,
    ServerVerdict,
    Status,
    SubjectKind,
)
from auditor.assess.rule import Context
from auditor.estate.model import Estate, InUse, Pool, PoolKind, Server, Site, SqlBackend
from auditor.facts.reading import Reach, ReachState, Reading
from auditor.plan.model import Plan, Step, Wait
from auditor.plan.order import make_plan
from auditor.rulebook import load
from auditor.rulebook.procedures import load_procedures

PROCEDURES = load_procedures()
BOOK = load()
NOW = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
ESTATE = "Contoso"

CU = "install-cu"
SP1 = "install-sp1"
KB = "install-kb3140245"
VALUE = "set-default-secure-protocols"
SCHANNEL = "enable-schannel-tls12"
SQL_SERVER = "update-sql-server"
SQL_CLIENTS = "update-sql-clients"
UNREAD = "restore-access"
UNIDENTIFIED = "identify-product"

RULES = {
    CU: ("SFB-CU-001",),
    SP1: ("SFB-OS-002",),
    KB: ("SFB-KB-001",),
    VALUE: ("SFB-WINHTTP-001",),
    SCHANNEL: ("SFB-TLS-001", "SFB-TLS-002"),
    SQL_SERVER: ("SFB-SQL-001",),
    SQL_CLIENTS: ("SFB-SQL-002",),
    UNREAD: ("SFB-REACH-001",),
    UNIDENTIFIED: ("SFB-PROD-001",),
    "migrate-product": ("SFB-PROD-002",),
    "migrate-os": ("SFB-OS-001",),
}


def fqdn(name: str) -> str:
    return name if "." in name else f"{name}.contoso.com"


@dataclass(frozen=True)
class ServerCase:
    """A server; `needs` are actions, each with the findings of the rules that name it."""

    name: str
    needs: tuple[str, ...] = ()
    product: str | None = "sfb2015"
    os: str | None = "2012r2"
    domain: str | None = None
    more: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class PoolCase:
    name: str
    kind: PoolKind
    servers: tuple[ServerCase, ...]
    site: str = "Tokyo"
    edge: str | None = None
    next_hop: str | None = None
    paired_with: str | None = None
    hosts_cms: bool = False
    backends: tuple[SqlBackend, ...] = ()


@dataclass(frozen=True)
class EstateCase:
    pools: tuple[PoolCase, ...]
    sites: tuple[Site, ...] = ()
    in_use: tuple[str, ...] = ()
    assumed: tuple[str, ...] = field(default=())


def finding(name: str, rule: str, status: Status = Status.FAIL, **parts: object) -> Finding:
    given = {
        "observed": "what was read",
        "required": "what is needed",
        "reason": f"{rule} says why",
        **parts,
    }
    return Finding(
        rule=rule,
        subject=fqdn(name),
        subject_kind=SubjectKind.SERVER,
        status=status,
        **given,  # type: ignore[arg-type]
    )


def _findings(case: ServerCase) -> tuple[Finding, ...]:
    made = []
    for action in case.needs:
        status = Status.UNKNOWN if action in (UNREAD, UNIDENTIFIED) else Status.FAIL
        blocks = action.startswith("migrate-")
        made += [
            finding(case.name, rule, status, actions=(action,), blocks=blocks)
            for rule in RULES[action]
        ]
    return (*made, *case.more)


def _verdict(case: ServerCase, pool: PoolCase) -> ServerVerdict:
    read = UNREAD not in case.needs
    state = ReachState.READ if read else ReachState.REFUSED
    return ServerVerdict(
        fqdn=fqdn(case.name),
        pool=fqdn(pool.name),
        readiness=Readiness.WORK_NEEDED,
        reason="",
        product=case.product if read else None,
        os=case.os if read else None,
        builds=(),
        findings=_findings(case),
        reading=Reading(fqdn(case.name), Reach(state, "said")),
    )


def _pool(case: PoolCase) -> Pool:
    return Pool(
        fqdn=fqdn(case.name),
        kind=case.kind,
        site=case.site,
        servers=tuple(
            Server(fqdn(one.name), fqdn(case.name), upgrade_domain=one.domain)
            for one in case.servers
        ),
        hosts_cms=case.hosts_cms,
        backends=case.backends,
        edge=case.edge and fqdn(case.edge),
        next_hop=case.next_hop and fqdn(case.next_hop),
        paired_with=case.paired_with and fqdn(case.paired_with),
    )


def _pool_verdict(case: PoolCase) -> PoolVerdict:
    products = {one.product for one in case.servers if UNREAD not in one.needs}
    product = products.pop() if len(products) == 1 else None
    return PoolVerdict(fqdn(case.name), Readiness.WORK_NEEDED, "", product)


def _scenario(in_use: InUse, pools: Sequence[str]) -> ScenarioVerdict:
    paths = tuple(fqdn(name) for name in pools)
    return ScenarioVerdict(in_use.value, "", in_use, "", Readiness.WORK_NEEDED, "", paths)


def assessment(case: EstateCase) -> Assessment:
    return Assessment(
        estate=Estate(
            name=ESTATE,
            source="by hand",
            sites=case.sites,
            pools=tuple(_pool(pool) for pool in case.pools),
        ),
        policy="office365-tls12",
        servers=tuple(_verdict(one, pool) for pool in case.pools for one in pool.servers),
        pools=tuple(_pool_verdict(pool) for pool in case.pools),
        scenarios=(
            _scenario(InUse.YES, case.in_use),
            _scenario(InUse.ASSUMED, case.assumed),
        ),
        every_server=False,
    )


def planned(judged: Assessment) -> Plan:
    return make_plan(judged, PROCEDURES, Context(BOOK, BOOK.policies[judged.policy], NOW))


def plan_of(*pools: PoolCase, **more: object) -> Plan:
    case = EstateCase(pools, **more)  # type: ignore[arg-type]
    return planned(assessment(case))


def short(step: Step) -> str:
    """Such as "install-cu fe01"."""
    return f"{step.action} {step.target.removesuffix('.contoso.com')}"


def waits(plan: Plan, waiting: str) -> dict[str, Wait]:
    """By short name what a step, named likewise, waits for."""
    names = {step.id: short(step) for step in plan.steps}
    return {names[wait.step]: wait for wait in the(plan, waiting).waits_for}


def the(plan: Plan, name: str) -> Step:
    return next(step for step in plan.steps if short(step) == name)


def enterprise(name: str, *servers: ServerCase, **more: object) -> PoolCase:
    return PoolCase(name, PoolKind.ENTERPRISE, servers, **more)  # type: ignore[arg-type]


def standard(name: str, *needs: str, product: str = "sfb2015", **more: object) -> PoolCase:
    """A Standard Edition server: a pool of one that is named like it."""
    one = ServerCase(name, needs, product=product)
    return PoolCase(name, PoolKind.STANDARD, (one,), **more)  # type: ignore[arg-type]


def pool(name: str, kind: PoolKind, *servers: ServerCase, **more: object) -> PoolCase:
    return PoolCase(name, kind, servers, **more)  # type: ignore[arg-type]


def front_ends(count: int, *needs: str, product: str = "sfb2015") -> tuple[ServerCase, ...]:
    return tuple(
        ServerCase(f"fe{number}", needs, product=product, domain=f"UpgradeDomain{number}")
        for number in range(1, count + 1)
    )


def ready(name: str) -> ServerCase:
    return ServerCase(name)
