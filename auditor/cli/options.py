"""Options that several commands share."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

FILE = click.Path(path_type=Path)  # existence is checked by the readers, whose errors say more


@dataclass(frozen=True, slots=True)
class Reporting:
    """Where reports go, under which policy, and which extra forms are wanted."""

    out: Path
    policy: str
    csv: bool


def reporting(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add --out, --policy and --csv; the command gets them as one `reporting` argument."""

    @click.option("--out", type=FILE, required=True, help="Folder for the reports.")
    @click.option(
        "--policy", default="office365-tls12", show_default=True, help="Thresholds to judge by."
    )
    @click.option("--csv", is_flag=True, help="Also write the flat tables as CSV.")
    @functools.wraps(command)
    def wrapped(*args: Any, out: Path, policy: str, csv: bool, **kwargs: Any) -> Any:
        return command(*args, reporting=Reporting(out, policy, csv), **kwargs)

    return wrapped
