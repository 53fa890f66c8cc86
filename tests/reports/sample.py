"""Contoso for the tests of every report: a hybrid estate with all that makes one awkward."""

from __future__ import annotations

from datetime import date
from typing import Any

from auditor.audit import (
    Audit,
    CommandEntry,
    ComparedEntry,
    DifferenceEntry,
    EstateEntry,
    FindingEntry,
    MachineEntry,
    OverlayEntry,
    PolicyEntry,
    PoolEntry,
    ScenarioEntry,
    UnderPolicyEntry,
    WaitEntry,
    WaiverEntry,
)
from tests.reports.entries import (
    ARTICLE,
    EDGE01,
    KB,
    POOL01,
    PRACTICE,
    empty,
    finding,
    reached,
    run,
    server,
    step,
)

_LYNC = {
    "product": "lync2013",
    "product_title": "Lync Server 2013",
    "pool_kind": "standard",
    "site": "Osaka",
}
_OLD = {"build": "5.0.8308.992", "build_label": "CU9 (Jul 2017, KB4019183)"}


SERVERS = (
    server("fe01.contoso.com", POOL01, upgrade_domain="UpgradeDomain1"),
    server(
        "fe02.contoso.com",
        POOL01,
        "work_needed",
        upgrade_domain="UpgradeDomain2",
        build="6.0.9319.281",
        build_label="CU5 (May 2017, KB4012621)",
        reason="Half patched: Core Components 6.0.9319.516, Front End Server 6.0.9319.281.",
    ),
    server(
        "fe03.contoso.com",
        POOL01,
        "work_needed",
        upgrade_domain="UpgradeDomain3",
        build="6.0.9319.281",
        build_label="CU5 (May 2017, KB4012621)",
        reason="Core Components 6.0.9319.281 is below 6.0.9319.516 (CU6 HF2).",
    ),
    server(
        "fe04.contoso.com",
        POOL01,
        "unknown",
        upgrade_domain="UpgradeDomain4",
        reason="The uninstall registry was not readable.",
        product=None,
        product_title=None,
        build=None,
        build_label=None,
    ),
    server(
        "se01.contoso.com",
        "se01.contoso.com",
        "work_needed",
        reason="Core Components 5.0.8308.992 is below 5.0.8308.1001 (CU10).",
        **(_LYNC | _OLD),
    ),
    server(
        "se02.contoso.com",
        "se02.contoso.com",
        **(_LYNC | {"build": "5.0.8308.1001", "build_label": "CU10 (Jul 2018, KB4295703)"}),
    ),
    server(
        "ipu01.contoso.com",
        "ipu01.contoso.com",
        "work_needed",
        pool_kind="standard",
        os="2008r2",
        os_title="Windows Server 2008 R2 SP1",
        reason="winhttp.dll 6.1.7601.17514 is older than KB3140245's 6.1.7601.23375 (+2 more).",
    ),
    server("dir01.contoso.com", "dir01.contoso.com", pool_kind="director"),
    server(
        "med01.contoso.com",
        "med01.contoso.com",
        pool_kind="mediation",
        reached=reached("REACH-READ", clock_skew_seconds=-5412.0),
    ),
    server(
        "edge01.contoso.com",
        EDGE01,
        "work_needed",
        pool_kind="edge",
        zone="dmz",
        reason="Core Components 6.0.9319.281 is below 6.0.9319.516 (CU6 HF2).",
    ),
    server(
        "edge02.contoso.com",
        EDGE01,
        "unknown",
        pool_kind="edge",
        zone="dmz",
        product=None,
        product_title=None,
        build=None,
        build_label=None,
        os=None,
        os_title=None,
        reason="The server was not read.",
        reached=reached(
            "REACH-UNREACHABLE",
            False,
            sentence="No answer on port 5986 within 10 seconds.",
            hint="Check the firewall between this machine and the perimeter network.",
        ),
    ),
    server(
        "old01.contoso.com",
        "old01.contoso.com",
        "blocked",
        product="lync2010",
        product_title="Lync Server 2010",
        build="4.0.7577.223",
        build_label="CU10 (Oct 2013, KB2889610)",
        os="2008r2",
        os_title="Windows Server 2008 R2 SP1",
        site="Osaka",
        pool_kind="standard",
        reason="Lync Server 2010 hybrid is not supported: migrate.",
    ),
    server(
        "exch01.contoso.com",
        "apps01.contoso.com",
        "not_in_scope",
        product="none",
        product_title="No Lync or Skype for Business server role",
        build=None,
        build_label=None,
        pool_kind="trusted_application",
        reason="No server role of the products is installed.",
    ),
    server(
        "pchat01.contoso.com",
        "pchat01.contoso.com",
        "unknown",
        pool_kind="persistent_chat",
        product=None,
        product_title=None,
        build=None,
        build_label=None,
        os=None,
        os_title=None,
        reason="The server was not read.",
        reached=reached(
            "REACH-AUTH",
            False,
            sentence="The password of CONTOSO\\svc-audit has expired.",
            hint="Change it, then run again.",
        ),
    ),
)


HALF_PATCHED = tuple(
    ComparedEntry(name=name, observed=observed, required=required, note=note)
    for name, observed, required, note in (
        ("Core Components", "6.0.9319.516", "6.0.9319.516", "decides"),
        ("Front End Server", "6.0.9319.281", "6.0.9319.516", "decides"),
        ("Mediation Server", "6.0.9319.281", "not known", "no source says whether it is serviced"),
    )
)


def _findings() -> tuple[FindingEntry, ...]:
    found = []
    for entry in SERVERS:
        status = {"work_needed": "fail", "blocked": "fail"}.get(entry.readiness, "pass")
        if entry.readiness in ("unknown", "not_in_scope"):
            status = "unknown" if entry.readiness == "unknown" else "not_applicable"
        compared = HALF_PATCHED if entry.fqdn == "fe02.contoso.com" else ()
        found.append(finding("SFB-CU-001", entry.fqdn, status, compared=compared))
        advice = "advice" if entry.os == "2008r2" else "pass"
        found.append(
            finding(
                "SFB-TLS-002",
                entry.fqdn,
                advice if entry.reached.ok else "unknown",
                title="WinHTTP offers TLS 1.2 by default",
                observed="DefaultSecureProtocols is absent in both views",
                required="bit 0x800 set",
                source=(KB, PRACTICE),
            )
        )
    waiver = WaiverEntry(who="J. Doe", why="replaced in October", until=date(2018, 10, 31))
    found.append(
        finding(
            "SFB-POOL-001",
            POOL01,
            "waived",
            subject_kind="pool",
            title="One build per pool",
            waiver=waiver,
        )
    )
    return tuple(found)


def _after(number: int, reason: str, firm: str = "official") -> dict[str, Any]:
    wait = WaitEntry(step=f"S-{number:04x}", reason=reason, order_source=firm)  # type: ignore[arg-type]  # words
    return {"waits_for": (wait,)}


_CU = "Install the cumulative update"
STEPS = (
    step(1, 1, "ipu01.contoso.com", "Install KB3140245 or its replacement", minutes=30,
         pool="ipu01.contoso.com", source=(KB,), rules=("SFB-KB-001", "SFB-TLS-002")),
    step(2, 1, "fe02.contoso.com", _CU),
    step(3, 2, "fe03.contoso.com", _CU,
         **_after(2, "one front end at a time keeps the pool's quorum")),
    step(4, 2, "se01.contoso.com", _CU, pool="se01.contoso.com", site="Osaka"),
    step(5, 3, "sql01.contoso.com", "Update the back-end databases", target_kind="database",
         minutes=40, **_after(3, "databases follow when their binaries are done")),
    step(6, 4, "edge01.contoso.com", _CU, pool=EDGE01,
         **_after(5, "the Edge follows what is behind it", "practice")),
    step(7, 4, "old01.contoso.com", "Migrate to Skype for Business Server 2015", minutes=960,
         pool="old01.contoso.com", site="Osaka", action="migrate", commands=(
             CommandEntry(text="Plan a migration; no update can help.", shell="gui"),)),
    step(8, 5, "Contoso", "Audit again", target_kind="estate", pool="", minutes=15,
         **_after(6, "a verdict needs the finished estate", "assumed")),
)  # fmt: skip


def _pools() -> tuple[PoolEntry, ...]:
    order = ("work_needed", "blocked", "unknown", "ready", "not_in_scope")
    pools = []
    for fqdn in dict.fromkeys(entry.pool for entry in SERVERS):
        members = [entry for entry in SERVERS if entry.pool == fqdn]
        worst = min((entry.readiness for entry in members), key=order.index)
        first = members[0]
        pools.append(
            PoolEntry(
                fqdn=fqdn,
                kind=first.pool_kind,
                site=first.site,
                product=first.product,
                product_title=first.product_title,
                readiness=worst,
                reason=f"{len(members)} servers",
                servers=tuple(entry.fqdn for entry in members),
                hosts_cms=fqdn == POOL01,
            )
        )
    return tuple(pools)


SCENARIOS = (
    ScenarioEntry(
        key="hybrid",
        title="Hybrid (shared SIP address space)",
        in_use="yes",
        evidence="Stated in the inventory.",
        readiness="work_needed",
        reason="2 of 4 servers of pool01.contoso.com need work.",
        pools=(POOL01, EDGE01),
        source=(ARTICLE,),
        chains=((POOL01, "dir01.contoso.com", EDGE01),),
        guessed=("The next hop of edgepool01.contoso.com is not known.",),
    ),
    ScenarioEntry(
        key="federation",
        title="Federation with Office 365",
        in_use="assumed",
        evidence="Nobody stated it.",
        readiness="unknown",
        reason="edge02.contoso.com was not read.",
        pools=(EDGE01,),
        source=(ARTICLE,),
    ),
    ScenarioEntry(
        key="exchange_online",
        title="Exchange Online",
        in_use="no",
        evidence="Stated in the inventory.",
        readiness="not_in_scope",
        reason="Stated as not in use.",
    ),
)


def sample() -> Audit:
    """Contoso: 14 servers of every readiness, two unread, one scenario assumed."""
    return Audit(
        run=run(),
        estate=EstateEntry(
            name="Contoso",
            source="estate.toml",
            sites=("Tokyo", "Osaka"),
            other_machines=(
                MachineEntry(
                    fqdn="sql01.contoso.com", pool="sql01.contoso.com", kind="sql", site="Tokyo"
                ),
                MachineEntry(
                    fqdn="owa01.contoso.com", pool="owa01.contoso.com", kind="wac", site="Tokyo"
                ),
            ),
            notes=("The topology names no branch site.",),
        ),
        servers=SERVERS,
        pools=_pools(),
        scenarios=SCENARIOS,
        findings=_findings(),
        steps=STEPS,
        sources=(ARTICLE, KB, PRACTICE),
        notes=("med01.contoso.com: its clock is 90 minutes behind.",),
    )


def several(text: str = "") -> Audit:
    """The same under two policies; `text` stands wherever a person's own file could put it."""
    audit = sample()
    title = text or "Contoso: nothing older than CU9"
    difference = DifferenceEntry(
        rule="SFB-CU-001",
        title="The cumulative update is installed",
        subject="fe01.contoso.com",
        status="fail",
        counted=True,
        main_status="pass",
        main_counted=True,
        required="6.0.9319.548 or later: CU9",
        reason=text or "Core Components 6.0.9319.516 is below 6.0.9319.548.",
        source=(KB,),
    )
    under = UnderPolicyEntry(
        policy="contoso", readiness="blocked", reason=title, differs=(difference,)
    )
    policies = (
        PolicyEntry(key="office365-tls12", title="Office 365", main=True, exit_code=3),
        PolicyEntry(
            key="contoso", title=title, description=text, main=False, exit_code=1, source=(KB,)
        ),
    )
    overlay = OverlayEntry(
        file=text or "contoso.toml", sha256="ab" * 32, changes=(text or "policies.contoso added",)
    )
    return audit.model_copy(
        update={
            "run": run(policies=policies, overlays=(overlay,)),
            "servers": tuple(s.model_copy(update={"also": (under,)}) for s in audit.servers),
            "pools": tuple(p.model_copy(update={"also": (under,)}) for p in audit.pools),
            "scenarios": tuple(s.model_copy(update={"also": (under,)}) for s in audit.scenarios),
        }
    )


SOON, LATER = date(2018, 10, 31), date(2018, 12, 31)


def waived() -> Audit:
    """Four servers, all ready: two by waivers alone, and one of the others so under contoso."""

    def under(until: date | None) -> dict[str, Any]:
        also = UnderPolicyEntry(policy="contoso", readiness="ready", reason="", by_waiver=until)
        return {"also": (also,)}

    site = "edgepool01.contoso.com"
    servers = (
        server("fe01.contoso.com", POOL01, **under(LATER)),
        server("fe02.contoso.com", POOL01, by_waiver=LATER, **under(LATER)),
        server("edge01.contoso.com", site, by_waiver=SOON, **under(SOON)),
        server("dir01.contoso.com", "dir01.contoso.com", **under(None)),
    )
    pools = tuple(
        PoolEntry(
            fqdn=fqdn,
            kind="enterprise",
            site="Tokyo",
            product="sfb2015",
            readiness="ready",
            reason="",
            by_waiver=until,
            **under(until),
        )
        for fqdn, until in ((POOL01, LATER), (site, SOON), ("dir01.contoso.com", None))
    )
    hybrid = SCENARIOS[0].model_copy(
        update={
            "readiness": "ready",
            "reason": "3 pools ready (2 of them by a waiver)",
            "pools": tuple(pool.fqdn for pool in pools),
            "by_waiver": SOON,
            **under(SOON),
        }
    )
    accepted = WaiverEntry(who="J. Doe", why="replaced", until=LATER)
    found = finding("SFB-CU-001", "fe02.contoso.com", "waived", waiver=accepted)
    policies = (
        PolicyEntry(key="office365-tls12", title="Office 365", main=True, exit_code=0),
        PolicyEntry(key="contoso", title="Contoso", main=False, exit_code=0),
    )
    more = {"servers": servers, "pools": pools, "scenarios": (hybrid,), "findings": (found,)}
    return empty().model_copy(update={"run": run(exit_code=0, policies=policies), **more})
