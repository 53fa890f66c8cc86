"""The flat tables as CSV, for tools that read no JSON. Importing this loads pandas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

import pandas as pd

from auditor.audit import (
    Audit,
    FindingEntry,
    ScenarioEntry,
    ServerEntry,
    StepEntry,
    UnderPolicyEntry,
)
from reports import words
from reports.files import TABLES, write_report
from reports.text import visible

_ACTS_IN_EXCEL = ("=", "+", "-", "@", "\t", "\r")

FlatRow = Mapping[str, str | int | float | bool | None]


def write_csv(audit: Audit, folder: Path, names: Iterable[str] = TABLES) -> tuple[Path, ...]:
    """Write these tables; gives their paths.

    UTF-8 with a byte order mark, so that Excel reads it as such; a cell that Excel would
    take for a formula begins with an apostrophe. Raises UsageError where `folder` cannot
    be written.
    """
    numbers = {step.id: step.number for step in audit.steps}
    tables: dict[str, tuple[tuple[str, ...], Iterable[FlatRow]]] = {
        "servers.csv": (_SERVERS, (_server(server) for server in audit.servers)),
        "findings.csv": (_FINDINGS, (_finding(finding) for finding in audit.findings)),
        "plan.csv": (_PLAN, (_step(step, numbers) for step in audit.steps)),
        "scenarios.csv": (_SCENARIOS, (_scenario(scenario) for scenario in audit.scenarios)),
    }
    return tuple(_write(folder / name, *tables[name]) for name in names)


def _write(path: Path, columns: tuple[str, ...], rows: Iterable[FlatRow]) -> Path:
    # No type inference: 6.10 must not become 6.1, nor an absent number 0.0.
    frame = pd.DataFrame([_safe_row(row) for row in rows], columns=list(columns), dtype=object)
    text = frame.to_csv(index=False, lineterminator="\r\n")
    write_report(path, b"\xef\xbb\xbf" + text.encode())
    return path


def _safe_row(row: FlatRow) -> dict[str, object]:
    return {key: _safe(value) if isinstance(value, str) else value for key, value in row.items()}


def _safe(text: str) -> str:
    acts = text.startswith(_ACTS_IN_EXCEL) or visible(text).lstrip(" \n").startswith(_ACTS_IN_EXCEL)
    return f"'{visible(text)}" if acts else visible(text)


_SERVERS = (
    "fqdn", "pool", "pool_kind", "site", "roles", "zone", "upgrade_domain", "product",
    "product_title", "build", "build_label", "os", "os_title", "readiness", "reason", "reached",
    "reach_code", "reach_sentence", "reach_hint", "origin", "unauthenticated", "collected_utc",
    "age_days", "clock_skew_seconds", "needed_by", "excluded", "other_policies", "by_waiver",
)  # fmt: skip


def _server(server: ServerEntry) -> FlatRow:
    reached = server.reached
    plain = server.model_dump(
        include=set(_SERVERS) - {"roles", "reached", "needed_by", "other_policies", "by_waiver"}
    )
    return {
        **plain,
        "roles": ", ".join(server.roles),
        "reached": reached.ok,
        "reach_code": reached.code,
        "reach_sentence": reached.sentence,
        "reach_hint": reached.hint,
        "origin": reached.origin,
        "unauthenticated": reached.unauthenticated,
        "collected_utc": words.utc(reached.collected).isoformat() if reached.collected else "",
        "age_days": reached.age_days,
        "clock_skew_seconds": reached.clock_skew_seconds,
        "needed_by": ", ".join(server.needed_by),
        "other_policies": "\n".join(_under(under) for under in server.also),
        "by_waiver": _day(server.by_waiver),
    }


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _under(under: UnderPolicyEntry) -> str:
    waived = f" (waived until {_day(under.by_waiver)})" if under.by_waiver else ""
    return f"{under.policy}: {under.readiness}{waived}"


_FINDINGS = (
    "id", "rule", "title", "subject", "subject_kind", "status", "counted", "observed",
    "required", "reason", "remediation", "evidence", "sources", "source_urls", "needed_by",
    "compared", "waived_until",
)  # fmt: skip


def _finding(finding: FindingEntry) -> FlatRow:
    return {
        **finding.model_dump(
            include=set(_FINDINGS) - {"evidence", "needed_by", "compared", "waived_until"}
        ),
        "needed_by": ", ".join(finding.needed_by),
        "evidence": words.evidence(finding.evidence),
        "compared": words.compared(finding.compared),
        "waived_until": _day(finding.waiver.until if finding.waiver else None),
        "sources": words.sources(finding.source),
        "source_urls": "\n".join(source.url for source in finding.source),
    }


_PLAN = (
    "id", "number", "wave", "site", "pool", "target", "target_kind", "action", "title", "reason",
    "rules", "commands", "waits_for", "minutes", "impact", "rollback", "sources", "source_urls",
    "needed_by",
)  # fmt: skip


def _step(step: StepEntry, numbers: dict[str, int]) -> FlatRow:
    return {
        **step.model_dump(include=set(_PLAN) - {"rules", "commands", "waits_for", "needed_by"}),
        "needed_by": ", ".join(step.needed_by),
        "rules": ", ".join(step.rules),
        "commands": words.commands(step),
        "waits_for": words.waits(step, numbers),
        "sources": words.sources(step.source),
        "source_urls": "\n".join(source.url for source in step.source),
    }


_SCENARIOS = (
    "key", "title", "in_use", "readiness", "reason", "evidence", "pools", "sources", "ways",
    "by_waiver",
)  # fmt: skip


def _scenario(scenario: ScenarioEntry) -> FlatRow:
    return {
        **scenario.model_dump(include=set(_SCENARIOS) - {"pools", "by_waiver"}),
        "pools": ", ".join(scenario.pools),
        "sources": words.sources(scenario.source),
        "ways": "\n".join(" > ".join(chain) for chain in scenario.chains),
        "by_waiver": _day(scenario.by_waiver),
    }
