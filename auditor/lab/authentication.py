"""Who is asking: NTLM and SPNEGO with sealed messages, and Basic over TLS.

One `Conversation` belongs to one connection, as NTLM authenticates connections. The acceptor
knows passwords only by way of a file that the environment names, so a process has one such
file for its lab; which account a host accepts is checked here.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import struct
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from types import TracebackType

import spnego
from spnego.channel_bindings import GssChannelBindings
from spnego.exceptions import SpnegoError

from auditor.errors import UsageError
from auditor.estate.zone import Auth, Transport
from auditor.lab import sealing
from auditor.lab.http import Request, Response
from auditor.lab.model import LabUser, LabZone

_VARIABLE = "NTLM_USER_FILE"
_SCHEMES = ("Negotiate", "NTLM")


class Accounts:
    """The accounts of the lab, in a file that only this user can read, while it runs."""

    def __init__(self, users: Iterable[LabUser]) -> None:
        """UsageError for an account that such a file cannot hold, or holds already."""
        known: dict[str, LabUser] = {}
        for user in users:
            first = known.setdefault(user.username.casefold(), user)
            if first.password != user.password:
                raise UsageError(
                    "LAB-ACCOUNT",
                    f"{user.username} has two passwords in this lab.",
                    "Give the account of one zone another name, or another domain before it.",
                )
        lines = [_line(user) for user in known.values()]
        handle, name = tempfile.mkstemp(prefix="sfb-audit-lab-")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.writelines(lines)
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
    if any(sign in user.username + user.password for sign in ":\r\n"):
        raise UsageError(
            "LAB-ACCOUNT",
            f"{user.username}: the lab cannot keep a name or a password with a colon or a line "
            "end in it.",
            "Choose another one.",
        )
    return f"{domain}:{name}:{user.password}\n"


class Conversation:
    """The authentication of one connection. `user` is None until it succeeded."""

    def __init__(
        self,
        zone: LabZone,
        channel_binding: bytes | None,
        rejected: Callable[[], None] = lambda: None,
    ) -> None:
        """`rejected` is called for each sign-in that is refused."""
        self._zone = zone
        self._binding = channel_binding
        self._rejected = rejected
        self._context: spnego.ContextProxy | None = None
        self._last_token = ""
        self.user: str | None = None

    @property
    def sealing(self) -> bool:
        """Whether messages must be sealed: over http, where nothing else protects them."""
        return self._zone.transport is Transport.HTTP

    def challenge(self) -> Response:
        """401, with what this host accepts."""
        offers: tuple[str, ...] = ()
        if self._zone.auth is not Auth.BASIC:
            offers = _SCHEMES
        elif self._zone.transport is Transport.HTTPS:
            offers = ('Basic realm="WSMAN"',)
        self.user = None
        return Response(401, headers=tuple(("WWW-Authenticate", offer) for offer in offers))

    def refuse(self) -> Response:
        """401 to an account that gave its credentials."""
        self._rejected()
        self._context = None
        return self.challenge()

    def authenticate(self, request: Request) -> Response | None:
        """The response that continues or ends the handshake; None where the request may go on.

        A handshake's last request may carry a message; its token then goes with the answer.
        """
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if not scheme:
            return None if self.user else self.challenge()
        if scheme.lower() == "basic" and self._zone.auth is Auth.BASIC:
            return self._basic(token)
        if scheme.lower() in {"ntlm", "negotiate"} and self._zone.auth is not Auth.BASIC:
            return self._step(scheme, token)
        return self.refuse()

    def _basic(self, token: str) -> Response | None:
        try:
            given = base64.b64decode(token, validate=True)
        except binascii.Error:
            return self.refuse()
        wanted = f"{self._zone.user.username}:{self._zone.user.password}".encode()
        if self._zone.transport is Transport.HTTPS and hmac.compare_digest(given, wanted):
            self.user = self._zone.user.username
            return None
        return self.refuse()

    def _step(self, scheme: str, token: str) -> Response | None:
        try:
            if self._context is None or self._context.complete:
                self._context = self._acceptor(scheme)
            answer = self._context.step(base64.b64decode(token))
        except (SpnegoError, ValueError, struct.error):
            return self.refuse()
        shown = f"{scheme} {base64.b64encode(answer).decode()}" if answer else ""
        if not self._context.complete:
            return Response(401, headers=(("WWW-Authenticate", shown or scheme),))
        principal = str(self._context.client_principal or "")
        if principal.casefold() != self._zone.user.username.casefold():
            return self.refuse()
        self.user = self._zone.user.username
        self._last_token = shown
        return None

    def _acceptor(self, scheme: str) -> spnego.ContextProxy:
        bindings = None
        if self._binding is not None:
            bindings = GssChannelBindings(application_data=self._binding)
        # Our own SPNEGO and NTLM, not a GSSAPI library that the machine may have.
        own = {
            "ntlm": spnego.NegotiateOptions.use_ntlm,
            "negotiate": spnego.NegotiateOptions.use_negotiate,
        }
        protocol = scheme.lower()
        return spnego.server(
            protocol=protocol,
            options=own[protocol] | spnego.NegotiateOptions.wrapping_winrm,
            channel_bindings=bindings,
        )

    def unseal(self, request: Request) -> bytes | None:
        """The message in a request, None for one in the clear that had to be sealed.

        ValueError for what this connection's handshake did not seal.
        """
        if not sealing.is_sealed(request.headers.get("content-type", "")):
            return None if self.sealing else request.body
        if self._context is None:
            raise ValueError("a sealed message without a handshake")
        return sealing.unseal(self._context, request.body)

    def seal(self, response: Response, request: Request) -> Response:
        """The response, sealed where the request was, with the handshake's last token."""
        if self._last_token:
            token = ("WWW-Authenticate", self._last_token)
            response = replace(response, headers=(*response.headers, token))
            self._last_token = ""
        sealed = sealing.is_sealed(request.headers.get("content-type", ""))
        if not sealed or self._context is None or not response.body:
            return response
        body = sealing.seal(self._context, response.body, response.content_type)
        return replace(response, body=body, content_type=sealing.CONTENT_TYPE)
