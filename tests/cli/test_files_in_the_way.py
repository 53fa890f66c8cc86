"""A file that cannot be replaced or removed does not cost an audit, nor what others put there."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.carried import UPDATED, write_bundles
from tests.cli.command import Ended, sfb_audit

# Nobody listens on that port: what connects to it is refused at once.
ESTATE = """
[zones.lan]
port = 1
auth = "ntlm"
credential = "me"
[credentials.me]
username = 'CONTOSO\\me'
source = "env"
variable = "SFB_AUDIT_TEST_PASSWORD"
"""
POOL = """
[[pools]]
fqdn = "{0}.contoso.com"
zone = "lan"
servers = [{{ fqdn = "{0}.contoso.com", address = "127.0.0.{1}" }}]
"""
Capture = pytest.CaptureFixture[str]


def _run(
    capsys: Capture, folder: Path, *options: str, servers: tuple[str, ...] = ("fe01",)
) -> Ended:
    """An audit of these servers into `folder`/audit."""
    config = folder / "estate.toml"
    pools = (POOL.format(name, number) for number, name in enumerate(servers, 1))
    config.write_text(ESTATE + "".join(pools), "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SFB_AUDIT_TEST_PASSWORD", "x")
        return sfb_audit(capsys, "run", "--config", config, "--out", folder / "audit", *options)


def _facts(folder: Path) -> list[str]:
    return sorted(path.name.partition(".")[0] for path in (folder / "audit" / "facts").iterdir())


@pytest.mark.parametrize(
    "name",
    ["upgrade-plan.xlsx", "report.html", "servers.csv", "facts/fe01.contoso.com.facts.json"],
)
def test_what_cannot_be_replaced_is_said_and_the_rest_is_written(
    name: str, tmp_path: Path, capsys: Capture
) -> None:
    obstacle = tmp_path / "audit" / name
    obstacle.mkdir(parents=True)
    ended = _run(capsys, tmp_path, "--csv", servers=("fe01", "fe02"))
    assert ended.code == 3
    assert f"not done: {obstacle} " in ended.err
    assert f"wrote {obstacle}\n" not in ended.err
    written = {path.name for path in (tmp_path / "audit").rglob("*") if path.is_file()}
    assert written | {obstacle.name} == {
        *("audit.json", "upgrade-plan.xlsx", "report.html"),
        *("servers.csv", "findings.csv", "plan.csv", "scenarios.csv"),
        *("fe01.contoso.com.facts.json", "fe02.contoso.com.facts.json"),
    }


def test_a_folder_is_tried_out_without_a_name_that_another_run_could_use(
    tmp_path: Path, capsys: Capture
) -> None:
    """Of two runs that begin at once neither removes the file that the other tries with."""
    other = tmp_path / "audit" / ".sfb-audit.probe"
    other.mkdir(parents=True)
    assert _run(capsys, tmp_path).code == 3
    assert other.is_dir()


def test_many_of_them_are_not_all_named(tmp_path: Path, capsys: Capture) -> None:
    facts = tmp_path / "audit" / "facts"
    facts.parent.mkdir()
    facts.write_text("no folder")
    ended = _run(capsys, tmp_path, servers=tuple(f"fe{number}" for number in range(20)))
    assert ended.code == 3
    assert ended.err.count(f"not done: {facts}") == 12
    assert "not done: 8 more\n" in ended.err


def test_without_audit_json_there_is_no_audit_but_the_answers_are_kept(
    tmp_path: Path, capsys: Capture
) -> None:
    (tmp_path / "audit" / "audit.json").mkdir(parents=True)
    ended = _run(capsys, tmp_path)
    assert ended.code == 2
    assert f"error REPORT-NOT-WRITTEN: {tmp_path / 'audit' / 'audit.json'} cannot" in ended.err
    command = ended.err.partition("answers are kept: sfb-audit ")[2].partition(" judges")[0]
    again = sfb_audit(capsys, *command.split(), "--out", tmp_path / "again")
    assert again.code == 3
    audit = json.loads((tmp_path / "again" / "audit.json").read_text("utf-8"))
    assert [server["fqdn"] for server in audit["servers"]] == ["fe01.contoso.com"]


def test_where_the_disk_is_full_the_answers_that_are_not_kept_are_said_too(
    tmp_path: Path, capsys: Capture
) -> None:
    for name in ("audit.json", "facts/fe01.contoso.com.facts.json"):
        (tmp_path / "audit" / name).mkdir(parents=True)
    ended = _run(capsys, tmp_path)
    assert ended.code == 2
    assert f"not done: {tmp_path / 'audit' / 'facts' / 'fe01.contoso.com'}" in ended.err
    assert "error REPORT-NOT-WRITTEN" in ended.err
    assert "answers are kept" not in ended.err


def test_a_bundle_of_an_earlier_estate_is_removed_and_that_is_said(
    tmp_path: Path, capsys: Capture
) -> None:
    _run(capsys, tmp_path, servers=("fe01", "fe02"))
    assert _facts(tmp_path) == ["fe01", "fe02"]
    ended = _run(capsys, tmp_path)
    assert _facts(tmp_path) == ["fe01"]
    assert f"removed {tmp_path / 'audit' / 'facts' / 'fe02.contoso.com.facts.json'}:" in ended.err


def test_one_that_cannot_be_removed_is_said(
    tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    _run(capsys, tmp_path, servers=("fe01", "fe02"))
    held = tmp_path / "audit" / "facts" / "fe02.contoso.com.facts.json"
    unlink = Path.unlink

    def refused(path: Path, *, missing_ok: bool = False) -> None:
        if path == held:
            raise PermissionError(13, "Permission denied")
        unlink(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", refused)
    ended = _run(capsys, tmp_path)
    assert ended.code == 3
    assert f"not done: {held} cannot be removed: Permission denied.\n" in ended.err
    assert f"removed {held}" not in ended.err
    assert (tmp_path / "audit" / "report.html").is_file()


def _carried(facts: Path) -> str:
    write_bundles(facts.parent, {"edge01.contoso.com": UPDATED}, {})
    return (facts.parent / "edge01.contoso.com.json").read_text("utf-8")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("EDGE01", _carried),
        ("edge01.contoso.com", _carried),
        ("old.contoso.com", lambda _: '{"schema":1,"computer_n'),
        ("copy", lambda facts: (facts / "fe02.contoso.com.facts.json").read_text("utf-8")),
    ],
    ids=["carried", "carried and given the full name", "cut", "a copy of ours"],
)
def test_what_no_run_wrote_is_left_and_that_is_said(
    name: str, content: Callable[[Path], str], tmp_path: Path, capsys: Capture
) -> None:
    _run(capsys, tmp_path, servers=("fe01", "fe02"))
    facts = tmp_path / "audit" / "facts"
    placed = facts / f"{name}.facts.json"
    placed.write_text(content(facts), "utf-8")
    before = placed.read_bytes()
    ended = _run(capsys, tmp_path)
    assert ended.code == 3
    assert placed.read_bytes() == before
    assert f"left {placed}: " in ended.err
    assert f"removed {facts / 'fe02.contoso.com.facts.json'}: " in ended.err


def test_a_folder_with_the_name_of_a_bundle_is_left(tmp_path: Path, capsys: Capture) -> None:
    placed = tmp_path / "audit" / "facts" / "old.contoso.com.facts.json"
    placed.mkdir(parents=True)
    assert _run(capsys, tmp_path).code == 3
    assert placed.is_dir()
