"""A session configuration of the lab, made of the files that an administrator would register."""

from __future__ import annotations

from importlib import resources
from pathlib import Path


def initial_command(folder: Path, configuration: str = "SfbAudit.pssc") -> str:
    """The PowerShell that turns an engine's session into that of `folder`'s `configuration`.

    `folder` is one that `sfb-audit collector jea` wrote. After this command the session allows
    what the files allow. Where they cannot be read as data, or say what the lab cannot do, it
    throws.
    """
    builder = resources.files("auditor.lab").joinpath("endpoint.ps1").read_text("ascii")
    arguments = f"-Folder {_quoted(folder)} -Configuration {_quoted(configuration)}"
    return f"& {{\n{builder}\n}} {arguments}"


def _quoted(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"
