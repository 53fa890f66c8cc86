"""Every way in which a conversation can end, as one of a closed set, in words for people.

Errors are told apart by type, number and HTTP status, never by the text of a server, which
may be in any language.
"""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Iterator

import requests
from pypsrp.exceptions import (
    AuthenticationError,
    InvalidPSRPOperation,
    WinRMError,
    WinRMTransportError,
    WSManFaultError,
)

from auditor.collect.conversation import AnswerShapeError, ScriptError
from auditor.collect.guard import GuardError
from auditor.collect.jea import COMMAND
from auditor.collect.model import OCS_POWERSHELL, WSMAN, Target
from auditor.estate.zone import Auth, Transport
from auditor.facts.fields import AnswerError, clean
from auditor.facts.reading import Reach, ReachState

_SHOWN = 300

# WSMan fault numbers (Windows SDK, wsman.h and winerror.h) seen from audited hosts.
_FAULTS = {
    5: ReachState.DENIED,
    2150858999: ReachState.DENIED,
    2152992672: ReachState.DENIED,
    2150859173: ReachState.QUOTA,
    2150859174: ReachState.QUOTA,
    2150858811: ReachState.ENDPOINT,
    2150858793: ReachState.DEADLINE,
}
_STATUSES = {
    401: ReachState.AUTH,
    403: ReachState.DENIED,
    404: ReachState.ENDPOINT,
}

_SENTENCES: dict[ReachState, tuple[str, str]] = {
    ReachState.NAME: (
        "The name {host} could not be resolved.",
        "Correct the name, or give the server an address in the estate file.",
    ),
    ReachState.REFUSED: (
        "{host} refuses connections on port {port}.",
        "Make sure that WinRM is enabled there (winrm quickconfig), or correct its zone's port.",
    ),
    ReachState.UNREACHABLE: (
        "{host} could not be reached on port {port}, or dropped the connection.",
        "Check that the machine is up and that firewalls let WinRM through from here.",
    ),
    ReachState.TLS: (
        "No trustworthy TLS connection to {host}.",
        (
            "Its certificate must be valid, carry this name and be signed by the zone's ca_file; "
            "a server without TLS 1.2 is read over http with ntlm."
        ),
    ),
    ReachState.AUTH: (
        "{host} does not accept the account {user}.",
        (
            "Check that the account exists there and is not locked, and that its password is "
            "correct and has not expired."
        ),
    ),
    ReachState.HELD: (
        "{host} was not asked: other servers refused the account {user}, and none accepted it.",
        "More attempts could lock the account out. Fix it where it was refused, then run again.",
    ),
    ReachState.DENIED: (
        "The account {user} may not use PowerShell Remoting on {host}.",
        "It must be a member of the local Administrators or Remote Management Users.",
    ),
    ReachState.QUOTA: (
        "{host} allows no more shells for {user}.",
        "Other tools left shells open. Wait until they time out, or restart WinRM there.",
    ),
    ReachState.DEADLINE: (
        "{host} did not finish in the time allowed.",
        "Audit again when it is less busy, or raise deadline_seconds in [run].",
    ),
    ReachState.TOO_LARGE: (
        "{host} sent more than the {budget} bytes that an answer may have.",
        "Something other than WinRM may be answering; if not, raise byte_budget_mib.",
    ),
    ReachState.PROTOCOL: (
        "What answers on port {port} of {host} does not speak WinRM as Windows does.",
        "Look for a proxy, a load balancer or another service on that port.",
    ),
    ReachState.ENDPOINT: (
        "{host} has no PowerShell endpoint under /{path}.",
        "Run Enable-PSRemoting on it. A reverse proxy in between can be the cause too.",
    ),
    ReachState.CONFIGURATION: (
        "{host} has no session configuration {configuration} that answers Get-SfbFacts.",
        (
            "It may not be registered there, may lack its module, or be of another version: see "
            "docs/least-privilege.md."
        ),
    ),
    ReachState.SCRIPT: (
        "The collector's script ended with an error on {host}.",
        "The detail is PowerShell's own message. Windows PowerShell 2.0 or later is required.",
    ),
    ReachState.ANSWER: (
        "{host} answered, but not with what the collector writes.",
        "A profile or a proxy function may be adding output; see the detail.",
    ),
    ReachState.CANCELLED: ("{host} was not read completely: the run was stopped.", "Run again."),
    ReachState.FAULT: (
        "The audit of {host} failed on our side.",
        "This is a fault in sfb-audit; the detail helps to fix it.",
    ),
}


_DENIED_CONFIGURATION = (
    "The account {user} may not use the session configuration {configuration} on {host}.",
    "It must be in a group that RoleDefinitions names in the configuration's file.",
)
# The RBAC endpoint is a web application of a front end, not the machine's WinRM.
_OCS: dict[ReachState, tuple[str, str]] = {
    ReachState.REFUSED: (
        "{host} refuses connections on port {port}.",
        "Its internal web site listens on 443, on every front end; a load balancer may not.",
    ),
    ReachState.DENIED: (
        "The account {user} may not use OcsPowerShell on {host}.",
        "It must hold an RBAC role, such as CsViewOnlyAdministrator.",
    ),
    ReachState.ENDPOINT: (
        "{host} has no PowerShell endpoint under /{path}.",
        "Name a front end pool or a front end: only they have it.",
    ),
    ReachState.TLS: (
        "No trustworthy TLS connection to {host}.",
        (
            "The certificate of its internal web site must be valid, carry this name and be "
            "signed by the CA that --ca-file names."
        ),
    ),
}
# What PowerShell says of a session without our command, or with another one of that name.
_NOT_OURS = frozenset(
    {
        "CommandNotFoundException",
        f"ParameterArgumentValidationError,{COMMAND}",
        f"NamedParameterNotFound,{COMMAND}",
    }
)


def read_well(target: Target) -> Reach:
    """The outcome of a conversation that brought an answer."""
    endpoint = target.zone.configuration or (target.path if target.path != WSMAN else "")
    through = f" through {endpoint}" if endpoint else ""
    sealed = ""
    if target.zone.transport is Transport.HTTP:  # basic is not accepted there
        by = "NTLM" if target.zone.auth is Auth.NTLM else "Kerberos or NTLM"
        sealed = f" (messages encrypted by {by})"
    way = f"{target.zone.transport.value}{sealed}{through}"
    return Reach(ReachState.READ, f"{target.fqdn} was read over {way}.")


def classify(error: BaseException, target: Target, budget: int) -> Reach:
    """What an error of a conversation means. Never raises."""
    state, detail = _state(error, target)
    return describe(state, target, budget, detail)


def describe(state: ReachState, target: Target, budget: int, detail: str = "") -> Reach:
    """The sentence and the hint for a state; `detail` is bounded and cleaned."""
    sentence, hint = _SENTENCES[state]
    if target.path == OCS_POWERSHELL:
        sentence, hint = _OCS.get(state, (sentence, hint))
    elif state is ReachState.DENIED and target.zone.configuration:
        sentence, hint = _DENIED_CONFIGURATION
    sentence = sentence.format(
        host=target.fqdn,
        port=target.zone.port,
        user=target.secret.username,
        configuration=target.zone.configuration,
        path=target.path,
        budget=f"{budget:,}",
    )
    return Reach(state, sentence, hint, clean(detail)[:_SHOWN])


def _state(error: BaseException, target: Target) -> tuple[ReachState, str]:
    for cause in _chain(error):
        if isinstance(cause, GuardError):
            return cause.state, cause.detail
    if isinstance(error, WinRMError):
        state, detail = _of_winrm(error)
        if target.zone.configuration and _is_of_configuration(error, state):
            state = ReachState.CONFIGURATION
        return state, detail
    if isinstance(error, ScriptError):
        ours = not target.zone.configuration or error.error_id not in _NOT_OURS
        return ReachState.SCRIPT if ours else ReachState.CONFIGURATION, str(error)
    if isinstance(error, AnswerError | AnswerShapeError):
        return ReachState.ANSWER, str(error)
    if isinstance(error, requests.RequestException | OSError):
        return _of_connection(error, target)
    # What is left is pypsrp stumbling over something that no Windows says (ParseError,
    # ValueError, KeyError, RecursionError and their like), or a fault of this program.
    ours = isinstance(error, ImportError | NameError)
    return ReachState.FAULT if ours else ReachState.PROTOCOL, f"{type(error).__name__}: {error}"


def _of_winrm(error: WinRMError) -> tuple[ReachState, str]:
    if isinstance(error, AuthenticationError):
        return ReachState.AUTH, ""
    if isinstance(error, WSManFaultError):
        return _of_fault(error)
    if isinstance(error, WinRMTransportError):
        return _STATUSES.get(error.code, ReachState.PROTOCOL), f"HTTP {error.code}"
    return ReachState.PROTOCOL, str(error)


def _is_of_configuration(error: WinRMError, state: ReachState) -> bool:
    """No such configuration, or one whose session breaks as it opens (its role is missing)."""
    unknown = isinstance(error, WSManFaultError) and state is ReachState.ENDPOINT
    return unknown or isinstance(error, InvalidPSRPOperation)


def _of_fault(error: WSManFaultError) -> tuple[ReachState, str]:
    said = str(error.reason or error.provider_fault or "")
    number = error.code if isinstance(error.code, int) else None
    if number is None:
        quota = "QuotaLimit" in str(error.code)
        return (ReachState.QUOTA if quota else ReachState.PROTOCOL), f"{error.code}: {said}"
    return _FAULTS.get(number, ReachState.PROTOCOL), f"fault {number}: {said}"


def _of_connection(error: BaseException, target: Target) -> tuple[ReachState, str]:
    for cause in _chain(error):
        if isinstance(cause, ssl.SSLError):
            return ReachState.TLS, str(cause)
        if isinstance(cause, socket.gaierror):
            return ReachState.NAME, str(cause)
        if isinstance(cause, ConnectionRefusedError):
            return ReachState.REFUSED, ""
        if isinstance(cause, http.client.HTTPException) and not isinstance(cause, OSError):
            return ReachState.PROTOCOL, f"{type(cause).__name__}: {cause}"
        if isinstance(cause, FileNotFoundError | PermissionError) and target.zone.ca_file:
            return ReachState.TLS, f"ca_file {target.zone.ca_file}: {cause.strerror}"
    if target.zone.transport is Transport.HTTPS and isinstance(error, ssl.SSLError):
        return ReachState.TLS, str(error)
    return ReachState.UNREACHABLE, type(error).__name__


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and what it came from: causes, contexts and wrapped arguments."""
    seen: set[int] = set()
    waiting: list[BaseException] = [error]
    while waiting:
        current = waiting.pop(0)
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        linked = (current.__cause__, current.__context__, *current.args)
        waiting += [item for item in linked if isinstance(item, BaseException)]
