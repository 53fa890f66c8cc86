"""Who is asking: NTLM and SPNEGO with sealed messages, and Basic over TLS.

One `Conversation` belongs to one connection, as NTLM authenticates connections. The acceptor
knows passwords only by way of a file that the environment names, so there is one such file
for the whole lab; which account a host accepts is checked here.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import struct
import tempfile
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType

import spnego
from spnego.channel_bindings import GssChannelBindings
from spnego.exceptions import SpnegoError

from auditor.estate.zone import Auth, Transport
from auditor.lab.http import Request, Response
from auditor.lab.model import LabUser, LabZone

_SCHEMES = {Auth.NTLM: "NTLM", Auth.NEGOTIATE: "Negotiate"}
_BOUNDARY = "Encrypted Boundary"
_VARIABLE = "NTLM_USER_FILE"


class Accounts:
    """The accounts of the lab, in a file that only this user can read, while it runs."""

    def __init__(self, users: Iterable[LabUser]) -> None:
        lines = {user.username: _line(user) for user in users}
        handle, name = tempfile.mkstemp(prefix="sfb-audit-lab-")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write("\n".join(lines.values()) + "\n")
        self._path = Path(name)
        self._before = os.environ.get(_VARIABLE)

    def __enter__(self) -> Accounts:
        os.environ[_VARIABLE] = str(self._path)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._before is None:
            os.environ.pop(_VARIABLE, None)
        else:
            os.environ[_VARIABLE] = self._before
        self._path.unlink(missing_ok=True)


def _line(user: LabUser) -> str:
    domain, _, name = user.username.rpartition("\\")
    if ":" in user.username + user.password or "\n" in user.password:
        raise ValueError(f"lab account {user.username!r}: no colon or line end is possible here")
    return f"{domain}:{name}:{user.password}"


class Conversation:
    """The authentication of one connection. `user` is None until it succeeded."""

    def __init__(self, zone: LabZone, channel_binding: bytes | None) -> None:
        self._zone = zone
        self._binding = channel_binding
        self._context: spnego.ContextProxy | None = None
        self._protocol = ""
        self.user: str | None = None

    @property
    def sealing(self) -> bool:
        """Whether messages must be sealed: over http, where nothing else protects them."""
        return self._zone.transport is Transport.HTTP

    def challenge(self) -> Response:
        """401, with what this host accepts."""
        offers = []
        if self._zone.auth is not Auth.BASIC:
            offers = [("WWW-Authenticate", scheme) for scheme in _SCHEMES.values()]
        elif self._zone.transport is Transport.HTTPS:
            offers = [("WWW-Authenticate", 'Basic realm="WSMAN"')]
        self.user = None
        return Response(401, headers=tuple(offers))

    def authenticate(self, request: Request) -> Response | None:
        """The response that continues or ends the handshake; None where the request may go on.

        A handshake's last request may carry a message; its token then goes with the answer
        (see `last_token`).
        """
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if not scheme:
            return None if self.user else self.challenge()
        if scheme.lower() == "basic" and self._zone.auth is Auth.BASIC:
            return self._basic(token)
        if scheme.lower() in {"ntlm", "negotiate"} and self._zone.auth is not Auth.BASIC:
            return self._step(scheme, token)
        return self.challenge()

    def _basic(self, token: str) -> Response | None:
        try:
            given = base64.b64decode(token, validate=True)
        except binascii.Error:
            return self.challenge()
        wanted = f"{self._zone.user.username}:{self._zone.user.password}".encode()
        if self._zone.transport is Transport.HTTPS and hmac.compare_digest(given, wanted):
            self.user = self._zone.user.username
            return None
        return self.challenge()

    def _step(self, scheme: str, token: str) -> Response | None:
        self._protocol = f"application/HTTP-{'SPNEGO'}-session-encrypted"
        try:
            if self._context is None or self._context.complete:
                self._context = self._acceptor(scheme)
            answer = self._context.step(base64.b64decode(token))
        except (SpnegoError, ValueError, struct.error, binascii.Error):
            self._context = None
            return self.challenge()
        if not self._context.complete:
            shown = base64.b64encode(answer or b"").decode()
            return Response(401, headers=(("WWW-Authenticate", f"{scheme} {shown}"),))
        principal = str(self._context.client_principal or "")
        if principal.casefold() != self._zone.user.username.casefold():
            self._context = None
            return self.challenge()
        self.user = self._zone.user.username
        self.last_token = f"{scheme} {base64.b64encode(answer).decode()}" if answer else ""
        return None

    last_token = ""

    def _acceptor(self, scheme: str) -> spnego.ContextProxy:
        bindings = None
        if self._binding is not None:
            bindings = GssChannelBindings(application_data=self._binding)
        return spnego.server(
            protocol="ntlm" if scheme.lower() == "ntlm" else "negotiate",
            options=spnego.NegotiateOptions.use_negotiate | spnego.NegotiateOptions.wrapping_winrm
            if scheme.lower() != "ntlm"
            else spnego.NegotiateOptions.wrapping_winrm | spnego.NegotiateOptions.use_ntlm,
            channel_bindings=bindings,
        )

    def unseal(self, request: Request) -> bytes:
        """The message in a request; ValueError where it is not sealed as it must be."""
        kind = request.headers.get("content-type", "")
        if not kind.startswith("multipart/encrypted"):
            if self.sealing:
                raise ValueError("a message that is not sealed")
            return request.body
        if self._context is None:
            raise ValueError("a sealed message without a handshake")
        sealed = request.body.partition(b"application/octet-stream\r\n")[2]
        sealed = sealed.removesuffix(f"--{_BOUNDARY}--\r\n".encode())
        (length,) = struct.unpack("<i", sealed[:4])
        try:
            return self._context.unwrap_winrm(sealed[4 : 4 + length], sealed[4 + length :])
        except SpnegoError as error:
            raise ValueError("a message that cannot be unsealed") from error

    def seal(self, response: Response, request: Request) -> Response:
        """The response, sealed where the request was, with the handshake's last token."""
        headers = response.headers
        if self.last_token:
            headers = (*headers, ("WWW-Authenticate", self.last_token))
            self.last_token = ""
        sealed = request.headers.get("content-type", "").startswith("multipart/encrypted")
        if not sealed or self._context is None or not response.body:
            return Response(response.status, response.body, response.content_type, headers)
        header, data, padding = self._context.wrap_winrm(response.body)
        original = f"type={response.content_type};Length={len(response.body) + padding}"
        head = (
            f"--{_BOUNDARY}\r\n\tContent-Type: {self._protocol}\r\n"
            f"\tOriginalContent: {original}\r\n--{_BOUNDARY}\r\n"
            "\tContent-Type: application/octet-stream\r\n"
        ).encode()
        body = head + struct.pack("<i", len(header)) + header + data
        body += f"--{_BOUNDARY}--\r\n".encode()
        kind = f'multipart/encrypted;protocol="{self._protocol}";boundary="{_BOUNDARY}"'
        return Response(response.status, body, kind, headers)
