"""audit.json: written whole, read back the same, and refused when it is something else."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from auditor.audit import Audit
from auditor.errors import UsageError
from reports.audit_json import read_audit, schema_text, write_audit
from reports.files import replace_file
from tests.reports.entries import empty
from tests.reports.odd_audits import hostile
from tests.reports.sample import sample, waived


@pytest.mark.parametrize(
    "audit",
    [sample(), empty(), hostile(), waived()],
    ids=["rich", "empty", "hostile", "waived"],
)
def test_what_is_written_is_read_back(audit: Audit, tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "audit.json"
    write_audit(audit, path)
    assert read_audit(path) == audit
    jsonschema.validate(json.loads(path.read_bytes()), json.loads(schema_text()))


def test_the_same_audit_gives_the_same_bytes_with_lf_only(tmp_path: Path) -> None:
    first, second = tmp_path / "1.json", tmp_path / "2.json"
    write_audit(sample(), first)
    write_audit(sample(), second)
    assert first.read_bytes() == second.read_bytes()
    assert b"\r" not in first.read_bytes()
    assert list(json.loads(first.read_bytes()))[:2] == ["schema_version", "run"]


def test_a_byte_order_mark_of_an_editor_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "audit.json"
    write_audit(sample(), path)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert read_audit(path) == sample()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "AUDIT-NOT-JSON"),
        (b"\xff\xfe\x00", "AUDIT-NOT-JSON"),
        (b"[" * 100_000, "AUDIT-NOT-JSON"),
        (b"[]", "AUDIT-FOREIGN"),
        (b'{"name": "package"}', "AUDIT-FOREIGN"),
        (b'{"schema_version": 2}', "AUDIT-OTHER-SCHEMA"),
        (b'{"schema_version": 1.5}', "AUDIT-OTHER-SCHEMA"),
        (b'{"schema_version": true}', "AUDIT-OTHER-SCHEMA"),
        (b'{"schema_version": "1"}', "AUDIT-OTHER-SCHEMA"),
        (b'{"schema_version": 1}', "AUDIT-MALFORMED"),
        (b'{"schema_version": 1, "surprise": 1}', "AUDIT-MALFORMED"),
    ],
)
def test_anything_else_is_refused_with_a_code(content: bytes, code: str, tmp_path: Path) -> None:
    path = tmp_path / "audit.json"
    path.write_bytes(content)
    with pytest.raises(UsageError) as caught:
        read_audit(path)
    assert caught.value.code == code
    assert str(path) in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize("name", ["none.json", "nul\0.json", "."])
def test_what_cannot_be_read_is_a_usage_error(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError) as caught:
        read_audit(tmp_path / name)
    assert caught.value.code == "AUDIT-NOT-READ"


def test_of_an_endless_file_no_more_is_read_than_an_audit_can_have(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("reports.audit_json._MOST_BYTES", 2**20)
    with pytest.raises(UsageError) as caught:
        read_audit(Path("/dev/zero"))
    assert caught.value.code == "AUDIT-TOO-LARGE"
    assert "/dev/zero is larger than 1 MiB." in caught.value.message


def test_a_folder_that_cannot_be_made_is_a_usage_error_and_leaves_nothing(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("x")
    with pytest.raises(UsageError) as caught:
        write_audit(sample(), in_the_way / "audit.json")
    assert caught.value.code == "REPORT-NOT-WRITTEN"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_failed_write_keeps_the_old_file_and_no_temporary_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "audit.json"
    path.write_bytes(b"old")

    def no_space(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", no_space)
    with pytest.raises(OSError, match="No space"):
        replace_file(path, b"new")
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_from_before_waivers_were_told_apart_is_still_read(tmp_path: Path) -> None:
    path = tmp_path / "audit.json"
    old = json.loads(waived().model_dump_json())
    for judged in (*old["servers"], *old["pools"], *old["scenarios"]):
        for entry in (judged, *judged["also"]):
            del entry["by_waiver"]
    path.write_text(json.dumps(old), "utf-8")
    assert {server.by_waiver for server in read_audit(path).servers} == {None}


def test_the_committed_schema_is_that_of_the_models(root: Path) -> None:
    committed = (root / "reports" / "audit.schema.json").read_text("utf-8")
    assert committed == schema_text(), "changed models: run `make schema`, and tell the users"


def test_a_reader_with_this_schema_accepts_fields_that_later_versions_add() -> None:
    later = json.loads(sample().model_dump_json())
    later["run"]["duration"] = 3
    jsonschema.validate(later, json.loads(schema_text()))
