"""Where passwords come from, and that they go nowhere else than to the server."""

from __future__ import annotations

import base64
import io
import logging
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import keyring
import pytest
from keyring.errors import NoKeyringError

from auditor.collect.credentials import Secrets
from auditor.collect.model import Secret
from auditor.collect.runner import collect
from auditor.collect.script import joined_script
from auditor.errors import UsageError
from auditor.estate.zone import CredentialReference, RunOptions, SecretSource, Zone
from auditor.facts.reading import ReachState
from auditor.lab.server import running_lab
from auditor.lab.state import StateBackend
from tests.lab_hosts import (
    BASIC_HTTPS,
    NEGOTIATE_HTTP,
    NTLM_HTTP,
    NTLM_HTTPS,
    PASSWORD,
    lab_host,
    target,
    targets,
)
from tests.lab_hosts import USER as LAB_USER

USER = LAB_USER.username


def zone(source: SecretSource, locator: str = "", name: str = "internal") -> Zone:
    return Zone(name, credential=CredentialReference("domain", USER, source, locator))


def password_of(asked: Zone, **sources: object) -> str:
    return Secrets(**sources).of(asked).password  # type: ignore[arg-type]


def test_the_environment_holds_a_password() -> None:
    asked = zone(SecretSource.ENVIRONMENT, "AUDIT_PASSWORD")
    assert password_of(asked, environment={"AUDIT_PASSWORD": PASSWORD}) == PASSWORD


def test_the_keyring_holds_a_password(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = {("sfb-audit", USER): PASSWORD}
    monkeypatch.setattr(keyring, "get_password", lambda service, user: kept.get((service, user)))
    assert password_of(zone(SecretSource.KEYRING, "sfb-audit")) == PASSWORD


@pytest.mark.parametrize(
    "content",
    [
        PASSWORD,
        f"{PASSWORD}\n",
        f"{PASSWORD}\r\nsecond line\n",
        f"\ufeff{PASSWORD}\n",
    ],
    ids=["bare", "line", "windows", "mark"],
)
def test_a_private_files_first_line_is_the_password(tmp_path: Path, content: str) -> None:
    assert password_of(zone(SecretSource.FILE, str(_file(tmp_path, content)))) == PASSWORD


@pytest.mark.parametrize(
    "password",
    ["  two  ", "ab\u2028cd", "ab\u2029cd", "ab\x85cd", "ab\x0bcd", "ab\x0ccd", "ab\rcd"],
)
def test_a_line_ends_at_its_line_end_alone(tmp_path: Path, password: str) -> None:
    asked = zone(SecretSource.FILE, str(_file(tmp_path, f"{password}\r\nmore")))
    assert password_of(asked) == password


def test_who_is_asked_is_told_for_whom() -> None:
    told = []

    def prompt(question: str) -> str:
        told.append(question)
        return PASSWORD

    assert password_of(zone(SecretSource.PROMPT), prompt=prompt) == PASSWORD
    assert told == [rf"Password of {USER} (domain): "]


def test_a_credential_of_many_zones_is_asked_for_once() -> None:
    told = []

    def prompt(question: str) -> str:
        told.append(question)
        return PASSWORD

    first, second = (zone(SecretSource.PROMPT, name=name) for name in ("internal", "branch"))
    other = replace(
        second, name="dmz", credential=CredentialReference("edge", "e", SecretSource.PROMPT)
    )
    secrets = Secrets(prompt=prompt)
    assert [secrets.of(each).username for each in (first, second, other, first)] == [
        USER,
        USER,
        "e",
        USER,
    ]
    assert len(told) == 2


def test_zones_of_one_name_may_have_two_credentials() -> None:
    """A server of the zone may sign in as another than the zone's account."""
    passwords = {"A": "of a", "B": "of b"}
    secrets = Secrets(environment=passwords)
    for name, password in passwords.items():
        reference = CredentialReference(name, USER, SecretSource.ENVIRONMENT, name)
        assert secrets.of(Zone("dmz", credential=reference)).password == password


def test_who_gives_no_password_is_not_asked_again() -> None:
    told = []

    def prompt(question: str) -> str:
        told.append(question)
        return ""

    secrets = Secrets(prompt=prompt)
    for name in ("internal", "branch", "internal"):
        with pytest.raises(UsageError, match="CREDENTIAL-EMPTY"):
            secrets.of(zone(SecretSource.PROMPT, name=name))
    assert len(told) == 1


def _file(folder: Path, content: str, mode: int = 0o600) -> Path:
    path = folder / "password.txt"
    path.write_bytes(content.encode())
    path.chmod(mode)
    return path


def _no_keyring(*_: object) -> str:
    raise NoKeyringError("no backend")


@dataclass(frozen=True)
class Refusal:
    """What is wrong with a source, and the code that says so."""

    make: Callable[[Path], Zone]
    code: str


REFUSALS = {
    "no credential": Refusal(lambda _: Zone("internal"), "CREDENTIAL-NONE"),
    "variable not set": Refusal(
        lambda _: zone(SecretSource.ENVIRONMENT, "NOT_SET_AT_ALL"), "CREDENTIAL-EMPTY"
    ),
    "keyring without it": Refusal(
        lambda _: zone(SecretSource.KEYRING, "empty"), "CREDENTIAL-EMPTY"
    ),
    "no keyring": Refusal(lambda _: zone(SecretSource.KEYRING, "broken"), "CREDENTIAL-KEYRING"),
    "no terminal": Refusal(lambda _: zone(SecretSource.PROMPT), "CREDENTIAL-NO-TTY"),
    "no file": Refusal(lambda f: zone(SecretSource.FILE, str(f / "none")), "CREDENTIAL-FILE"),
    "a folder": Refusal(lambda f: zone(SecretSource.FILE, str(f)), "CREDENTIAL-FILE"),
    "empty file": Refusal(lambda f: zone(SecretSource.FILE, str(_file(f, ""))), "CREDENTIAL-EMPTY"),
    "empty first line": Refusal(
        lambda f: zone(SecretSource.FILE, str(_file(f, f"\n{PASSWORD}"))), "CREDENTIAL-EMPTY"
    ),
    "group may read": Refusal(
        lambda f: zone(SecretSource.FILE, str(_file(f, PASSWORD, 0o640))), "CREDENTIAL-FILE-SHARED"
    ),
    "all may read": Refusal(
        lambda f: zone(SecretSource.FILE, str(_file(f, PASSWORD, 0o644))), "CREDENTIAL-FILE-SHARED"
    ),
    "utf-16": Refusal(lambda f: zone(SecretSource.FILE, str(_utf16(f))), "CREDENTIAL-FILE"),
}


def _utf16(folder: Path) -> Path:
    path = _file(folder, "")
    path.write_bytes(PASSWORD.encode("utf-16"))
    return path


@pytest.mark.parametrize("name", REFUSALS)
def test_what_cannot_be_used_is_refused_by_name_and_without_the_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(
        keyring,
        "get_password",
        lambda service, user: _no_keyring() if service == "broken" else None,
    )
    monkeypatch.setattr("sys.stdin", io.StringIO())
    with pytest.raises(UsageError) as caught:
        Secrets().of(REFUSALS[name].make(tmp_path))
    assert caught.value.code == REFUSALS[name].code
    assert "internal" in str(caught.value) or "domain" in str(caught.value)
    assert PASSWORD not in "".join(traceback.format_exception(caught.value))


def test_no_text_of_a_secret_shows_the_password() -> None:
    secret = Secret(USER, PASSWORD)
    assert PASSWORD not in f"{secret} {secret!r} {[secret]} {zone(SecretSource.PROMPT)!r}"


@pytest.mark.parametrize("fault", [None, "script_throws", "password_expired", "die_receive"])
def test_a_conversation_leaves_no_password_in_any_log(
    caplog: pytest.LogCaptureFixture, fault: str | None
) -> None:
    hosts = [
        lab_host(number, kind, fault=fault)
        for number, kind in enumerate((NTLM_HTTP, NEGOTIATE_HTTP, NTLM_HTTPS, BASIC_HTTPS))
    ]
    with caplog.at_level(logging.DEBUG), running_lab(hosts, StateBackend()) as lab:
        options = RunOptions(deadline_seconds=20)
        results = list(collect(targets(lab), joined_script(), options))
    assert len(results) == len(hosts)
    assert any(record.name.startswith("pypsrp") for record in caplog.records)
    told = [f"{record.getMessage()} {record.args} {record.exc_text}" for record in caplog.records]
    basic = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    assert not [text for text in told if PASSWORD in text or basic in text]
    assert PASSWORD not in repr(results)


def test_a_wrong_password_is_the_accounts_fault_and_is_not_shown() -> None:
    hosts = [lab_host(1), lab_host(2, NTLM_HTTPS), lab_host(3, BASIC_HTTPS)]
    with running_lab(hosts, StateBackend()) as lab:
        wrong = [target(lab, h, password=f"Wrong.but.secret.{n}") for n, h in enumerate(hosts)]
        results = list(collect(wrong, joined_script(), RunOptions(deadline_seconds=20)))
    assert [one.reading.reach.state for one in results] == [ReachState.AUTH] * 3
    assert "Wrong.but.secret" not in repr(results)
