"""Asking through a session configuration: one command with parameters, never a script."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
import requests
import responses
from pypsrp.exceptions import InvalidPSRPOperation, WSManFaultError

from auditor.collect.conversation import ScriptError
from auditor.collect.jea import COMMAND, notes_on_version
from auditor.collect.model import Target
from auditor.collect.outcome import classify
from auditor.collect.runner import collect
from auditor.collect.script import Script, joined_script
from auditor.estate.zone import RunOptions
from auditor.facts.reading import ReachState, Reading
from auditor.lab.server import running_lab
from auditor.lab.state import StateBackend
from tests.collect.test_replay import TARGET, URL, Recording
from tests.lab_hosts import lab_host, target

NAME = "SfbAudit"
HOSTS = (
    lab_host(1, configurations={NAME: "throw"}),
    lab_host(2),
    lab_host(3, configurations={NAME: "throw"}, fault="access_denied"),
    lab_host(4, configurations={NAME: "throw"}, fault="wrong_schema"),
)


def through(asked: Target, configuration: str = NAME) -> Target:
    return replace(asked, zone=replace(asked.zone, configuration=configuration))


@pytest.fixture(scope="module")
def readings() -> Mapping[str, Reading]:
    with running_lab(HOSTS, StateBackend()) as lab:
        asked = [through(target(lab, host)) for host in HOSTS]
        told = collect(asked, joined_script(), RunOptions(threads=4, deadline_seconds=10))
        return {collected.reading.fqdn: collected.reading for collected in told}


def test_an_endpoint_that_takes_no_script_is_read(readings: Mapping[str, Reading]) -> None:
    reading = readings[HOSTS[0].fqdn]
    assert reading.reach.state is ReachState.READ, reading.reach
    assert "through SfbAudit" in reading.reach.sentence
    assert tuple(result.family for result in reading.families) == joined_script().families
    assert all(result.error is None for result in reading.families)
    assert reading.notes == ()


def test_a_host_without_it(readings: Mapping[str, Reading]) -> None:
    reach = readings[HOSTS[1].fqdn].reach
    assert reach.state is ReachState.CONFIGURATION, reach
    assert "no session configuration SfbAudit" in reach.sentence
    assert "2150858811" in reach.detail


def test_an_account_that_may_not_use_it(readings: Mapping[str, Reading]) -> None:
    reach = readings[HOSTS[2].fqdn].reach
    assert reach.state is ReachState.DENIED, reach
    assert "session configuration SfbAudit" in reach.sentence
    assert "RoleDefinitions" in reach.hint


def test_an_answer_of_another_schema_is_not_judged(readings: Mapping[str, Reading]) -> None:
    reading = readings[HOSTS[3].fqdn]
    assert reading.reach.state is ReachState.ANSWER, reading.reach
    assert "schema" in reading.reach.detail


def test_some_families_alone() -> None:
    some = joined_script(joined_script().families[:2])
    with running_lab(HOSTS[:1], StateBackend()) as lab:
        asked = [through(target(lab, HOSTS[0]))]
        (collected,) = collect(asked, some, RunOptions(threads=1, deadline_seconds=10))
    assert tuple(result.family for result in collected.reading.families) == some.families


@pytest.mark.parametrize(
    ("error_id", "state"),
    [
        ("CommandNotFoundException", ReachState.CONFIGURATION),
        (f"ParameterArgumentValidationError,{COMMAND}", ReachState.CONFIGURATION),
        (f"NamedParameterNotFound,{COMMAND}", ReachState.CONFIGURATION),
        (f"CommandNotFoundException,{COMMAND}", ReachState.SCRIPT),
        ("ScriptsNotAllowed", ReachState.SCRIPT),
        ("", ReachState.SCRIPT),
    ],
)
def test_what_an_endpoint_says_is_told_apart_by_its_id(error_id: str, state: ReachState) -> None:
    error = ScriptError("Der Begriff wurde nicht erkannt.", error_id)
    assert classify(error, through(TARGET), 1).state is state
    assert classify(error, TARGET, 1).state is ReachState.SCRIPT


@pytest.mark.parametrize(
    ("error", "with_it", "without"),
    [
        (
            WSManFaultError(2150858811, "", "", "", "", ""),
            ReachState.CONFIGURATION,
            ReachState.ENDPOINT,
        ),
        (InvalidPSRPOperation("broken"), ReachState.CONFIGURATION, ReachState.PROTOCOL),
        (WSManFaultError(2150858793, "", "", "", "", ""), ReachState.DEADLINE, ReachState.DEADLINE),
        (WSManFaultError(2150859173, "", "", "", "", ""), ReachState.QUOTA, ReachState.QUOTA),
    ],
)
def test_faults_of_a_configuration(
    error: Exception, with_it: ReachState, without: ReachState
) -> None:
    assert classify(error, through(TARGET), 1).state is with_it
    assert classify(error, TARGET, 1).state is without


def test_another_version_is_noted() -> None:
    whole = joined_script()
    some = joined_script(whole.families[:1])
    for script in (whole, some):
        for known in {whole.sha256, script.sha256}:
            assert notes_on_version(through(TARGET), script, known) == ()
    for other in ("0" * 64, "", None):
        (note,) = notes_on_version(through(TARGET), whole, other)
        assert "SfbAudit is of another version" in note
        assert notes_on_version(TARGET, whole, other) == ()


ANSWER = {
    "schema": 1,
    "computer_name": "SFB",
    "domain": "example.com",
    "collected_utc": "2018-09-01T12:00:00.0000000Z",
    "utc_offset_minutes": 0,
    "ps_version": "5.1.14393.2248",
    "collector": "0" * 64,
    "families": {},
}
COMMAND_LINE = re.compile(r"<rsp:Arguments>([^<]+)<")


@pytest.mark.realdata
@pytest.mark.parametrize("families", [joined_script().families, joined_script().families[:2]])
def test_a_recorded_jea_endpoint_is_asked_by_a_command(
    realdata: Path, families: tuple[str, ...]
) -> None:
    recording = Recording.load(realdata / "wsman/pypsrp/test_psrp_with_jea_configuration.yml")
    recording.output = json.dumps(ANSWER)
    script = joined_script(families)
    with responses.RequestsMock() as wire:
        wire.add_callback(responses.POST, URL, callback=recording.answer)
        reading = _reading(through(TARGET, "JEARole"), script)
    created = recording.sent[0]
    assert ">http://schemas.microsoft.com/powershell/JEARole<" in created
    sent = b"".join(
        base64.b64decode(found[1])
        for text in recording.sent
        for found in COMMAND_LINE.finditer(text)
    )
    assert b'<S N="Cmd">Get-SfbFacts</S>' in sent
    assert b'<B N="IsScript">false</B>' in sent
    assert b"StrictMode" not in sent
    told = [key for key in joined_script().families if f"<S>{key}</S>".encode() in sent]
    assert told == ([] if families == joined_script().families else list(families))
    assert reading.reach.state is ReachState.READ, reading.reach
    assert "JEARole is of another version" in str(reading.notes)


def _reading(asked: Target, script: Script) -> Reading:
    (collected,) = collect([asked], script, RunOptions(threads=1, deadline_seconds=10))
    return collected.reading


def test_the_script_itself_is_sent_where_no_configuration_is_named() -> None:
    sent: list[str] = []

    def answer(request: requests.PreparedRequest) -> tuple[int, dict[str, str], bytes]:
        assert isinstance(request.body, bytes)
        sent.append(request.body.decode())
        return 404, {}, b""

    with responses.RequestsMock() as wire:
        wire.add_callback(responses.POST, URL, callback=answer)
        _reading(TARGET, joined_script())
    assert ">http://schemas.microsoft.com/powershell/Microsoft.PowerShell<" in sent[0]
