"""The state backend as an endpoint uses it: which scripts it answers, with which clock."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from auditor.collect.script import joined_script
from auditor.estate.zone import Auth, Transport
from auditor.lab.model import LabHost, LabUser, LabZone
from auditor.lab.state import StateBackend
from auditor.lab.windows import build_windows
from auditor.lab.windows_description import WindowsDescription

NOW = datetime(2018, 8, 1, 12, 0, 0, 250_000, tzinfo=UTC)


def host(os: str = "2012r2", **changes: Any) -> LabHost:
    description = WindowsDescription.model_validate({"os": os, **changes})
    return LabHost(
        fqdn="fe01.contoso.com",
        zone=LabZone("internal", Transport.HTTP, Auth.NTLM, 5985, LabUser("u", "p")),
        address="127.0.10.1",
        windows=build_windows(description, "fe01.contoso.com"),
    )


def answer(machine: LabHost, families: list[str] | None = None) -> dict[str, Any]:
    backend = StateBackend(clock=lambda: NOW)
    (text,) = backend.run(machine, joined_script(families).text, {}).output
    found: dict[str, Any] = json.loads(text)
    return found


def test_it_answers_the_families_that_the_script_asks() -> None:
    found = answer(host(), ["os", "dotnet"])
    assert list(found["families"]) == ["os", "dotnet"]
    assert found["collector"] == joined_script(["os", "dotnet"]).sha256


@pytest.mark.parametrize(
    ("offset", "told"),
    [
        (0.0, "2018-08-01T12:00:00.2500000Z"),
        (540.0, "2018-08-01T12:09:00.2500000Z"),
        (-86400.5, "2018-07-31T11:59:59.7500000Z"),
    ],
)
def test_a_host_has_its_own_clock(offset: float, told: str) -> None:
    assert answer(dataclasses.replace(host(), clock_offset=offset))["collected_utc"] == told


@pytest.mark.parametrize(
    ("os", "ps_version"),
    [("2008r2", "3.0"), ("2012r2", "4.0"), ("2016", "5.1.14393.2248")],
)
def test_a_windows_has_its_powershell(os: str, ps_version: str) -> None:
    assert answer(host(os))["ps_version"] == ps_version


def test_a_host_goes_by_its_full_name() -> None:
    found = answer(host())
    assert (found["computer_name"], found["domain"]) == ("fe01", "contoso.com")


def test_another_script_gets_powershells_error() -> None:
    result = StateBackend().run(host(), "Get-CsPool -Verbose", {})
    assert result.failed
    assert result.output == ()
    assert str(result.errors[0]).startswith("The term 'Get-CsPool' is not recognized")


def test_answers_follow_the_host_not_its_name_alone() -> None:
    backend = StateBackend()
    script = joined_script(["os"]).text
    texts = [backend.run(host(os), script, {}).output[0] for os in ("2012r2", "2016", "2012r2")]
    versions = [json.loads(text)["families"]["os"]["data"]["version"] for text in texts]
    assert versions == ["6.3.9600", "10.0.14393", "6.3.9600"]


def test_a_refused_key_fails_its_family_alone() -> None:
    machine = host(deny=[r"HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft\.NETFramework"])
    families = answer(machine)["families"]
    assert [key for key, family in families.items() if not family["ok"]] == ["dotnet"]
    assert families["dotnet"]["error"]["type"] == "System.Security.SecurityException"
