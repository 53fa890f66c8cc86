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
    from auditor.estate.zone import Given
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


@dataclass(frozen=True, slots=True)
class WayIn:
    """How one server is reached, and as whom; `given` wins over the zones of an estate file."""

    config: Path | None
    username: str | None
    address: str | None
    given: Given
    deadline: float


def way_in(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --config, --username, --address, --port and so on; the command gets one `way`."""

    @click.option("--config", type=FILE, help="Estate file with zones and credentials.")
    @click.option("--username", help="Account where no estate file names one.")
    @click.option("--address", help="Where the server is reached, in place of its name.")
    @click.option("--port", type=click.IntRange(1, 65535), help="In place of the zone's, or 443.")
    @click.option(
        "--transport", type=click.Choice(["http", "https"]), help="In place of the zone's."
    )
    @click.option(
        "--auth", type=click.Choice(["ntlm", "negotiate", "basic"]), help="In place of the zone's."
    )
    @click.option("--ca-file", type=FILE, help="CA that signed the server's certificate.")
    @click.option(
        "--deadline",
        type=click.FloatRange(1, 3600),
        default=300.0,
        show_default=True,
        help="Seconds for each server.",
    )
    @functools.wraps(command)
    def wrapped(
        *args: Any,
        config: Path | None,
        username: str | None,
        address: str | None,
        deadline: float,
        **kwargs: Any,
    ) -> Any:
        from auditor.estate.zone import Auth, Given, Transport

        transport, auth = kwargs.pop("transport"), kwargs.pop("auth")
        given = Given(
            transport=Transport(transport) if transport else None,
            port=kwargs.pop("port"),
            auth=Auth(auth) if auth else None,
            ca_file=kwargs.pop("ca_file"),
        )
        return command(*args, way=WayIn(config, username, address, given, deadline), **kwargs)

    return wrapped


def source(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --config, --topology, --servers and --username; the command gets them as `source`."""

    @click.option("--config", type=FILE, help="Estate file: servers, zones, credentials.")
    @click.option(
        "--topology", type=FILE, help="Topology XML; its pools replace those of --config."
    )
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
        help="Policy to judge by. The first decides readiness, plan and exit code; others are "
        "compared with it (repeatable).  [default: office365-tls12]",
    )
    @overlays
    @click.option("--waivers", type=FILE, help="TOML file of accepted failures (waivers).")
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
