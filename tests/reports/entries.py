"""Entries of an audit, each a plausible one but for what a test says of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from auditor.audit import (
    Audit,
    CommandEntry,
    EstateEntry,
    EvidenceEntry,
    FindingEntry,
    ReachedEntry,
    RunEntry,
    ServerEntry,
    SourceRef,
    StepEntry,
)

STARTED = datetime(2018, 8, 20, 1, 2, 3, tzinfo=UTC)
POOL01, EDGE01 = "pool01.contoso.com", "edgepool01.contoso.com"
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
        "needed_by": {POOL01: ("hybrid",), EDGE01: ("hybrid", "federation")}.get(pool, ()),
    }
    return ServerEntry(**(values | more))


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


def step(number: int, wave: int, target: str, title: str, **more: Any) -> StepEntry:
    values: dict[str, Any] = {
        "id": f"S-{number:04x}",
        "number": number,
        "wave": wave,
        "action": "install_cu",
        "title": title,
        "target": target,
        "target_kind": "server",
        "pool": POOL01,
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
