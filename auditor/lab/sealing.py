"""Sealed messages: SOAP that NTLM or SPNEGO has encrypted, as WinRM packs it (MS-WSMV 2.2.9.1)."""

from __future__ import annotations

import struct

import spnego
from spnego.exceptions import SpnegoError

_PROTOCOL = "application/HTTP-SPNEGO-session-encrypted"
_BOUNDARY = "Encrypted Boundary"
_LENGTH = struct.Struct("<i")
CONTENT_TYPE = f'multipart/encrypted;protocol="{_PROTOCOL}";boundary="{_BOUNDARY}"'


def is_sealed(content_type: str) -> bool:
    return content_type.startswith("multipart/encrypted")


def unseal(context: spnego.ContextProxy, body: bytes) -> bytes:
    """The message in a sealed body; ValueError for one that `context` did not seal."""
    sealed = body.partition(b"application/octet-stream\r\n")[2]
    sealed = sealed.removesuffix(f"--{_BOUNDARY}--\r\n".encode())
    try:
        (length,) = _LENGTH.unpack_from(sealed)
        signature = sealed[_LENGTH.size : _LENGTH.size + length]
        data = sealed[_LENGTH.size + length :]
        message: bytes = context.unwrap_winrm(signature, data)
    except (SpnegoError, struct.error) as error:
        raise ValueError("a message that cannot be unsealed") from error
    return message


def seal(context: spnego.ContextProxy, message: bytes, content_type: str) -> bytes:
    signature, data, padding = context.wrap_winrm(message)
    head = (
        f"--{_BOUNDARY}\r\n\tContent-Type: {_PROTOCOL}\r\n"
        f"\tOriginalContent: type={content_type};Length={len(message) + padding}\r\n"
        f"--{_BOUNDARY}\r\n\tContent-Type: application/octet-stream\r\n"
    )
    tail = f"--{_BOUNDARY}--\r\n"
    return head.encode() + _LENGTH.pack(len(signature)) + signature + data + tail.encode()
