"""Answers that a recorded Windows gave, word for word: a fault, and the end of a command."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from pypsrp.exceptions import WinRMTransportError, WSManFaultError
from pypsrp.powershell import RunspacePool

from auditor.lab.server import running_lab
from auditor.lab.state import StateBackend
from tests.lab.clients import begun, connected
from tests.lab_hosts import BASIC_HTTPS, lab_host

NOWHERE = "00000000-0000-0000-0000-000000000001"
GUID = re.compile(r"[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}", re.IGNORECASE)
HOST = lab_host(1, BASIC_HTTPS)

pytestmark = pytest.mark.realdata


def recorded(realdata: Path, name: str, part: str) -> str:
    """The first recorded answer that holds `part`."""
    text = (realdata / "wsman/pypsrp" / name).read_text("utf-8")
    answers = [str(each["response"]) for each in yaml.safe_load(text)["messages"]]
    return next(answer for answer in answers if part in answer)


def without_names(xml: str) -> str:
    """XML as it is but for identifiers, the machine, declarations and the SOAP header."""
    body = xml.partition("<s:Body>")[2]
    body = re.sub(r'Machine="[^"]*"', 'Machine=""', GUID.sub("GUID", body))
    return re.sub(r' xmlns:\w+="[^"]*"', "", body)


@pytest.fixture(scope="module")
def answers() -> list[str]:
    """What a host says to a script, to a Receive for no command, and to a Get."""
    said: list[str] = []
    with running_lab([HOST], StateBackend()) as lab, connected(lab, HOST) as wsman:
        send: Any = wsman.transport.send

        def heard(message: bytes, **options: Any) -> Any:
            try:
                answer = send(message, **options)
            except WinRMTransportError as refused:
                said.append(str(refused.response_text))
                raise
            said.append(answer.decode())
            return answer

        wsman.transport.send = heard  # type: ignore[method-assign]
        with RunspacePool(wsman) as pool:
            begun(pool, "anything").end_invoke()
            with pytest.raises(WSManFaultError):
                pool.shell.receive("stdout", command_id=NOWHERE)
            assert pool.is_alive()
    return said


def test_a_command_that_does_not_exist(answers: list[str], realdata: Path) -> None:
    mine = next(answer for answer in answers if "2150858843" in answer)
    theirs = recorded(realdata, "test_psrp_receive_failure.yml", "2150858843")
    assert without_names(mine) == without_names(theirs)
    assert f'Machine="{HOST.address}"' in mine


def test_the_end_of_a_command(answers: list[str], realdata: Path) -> None:
    end = re.compile(r"<rsp:CommandState.*")
    mine, theirs = (
        end.search(without_names(next(text for text in each if "/Done" in text)))
        for each in (answers, [recorded(realdata, "test_psrp_error_failed.yml", "/Done")])
    )
    assert mine is not None
    assert theirs is not None
    assert mine[0] == theirs[0]
