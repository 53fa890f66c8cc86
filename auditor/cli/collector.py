"""`sfb-audit collector`: the collector as files, for servers that WinRM cannot reach."""

from __future__ import annotations

import hashlib
from pathlib import Path

import click

from auditor.cli import options
from auditor.cli.jea_export import jea
from auditor.errors import UsageError

_SIGN = """
To sign it, on a Windows machine with a code signing certificate (an AllSigned policy wants one):
  $certificate = @(Get-ChildItem -Path Cert:\\CurrentUser\\My -CodeSigningCert)[0]
  Set-AuthenticodeSignature -FilePath .\\{name} -Certificate $certificate -TimestampServer URL
With the time stamp of your certificate authority the signature outlives the certificate. Signing
changes the file and its SHA-256; the hash that the script itself reports ($collector) stays."""


@click.group()
def collector() -> None:
    """Write the collector as a file: to be read, approved, signed, and carried by hand."""


collector.add_command(jea)


@collector.command()
@click.option(
    "--out",
    type=options.FILE,
    default=Path("Collect-SfbFacts.ps1"),
    show_default=True,
    help="The script's file.",
)
@click.option("--families", help="Only these fact families, with commas.  [default: all]")
@click.option("--sign", is_flag=True, help="Say how the script is signed.")
def export(out: Path, families: str | None, sign: bool) -> None:
    """Write the offline collector: one script that reads a server and writes one new file.

    Run on a server it leaves HOST.facts.json in the current folder; `assess`, and `run` with
    --bundle, take that file in.

    \b
    sfb-audit collector export --out Collect-SfbFacts.ps1
    sfb-audit assess EDGE01.facts.json --topology topology.xml --out audit
    """
    from auditor.collect.offline import offline_script

    wanted = None if families is None else [key.strip() for key in families.split(",")]
    try:
        content = offline_script(wanted)
    except ValueError as error:
        raise UsageError(
            "COLLECTOR-FAMILY", f"{error}.", "`sfb-audit snippets` lists the families."
        ) from None
    _write(out, content)
    click.echo(
        f"wrote {out} ({len(content):,} bytes, SHA-256 {hashlib.sha256(content).hexdigest()})"
    )
    click.echo("On the server, in a folder where a file may be written, as an administrator:")
    click.echo(f"  powershell.exe -NoProfile -ExecutionPolicy Bypass -File .\\{out.name}")
    click.echo("Then here: sfb-audit assess HOST.facts.json --out audit")
    if sign:
        click.echo(_SIGN.format(name=out.name))


def _write(out: Path, content: bytes) -> None:
    """A file that says something else is never replaced."""
    try:
        if out.exists():
            if out.read_bytes() != content:
                raise UsageError(
                    "COLLECTOR-EXISTS",
                    f"{out} is there already, and is another file (a signed one, perhaps).",
                    "Choose another name, or remove it first.",
                )
            return
        out.write_bytes(content)
    except OSError as error:
        raise UsageError(
            "COLLECTOR-NOT-WRITTEN",
            f"{out} cannot be written: {error.strerror or error}.",
            "Choose another place.",
        ) from error
