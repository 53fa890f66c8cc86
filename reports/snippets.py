"""What runs on a server, on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from auditor.facts.touched import LISTS, Touched

_TITLES = {
    "commands": "commands",
    "registry": "registry",
    "wmi": "WMI",
    "files": "files",
    "certificates": "certificates",
    "environment": "environment",
}


def print_families(groups: Mapping[str, Sequence[tuple[str, Touched]]], console: Console) -> None:
    """Each family in a line: its key, the lowest PowerShell, what it reads."""
    for title, families in groups.items():
        table = Table("Family", "Needs", "Reads", box=None, header_style="bold dim")
        table.columns[0].no_wrap = True
        for key, each in families:
            table.add_row(Text(key), Text(each.needs), Text(each.reads))
        console.print(Text(f"\n{title}", "bold"))
        console.print(table)


def print_touched(snippets: Iterable[Touched], console: Console) -> None:
    """Everything that each snippet touches."""
    for each in snippets:
        console.print(Text(f"\n{each.snippet}", "bold"))
        table = Table.grid(padding=(0, 2, 0, 0))
        table.add_column(no_wrap=True, min_width=13)
        table.add_column(overflow="fold")
        for key in LISTS:
            if words := getattr(each, key):
                table.add_row(Text(f"  {_TITLES[key]}", "dim"), Text("\n".join(words)))
        table.add_row(Text("  rights", "dim"), Text(each.rights))
        table.add_row(Text("  needs", "dim"), Text(f"Windows PowerShell {each.needs}"))
        console.print(table)
