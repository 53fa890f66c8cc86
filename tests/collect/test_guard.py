"""The bounds hold at the socket, whatever the other side does."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from auditor.collect.conversation import ask
from auditor.collect.guard import Guard, GuardedSocket, GuardError, shut
from auditor.collect.model import Secret, Target
from auditor.collect.script import Script
from auditor.collect.sign_in import Accounts
from auditor.collect.transport import open_wsman
from auditor.estate.ca_file import ca_problem, verifying_context
from auditor.estate.zone import Auth, Transport, Zone
from auditor.facts.reading import ReachState
from auditor.lab.authentication import Conversation
from auditor.lab.ca import CertificateAuthority
from auditor.lab.http import Request, Response
from auditor.lab.server import running_lab
from auditor.lab.state import StateBackend
from tests.lab_hosts import PASSWORD, lab_host
from tests.lab_hosts import target as lab_target

FQDN = "host.example.com"
HELLO = Script("'hello'", "", ())
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/soap+xml\r\n"
UNAUTHORISED = b"HTTP/1.1 401 No\r\nWWW-Authenticate: NTLM\r\nContent-Length: 0\r\n\r\n"

Talk = Callable[[socket.socket], None]


class RawServer:
    """Says `talk` to whoever connects, once the first request is in; counts connections."""

    def __init__(self, talk: Talk, context: ssl.SSLContext | None = None) -> None:
        self._talk = talk
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.connections = 0
        self.heard = b""
        self.talking = threading.Event()
        self._held: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._serve, daemon=True)]
        self._threads[0].start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                accepted, _ = self._listener.accept()
                self.connections += 1
                self._held.append(accepted)
                thread = threading.Thread(target=self._converse, args=(accepted,), daemon=True)
                self._threads.append(thread)
                thread.start()

    def _converse(self, accepted: socket.socket) -> None:
        with contextlib.suppress(OSError):
            held = accepted
            if self._context is not None:
                held = self._context.wrap_socket(accepted, server_side=True)
                self._held.append(held)
            self.heard = held.recv(65536)
            self.talking.set()
            self._talk(held)

    def close(self) -> None:
        shut(self._listener)
        for thread in self._threads:  # the first makes the others
            for held in self._held:
                shut(held)
            thread.join(5)
        for held in (self._listener, *self._held):
            held.close()


@pytest.fixture
def serve() -> Iterator[Callable[..., RawServer]]:
    running: list[RawServer] = []

    def start(talk: Talk, context: ssl.SSLContext | None = None) -> RawServer:
        running.append(RawServer(talk, context))
        return running[-1]

    yield start
    for server in running:
        server.close()


def target(server: RawServer, ca_file: Path | None = None) -> Target:
    https = ca_file is not None
    zone = Zone(
        "raw",
        Transport.HTTPS if https else Transport.HTTP,
        server.port,
        Auth.BASIC if https else Auth.NTLM,
        ca_file=ca_file,
    )
    return Target(FQDN, zone, Secret(r"CONTOSO\auditor", PASSWORD), "127.0.0.1")


def guard(seconds: float = 30.0, budget: int = 1024 * 1024) -> Guard:
    return Guard(seconds, budget, connect_seconds=2.0, farewell_seconds=0.2)


def fails(asked: Target, bounds: Guard) -> tuple[ReachState, float]:
    """With which state of the guard a conversation ends, and after how many seconds."""
    began = time.monotonic()
    with pytest.raises(Exception) as caught:  # noqa: PT011 - requests may wrap it
        ask(asked, HELLO, bounds, Accounts().sign_in(asked.secret))
    taken = time.monotonic() - began
    error: BaseException | None = caught.value
    while error is not None and not isinstance(error, GuardError):
        error = error.__context__
    assert isinstance(error, GuardError), repr(caught.value)
    return error.state, taken


def drip(beginning: bytes) -> Talk:
    def talk(held: socket.socket) -> None:
        held.sendall(beginning)
        while True:
            held.sendall(b"a")
            threading.Event().wait(0.02)

    return talk


def flood(beginning: bytes) -> Talk:
    def talk(held: socket.socket) -> None:
        held.sendall(beginning)
        while True:
            held.sendall(b"a" * 65536)

    return talk


def say(answer: bytes) -> Talk:
    def talk(held: socket.socket) -> None:
        while True:
            held.sendall(answer)
            if not held.recv(65536):
                return

    return talk


def listen(held: socket.socket) -> None:
    while held.recv(65536):
        pass


@pytest.mark.parametrize(
    "talk",
    [
        drip(HEAD + b"Content-Length: 100000\r\n\r\n"),
        drip(HEAD + b"Transfer-Encoding: chunked\r\n\r\n2000\r\n"),
        drip(HEAD + b"X-Slow: "),
        drip(b""),
        listen,
    ],
    ids=["body", "chunk", "header", "status line", "nothing"],
)
def test_the_deadline_ends_what_drips(serve: Callable[..., RawServer], talk: Talk) -> None:
    state, taken = fails(target(serve(talk)), guard(seconds=0.3))
    assert state is ReachState.DEADLINE
    assert 0.25 < taken < 1.5


@pytest.mark.parametrize(
    "beginning",
    [
        HEAD + b"\r\n",
        HEAD + b"Content-Length: 900000000\r\n\r\n",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n40000000\r\n",
    ],
    ids=["until the end", "announced", "one chunk"],
)
def test_the_budget_ends_what_floods(serve: Callable[..., RawServer], beginning: bytes) -> None:
    bounds = guard(budget=200_000)
    state, taken = fails(target(serve(flood(beginning))), bounds)
    assert state is ReachState.TOO_LARGE
    assert taken < 2.0
    # The good-bye may read as much again; nothing beyond one read is ever taken in.
    assert bounds.received <= 200_000 + 64 * 1024 + 2 * 65536


@pytest.mark.parametrize(
    "beginning", [b"Content-Length: 99000000\r\n\r\n", b"\r\n"], ids=["announced", "endless"]
)
def test_one_message_is_bounded_whatever_the_budget(
    serve: Callable[..., RawServer], beginning: bytes
) -> None:
    """It is taken apart as a whole: the budget of a large topology is for many of them."""
    state, _ = fails(target(serve(flood(HEAD + beginning))), guard(budget=2**30))
    assert state is ReachState.TOO_LARGE


@pytest.mark.parametrize("tls", [False, True], ids=["http", "https"])
def test_cancelling_from_another_thread_wakes_whoever_waits(
    serve: Callable[..., RawServer], tmp_path: Path, tls: bool
) -> None:
    authority = CertificateAuthority(tmp_path) if tls else None
    server = serve(listen, authority.identity(FQDN).context if authority else None)
    bounds = guard()
    ended: list[tuple[ReachState, float]] = []
    asked = target(server, authority.root_file if authority else None)
    asking = threading.Thread(target=lambda: ended.append(fails(asked, bounds)))
    asking.start()
    assert server.talking.wait(5)
    began = time.monotonic()
    bounds.cancel()
    asking.join(5)
    assert time.monotonic() - began < 1.0  # half a second of it for the good-bye
    assert ended[0][0] is ReachState.CANCELLED


def test_what_is_closed_in_the_middle_of_cancelling_holds_nothing_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The garbage collector closes a reader in whichever thread it runs, and when it likes."""
    bounds = guard()
    one, other = socket.socketpair()
    bounds.replace(one, one)
    left_over = GuardedSocket(one, bounds)
    reader = left_over.makefile()
    left_over.close()

    def collected(held: socket.socket) -> None:
        reader.close()
        shut(held)

    monkeypatch.setattr("auditor.collect.guard.shut", collected)
    cancelling = threading.Thread(target=bounds.cancel, daemon=True)
    cancelling.start()
    cancelling.join(5)
    assert not cancelling.is_alive()
    other.close()


def test_what_is_cancelled_does_not_begin(serve: Callable[..., RawServer]) -> None:
    server = serve(listen)
    bounds = guard()
    bounds.cancel()
    assert fails(target(server), bounds)[0] is ReachState.CANCELLED
    assert not server.talking.is_set()


def test_proxies_of_the_environment_are_not_used(
    serve: Callable[..., RawServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
        monkeypatch.setenv(name.lower(), "http://127.0.0.1:9")
    server = serve(say(HEAD + b"Content-Encoding: gzip\r\nContent-Length: 0\r\n\r\n"))
    assert fails(target(server), guard())[0] is ReachState.PROTOCOL
    assert server.heard.startswith(b"POST /wsman HTTP/1.1")  # a proxy would be told the host too


def test_the_environment_names_no_certificates(
    monkeypatch: pytest.MonkeyPatch, serve: Callable[..., RawServer], tmp_path: Path
) -> None:
    authority, stranger = (CertificateAuthority(tmp_path, name) for name in ("ours", "theirs"))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(stranger.root_file))
    monkeypatch.setenv("CURL_CA_BUNDLE", str(stranger.root_file))
    server = serve(listen, stranger.identity(FQDN).context)
    asked = target(server, authority.root_file)
    sign_in = Accounts().sign_in(asked.secret)
    with pytest.raises(Exception, match="CERTIFICATE_VERIFY_FAILED"):
        ask(asked, HELLO, guard(), sign_in)
    assert not server.talking.is_set()


def _issuing(folder: Path) -> CertificateAuthority:
    return CertificateAuthority(folder, "issuing", CertificateAuthority(folder, "root"))


CA_FILES: dict[str, Callable[[Path], CertificateAuthority]] = {
    "root": CertificateAuthority,
    "root of certificates without key identifiers": lambda folder: CertificateAuthority(
        folder, key_identifiers=False
    ),
    "issuing alone": _issuing,
}


@pytest.mark.parametrize("authority", CA_FILES.values(), ids=CA_FILES)
def test_a_ca_file_verifies_what_its_authority_signed(
    serve: Callable[..., RawServer],
    authority: Callable[[Path], CertificateAuthority],
    tmp_path: Path,
) -> None:
    signing = authority(tmp_path)
    server = serve(lambda held: held.close(), signing.identity(FQDN).context)
    asked = target(server, signing.root_file)
    assert not ca_problem(signing.root_file)
    with pytest.raises(requests.ConnectionError):
        ask(asked, HELLO, guard(), Accounts().sign_in(asked.secret))
    assert server.talking.is_set(), "it was trusted, and sent a question"


def test_certificates_are_verified_alike_on_every_python() -> None:
    """From 3.13 on a default context is stricter in one thing, and less strict in another."""
    context = verifying_context(None)
    assert context.verify_flags == ssl.VERIFY_X509_TRUSTED_FIRST | ssl.VERIFY_X509_PARTIAL_CHAIN
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(serve: Callable[..., RawServer], status: int) -> None:
    elsewhere = serve(listen)
    where = f"http://127.0.0.1:{elsewhere.port}/wsman"
    answer = f"HTTP/1.1 {status} Moved\r\nLocation: {where}\r\nContent-Length: 0\r\n\r\n"
    assert fails(target(serve(say(answer.encode()))), guard())[0] is ReachState.PROTOCOL
    assert elsewhere.connections == 0


def test_a_resolver_that_hangs_ends_with_the_time_to_connect(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    released = threading.Event()

    def hang(*_: object, **__: object) -> list[object]:
        released.wait(30)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    began = time.monotonic()
    bounds = Guard(30.0, 1000, connect_seconds=0.2)
    with pytest.raises(GuardError) as caught:
        bounds.connect("slow.example.com", 5985)
    assert caught.value.state is ReachState.NAME
    assert time.monotonic() - began < 1.5
    with pytest.raises(GuardError) as caught:
        Guard(0.1, 1000, connect_seconds=20.0).connect("slow.example.com", 5985)
    assert caught.value.state is ReachState.DEADLINE
    released.set()


def test_a_name_that_does_not_exist_is_told_as_such(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> list[object]:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(GuardError, match="Name or service not known") as caught:
        guard().connect("nowhere.example.com", 5985)
    assert caught.value.state is ReachState.NAME


def test_the_second_address_of_a_name_is_tried_after_the_first(
    serve: Callable[..., RawServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(listen)
    entry = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
    found = [(*entry, (address, server.port)) for address in ("127.66.0.1", "127.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    bounds = guard()
    opened = bounds.connect("two.example.com", server.port)
    assert opened.getpeername()[0] == "127.0.0.1"
    bounds.release(opened)


def test_a_shell_is_never_asked_for_twice_over_a_connection_that_was_cut(
    serve: Callable[..., RawServer],
) -> None:
    """A request that may have been carried out is not repeated."""
    server = serve(lambda held: held.close())
    asked = target(server)
    wsman = open_wsman(asked, guard(), Accounts().sign_in(asked.secret))
    with pytest.raises(requests.ConnectionError):
        wsman.transport.send(b"<s:Envelope/>")
    assert server.connections == 1


@pytest.mark.parametrize("kind", ["application/soap+xml;charset=UTF-8", "multipart/encrypted"])
def test_an_answer_in_the_clear_to_a_sealed_question_is_not_believed(
    monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """Whoever sits between could have written it; nothing unseals the second kind."""

    def in_the_clear(_: Conversation, response: Response, __: Request) -> Response:
        return replace(response, content_type=kind)

    monkeypatch.setattr(Conversation, "seal", in_the_clear)
    host = lab_host(1)
    with running_lab([host], StateBackend()) as lab:
        state, _ = fails(lab_target(lab, host), guard())
    assert state is ReachState.PROTOCOL
