"""The endpoint's files: what an administrator gets, without any PowerShell to read them."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from auditor.cli.jea_export import jea
from auditor.collect.jea import endpoint_files
from auditor.collect.script import joined_script
from auditor.errors import UsageError

FILES = {path: content.decode("ascii") for path, content in endpoint_files().items()}
MODULE = FILES["SfbAudit/SfbAudit.psm1"]
CAPABILITY = FILES["SfbAudit/RoleCapabilities/SfbAudit.psrc"]
NEVER_IN_A_GROUPS_NAME = '"/[]:;|=,+*?<>'


def test_the_same_bytes_each_time() -> None:
    assert endpoint_files() == endpoint_files()
    for path, content in endpoint_files().items():
        assert content.isascii(), path
        assert content.count(b"\n") == content.count(b"\r\n") > 3, path
        assert b"<#" not in content, path


def test_the_module_is_the_script_with_one_line_more() -> None:
    body = MODULE.replace("\r\n", "\n").partition("    )\n\n")[2].rpartition("}\n\nExport")[0]
    mine, theirs = body.splitlines(), joined_script().text.splitlines()
    added = [line for line in mine if line not in theirs]
    assert added == ["    if ($Family -notcontains $snippet.family) { continue }"]
    mine.remove(added[0])
    assert mine == theirs


def test_the_families_are_said_the_same_everywhere() -> None:
    families = ", ".join(f"'{key}'" for key in joined_script().families)
    assert f"[ValidateSet({families})]" in MODULE
    assert f"$Family = @({families})" in MODULE
    assert f"ValidateSet = {families} }}" in CAPABILITY


@pytest.mark.parametrize("path", FILES)
def test_nobody_is_allowed_in_before_an_administrator_says_who(path: str) -> None:
    groups = re.findall(r"'([^']*)' = @\{ RoleCapabilities", FILES[path])
    assert bool(groups) is (path == "SfbAudit.pssc")
    for group in groups:
        name = group.rpartition("\\")[2]
        assert set(name) & set(NEVER_IN_A_GROUPS_NAME), "Windows could know this group"


def test_what_is_written_is_what_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    jea.main(["--out", str(tmp_path / "endpoint")], standalone_mode=False)
    lines = [line.partition("  ") for line in capsys.readouterr().out.splitlines()]
    told = {path: sha256 for sha256, _, path in lines}
    assert set(told) == set(FILES)
    for path, sha256 in told.items():
        content = (tmp_path / "endpoint" / path).read_bytes()
        assert hashlib.sha256(content).hexdigest() == sha256
        assert content == endpoint_files()[path]


def test_a_group_that_was_filled_in_is_not_written_over(tmp_path: Path) -> None:
    mine = tmp_path / "SfbAudit.pssc"
    mine.write_text("mine")
    with pytest.raises(UsageError) as caught:
        jea.main(["--out", str(tmp_path)], standalone_mode=False)
    assert caught.value.code == "ENDPOINT-EXISTS"
    assert [path.name for path in tmp_path.iterdir()] == ["SfbAudit.pssc"]
    assert mine.read_text() == "mine"


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError) as caught:
        jea.main(["--out", str(tmp_path / "file")], standalone_mode=False)
    assert caught.value.code == "ENDPOINT-NOT-WRITTEN"
