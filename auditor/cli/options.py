"""Options that several commands share."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from auditor.assess.waivers import Waiver
    from auditor.knowledge import Knowledge

FILE = click.Path(path_type=Path)  # existence is checked by the readers, whose errors say more


@dataclass(frozen=True, slots=True)
class Source:
    """Where the servers are named, and as whom they are asked where no estate file says so."""

    config: Path | None
    topology: Path | None
    servers: Path | None
    username: str | None


@dataclass(frozen=True, slots=True)
class Reporting:
    """Where reports go, by which knowledge and waivers, and which extra forms are wanted."""

    out: Path
    knowledge: Knowledge
    csv: bool
    waivers: tuple[Waiver, ...] = ()


def source(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --config, --topology, --servers and --username; the command gets them as `source`."""

    @click.option("--config", type=FILE, help="Estate file: servers, zones, credentials.")
    @click.option("--topology", type=FILE, help="Topology XML; its pools replace the file's.")
    @click.option("--servers", type=FILE, help="Servers from a CSV file with a column fqdn.")
    @click.option("--username", help="Account for servers that no estate file describes.")
    @functools.wraps(command)
    def wrapped(
        *args: Any,
        config: Path | None,
        topology: Path | None,
        servers: Path | None,
        username: str | None,
        **kwargs: Any,
    ) -> Any:
        return command(*args, source=Source(config, topology, servers, username), **kwargs)

    return wrapped


def overlays(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --rulebook, repeatable; the command gets the files as `overlays`."""
    return click.option(
        "--rulebook",
        "overlays",
        type=FILE,
        multiple=True,
        help="TOML file of your own over the rulebook: new updates, thresholds (repeatable).",
    )(command)


def reporting(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --out, --policy, --rulebook, --waivers and --csv; the command gets one `reporting`."""

    @click.option("--out", type=FILE, required=True, help="Folder for the reports.")
    @click.option(
        "--policy",
        "policies",
        multiple=True,
        metavar="NAME|FILE",
        help="Thresholds to judge by; further ones stand beside the first in the report "
        "(repeatable).  [default: office365-tls12]",
    )
    @overlays
    @click.option("--waivers", type=FILE, help="TOML file of fails that somebody has accepted.")
    @click.option("--csv", is_flag=True, help="Also write the flat tables as CSV.")
    @functools.wraps(command)
    def wrapped(
        *args: Any,
        out: Path,
        policies: tuple[str, ...],
        overlays: tuple[Path, ...],
        csv: bool,
        waivers: Path | None,
        **kwargs: Any,
    ) -> Any:
        from auditor.knowledge import read_knowledge

        accepted = _read_waivers(waivers) if waivers is not None else ()
        knowledge = read_knowledge(overlays, policies)
        return command(*args, reporting=Reporting(out, knowledge, csv, accepted), **kwargs)

    return wrapped


def _read_waivers(path: Path) -> tuple[Waiver, ...]:
    from auditor.assess.rules import RULES
    from auditor.assess.waivers import read_waivers

    return read_waivers(path, [rule.id for rule in RULES])
