"""`sfb-audit collector jea`: write the files of the endpoint that allows nothing but the audit."""

from __future__ import annotations

import hashlib
from pathlib import Path

import click

from auditor.cli import options
from auditor.errors import UsageError


@click.command()
@click.option("--out", type=options.FILE, required=True, help="Folder to write into; a new one.")
def jea(out: Path) -> None:
    """Write a JEA endpoint: a session configuration that has Get-SfbFacts and nothing else.

    Prints the SHA-256 of every file. How it is installed is in docs/least-privilege.md;
    sfb-audit itself never installs anything.

    \b
    sfb-audit collector jea --out SfbAudit-endpoint
    sfb-audit run --config estate.toml --configuration SfbAudit --out audit
    """
    from auditor.collect.jea import endpoint_files

    files = endpoint_files()
    if present := [place for place in files if (out / place).exists()]:
        raise UsageError(
            "ENDPOINT-EXISTS",
            f"{out} already holds {present[0]}, and your group may stand in its files.",
            "Choose another folder, and carry the group over.",
        )
    try:
        for place, content in files.items():
            (out / place).parent.mkdir(parents=True, exist_ok=True)
            with (out / place).open("xb") as file:
                file.write(content)
    except OSError as error:
        raise UsageError(
            "ENDPOINT-NOT-WRITTEN",
            f"{out} cannot be written: {error.strerror or error}.",
            "Choose another folder, or free space.",
        ) from error
    for place, content in files.items():
        click.echo(f"{hashlib.sha256(content).hexdigest()}  {place}")
