"""`sfb-audit collector export`: one file, the same bytes everywhere."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from auditor.collect.script import joined_script
from tests.cli.command import Ended, sfb_audit


def _export(capsys: pytest.CaptureFixture[str], *arguments: object) -> Ended:
    return sfb_audit(capsys, "collector", "export", *arguments)


def test_the_script_is_ascii_with_windows_line_ends_and_its_hash_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "Collect-SfbFacts.ps1"
    told = _export(capsys, "--out", out)
    content = out.read_bytes()
    assert told.code == 0
    assert content.isascii()
    assert content.count(b"\n") == content.count(b"\r\n") > 100
    assert hashlib.sha256(content).hexdigest() in told.out
    assert joined_script().text.replace("\n", "\r\n").encode() in content


def test_the_same_bytes_every_time(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = ("a.ps1", "b.ps1")
    for name in names:
        _export(capsys, "--out", tmp_path / name)
    assert len({(tmp_path / name).read_bytes() for name in names}) == 1


def test_some_families(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "c.ps1"
    assert _export(capsys, "--out", out, "--families", "winhttp, os").code == 0
    text = out.read_text("ascii")
    assert "#family os" in text
    assert "#family products" not in text


def test_a_family_that_does_not_exist(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = _export(capsys, "--out", tmp_path / "c.ps1", "--families", "os,registry")
    assert (told.code, "COLLECTOR-FAMILY" in told.err, "registry" in told.err) == (2, True, True)
    assert not (tmp_path / "c.ps1").exists()


def test_how_it_is_signed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = _export(capsys, "--out", tmp_path / "c.ps1", "--sign")
    assert "Set-AuthenticodeSignature -FilePath .\\c.ps1" in told.out
    assert "-TimestampServer" in told.out
    assert "Set-AuthenticodeSignature" not in _export(capsys, "--out", tmp_path / "d.ps1").out


def test_a_signed_script_is_not_written_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "c.ps1"
    _export(capsys, "--out", out)
    assert _export(capsys, "--out", out).code == 0
    signed = out.read_bytes() + b"# SIG # Begin signature block\r\n"
    out.write_bytes(signed)
    told = _export(capsys, "--out", out)
    assert (told.code, "COLLECTOR-EXISTS" in told.err) == (2, True)
    assert out.read_bytes() == signed


def test_a_place_that_cannot_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = _export(capsys, "--out", tmp_path / "no" / "c.ps1")
    assert (told.code, "COLLECTOR-NOT-WRITTEN" in told.err) == (2, True)


def test_the_endpoints_files_are_written_by_the_same_group(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sfb_audit(capsys, "collector", "jea", "--out", tmp_path / "jea").code == 0
    assert (tmp_path / "jea" / "SfbAudit.pssc").is_file()
