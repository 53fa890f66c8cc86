"""`sfb-audit topology`: what a topology document says of the estate."""

from __future__ import annotations

from pathlib import Path

import click

from auditor.cli import options


@click.command()
@click.argument("file", type=options.FILE)
def topology(file: Path) -> None:
    """Print the estate of FILE: sites, pools, servers, links, databases, the federation route.

    FILE is topology XML, or what Topology Builder saved (.tbxml). What is odd in it is noted.

    \b
    (Get-CsTopology -AsXml) | Out-File topology.xml -Encoding UTF8      # on a front end
    sfb-audit topology topology.xml
    """
    from auditor.estate.topology import read_topology
    from reports.console import make_console
    from reports.estate_console import print_estate

    print_estate(read_topology(file), make_console())
