"""The need matrices on a terminal: which rows are this estate's, why, and what lies on the way."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from auditor.assess.scenarios.matrix import ClientMark, Matrices, ScenarioRow
from auditor.estate.model import InUse
from auditor.rulebook.integration import ServerNeed
from reports import words
from reports.text import one_line

NEED = {
    ServerNeed.YES: "Yes",
    ServerNeed.NO: "No",
    ServerNeed.PARTNER: "Partners decide",
    ServerNeed.EXCHANGE: "Exchange Server",
    ServerNeed.ASK: "Ask",
}
PLACE = {"online": "Online", "on_premises": "On-premises"}

_MARK = {InUse.YES: ">", InUse.UNKNOWN: "?", InUse.ASSUMED: "?"}
_STYLE = {InUse.YES: "bold", InUse.UNKNOWN: "magenta", InUse.ASSUMED: "magenta", InUse.NO: "dim"}
_MOST_CHAINS, _MOST_NAMES = 6, 12
_TO_READ = (
    "What a front end says of it is in bundles of the estate's snippets: name them here, or as "
    "[estate] evidence in the estate file."
)


def print_scenarios(estate: str, matrices: Matrices, console: Console) -> None:
    """Both matrices, then each scenario that may be in use with its evidence and its path.

    The clients' matrix is left out where there are no rows of it.
    """
    console.print(Text(one_line(f"How {estate} touches Office 365", 200), "bold"))
    if not matrices.has_evidence:
        console.print(
            Text("No configuration was read: what is not stated is assumed or unknown.", "magenta")
        )
        console.print(Text(_TO_READ, "dim"))
    console.print(_servers(matrices.servers, with_readiness=matrices.has_audit))
    if matrices.reconstructed:
        console.print(
            Text(
                "The servers' matrix is reconstructed from the article's text: its own table is "
                "an image that no archive kept.",
                "dim",
            )
        )
    if matrices.left_out:
        console.print(
            Text(
                "Judged by the run, and not in the rulebook of this version: "
                f"{_some(matrices.left_out)}. The run's own reports have it.",
                "magenta",
            )
        )
    if matrices.clients:
        console.print(_clients(matrices.clients))
    console.print(Text("> this estate's row   ? not known", "dim"))
    for row in matrices.servers:
        if row.weighed.in_use is not InUse.NO or row.weighed.contradiction:
            _detail(row, console)
    denied = [row for row in matrices.servers if row.weighed.in_use is InUse.NO]
    if denied:
        console.print(Text("\nNot in use", "bold"))
    for row in denied:
        console.print(Text(f"- {row.entry.title}: {one_line(row.weighed.evidence, 600)}"))


def _table(title: str, *headers: str) -> Table:
    table = Table(*headers, title=Text(title, "bold"), title_justify="left", box=None)
    table.header_style, table.expand, table.padding = "bold dim", True, (0, 2, 0, 0)
    return table


def _servers(rows: Sequence[ScenarioRow], *, with_readiness: bool) -> Table:
    table = _table(
        "\nServers (a reconstruction)", "", "Scenario", "Prepare", "In use", "Pools, servers"
    )
    if with_readiness:
        table.add_column("Path", no_wrap=True)
    for number in (0, 2, 3, 4):
        table.columns[number].no_wrap = True
    table.columns[1].ratio = 1
    for row in rows:
        in_use = row.weighed.in_use
        title = f"- {row.entry.title}" if row.entry.within else row.entry.title
        cells = [
            Text(_MARK.get(in_use, "")),
            Text(one_line(title, 120), _STYLE[in_use]),
            Text(NEED[row.entry.need]),
            Text(words.IN_USE[in_use.value], _STYLE[in_use]),
            Text(f"{len(row.path.pools):,}, {len(row.servers):,}" if row.path.pools else "none"),
        ]
        if with_readiness:
            short = words.READINESS["ready_waived"] if row.by_waiver else _readiness(row)
            cells.append(Text(short if _readiness(row) else ""))
        table.add_row(*cells)
    return table


def _readiness(row: ScenarioRow) -> str:
    """Of its path; a scenario that is not in use has none that matters."""
    if row.readiness is None or row.weighed.in_use is InUse.NO:
        return ""
    if row.by_waiver is not None:
        return words.ready_until(row.by_waiver)
    return words.READINESS[row.readiness.value]


def _clients(marks: Sequence[ClientMark]) -> Table:
    table = _table("\nClients", "", "Account", "Mailbox", "Prepare", "In use")
    table.columns[3].ratio = 4
    for mark in marks:
        prepare = words.IN_USE[mark.prepare.value]
        if mark.row.prepare == "with_federation":
            prepare = f"No*, yes where federated with Office 365: here {prepare.lower()}"
        table.add_row(
            Text(_MARK.get(mark.in_use, "")),
            Text(PLACE[mark.row.account]),
            Text(PLACE[mark.row.mailbox]),
            Text(prepare),
            Text(words.IN_USE[mark.in_use.value], _STYLE[mark.in_use]),
        )
    return table


def _detail(row: ScenarioRow, console: Console) -> None:
    in_use = row.weighed.in_use
    console.print(Text(f"\n{row.entry.title}", "bold"))
    console.print(Text(f"  In use: {words.IN_USE[in_use.value]}", _STYLE[in_use]))
    if row.weighed.contradiction:
        console.print(Text(f"  {one_line(row.weighed.contradiction, 900)}", "yellow"))
    else:
        for clue in row.weighed.clues:
            console.print(Text(f"  - {one_line(str(clue), 400)}"))
    console.print(Text(f"  Prepare: {NEED[row.entry.need]}. {row.entry.basis}", "dim"))
    for chain in row.path.chains[:_MOST_CHAINS]:
        console.print(Text(f"  Path: {one_line(' > '.join(chain), 300)}"))
    hidden = len(row.path.chains) - _MOST_CHAINS
    if hidden > 0:
        console.print(Text(f"  ... and {words.count(hidden, 'more way')}", "dim"))
    for guess in row.path.guessed:
        console.print(Text(f"  {one_line(guess, 300)}", "magenta"))
    if row.path.pools:
        console.print(Text(f"  Pools: {_some(row.path.pools)}"))
        console.print(Text(f"  Servers: {_some(row.servers) or 'none known'}"))
    if row.excluded:
        console.print(Text(f"  Not audited, {one_line(row.excluded, 900)}", "magenta"))
    if _readiness(row):
        console.print(Text(f"  The path is: {_readiness(row)}"))
    for fqdn, told in _not_ready(row):
        console.print(Text(f"  - {one_line(fqdn, 120)}: {told}"))


def _not_ready(row: ScenarioRow) -> list[tuple[str, str]]:
    """Pools on the path that are not ready, then those that are by a waiver alone."""
    unready = [(fqdn, words.READINESS[word.value]) for fqdn, word in row.unready[:_MOST_NAMES]]
    waived = [(fqdn, words.ready_until(until)) for fqdn, until in row.waived[:_MOST_NAMES]]
    return unready + waived


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(one_line(name, 120) for name in names[:_MOST_NAMES])
    more = len(names) - _MOST_NAMES
    return f"{shown} and {more:,} more" if more > 0 else shown
