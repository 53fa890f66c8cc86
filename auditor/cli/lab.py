"""`sfb-audit lab` and `sfb-audit demo`: an estate on loopback to practise on."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.cli import options
from auditor.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from auditor.lab.estate_file import LabEstate
    from auditor.lab.model import Backend
    from auditor.lab.server import Lab
    from auditor.lab.shell import ShellBackend

_NEEDED = ("psrpcore", "cryptography")
_backend = click.option(
    "--backend",
    type=click.Choice(["state", "pwsh"]),
    default="state",
    show_default=True,
    help="What answers: a description of each Windows, or a real PowerShell engine "
    "(AUDITOR_PWSH, else pwsh on PATH) that runs what the client sends.",
)


@click.group()
def lab() -> None:
    """An estate on loopback that answers WinRM like Windows does (for training and tests)."""


@lab.command()
@click.option("--estate", type=options.FILE, help="Lab estate file.  [default: the demo's]")
@click.option(
    "--folder",
    type=options.FILE,
    default=Path("out/lab"),
    show_default=True,
    help="Where its estate file, CA and password files are put.",
)
@_backend
def start(estate: Path | None, folder: Path, backend: str) -> None:
    """Keep the lab running until Ctrl-C; print addresses, CA file and credentials."""
    with _running(estate, folder, backend) as (running, described):
        click.echo(f"{len(running.hosts)} hosts; audit them with:")
        click.echo(f"  sfb-audit run --config {folder / 'estate.toml'} --out out/audit\n")
        for host in running.hosts:
            zone = host.zone
            url = f"{zone.transport.value}://{host.address}:{running.ports[zone.name]}/wsman"
            fault = f"  ({host.fault})" if host.fault else ""
            click.echo(f"  {host.fqdn:28} {url:36} {zone.auth.value}{fault}")
        for host in running.hosts:
            if host.front_end_of:
                url = f"https://{host.address}:{running.ocs_port}/OcsPowerShell"
                click.echo(f"  {host.front_end_of:28} {url:36} on {host.fqdn}")
        click.echo(f"\nCA file      {folder / 'lab-ca.pem'}")
        for zone in described.zones:
            click.echo(f"zone {zone.name:8} {zone.user.username}  {zone.user.password}")
        click.echo("\nCtrl-C ends the lab.")
        threading.Event().wait()


@click.command()
@click.option(
    "--out", type=options.FILE, default=Path("out/demo"), show_default=True, help="For the reports."
)
@_backend
def demo(out: Path, backend: str) -> int:
    """Audit the demo estate over real WinRM on loopback, and show what comes of it."""
    from auditor.cli.run import run

    click.echo("starting the lab: Contoso, on loopback", err=True)
    with _running(None, out / "lab", backend):
        config = out / "lab" / "estate.toml"
        click.echo(f"auditing it: sfb-audit run --config {config} --out {out}\n", err=True)
        code = click.get_current_context().invoke(
            run,
            config=config,
            topology=None,
            servers=None,
            username=None,
            threads=None,
            out=out,
            csv=False,
        )
    if code not in (ExitCode.READY, ExitCode.WORK_NEEDED, ExitCode.INCOMPLETE):
        return int(code)
    click.echo(
        f"\nThe audit itself ended with exit code {code}, as said above; the demo did its job "
        "and ends with 0.",
        err=True,
    )
    return ExitCode.READY


@contextmanager
def _running(estate: Path | None, folder: Path, backend: str) -> Iterator[tuple[Lab, LabEstate]]:
    """The lab, with an estate file in `folder` by which it can be audited."""
    try:
        from auditor.lab.estate_file import read_estate_file
        from auditor.lab.inventory import write_inventory
        from auditor.lab.registration import register
        from auditor.lab.server import running_lab
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] not in _NEEDED:
            raise
        raise UsageError(
            "LAB-NOT-INSTALLED",
            f"the lab needs {error.name}, which is not installed.",
            'Install it from a clone of this project: pip install ".[lab]"',
        ) from None
    with resources.as_file(resources.files("auditor.lab") / "demo.toml") as shipped:
        described = read_estate_file(estate or shipped)
    hosts = register(described.hosts, folder / "endpoint")
    with running_lab(hosts, _chosen(backend)) as running:
        write_inventory(described, running.ports, running.ca_file, folder)
        yield running, described


def _chosen(backend: str) -> Backend | ShellBackend:
    if backend == "pwsh":
        from auditor.lab.engine import find_engine
        from auditor.lab.engine_backend import EngineBackend

        return EngineBackend(find_engine())
    from auditor.lab.state import StateBackend

    return StateBackend()
