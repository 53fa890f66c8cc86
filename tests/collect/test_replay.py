"""Conversations that real Windows servers had with pypsrp, replayed to the collector.

The recordings are pypsrp's own. Only the ids that a client chooses are put in anew.
"""

from __future__ import annotations

import base64
import json
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests
import responses
import yaml

from auditor.collect.model import Collected, Secret, Target
from auditor.collect.runner import collect
from auditor.collect.script import joined_script
from auditor.estate.zone import Auth, RunOptions, Transport, Zone
from auditor.facts.reading import ReachState
from auditor.lab.fragments import split_fragments

ACTION = re.compile(r"Action[^>]*>[^<]*/(\w+)</")
MESSAGE_ID = re.compile(r"(?<=MessageID>)[^<]+")
RELATES_TO = re.compile(r"(?<=RelatesTo>)[^<]+")
SHELL_ID = re.compile(r'<rsp:Shell ShellId="([^"]+)"')
SELECTOR = re.compile(r'Name="ShellId">([^<]+)<')
COMMAND_ID = re.compile(r'<rsp:CommandLine CommandId="([^"]+)"')
STREAM = re.compile(r"(<rsp:Stream [^>]*>)([^<]*)(?=<)")

TARGET = Target(
    "sfb.example.com",
    Zone("edge", Transport.HTTPS, 5986, Auth.BASIC),
    Secret(r"SFB\auditor", "Replay-only.1"),
)
URL = "https://sfb.example.com:5986/wsman"
OUTPUT = 0x00041004

Answer = tuple[int, dict[str, str], bytes]


@dataclass
class Recording:
    """Answers a request with the next recorded response to the same WSMan action."""

    messages: list[dict[str, str]]
    sent: list[str] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)
    output: str | None = None

    @classmethod
    def load(cls, path: Path) -> Recording:
        return cls(yaml.safe_load(path.read_text("utf-8"))["messages"])

    def answer(self, request: requests.PreparedRequest) -> Answer:
        assert isinstance(request.body, bytes)
        asked = request.body.decode()
        self.sent.append(asked)
        recorded = self._next(_action(asked))
        self._learn(asked, recorded["request"])
        status = 500 if "<s:Fault>" in recorded["response"] else 200
        return status, {"Content-Type": "application/soap+xml"}, self._renew(asked, recorded)

    def actions(self) -> list[str]:
        return [_action(message) for message in self.sent]

    def _next(self, action: str) -> dict[str, str]:
        same = [each for each in self.messages if _action(each["request"]) == action]
        chosen = (same or self.messages)[0]
        self.messages.remove(chosen)
        return chosen

    def _learn(self, asked: str, recorded: str) -> None:
        """Which id of this client stands for which id of the recorded one."""
        for pattern in (SHELL_ID, COMMAND_ID):
            theirs, ours = pattern.search(recorded), pattern.search(asked)
            if theirs and ours:
                self.ids[theirs[1]] = ours[1]

    def _renew(self, asked: str, recorded: dict[str, str]) -> bytes:
        text = STREAM.sub(lambda found: found[1] + self._stream(found[2]), recorded["response"])
        for theirs, ours in self.ids.items():
            text = text.replace(theirs, ours)
        sent = MESSAGE_ID.search(asked)
        assert sent is not None
        return RELATES_TO.sub(sent[0], text).encode()

    def _stream(self, encoded: str) -> str:
        data = base64.b64decode(encoded)
        for theirs, ours in self.ids.items():
            data = data.replace(uuid.UUID(theirs).bytes_le, uuid.UUID(ours).bytes_le)
        if self.output is not None:
            data = b"".join(_with_output(each, self.output) for each in split_fragments(data))
        return base64.b64encode(data).decode()


def _action(message: str) -> str:
    found = ACTION.search(message)
    assert found is not None
    return found[1]


def _with_output(fragment: bytes, text: str) -> bytes:
    """The fragment, with `text` in place of the object that a pipeline wrote."""
    header, message = fragment[:21], fragment[21:]
    if int.from_bytes(message[4:8], "little") != OUTPUT:
        return fragment
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    message = message[:40] + b"\xef\xbb\xbf<S>" + escaped.encode() + b"</S>"
    return header[:17] + len(message).to_bytes(4, "big") + message


@pytest.fixture
def wire() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


def ask(wire: responses.RequestsMock, answer: Callable[[requests.PreparedRequest], Any]) -> Any:
    wire.add_callback(responses.POST, URL, callback=answer)
    options = RunOptions(threads=1, deadline_seconds=10)
    (collected,) = collect([TARGET], joined_script(), options)
    assert isinstance(collected, Collected)
    return collected.reading


WINDOWS_WHOSE_SCRIPT_WAS_NOT_OURS = {
    "test_psrp_run_protocol_version_2.1": (ReachState.ANSWER, "objects"),
    "test_psrp_run_protocol_version_2.2": (ReachState.ANSWER, "objects"),
    "test_psrp_run_protocol_version_2.3": (ReachState.ANSWER, "objects"),
    "test_psrp_long_running_cmdlet": (ReachState.ANSWER, "not JSON"),
    "test_client_execute_ps_failure": (ReachState.SCRIPT, ""),
    "test_psrp_error_failed": (ReachState.SCRIPT, ""),
    "test_psrp_receive_failure": (ReachState.PROTOCOL, "fault 2150858843"),
    "test_psrp_with_jea_configuration": (ReachState.ANSWER, "objects"),
}


@pytest.mark.realdata
@pytest.mark.parametrize("name", WINDOWS_WHOSE_SCRIPT_WAS_NOT_OURS)
def test_another_scripts_output_is_never_taken_for_facts(
    wire: responses.RequestsMock, realdata: Path, name: str
) -> None:
    recording = Recording.load(realdata / "wsman" / "pypsrp" / f"{name}.yml")
    reading = ask(wire, recording.answer)
    state, detail = WINDOWS_WHOSE_SCRIPT_WAS_NOT_OURS[name]
    assert reading.reach.state is state, reading.reach
    assert detail in reading.reach.detail
    assert reading.families == ()
    assert recording.actions()[-1] == "Delete"


@pytest.mark.realdata
def test_every_recording_is_replayed(realdata: Path) -> None:
    names = {path.stem for path in (realdata / "wsman" / "pypsrp").glob("*.yml")}
    assert names == set(WINDOWS_WHOSE_SCRIPT_WAS_NOT_OURS)


@pytest.mark.realdata
def test_the_shell_of_a_2008_r2_is_closed_under_the_name_that_the_server_gave_it(
    wire: responses.RequestsMock, realdata: Path
) -> None:
    recording = Recording.load(realdata / "wsman/pypsrp/test_psrp_run_protocol_version_2.1.yml")
    ask(wire, recording.answer)
    closed = SELECTOR.search(recording.sent[-1])
    assert closed is not None
    assert closed[1] == "C8CD7685-F0A0-4B79-8F82-B8B37462667A"


ERROR = {"type": "System.Exception", "message": "R&D <denied>", "category": "NotSpecified"}


@pytest.mark.realdata
def test_our_answer_in_a_recorded_conversation_is_read(
    wire: responses.RequestsMock, realdata: Path
) -> None:
    recording = Recording.load(realdata / "wsman/pypsrp/test_psrp_long_running_cmdlet.yml")
    recording.output = json.dumps(
        {
            "schema": 1,
            "computer_name": "SFB",
            "domain": "example.com",
            "collected_utc": "2018-09-01T12:00:00.0000000Z",
            "utc_offset_minutes": 0,
            "ps_version": "5.1.14393.2248",
            "collector": joined_script().sha256,
            "families": {"dotnet": {"ok": False, "ms": 1, "error": ERROR}},
        }
    )
    reading = ask(wire, recording.answer)
    assert reading.reach.state is ReachState.READ, reading.reach
    assert reading.computer_name == "SFB"
    assert "R&D <denied>" in str(reading.family("dotnet"))
    assert recording.actions() == [
        *("Create", "Receive", "Receive", "Command"),
        *("Receive", "Receive", "Receive", "Delete"),
    ]


SOAP = {"Content-Type": "application/soap+xml"}
HTML = {"Content-Type": "text/html"}
OVERSIZED = str(RunOptions().byte_budget + 1)
ODDITIES: dict[str, tuple[Answer, ReachState]] = {
    "redirect": ((302, {"Location": "https://127.0.0.1:9/"}, b""), ReachState.PROTOCOL),
    "permanent redirect": ((308, {"Location": "/elsewhere"}, b""), ReachState.PROTOCOL),
    "gzip": ((200, SOAP | {"Content-Encoding": "gzip"}, b"\x1f\x8b\x08"), ReachState.PROTOCOL),
    "doctype": ((200, SOAP, b'<!DOCTYPE s SYSTEM "file:///etc/passwd"><s/>'), ReachState.PROTOCOL),
    "doctype in a fault": ((500, SOAP, b"<!DOCTYPE s><s/>"), ReachState.PROTOCOL),
    "page of IIS": ((404, HTML, b"<!DOCTYPE html><html>404</html>"), ReachState.ENDPOINT),
    "utf-16": ((200, SOAP, "<s/>".encode("utf-16")), ReachState.PROTOCOL),
    "oversized": ((200, SOAP | {"Content-Length": OVERSIZED}, b"<s/>"), ReachState.TOO_LARGE),
    "forbidden": ((403, HTML, b"<html>no</html>"), ReachState.DENIED),
    "not found": ((404, HTML, b"<html>IIS</html>"), ReachState.ENDPOINT),
    "unauthorised": ((401, {"WWW-Authenticate": "Basic"}, b""), ReachState.AUTH),
}


@pytest.mark.parametrize("name", ODDITIES)
def test_the_guard_holds_under_a_mocked_wire_too(wire: responses.RequestsMock, name: str) -> None:
    answer, state = ODDITIES[name]
    reading = ask(wire, lambda _: answer)
    assert reading.reach.state is state, reading.reach
    assert TARGET.secret.password not in repr(reading)


FAILURES: dict[str, tuple[Exception, ReachState]] = {
    "timeout": (requests.ConnectTimeout("slow"), ReachState.UNREACHABLE),
    "reset": (requests.ConnectionError(ConnectionResetError(104, "reset")), ReachState.UNREACHABLE),
    "refused": (requests.ConnectionError(ConnectionRefusedError(111, "no")), ReachState.REFUSED),
}


@pytest.mark.parametrize("name", FAILURES)
def test_what_requests_raises_is_classified(wire: responses.RequestsMock, name: str) -> None:
    error, state = FAILURES[name]

    def fail(_: requests.PreparedRequest) -> Any:
        raise error

    assert ask(wire, fail).reach.state is state
