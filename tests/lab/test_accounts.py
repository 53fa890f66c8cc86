"""The accounts of a lab: in a file that nobody else can read, for as long as it runs."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from auditor.errors import UsageError
from auditor.lab.authentication import Accounts
from auditor.lab.model import LabUser

VARIABLE = "NTLM_USER_FILE"
USER = LabUser(r"CONTOSO\auditor", "Lab-only.1")


@pytest.mark.parametrize("before", [None, "/somewhere/else"])
def test_the_file_is_private_and_gone_with_the_lab(
    monkeypatch: pytest.MonkeyPatch, before: str | None
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    if before is not None:
        monkeypatch.setenv(VARIABLE, before)
    with Accounts([USER, USER]):
        file = Path(os.environ[VARIABLE])
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert file.read_text("utf-8") == "CONTOSO:auditor:Lab-only.1\n"
    assert not file.exists()
    assert os.environ.get(VARIABLE) == before


@pytest.mark.parametrize(
    ("users", "told"),
    [
        ([USER, LabUser(r"contoso\AUDITOR", "Another.1")], "has two passwords"),
        ([LabUser(r"CONTOSO\auditor", "a:b")], "colon"),
        ([LabUser(r"CONTOSO\auditor", "a\nEVIL:admin:x")], "line end"),
        ([LabUser("CONTOSO\\a\rb", "x")], "line end"),
    ],
    ids=["two-passwords", "colon", "line-end", "line-end-in-name"],
)
def test_accounts_that_the_file_cannot_hold_are_refused(users: list[LabUser], told: str) -> None:
    before = os.environ.get(VARIABLE)
    with pytest.raises(UsageError, match=told) as caught:
        Accounts(users)
    assert caught.value.code == "LAB-ACCOUNT"
    assert "a:b" not in str(caught.value)
    assert "Another.1" not in str(caught.value)
    assert os.environ.get(VARIABLE) == before
