"""The endpoint's answers have the shape and the rhythm of recorded Windows servers."""

from __future__ import annotations

import base64
import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import pytest
import yaml
from defusedxml.ElementTree import fromstring
from pypsrp.exceptions import WinRMTransportError
from pypsrp.powershell import PowerShell, RunspacePool
from pypsrp.wsman import WSMan

from auditor.lab.fragments import split_fragments
from auditor.lab.model import LabHost
from auditor.lab.server import Lab, running_lab
from auditor.lab.state import StateBackend
from tests.lab_hosts import BASIC_HTTPS, PASSWORD, USER, lab_host

RECORDED = "test_psrp_run_protocol_version_2.3.yml"
TIMED_OUT = "test_psrp_long_running_cmdlet.yml"
GONE = "test_psrp_receive_failure.yml"
ACTION = "{http://schemas.xmlsoap.org/ws/2004/08/addressing}Action"
STREAM = "{http://schemas.microsoft.com/wbem/wsman/1/windows/shell}Stream"
FAULT = "{http://www.w3.org/2003/05/soap-envelope}Fault"
# What a session configuration or a version of Windows may leave out.
OPTIONAL = {"ExitCode"}

pytestmark = pytest.mark.realdata


@dataclass(frozen=True)
class Exchange:
    """The answers of one conversation, by the name of what was asked, in order."""

    answers: tuple[tuple[str, Element], ...]

    def of(self, action: str) -> list[Element]:
        return [answer for asked, answer in self.answers if asked == action]


def _name(message: str) -> str:
    found = re.search(r"Action[^>]*>[^<]*/(\w+)</", message)
    assert found is not None
    return found[1]


def _exchange(pairs: list[tuple[str, str]]) -> Exchange:
    return Exchange(tuple((_name(asked), fromstring(answer)) for asked, answer in pairs))


def _recorded(realdata: Path, name: str) -> Exchange:
    messages = yaml.safe_load((realdata / "wsman/pypsrp" / name).read_text("utf-8"))["messages"]
    return _exchange([(each["request"], each["response"]) for each in messages])


@pytest.fixture(scope="module")
def windows(realdata: Path) -> Exchange:
    return _recorded(realdata, RECORDED)


class _Listening(WSMan):
    """pypsrp's client, which keeps what was said."""

    def __init__(self, lab: Lab, host: LabHost) -> None:
        known: dict[str, Any] = {"auth": "basic", "username": USER.username, "no_proxy": True}
        known |= {"password": PASSWORD, "cert_validation": str(lab.ca_file)}
        super().__init__(host.address, port=lab.ports[host.zone.name], operation_timeout=1, **known)
        self.pairs: list[tuple[str, str]] = []
        self.transport.send = self._heard(self.transport.send)  # type: ignore[method-assign]

    def _heard(self, send: Callable[..., bytes]) -> Callable[..., bytes]:
        def heard(message: bytes, **options: Any) -> bytes:
            try:
                answer = send(message, **options)
            except WinRMTransportError as fault:
                self.pairs.append((message.decode(), str(fault.response_text)))
                raise
            self.pairs.append((message.decode(), answer.decode()))
            return answer

        return heard


@pytest.fixture(scope="module")
def ours() -> Exchange:
    host = lab_host(1, BASIC_HTTPS)
    slow = lab_host(2, BASIC_HTTPS, think=2.0)
    pairs: list[tuple[str, str]] = []
    with running_lab([host, slow], StateBackend()) as lab:
        for each in (host, slow):
            wsman = _Listening(lab, each)
            with wsman, RunspacePool(wsman) as pool:
                pipeline = PowerShell(pool)
                pipeline.add_script("Get-Anything")
                pipeline.invoke()
            pairs += wsman.pairs
    return _exchange(pairs)


def _shape(element: Element) -> object:
    """Names and attributes of an element and of all within, in order."""
    children = [child for child in element if child.tag.rpartition("}")[2] not in OPTIONAL]
    return (element.tag, sorted(element.attrib), [_shape(child) for child in children])


def _streams_cut(answer: Element) -> Element:
    """An answer with its first stream alone: how many there are is a matter of content."""
    for parent in answer.iter():
        for child in parent.findall(STREAM)[1:]:
            parent.remove(child)
    return answer


@pytest.mark.parametrize("action", ["Create", "Command", "Delete"])
def test_an_answer_has_the_elements_of_windows(
    ours: Exchange, windows: Exchange, action: str
) -> None:
    assert _shape(ours.of(action)[0]) == _shape(windows.of(action)[0])


@pytest.mark.parametrize("number", [0, 1, 2], ids=["capability", "opened", "output"])
def test_a_receive_has_the_elements_of_windows(
    ours: Exchange, windows: Exchange, number: int
) -> None:
    mine, theirs = (_streams_cut(each.of("Receive")[number]) for each in (ours, windows))
    assert _shape(mine) == _shape(theirs)


@pytest.mark.parametrize("action", ["Create", "Receive", "Command", "Delete"])
def test_the_action_of_an_answer_is_that_of_windows(
    ours: Exchange, windows: Exchange, action: str
) -> None:
    mine, theirs = (each.of(action)[0].findtext(f".//{ACTION}") for each in (ours, windows))
    assert mine == theirs


def test_a_receive_that_timed_out_is_told_as_windows_does(ours: Exchange, realdata: Path) -> None:
    fault = next(
        a for a in ours.of("Receive") if (a.findtext(f".//{ACTION}") or "").endswith("fault")
    )
    recorded = _recorded(realdata, TIMED_OUT).of("Receive")[2]
    assert _shape(fault) == _shape(recorded)
    assert _texts(fault) == _texts(recorded)


def _texts(fault: Element) -> list[str]:
    body = fault[1]
    return [text.strip() for text in body.itertext() if text.strip()]


def _kinds(exchange: Exchange) -> list[list[int]]:
    """PSRP message types by Receive, as far as the pool is opened."""
    receives = []
    for answer in exchange.of("Receive")[:2]:
        kinds = []
        for stream in answer.iter(STREAM):
            fragments = split_fragments(base64.b64decode(stream.text or ""))
            assert len(fragments) == 1
            kinds.append(int(struct.unpack_from("<I", fragments[0], 25)[0]))
        receives.append(kinds)
    return receives


def test_the_pool_opens_in_the_rhythm_of_windows(ours: Exchange, windows: Exchange) -> None:
    assert _kinds(ours) == _kinds(windows)


def test_a_conversation_takes_the_requests_that_it_takes_with_windows(
    ours: Exchange, realdata: Path
) -> None:
    recorded = _recorded(realdata, "test_psrp_error_failed.yml")
    assert [asked for asked, _ in ours.answers[:6]] == [asked for asked, _ in recorded.answers]
