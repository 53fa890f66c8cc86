"""The session configuration of a zone: a name that can be nothing but a name."""

from __future__ import annotations

from pathlib import Path

import pytest

from auditor.errors import UsageError
from auditor.estate.estate_file import EstateFile, read_estate_file

NAMES = ["SfbAudit", "a", "JEA-Sfb.Audit_2", "7", "x" * 64]
NO_NAMES = [
    "",
    ".",
    "..",
    "../Microsoft.PowerShell",
    "Sfb Audit",
    "Sfb/Audit",
    "Sfb?Audit",
    "Sfb#Audit",
    "Sfb&Audit",
    "Sfb%2e",
    "<x>",
    "-x",
    "SfbAudit\n",
    "\u0421fbAudit",
    "x" * 65,
]


def estate_file(folder: Path, *lines: str) -> EstateFile:
    path = folder / "estate.toml"
    zone = ["[zones.default]", 'credential = "admin"', *lines]
    rest = ["[credentials.admin]", "username = 'x'", "[[pools]]", 'fqdn = "p.contoso.com"']
    path.write_text("\n".join([*zone, *rest, 'servers = ["fe01.contoso.com"]']), "utf-8")
    return read_estate_file(path)


def _quoted(name: str) -> str:
    return f'"{name}"'.replace("\n", "\\n")


def test_none_is_the_default_one(tmp_path: Path) -> None:
    assert estate_file(tmp_path).zones["default"].configuration == ""


@pytest.mark.parametrize("name", NAMES)
def test_a_name_in_the_file(tmp_path: Path, name: str) -> None:
    zones = estate_file(tmp_path, f"configuration = {_quoted(name)}").zones
    assert zones["default"].configuration == name


@pytest.mark.parametrize("name", NO_NAMES)
def test_what_is_no_name_in_the_file(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=r"zones\.default\.configuration: .* is no name") as caught:
        estate_file(tmp_path, f"configuration = {_quoted(name)}")
    assert caught.value.code == "ESTATE-INVALID"


def test_all_zones_go_through_the_one_that_the_command_line_names(tmp_path: Path) -> None:
    file = estate_file(tmp_path, 'configuration = "Other"', "[zones.dmz]", 'credential = "admin"')
    told = {name: zone.configuration for name, zone in file.through("SfbAudit").zones.items()}
    assert told == {"default": "SfbAudit", "dmz": "SfbAudit"}
    assert file.zones["default"].configuration == "Other"


@pytest.mark.parametrize("name", NO_NAMES)
def test_what_is_no_name_on_the_command_line(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError) as caught:
        estate_file(tmp_path).through(name)
    assert caught.value.code == "RUN-CONFIGURATION"
