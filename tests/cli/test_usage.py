"""Bad input: exit code 2, a sentence to act on, and nothing written."""

from __future__ import annotations

import os
import re
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from auditor.cli.main import COMMANDS, main
from tests.cli.command import sfb_audit

ZONE = """
[zones.lan]
auth = "ntlm"
credential = "me"
[credentials.me]
username = 'CONTOSO\\me'
source = "env"
variable = "SFB_AUDIT_TEST_PASSWORD"
"""
POOL = '[[pools]]\nfqdn = "fe01.contoso.com"\nservers = ["fe01.contoso.com"]\n'

BAD_ESTATES = [
    ("missing", None, "ESTATE-UNREADABLE", ["No such file"]),
    ("not TOML", "[[pools\n", "ESTATE-NOT-TOML", ["line 1"]),
    ("a misspelt key", ZONE + POOL + "[runn]\n", "ESTATE-INVALID", ["runn", "'run'"]),
    (
        "a misspelt key in a table",
        ZONE + POOL + "[run]\nthread = 4\n",
        "ESTATE-INVALID",
        ["threads"],
    ),
    ("no servers", ZONE, "ESTATE-EMPTY", ["no server"]),
    (
        "one server twice",
        ZONE + POOL + POOL.replace("fe01", "FE01", 1),
        "ESTATE-INVALID",
        ["twice"],
    ),
    (
        "a password",
        ZONE + POOL + '[credentials.x]\nusername = "x"\npassword = "Hunter2Hunter2"\n',
        "ESTATE-SECRET",
        ["keyring", "env"],
    ),
    ("basic over http", ZONE.replace("ntlm", "basic") + POOL, "ESTATE-INVALID", ["https"]),
]


@pytest.mark.parametrize(
    ("text", "code", "fragments"),
    [case[1:] for case in BAD_ESTATES],
    ids=[case[0] for case in BAD_ESTATES],
)
def test_a_bad_estate_file_is_refused(
    text: str | None,
    code: str,
    fragments: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    config, out = tmp_path / "estate.toml", tmp_path / "out"
    if text is not None:
        config.write_text(text, "utf-8")
    ended = sfb_audit(capsys, "run", "--config", config, "--out", out)
    assert ended.code == 2
    assert f"error {code}:" in ended.err
    for fragment in fragments:
        assert fragment in ended.err
    assert "Hunter2" not in ended.err + ended.out
    assert not out.exists()


def _no_password(tmp_path: Path) -> list[object]:
    config = tmp_path / "estate.toml"
    config.write_text(ZONE + POOL, "utf-8")
    return ["run", "--config", config]


def _zip(tmp_path: Path) -> list[object]:
    export = tmp_path / "export.zip"
    export.write_bytes(b"PK\x03\x04 and so on")
    return ["run", "--topology", export, "--username", "me"]


def _other_schema(tmp_path: Path) -> list[object]:
    bundle = tmp_path / "fe01.facts.json"
    bundle.write_text('{"schema": 99, "families": {}}', "utf-8")
    return ["assess", bundle]


def _no_json(tmp_path: Path) -> list[object]:
    bundle = tmp_path / "fe01.facts.json"
    bundle.write_text('{"schema": 1, "computer_name"', "utf-8")
    return ["assess", bundle]


def _no_such_product(tmp_path: Path) -> list[object]:
    servers = tmp_path / "servers.csv"
    servers.write_text("fqdn;product\nfe01;sfb2105\nfe02;sfb2015\nfe03;lync13\n", "utf-8")
    return ["run", "--servers", servers, "--username", "me"]


BAD_CALLS: list[tuple[str, Callable[[Path], list[object]], str]] = [
    ("no source at all", lambda _: ["run"], "RUN-SOURCES"),
    ("no password to be had", _no_password, "CREDENTIAL-EMPTY"),
    ("an Export-CsConfiguration zip", _zip, "TOPOLOGY-EXPORT-ZIP"),
    ("a bundle of another schema", _other_schema, "BUNDLE"),
    ("a truncated bundle", _no_json, "BUNDLE"),
    ("a product that is none", _no_such_product, "PRODUCT-UNKNOWN"),
    ("a policy that is none", lambda p: [*_no_password(p), "--policy", "x"], "POLICY-UNKNOWN"),
]


@pytest.mark.parametrize(
    ("call", "code"), [case[1:] for case in BAD_CALLS], ids=[case[0] for case in BAD_CALLS]
)
def test_a_bad_call_is_refused(
    call: Callable[[Path], list[object]],
    code: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    ended = sfb_audit(capsys, *call(tmp_path), "--out", tmp_path / "out")
    assert ended.code == 2
    assert f"error {code}" in ended.err
    assert not list((tmp_path / "out").glob("*.*"))


def test_an_output_folder_that_cannot_be_written_is_refused_before_anybody_is_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SFB_AUDIT_TEST_PASSWORD", "x")
    (tmp_path / "file").write_text("in the way")
    ended = sfb_audit(capsys, *_no_password(tmp_path), "--out", tmp_path / "file" / "out")
    assert ended.code == 2
    assert "REPORT-NOT-WRITTEN" in ended.err


def test_an_unknown_option_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert sfb_audit(capsys, "run", "--confg", "x").code == 2


def test_rules_lists_every_rule_with_its_source(capsys: pytest.CaptureFixture[str]) -> None:
    from auditor.assess.rules import RULES

    ended = sfb_audit(capsys, "rules")
    assert ended.code == 0
    for rule in RULES:
        assert rule.id in ended.out
    assert "3140245" in ended.out


def test_help_loads_nothing_heavy() -> None:
    script = (
        "import sys, auditor.cli.main as m\n"
        "try: m.main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = {'pydantic', 'pypsrp', 'openpyxl', 'pandas', 'jinja2', 'rich', 'requests'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert ended.stderr.strip() == "[]"
    assert "Exit codes" in ended.stdout


def test_help_answers_at_once() -> None:
    """In seconds of the processor: other work on the machine slows down nothing but the clock."""

    def least(code: str) -> float:
        times = []
        for _ in range(3):
            began = _spent_by_children()
            subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
            times.append(_spent_by_children() - began)
        return min(times)

    bare = least("pass")
    helped = least(
        "import auditor.cli.main as m, contextlib\ntry: m.main(['--help'])\nexcept SystemExit: pass"
    )
    assert helped - bare < 0.3


def _spent_by_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_on_windows_where_no_shell_does_names_with_a_star_are_looked_up(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "fe01.facts.json").write_text("{", "utf-8")
    pattern = str(tmp_path / "*.facts.json")
    monkeypatch.setattr("click.core.os", SimpleNamespace(**vars(os) | {"name": "nt"}))
    monkeypatch.setattr(
        sys, "argv", ["sfb-audit", "assess", pattern, "--out", str(tmp_path / "out")]
    )
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert f"error BUNDLE: {tmp_path / 'fe01.facts.json'} is cut short" in capsys.readouterr().err


def test_a_fault_of_the_program_says_how_to_see_where_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> None:
        raise ZeroDivisionError("at once")

    monkeypatch.setattr("reports.audit_json.read_audit", broken)
    command = ["explain", "fe01", "--run", str(tmp_path)]
    ended = sfb_audit(capsys, *command)
    assert ended.code == 4
    assert "error INTERNAL: ZeroDivisionError: at once\n" in ended.err
    hint = ended.err.partition("sfb-audit ")[2].split()
    assert hint[-2:] == ["COMMAND", "..."]
    with pytest.raises(ZeroDivisionError):
        main([*hint[:-2], *command])


def test_commands_in_the_documentation_can_be_typed_into_any_shell(root: Path) -> None:
    """cmd.exe sends single quotes along, and neither it nor PowerShell looks names up."""
    pages = [root / "README.md", *(root / "docs").glob("*.md")]
    commands = [
        command
        for page in pages
        for command in re.findall(r"(?m)(?:^|`)(sfb-audit [^`\n#]+)", page.read_text("utf-8"))
    ]
    assert len(commands) > 40
    assert [command for command in commands if re.search("['*]", command)] == []


@pytest.mark.parametrize("command", [command.name for command in COMMANDS])
def test_so_can_those_in_the_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    lines = sfb_audit(capsys, command, "--help").out.splitlines()
    assert [line for line in lines if "  sfb-audit " in line and re.search("['*]", line)] == []
