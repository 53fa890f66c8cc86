"""Which outcome each error of a conversation is; never by the text of a server."""

from __future__ import annotations

import socket
import ssl
from dataclasses import replace
from pathlib import Path
from xml.etree.ElementTree import ParseError

import pytest
import requests
from pypsrp.exceptions import (
    AuthenticationError,
    FragmentError,
    WinRMError,
    WinRMTransportError,
    WSManFaultError,
)
from urllib3.exceptions import ProtocolError

from auditor.collect.conversation import AnswerShapeError, ScriptError
from auditor.collect.guard import GuardError
from auditor.collect.model import OCS_POWERSHELL, Secret, Target
from auditor.collect.outcome import classify, describe, read_well
from auditor.estate.zone import Auth, Transport, Zone
from auditor.facts.fields import AnswerError
from auditor.facts.reading import ReachState

TARGET = Target("fe01.contoso.com", Zone("internal"), Secret(r"CONTOSO\auditor", "Hidden.1"))
BUDGET = 8 * 1024 * 1024


def state_of(error: BaseException, target: Target = TARGET) -> ReachState:
    return classify(error, target, BUDGET).state


# As reported by users of WinRM clients in public issue threads, in whatever language.
FAULTS = [
    (5, "Access is denied. ", ReachState.DENIED),
    (5, "Zugriff verweigert ", ReachState.DENIED),
    (2150859173, "allowed a maximum number of 5 concurrent shells", ReachState.QUOTA),
    (2150859174, "allowed a maximum number of 15 concurrent operations", ReachState.QUOTA),
    (2150858843, "the shell was not found on the server", ReachState.PROTOCOL),
    (2150858811, "The resource URI was not found", ReachState.ENDPOINT),
    (2152992672, "", ReachState.DENIED),
    (2150858793, "cannot complete the operation within the time", ReachState.DEADLINE),
    (2150859193, "no puede resolverse el nombre de servidor", ReachState.PROTOCOL),
    (2, "The service was unable to start the host process", ReachState.PROTOCOL),
    (1018, "could not launch a host process", ReachState.PROTOCOL),
    ("w:QuotaLimit", "", ReachState.QUOTA),
    ("w:InternalError", "maximum number of concurrent commands per shell", ReachState.PROTOCOL),
    (None, None, ReachState.PROTOCOL),
]


@pytest.mark.parametrize(("number", "text", "state"), FAULTS)
def test_a_fault_is_known_by_its_number(
    number: int | str | None, text: str | None, state: ReachState
) -> None:
    assert state_of(WSManFaultError(number, "FE01", text, None, None, None)) is state


def test_the_detail_of_a_fault_is_the_providers_where_there_is_no_reason() -> None:
    fault = WSManFaultError(2152992672, "10.0.0.2", "", "PowerShellplugin", "p.dll", "AuthZ denied")
    assert classify(fault, TARGET, BUDGET).detail == "fault 2152992672: AuthZ denied"


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (400, ReachState.PROTOCOL),
        (401, ReachState.AUTH),
        (403, ReachState.DENIED),
        (404, ReachState.ENDPOINT),
        (407, ReachState.PROTOCOL),
        (413, ReachState.PROTOCOL),
        (500, ReachState.PROTOCOL),
        (502, ReachState.PROTOCOL),
        (503, ReachState.PROTOCOL),
    ],
)
def test_an_http_status_says_what_it_can(status: int, state: ReachState) -> None:
    reach = classify(WinRMTransportError("http", status, "<html>secret</html>"), TARGET, BUDGET)
    assert reach.state is state
    assert reach.detail == f"HTTP {status}"


def _wrapped(error: Exception) -> Exception:
    """As requests hands on what the connection raised."""
    return requests.ConnectionError(error)


def _during(error: Exception, later: Exception) -> Exception:
    later.__context__ = error
    return later


ERRORS: list[tuple[str, Exception, ReachState]] = [
    ("name", _wrapped(socket.gaierror(-2, "unknown")), ReachState.NAME),
    ("refused", _wrapped(ConnectionRefusedError(111, "refused")), ReachState.REFUSED),
    ("reset", _wrapped(ConnectionResetError(104, "reset")), ReachState.UNREACHABLE),
    ("no route", _wrapped(OSError(113, "No route to host")), ReachState.UNREACHABLE),
    ("timeout", _wrapped(TimeoutError("timed out")), ReachState.UNREACHABLE),
    ("tls", _wrapped(ssl.SSLCertVerificationError("wrong name")), ReachState.TLS),
    ("no tls", _wrapped(ssl.SSLError("WRONG_VERSION_NUMBER")), ReachState.TLS),
    ("deadline", _wrapped(GuardError(ReachState.DEADLINE)), ReachState.DEADLINE),
    ("broken body", ProtocolError("IncompleteRead"), ReachState.PROTOCOL),
    ("password", AuthenticationError("no"), ReachState.AUTH),
    ("relates to", WinRMError("Received related id does not match"), ReachState.PROTOCOL),
    ("fragment", FragmentError("Fragment Id"), ReachState.PROTOCOL),
    ("xml", ParseError("no element found"), ReachState.PROTOCOL),
    ("depth", RecursionError("maximum recursion depth"), ReachState.PROTOCOL),
    ("memory", MemoryError(), ReachState.PROTOCOL),
    ("script", ScriptError("no"), ReachState.SCRIPT),
    ("shape", AnswerShapeError("2 objects"), ReachState.ANSWER),
    ("answer", AnswerError("schema", "is 2"), ReachState.ANSWER),
    ("ours", ImportError("no module named gssapi"), ReachState.FAULT),
    (
        "the guard's word counts, not what it broke",
        _during(GuardError(ReachState.TOO_LARGE), ParseError("cut off")),
        ReachState.TOO_LARGE,
    ),
]


@pytest.mark.parametrize(("error", "state"), [e[1:] for e in ERRORS], ids=[e[0] for e in ERRORS])
def test_every_error_has_an_outcome(error: Exception, state: ReachState) -> None:
    assert state_of(error) is state


def test_a_ca_file_that_is_not_there_is_named() -> None:
    zone = replace(TARGET.zone, transport=Transport.HTTPS, ca_file=Path("missing.pem"))
    error = FileNotFoundError(2, "No such file or directory")
    reach = classify(error, replace(TARGET, zone=zone), BUDGET)
    assert reach.state is ReachState.TLS
    assert "missing.pem" in reach.detail


@pytest.mark.parametrize("state", [s for s in ReachState if s not in {"REACH-NOT-ASKED"}])
def test_every_outcome_is_told_to_people(state: ReachState) -> None:
    reach = read_well(TARGET) if state is ReachState.READ else describe(state, TARGET, BUDGET)
    assert TARGET.fqdn in reach.sentence
    assert reach.hint or state is ReachState.READ
    assert "{" not in reach.sentence + reach.hint


def test_the_text_of_a_server_is_bounded_and_plain() -> None:
    detail = classify(ScriptError("\x1b[31m\u202e" + "a" * 5000), TARGET, BUDGET).detail
    assert len(detail) <= 300
    assert not any(ord(character) < 32 or character == "\u202e" for character in detail)


def test_errors_that_come_from_each_other_in_a_circle_end() -> None:
    first, second = OSError("one"), OSError("two")
    first.__context__, second.__context__ = second, first
    assert state_of(first) is ReachState.UNREACHABLE


OCS = replace(TARGET, zone=Zone("rbac", Transport.HTTPS, 443), path=OCS_POWERSHELL)


@pytest.mark.parametrize(
    ("state", "sentence", "hint"),
    [
        (ReachState.REFUSED, "refuses connections on port 443", "web site"),
        (ReachState.DENIED, "may not use OcsPowerShell", "CsViewOnlyAdministrator"),
        (ReachState.ENDPOINT, "no PowerShell endpoint under /OcsPowerShell", "front end pool"),
        (ReachState.TLS, "No trustworthy TLS", "--ca-file"),
        (ReachState.AUTH, "does not accept the account", "password"),
    ],
)
def test_the_rbac_endpoint_is_no_winrm(state: ReachState, sentence: str, hint: str) -> None:
    reach = describe(state, OCS, BUDGET)
    assert sentence in reach.sentence
    assert hint in reach.hint
    assert "winrm" not in reach.hint.lower()


def test_what_was_read_through_it_says_so() -> None:
    assert read_well(OCS).sentence.endswith("was read over https through OcsPowerShell.")


@pytest.mark.parametrize(
    ("zone", "way"),
    [
        (Zone("z", Transport.HTTP, auth=Auth.NTLM), "http (messages encrypted by NTLM)."),
        (
            Zone("z", Transport.HTTP, auth=Auth.NEGOTIATE),
            "http (messages encrypted by Kerberos or NTLM).",
        ),
        (Zone("z", Transport.HTTPS, auth=Auth.NTLM), "https."),
    ],
)
def test_over_http_it_is_said_that_the_messages_were_encrypted(zone: Zone, way: str) -> None:
    assert read_well(replace(TARGET, zone=zone)).sentence.endswith(f"was read over {way}")
