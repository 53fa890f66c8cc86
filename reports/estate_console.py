"""An estate's picture on a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from auditor.estate.model import Estate
from reports.text import one_line


def print_estate(estate: Estate, console: Console) -> None:
    """Sites with their pools and servers, then the notes."""
    for site in estate.sites:
        console.print(Text(one_line(site.name, 200), "bold"))
        for pool in estate.pools:
            if pool.site == site.name:
                servers = ", ".join(server.fqdn for server in pool.servers)
                console.print(Text(f"  {one_line(f'{pool.fqdn} {pool.kind}: {servers}', 900)}"))
    for note in estate.notes:
        console.print(Text(one_line(note), "dim"))
