"""The guarded transport under pypsrp: HTTP with no surprises.

pypsrp speaks WSMan and PSRP over a requests session. Here that session gets an adapter that
refuses redirects, compression and document types, never looks at the environment, and reads
through a `Guard`. It still ends in `requests.adapters.HTTPAdapter.send`. Below that stands
one plain http.client connection in place of urllib3's pool, whose machinery a conversation
with one host does not need.
"""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import requests
from pypsrp.exceptions import AuthenticationError, WinRMTransportError
from pypsrp.negotiate import HTTPNegotiateAuth
from pypsrp.wsman import WSMan, _TransportHTTP
from requests.adapters import HTTPAdapter
from requests.auth import HTTPBasicAuth
from urllib3 import HTTPHeaderDict
from urllib3.exceptions import ProtocolError
from urllib3.response import HTTPResponse

from auditor.collect.guard import IDLE_SECONDS, Guard, GuardedSocket, GuardError
from auditor.collect.model import Secret, Target
from auditor.collect.sign_in import SignIn
from auditor.estate.ca_file import verifying_context
from auditor.estate.zone import Auth, Transport
from auditor.facts.reading import ReachState

OPERATION_SECONDS = 20
# One answer of Windows has 150 KB, or 500 KB: a whole that is larger comes in many.
MOST_BODY_BYTES = 8 * 1024 * 1024
_UNREAD_CHALLENGE = 64 * 1024
_PIECE = 64 * 1024
_SOAP = "http://www.w3.org/2003/05/soap-envelope"


# Made once for each CA file: loading a store takes 20 ms.
_tls_context = lru_cache(maxsize=64)(verifying_context)


class _Connection:
    """The one connection of a conversation; requests uses it like a pool of urllib3."""

    def __init__(self, target: Target, guard: Guard) -> None:
        self._target = target
        self._guard = guard
        self._http: http.client.HTTPConnection | None = None
        self._socket: GuardedSocket | None = None

    def urlopen(
        self,
        method: str,
        url: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        **_: Any,
    ) -> HTTPResponse:
        connection = self._open()
        try:
            connection.request(method, url, body, dict(headers or {}))
            answer = connection.getresponse()
        except http.client.HTTPException as error:
            self.close()
            raise ProtocolError(str(error) or type(error).__name__, error) from error
        except BaseException:
            self.close()
            raise
        return HTTPResponse(
            body=answer,
            headers=HTTPHeaderDict(answer.headers.items()),
            status=answer.status,
            reason=answer.reason,
            preload_content=False,
            decode_content=False,
        )

    def _open(self) -> http.client.HTTPConnection:
        if self._http is not None and self._http.sock is not None:
            return self._http
        zone = self._target.zone
        host = self._target.address or self._target.fqdn
        raw = self._guard.connect(host, zone.port)
        if zone.transport is Transport.HTTPS:
            try:
                raw.settimeout(min(IDLE_SECONDS, self._guard.remaining()))
                context = _tls_context(zone.ca_file)
                wrapped = context.wrap_socket(
                    raw, server_hostname=self._target.fqdn, do_handshake_on_connect=False
                )
                self._guard.replace(raw, wrapped)
                raw = wrapped
                wrapped.do_handshake()
            except OSError:
                self._guard.release(raw)
                self._guard.remaining()
                raise
        connection = http.client.HTTPConnection(self._target.fqdn, zone.port)
        connection.auto_open = 0
        self._socket = GuardedSocket(raw, self._guard)
        connection.sock = self._socket
        self._http = connection
        return connection

    def close(self) -> None:
        if self._http is not None:
            self._http.close()
            self._http = None
        if self._socket is not None:
            self._socket.release()
            self._socket = None


class GuardedAdapter(HTTPAdapter):
    """An adapter for one conversation."""

    def __init__(self, target: Target, guard: Guard) -> None:
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=0)
        self._connection = _Connection(target, guard)
        self._guard = guard
        self.sealed = False  # whether the last answer came sealed

    def get_connection_with_tls_context(self, *_: Any, **__: Any) -> Any:
        return self._connection

    def cert_verify(self, *_: Any, **__: Any) -> None:
        """Certificates are verified where the connection is opened."""

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:  # type: ignore[override]
        """One request. Raises GuardError, or what requests raises."""
        self._guard.remaining()
        kwargs["stream"] = True
        response = super().send(request, **kwargs)
        self._guard.reached = True
        self.sealed = _is_sealed(response.headers)
        if breach := _breach(response):
            self.close()
            raise GuardError(ReachState.PROTOCOL, breach)
        if not _is_short_challenge(response):
            response._content = self._read(response)  # noqa: SLF001 - as requests itself does
            response._content_consumed = True  # type: ignore[attr-defined] # noqa: SLF001
        if response.ok and _is_sealed(request.headers) and not self.sealed:
            self.close()
            raise GuardError(ReachState.PROTOCOL, "an unencrypted answer to an encrypted request")
        return response

    def _read(self, response: requests.Response) -> bytes:
        length = response.headers.get("Content-Length", "")
        try:
            if length.isdigit() and "Transfer-Encoding" not in response.headers:
                self._guard.expect(int(length))
                _refuse_large(int(length))
                content: bytes = response.raw.read(decode_content=False)
            else:  # piece by piece: room for a whole chunk would be made before it has come
                content = b"".join(_pieces(response))
        except BaseException:
            self.close()
            raise
        return content

    def close(self) -> None:
        self._connection.close()
        super().close()


def _pieces(response: requests.Response) -> Iterator[bytes]:
    size = 0
    for piece in response.raw.stream(_PIECE, decode_content=False):
        size += len(piece)
        _refuse_large(size)
        yield piece


def _refuse_large(size: int) -> None:
    """One body is taken apart as a whole, whatever the budget of the conversation."""
    if size > MOST_BODY_BYTES:
        raise GuardError(ReachState.TOO_LARGE, f"one message of {size} bytes or more")


def _breach(response: requests.Response) -> str:
    """Which rule of this transport a response breaks; empty for none."""
    if 300 <= response.status_code < 400:
        return f"a redirect (HTTP {response.status_code})"
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        return "a compressed answer, which was not requested"
    return ""


def _is_sealed(headers: Mapping[str, str | bytes]) -> bool:
    """As pypsrp says it, which takes everything else as it came."""
    return str(headers.get("Content-Type", "")).startswith("multipart/encrypted;")


def _is_short_challenge(response: requests.Response) -> bool:
    """A 401 is left unread: pypsrp looks at its socket, for the channel binding."""
    length = response.headers.get("Content-Length", "")
    return response.status_code == 401 and length.isdigit() and int(length) <= _UNREAD_CHALLENGE


class _Session(requests.Session):
    """A session for one conversation."""

    def prepare_request(self, request: requests.Request) -> requests.PreparedRequest:
        """As requests', without cookies, parameters and hooks, of which there are none."""
        prepared = requests.PreparedRequest()
        prepared.prepare(
            method=request.method,
            url=request.url,
            headers={**self.headers, **request.headers},
            data=request.data,
            auth=self.auth,
        )
        return prepared


class _Basic(HTTPBasicAuth):
    """Sends the account with every request, once it may be tried."""

    def __init__(self, secret: Secret, guard: Guard, sign_in: SignIn) -> None:
        super().__init__(secret.username.encode(), secret.password.encode())
        self._guard = guard
        self._sign_in = sign_in

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        self._sign_in.begin(self._guard)
        super().__call__(request)  # type: ignore[no-untyped-call]
        return request


class _Negotiate(HTTPNegotiateAuth):
    """pypsrp's handshake, begun once the account may be tried."""

    guard: Guard
    sign_in: SignIn

    def handle_401(self, response: requests.Response, **kwargs: Any) -> requests.Response:
        self.sign_in.begin(self.guard)
        answer: requests.Response
        answer = super().handle_401(response, **kwargs)  # type: ignore[no-untyped-call]
        return answer

    @property
    def is_complete(self) -> bool:
        """Whether the handshake, of which a conversation has one, came to its end."""
        return any(context.complete for context in self.contexts.values())


class GuardedTransport(_TransportHTTP):
    """pypsrp's transport over a guarded session."""

    guard: Guard
    target: Target
    sign_in: SignIn
    adapter: GuardedAdapter
    refused = False

    def send(self, message: bytes, **kwargs: Any) -> bytes:
        """As pypsrp's, but never retried: a script must not run twice.

        What it answers, a fault too, decides whether the account was accepted: a status alone
        says nothing, as any web server can send one.
        """
        kwargs["retries_on_read_timeout"] = 0
        try:
            answer = super().send(message, **kwargs)
        except AuthenticationError:
            self.refused = True
            raise
        except WinRMTransportError as error:
            text = str(error.response_text)
            if _SOAP in text and "<!DOCTYPE" not in text:
                self._believe()
                raise
            # A web server's page; pypsrp would look for a fault in it, and lose the status.
            raise WinRMTransportError(error.protocol, error.code, "") from None
        answer = _refuse_doctype(answer)
        if _SOAP.encode() in answer:
            self._believe()
        return answer

    def _believe(self) -> None:
        """The account is accepted where WSMan's answer came through the finished handshake."""
        auth = self.session.auth if self.session is not None else None
        if self.wrap_required:  # unsealed by now, with a key that the password is part of
            finished = self.adapter.sealed
        else:
            finished = not isinstance(auth, _Negotiate) or auth.is_complete
        if finished:
            self.sign_in.end(accepted=True)

    def _build_session(self) -> requests.Session:
        session = _Session()
        session.trust_env = False
        session.max_redirects = 0
        session.headers.clear()
        session.headers.update({"User-Agent": "sfb-audit", "Accept-Encoding": "identity"})
        self.adapter = GuardedAdapter(self.target, self.guard)
        session.mount("http://", self.adapter)
        session.mount("https://", self.adapter)
        session.auth = self._auth()
        return session

    def _auth(self) -> requests.auth.AuthBase:
        secret = self.target.secret
        if self.target.zone.auth is Auth.BASIC:
            return _Basic(secret, self.guard, self.sign_in)
        auth = _Negotiate(
            username=secret.username,
            password=secret.password,
            auth_provider=self.target.zone.auth.value,
            wrap_required=self.wrap_required,
            service=self.target.zone.spn_service,
        )
        auth.guard, auth.sign_in = self.guard, self.sign_in
        return auth


def _refuse_doctype(content: bytes) -> bytes:
    """SOAP has no document type, and no encoding but UTF-8; expat would expand either."""
    if b"<!DOCTYPE" in content or b"\x00" in content or content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise GuardError(ReachState.PROTOCOL, "a document type, or text that is not UTF-8")
    return content


# Each client takes its XML prefixes out of ElementTree's one table and puts them in again: two
# threads at once take out the same one (KeyError), or change the table under each other.
_NAMING = threading.Lock()


class GuardedWSMan(WSMan):
    """pypsrp's client over the guarded transport."""

    transport: GuardedTransport


def open_wsman(target: Target, guard: Guard, sign_in: SignIn) -> GuardedWSMan:
    """A WSMan client for `target` whose every byte goes through `guard`.

    Its account is sent when `sign_in` allows it.
    """
    zone = target.zone
    arguments: dict[str, Any] = {
        "server": target.fqdn,
        "port": zone.port,
        "path": target.path,
        "ssl": zone.transport is Transport.HTTPS,
        "auth": zone.auth.value,
        "username": target.secret.username,
        "password": target.secret.password,
        "read_timeout": IDLE_SECONDS,
        "reconnection_backoff": 0.0,
    }
    with _NAMING:
        wsman = GuardedWSMan(operation_timeout=OPERATION_SECONDS, **arguments)
    transport = GuardedTransport(**arguments)
    transport.guard, transport.target, transport.sign_in = guard, target, sign_in
    transport.session = transport._build_session()  # noqa: SLF001 - before first use
    wsman.transport = transport
    return wsman
