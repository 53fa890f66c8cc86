"""Bad input: exit code 2, a sentence to act on, and nothing written."""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

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
