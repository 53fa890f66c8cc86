"""What each fault of the lab really does, seen through raw sockets and unmodified pypsrp."""

from __future__ import annotations

import base64
import gzip
import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from xml.etree.ElementTree import ParseError

import pytest
import requests
from pypsrp.complex_objects import PSInvocationState
from pypsrp.exceptions import (
    AuthenticationError,
    FragmentError,
    WinRMError,
    WSManFaultError,
)
from pypsrp.powershell import PowerShell, RunspacePool
from pypsrp.wsman import WSMan

from auditor.lab.faults import FAULTS
from auditor.lab.model import LabHost
from auditor.lab.server import Lab, running_lab
from auditor.lab.state import StateBackend
from tests.lab.clients import begun, connected, ran
from tests.lab_hosts import BASIC_HTTPS, NTLM_HTTP, PASSWORD, USER, lab_host

WAIT = 0.4
HOSTS = {name: lab_host(n, BASIC_HTTPS, fault=name) for n, name in enumerate(sorted(FAULTS))}
REFUSING_HTTP = lab_host(90, NTLM_HTTP, fault="refuse")
MIB = 1024 * 1024

CONNECTION = {
    "refuse": ConnectionRefusedError,
    "silent": TimeoutError,
    "tls_wrong_name": "doesn't match|mismatch",
    "tls_unknown_ca": "unable to get local issuer certificate",
}
RESPONSE: dict[str, Callable[[http.client.HTTPResponse], bool]] = {
    "password_expired": lambda r: r.status == 401 and r.getheader("WWW-Authenticate") is not None,
    "redirect": lambda r: r.status == 302 and "//" in (r.getheader("Location") or ""),
    "gzip_bomb": lambda r: len(body := r.read()) < MIB and len(gzip.decompress(body)) == 64 * MIB,
    "endless_body": lambda r: (r.length or 0) > 2**39 and len(r.read(3 * MIB)) == 3 * MIB,
    "html_200": lambda r: r.status == 200 and r.read().startswith(b"<html>"),
    "empty_200": lambda r: r.status == 200 and r.read() == b"",
    "status_500_html": lambda r: r.status == 500 and b"<html>" in r.read(),
    "status_503": lambda r: r.status == 503,
    "status_404": lambda r: r.status == 404,
}
BROKEN_RESPONSE: dict[str, type[Exception]] = {
    "truncated_body": http.client.IncompleteRead,
    "endless_headers": http.client.HTTPException,
}
DRIPS = ("drip_body", "drip_headers")
OPENING: dict[str, tuple[type[Exception], object]] = {
    "access_denied": (WSManFaultError, 5),
    "shell_quota": (WSManFaultError, 2150859173),
    "quota_then_ok": (WSManFaultError, 2150859173),
    "no_endpoint": (WSManFaultError, 2150858811),
    "hang_create": (requests.ReadTimeout, None),
    "hang_receive": (requests.ReadTimeout, None),
    "malformed_soap": (ParseError, None),
    "doctype": (WinRMError, None),
    "entity_bomb": (ParseError, None),
    "deep_xml": (WinRMError, None),
    "wrong_relates_to": (WinRMError, None),
}
RUNNING: dict[str, Callable[[PowerShell], bool]] = {
    "script_throws": lambda p: p.state == PSInvocationState.FAILED and len(p.streams.error) == 1,
    "no_output": lambda p: not p.output and p.state == PSInvocationState.COMPLETED,
    "garbage_answer": lambda p: p.output == ["Hello, World!"],
    "many_answers": lambda p: len(p.output) == 2,
    "wrong_schema": lambda p: p.output == ['{"schema": 99}'],
    "bad_clixml": lambda p: p.output == ["<Obj><Nope"],  # pypsrp hands out what it cannot read
    "huge_string": lambda p: len(p.output[0]) == 8 * MIB,
}
BROKEN_RUN: dict[str, type[Exception]] = {
    "die_receive": requests.ConnectionError,
    "deep_clixml": RecursionError,
    "bad_fragment": FragmentError,
}
WITHOUT_END = {
    "timed_out_forever": "TimedOut",
    "pool_never_opens": "nothing",
    "endless_output": "output",
    "endless_string": "output",
    "verbose_trickle": "output",
}


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with running_lab([*HOSTS.values(), REFUSING_HTTP], StateBackend()) as running:
        yield running


@contextmanager
def asked(lab: Lab, host: LabHost) -> Iterator[http.client.HTTPSConnection]:
    """A connection that has asked `host` something, signed in as its zone wants."""
    context = ssl.create_default_context(cafile=str(lab.ca_file))
    port = lab.ports[host.zone.name]
    connection = http.client.HTTPSConnection(host.address, port, timeout=WAIT, context=context)
    token = base64.b64encode(f"{USER.username}:{PASSWORD}".encode()).decode()
    try:
        connection.request("POST", "/wsman", b"<x/>", {"Authorization": f"Basic {token}"})
        yield connection
    finally:
        connection.close()


@contextmanager
def hasty(lab: Lab, host: LabHost) -> Iterator[WSMan]:
    """A client that waits for no answer longer than WAIT."""
    with connected(lab, host) as wsman:
        send: Any = wsman.transport.send

        def hurried(message: bytes, **options: Any) -> Any:
            # pypsrp tries a Receive again five times; once is enough here.
            return send(message, **{**options, "timeout": WAIT, "retries_on_read_timeout": 0})

        wsman.transport.send = hurried  # type: ignore[method-assign]
        yield wsman


@contextmanager
def opened(lab: Lab, host: LabHost) -> Iterator[RunspacePool]:
    with hasty(lab, host) as wsman:
        pool = RunspacePool(wsman)
        pool.open()
        yield pool


@pytest.fixture(autouse=True)
def _everybody_hung_up(lab: Lab) -> Iterator[None]:
    """Each fault ends when its client goes away."""
    yield
    deadline = time.monotonic() + 3
    while talking := [host.fault for host in HOSTS.values() if lab.open_connections(host.fqdn)]:
        assert time.monotonic() < deadline, talking
        threading.Event().wait(0.01)


def test_every_fault_is_looked_at() -> None:
    tables = (CONNECTION, RESPONSE, BROKEN_RESPONSE, OPENING, RUNNING, BROKEN_RUN, WITHOUT_END)
    assert sorted([*DRIPS, *(name for table in tables for name in table)]) == sorted(FAULTS)


def test_every_fault_says_what_it_does() -> None:
    assert all(fault.summary for fault in FAULTS.values())


@pytest.mark.parametrize("host", [HOSTS["refuse"], REFUSING_HTTP], ids=["https", "http"])
def test_refuse_lets_nobody_connect(lab: Lab, host: LabHost) -> None:
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host.address, lab.ports[host.zone.name]), WAIT)


def test_silent_accepts_and_never_answers(lab: Lab) -> None:
    host = HOSTS["silent"]
    address = (host.address, lab.ports[host.zone.name])
    with socket.create_connection(address, WAIT) as client:
        client.sendall(b"\x16\x03\x01")
        with pytest.raises(TimeoutError):
            client.recv(1)


@pytest.mark.parametrize("fault", ["tls_wrong_name", "tls_unknown_ca"])
def test_certificates_that_must_not_be_trusted(lab: Lab, fault: str) -> None:
    with (
        pytest.raises(ssl.SSLCertVerificationError, match=str(CONNECTION[fault])),
        asked(lab, HOSTS[fault]),
    ):
        pass


@pytest.mark.parametrize("fault", RESPONSE)
def test_whole_responses(lab: Lab, fault: str) -> None:
    with asked(lab, HOSTS[fault]) as connection:
        assert RESPONSE[fault](connection.getresponse())


@pytest.mark.parametrize("fault", BROKEN_RESPONSE)
def test_responses_that_do_not_end_well(lab: Lab, fault: str) -> None:
    with asked(lab, HOSTS[fault]) as connection, pytest.raises(BROKEN_RESPONSE[fault]):
        connection.getresponse().read()


@pytest.mark.parametrize("fault", DRIPS)
def test_drips_come_byte_by_byte(lab: Lab, fault: str) -> None:
    """Each byte in time for a reader that waits anew for each."""
    with asked(lab, HOSTS[fault]) as connection:
        connection.sock.recv(4096)
        assert [connection.sock.recv(4096) for _ in range(3)] == [b"a"] * 3


@pytest.mark.parametrize("fault", OPENING)
def test_what_pypsrp_says_when_it_opens_a_pool(lab: Lab, fault: str) -> None:
    kind, code = OPENING[fault]
    with pytest.raises(kind) as caught, opened(lab, HOSTS[fault]):
        pass
    assert code is None or getattr(caught.value, "code", None) == code


def test_a_quota_that_has_room_again(lab: Lab) -> None:
    host = lab_host(91, BASIC_HTTPS, fault="quota_then_ok")
    with running_lab([host], StateBackend()) as other:
        with pytest.raises(WSManFaultError), opened(other, host):
            pass
        with opened(other, host) as pool:
            assert other.open_shells(host.fqdn) == 1
            pool.close()


@pytest.mark.parametrize("fault", RUNNING)
def test_what_a_script_leaves(lab: Lab, fault: str) -> None:
    with opened(lab, HOSTS[fault]) as pool, pool:
        pipeline = PowerShell(pool)
        pipeline.add_script("anything")
        pipeline.invoke()
        assert RUNNING[fault](pipeline)


@pytest.mark.parametrize("fault", BROKEN_RUN)
def test_what_pypsrp_says_of_an_answer_it_cannot_take(lab: Lab, fault: str) -> None:
    with opened(lab, HOSTS[fault]) as pool:
        with pytest.raises(BROKEN_RUN[fault]):
            ran(pool, "anything")
        pool.shell.close()


@pytest.mark.parametrize("fault", [name for name in WITHOUT_END if name != "pool_never_opens"])
def test_scripts_without_end_are_not_done_after_some_receives(lab: Lab, fault: str) -> None:
    with opened(lab, HOSTS[fault]) as pool:
        pipeline = begun(pool, "anything")
        for _ in range(3):
            assert _received(pool, pipeline.id) == WITHOUT_END[fault]
        pool.shell.close()


def _received(pool: RunspacePool, command_id: str) -> str:
    try:
        _, _, streams = pool.shell.receive("stdout", command_id=command_id, timeout=1)
    except WSManFaultError as fault:
        return "TimedOut" if fault.code == 2150858793 else str(fault)
    return "output" if streams["stdout"] else "nothing"


def test_a_pool_that_never_opens_answers_every_receive_with_nothing(lab: Lab) -> None:
    with hasty(lab, HOSTS["pool_never_opens"]) as wsman:
        pool = RunspacePool(wsman)
        pool.shell.receive = _third_time_unlucky(pool.shell.receive)  # type: ignore[method-assign]
        with pytest.raises(StopIteration):
            pool.open()
        pool.shell.close()


def _third_time_unlucky(receive: Any) -> Any:
    calls = iter(range(3))

    def counted(*args: Any, **options: Any) -> Any:
        next(calls)
        return receive(*args, **options)

    return counted


def test_faults_over_ntlm_are_told_in_sealed_messages() -> None:
    denied = lab_host(1, NTLM_HTTP, fault="access_denied")
    expired = lab_host(2, NTLM_HTTP, fault="password_expired")
    with running_lab([denied, expired], StateBackend()) as lab, ExitStack() as stack:
        for host, error in ((denied, WSManFaultError), (expired, AuthenticationError)):
            wsman = stack.enter_context(connected(lab, host))
            with pytest.raises(error):
                RunspacePool(wsman).open()
        assert (lab.rejected[denied.fqdn], lab.rejected[expired.fqdn]) == (0, 1)


def test_a_lab_stops_while_its_hosts_misbehave() -> None:
    hosts = [
        lab_host(n, BASIC_HTTPS, fault=fault)
        for n, fault in enumerate(("silent", "drip_body", "endless_body", "hang_create"))
    ]
    with ExitStack() as stack:
        with running_lab(hosts, StateBackend()) as lab:
            address = (hosts[0].address, lab.ports[BASIC_HTTPS.name])
            stack.enter_context(socket.create_connection(address, WAIT))
            for host in hosts[1:]:
                stack.enter_context(asked(lab, host))
            began = time.monotonic()
        assert time.monotonic() - began < 2
