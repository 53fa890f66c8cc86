"""report.html: one file that asks nothing of the network, for a browser without one."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources
from itertools import groupby
from pathlib import Path

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from auditor.audit import Audit, FindingEntry, PoolEntry, ServerEntry
from reports import needs, words
from reports.files import write_report
from reports.summary import Summary, summarise
from reports.text import shortened, web_address

_MOST_TEXT = 4_000  # characters of one value; audit.json has the whole


@dataclass(frozen=True, slots=True)
class Group:
    """The findings on one subject. `judged` is None for what is neither server nor pool.

    `is_needed` tells whether a scenario in use needs it.
    """

    subject: str
    judged: ServerEntry | PoolEntry | None
    counts: str
    findings: tuple[FindingEntry, ...]
    is_needed: bool


@dataclass(frozen=True, slots=True)
class Bar:
    """A part of the readiness bar, in percent of its width."""

    word: words.Standing
    start: float
    width: float


def write_page(audit: Audit, path: Path) -> None:
    """Write the page; the same audit gives the same bytes. UsageError where it cannot."""
    write_report(path, page_text(audit).encode())


def page_text(audit: Audit) -> str:
    """The whole page. Every value is cleaned and escaped; scripts run by hash only."""
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["web_address"] = web_address
    css, script = _part("page.css"), _part("page.js")
    summary = summarise(audit)
    order = list(words.READINESS)
    return environment.from_string(_part("page.html.j2")).render(
        audit=audit,
        summary=summary,
        servers=sorted(audit.servers, key=lambda server: order.index(words.standing(server))),
        groups=tuple(_groups(audit)),
        bars=tuple(_bars(summary)),
        numbers={step.id: step.number for step in audit.steps},
        words=words,
        needs=needs,
        names=needs.scenario_names(audit),
        css=Markup(css),  # noqa: S704 - our own file
        script=Markup(script),  # noqa: S704 - our own file
        css_hash=_hash(css),
        script_hash=_hash(script),
    )


def _shown(value: object) -> object:
    """What jinja2 puts out for one expression: markup of ours as it is, other text cleaned."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return shortened(value, _MOST_TEXT)
    return "" if value is None else value


def _part(name: str) -> str:
    text = (resources.files(__package__) / name).read_text("utf-8")
    return text.replace("\r\n", "\n")  # the hash is of what the browser reads


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _groups(audit: Audit) -> Iterable[Group]:
    """Servers in the order of their readiness, and then what is no server."""
    servers = {server.fqdn: words.standing(server) for server in audit.servers}
    judged: dict[str, ServerEntry | PoolEntry] = {pool.fqdn: pool for pool in audit.pools}
    judged |= {server.fqdn: server for server in audit.servers}
    order = [*words.READINESS, ""]
    severity = list(words.STATUS)
    found = sorted(
        audit.findings,
        key=lambda f: (order.index(servers.get(f.subject, "")), f.subject),
    )
    for subject, entries in groupby(found, key=lambda f: f.subject):
        findings = sorted(entries, key=lambda f: severity.index(f.status))
        counts = (
            f"{len(list(some))} {words.STATUS[status].lower()}"
            for status, some in groupby(findings, key=lambda f: f.status)
        )
        told, is_needed = ", ".join(counts), any(f.needed_by for f in findings)
        yield Group(subject, judged.get(subject), told, tuple(findings), is_needed)


def _bars(summary: Summary) -> Iterable[Bar]:
    total = sum(summary.servers.values())
    start = 0.0
    for word, number in summary.servers.items():
        width = round(100 * number / total, 3) if total else 0.0
        if number:
            yield Bar(word, round(start, 3), width)
        start += width
