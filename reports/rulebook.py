"""The rulebook on a terminal: what was proved of it, and its policies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.table import Table
from rich.text import Text

from auditor.rulebook.builds import named
from auditor.rulebook.check import Check
from auditor.rulebook.model import Rulebook
from auditor.rulebook.policy import Policy, Scope, Threshold
from reports.rows import print_line, print_paragraph, print_rows
from reports.text import one_line

_MOST_FAULTS = 20


def requirements(rulebook: Rulebook, policy: Policy, rule: str) -> Iterator[str]:
    """The thresholds that a policy has for a rule (its id), in short; nothing where it has none."""
    titles = {key: product.title for key, product in rulebook.products.items()}
    if rule == "SFB-CU-001":
        for key, threshold in policy.minimum.items():
            kinds = [
                f"; {build} in pools of kind {kind}" for kind, build in threshold.kinds.items()
            ]
            yield f"{titles[key]} {named(rulebook, key, threshold.build)}{''.join(kinds)}"
    elif rule == "SFB-NET-002" and policy.dotnet is not None:
        yield f"{policy.dotnet.title} ({policy.dotnet.release})"
    elif rule == "SFB-SQL-001":
        for key, asked in policy.sql.items():
            yield f"{titles[key]}: {', '.join(map(str, asked.builds))}"
    elif rule == "SFB-REACH-001":
        yield f"facts of {policy.max_age_days} days at most"


def told_of(rulebook: Rulebook) -> str:
    """Its date, and the files that were laid over it."""
    over = "".join(f", with {o.file} (SHA-256 {o.sha256})" for o in rulebook.overlays)
    return one_line(f"{rulebook.date}{over}", 600)


def print_checks(rulebook: Rulebook, checks: Iterable[Check], console: Console) -> bool:
    """Each check with its number of entries and its faults; whether there was none at all."""
    console.print(Text(f"Rulebook of {told_of(rulebook)}", "bold"))
    _print_changes(rulebook, console)
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    found: list[str] = []
    for check in checks:
        faults = list(check.faults(rulebook))
        found += faults
        word = Text(f"{len(faults)} faults", "bold red") if faults else Text("ok", "green")
        table.add_row(Text(f"{check.entries(rulebook):,}"), word, Text(check.title))
    console.print(table)
    for fault in found[:_MOST_FAULTS]:
        console.print(Text(f"- {one_line(fault, 300)}"))
    if len(found) > _MOST_FAULTS:
        console.print(Text(f"and {len(found) - _MOST_FAULTS} more"))
    console.print(Text("Consistent." if not found else "Not consistent.", "bold"))
    return not found


def _print_changes(rulebook: Rulebook, console: Console) -> None:
    """What each file over the rulebook has changed, and what it asks less of."""
    for overlay in rulebook.overlays:
        for change in overlay.changes:
            console.print(Text(f"  {one_line(overlay.file, 100)}: {one_line(change, 200)}", "dim"))


def print_policies(rulebook: Rulebook, console: Console) -> None:
    """Every policy: what it is for, what it asks of each product, what it rules out."""
    _print_changes(rulebook, console)
    for policy in rulebook.policies.values():
        print_line(Text(f"{policy.key}: {one_line(policy.title, 200)}", "bold"), console)
        if policy.description:
            print_paragraph(one_line(policy.description, 400), console)
        print_rows(_rows(rulebook, policy), console)
        console.print()


_JUDGED: dict[Scope, str] = {
    "paths": "the servers on the paths of scenarios that are in use, or may be",
    "estate": "every server of the estate, whatever scenarios are in use",
}


def _rows(rulebook: Rulebook, policy: Policy) -> Iterator[tuple[str, str]]:
    """What the policy says, each with the keys of its sources; their titles come last."""
    titles = {key: product.title for key, product in rulebook.products.items()}
    for product, threshold in policy.minimum.items():
        yield "minimum", f"{titles[product]}: {_least(threshold)}{_by(threshold.sources)}"
    if policy.dotnet is not None:
        of = ", ".join(titles[key] for key in policy.dotnet.products)
        told = f"{policy.dotnet.title} ({policy.dotnet.release}), for {of}"
        yield "minimum", f"{told}{_by(policy.dotnet.sources)}"
    for product, asked in policy.sql.items():
        clients = ", and its clients" if asked.clients else ""
        told = f"{asked.title}{clients}, for {titles[product]}"
        yield "minimum", f"{told}{_by(asked.sources)}"
    for severity, what in (
        (policy.strong_crypto, "a lack of strong cryptography in .NET"),
        (policy.unstarred, "a lack of KB3140245 or of its value, on rows without a star too"),
        (policy.support, "a product whose support by Microsoft has ended"),
    ):
        if severity == "fail":
            yield "fails", what
    if policy.extended_updates:
        yield "support", "bought security updates count"
    yield from _ruled_out(rulebook, policy)
    yield from _not_read(rulebook, policy)
    yield "judges", _JUDGED[policy.scope]
    yield "counts", ", ".join(policy.counts)
    yield "facts", f"at most {policy.max_age_days} days old"
    for key in dict.fromkeys((*policy.sources, *_cited(policy))):
        source = rulebook.sources[key]
        told = f"{key}: {source.title}"
        yield "source", f"{told}\n  {source.url}" if source.url else told


def _not_read(rulebook: Rulebook, policy: Policy) -> Iterator[tuple[str, str]]:
    """What a person has to look at: on servers, and beside them."""
    for asked in policy.prerequisites:
        of = ", ".join(rulebook.products[key].title for key in asked.products)
        kinds = f"; in pools of kind {', '.join(asked.kinds)}" if asked.kinds else ""
        windows = ", ".join(rulebook.windows[key].title for key in asked.systems)
        on = f"; on {windows}" if windows else ""
        yield "not read yet", f"{asked.title} ({of}{kinds}{on}){_by(asked.sources)}"
    for sentence in filter(None, (policy.anywhere, policy.elsewhere)):
        yield "besides", sentence


def _cited(policy: Policy) -> Iterator[str]:
    for threshold in policy.minimum.values():
        yield from threshold.sources
    if policy.dotnet is not None:
        yield from policy.dotnet.sources
    for asked in policy.sql.values():
        yield from asked.sources
    for row in policy.excludes:
        yield from row.sources
    for prerequisite in policy.prerequisites:
        yield from prerequisite.sources


def _by(sources: Iterable[str]) -> str:
    return f" [{', '.join(sources)}]"


def _ruled_out(rulebook: Rulebook, policy: Policy) -> Iterator[tuple[str, str]]:
    """What can never meet the policy, and where it has to go."""
    titles = {key: product.title for key, product in rulebook.products.items()}
    for row in policy.excludes:
        what = titles.get(row.product) or rulebook.windows[row.os].title
        but = f" except in pools of kind {', '.join(row.except_kinds)}" if row.except_kinds else ""
        where = f" in pools of kind {', '.join(row.kinds)}" if row.kinds else ""
        yield "ruled out", f"{what}{where}{but}. {row.why}"
    if policy.target is not None:
        key, least = policy.target.product, policy.least(policy.target.product)
        build = f" {named(rulebook, key, least.build)} or later" if least is not None else ""
        note = f". {policy.target.note}" if policy.target.note else ""
        yield "migrate to", f"{titles[key]}{build}{note}"


def _least(threshold: Threshold) -> str:
    kinds = [f"{build} in pools of kind {kind}" for kind, build in threshold.kinds.items()]
    return ", ".join((str(threshold.build), *kinds))
