"""Registers the session configurations of lab hosts, as an administrator would: from files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from auditor.collect.jea import endpoint_files
from auditor.errors import UsageError
from auditor.lab.jea import initial_command
from auditor.lab.model import LabHost

NOT_REGISTERED = "throw 'This session configuration has not been registered.'"


def register(hosts: Sequence[LabHost], folder: Path) -> tuple[LabHost, ...]:
    """The hosts, with the configurations that they name made of the endpoint's files.

    The files go to `folder` where a host needs them. UsageError where it cannot be written.
    """
    if any(host.configurations for host in hosts):
        _write(folder)
    return tuple(
        replace(
            host,
            configurations={
                name: initial_command(folder.absolute(), f"{name}.pssc")
                for name in host.configurations
            },
        )
        for host in hosts
    )


def _write(folder: Path) -> None:
    try:
        for place, content in endpoint_files().items():
            path = folder / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    except OSError as error:
        raise UsageError(
            "LAB-FOLDER", f"{folder} cannot be written: {error.strerror}.", "Choose another folder."
        ) from None
