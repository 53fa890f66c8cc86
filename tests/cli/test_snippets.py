"""`sfb-audit snippets`: what the security officer asks."""

from __future__ import annotations

import json
from importlib import resources

import pytest

from auditor.collect.script import joined_script
from auditor.facts import touched
from auditor.facts.estate.families import ESTATE_FAMILIES
from auditor.facts.families import FAMILIES
from tests.cli.command import Ended, sfb_audit


def _snippets(capsys: pytest.CaptureFixture[str], *arguments: str) -> Ended:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", "220")
        return sfb_audit(capsys, "snippets", *arguments)


def test_every_family_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    told = _snippets(capsys)
    assert told.code == 0
    assert not [f.key for f in (*FAMILIES, *ESTATE_FAMILIES) if f" {f.key} " not in told.out]


@pytest.mark.parametrize("family", [*FAMILIES, ESTATE_FAMILIES[0]], ids=lambda each: each.key)
def test_a_snippet_is_shown_as_it_is(capsys: pytest.CaptureFixture[str], family: object) -> None:
    shown = next(f for f in (*FAMILIES, *ESTATE_FAMILIES) if f is family)
    told = _snippets(capsys, "show", shown.key)
    text = resources.files("ps_snippets").joinpath(shown.snippet).read_text("utf-8")
    assert (told.code, told.out) == (0, text)


def test_all_that_is_sent(capsys: pytest.CaptureFixture[str]) -> None:
    assert _snippets(capsys, "show", "--joined").out == joined_script().text


@pytest.mark.parametrize("arguments", [["show", "registry"], ["show"]])
def test_a_family_that_does_not_exist(
    capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    told = _snippets(capsys, *arguments)
    assert (told.code, told.out) == (2, "")
    assert "error SNIPPET-UNKNOWN" in told.err
    assert "winhttp" in told.err


def test_what_is_touched(capsys: pytest.CaptureFixture[str]) -> None:
    told = _snippets(capsys, "audit")
    assert told.code == 0
    for words in (
        r"HKLM\SOFTWARE\[Wow6432Node\]Microsoft\Windows\CurrentVersion\Internet Settings\WinHttp",
        "WinHttp, DefaultSecureProtocols",
        r"%SystemRoot%\SysWOW64\webio.dll",
        "Win32_QuickFixEngineering (HotFixID, Description, InstalledOn)",
        "Get-CsHostingProvider",
        "New-Item",
    ):
        assert words in told.out


def test_what_is_touched_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    told = {
        entry["snippet"]: entry for entry in json.loads(_snippets(capsys, "audit", "--json").out)
    }
    assert told["os.ps1"]["commands"] == ["Get-WmiObject", "New-Object"]
    assert {f.snippet for f in (*FAMILIES, *ESTATE_FAMILIES)} < set(told)


def test_the_list_speaks_of_no_other_script(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    read = touched._text
    monkeypatch.setattr(
        touched, "_text", lambda name: read(name) + ("\n" if name == "os.ps1" else "")
    )
    told = _snippets(capsys, "audit")
    assert told.code == 4
    assert "error SNIPPETS-CHANGED: os.ps1" in told.err
