"""The lines in which a PowerShell engine's own server takes and gives PSRP over its stdin.

MS-PSRP calls it the out-of-process transport: one element a line, fragments in BASE64. Every
element names a pipeline, or the pool by a GUID of zeroes, and is acknowledged.
"""

from __future__ import annotations

import base64
import re
import uuid
from dataclasses import dataclass

POOL = uuid.UUID(int=0)
_LINE = re.compile(
    rb"\s*<(?P<kind>\w+)(?:\s+Stream='\w*')?\s+PSGuid='(?P<target>[0-9A-Fa-f-]{36})'\s*"
    rb"(?:/>|>(?P<data>[A-Za-z0-9+/=]*)</(?P=kind)>)\s*"
)


@dataclass(frozen=True, slots=True)
class Packet:
    """`kind` is Data, Command, Signal or Close, or one of these with Ack."""

    kind: str
    target: uuid.UUID = POOL
    data: bytes = b""
    stream: str = "Default"

    def encode(self) -> bytes:
        if self.kind != "Data":
            return f"<{self.kind} PSGuid='{self.target}' />\n".encode()
        text = base64.b64encode(self.data).decode()
        return f"<Data Stream='{self.stream}' PSGuid='{self.target}'>{text}</Data>\n".encode()


def read_packet(line: bytes) -> Packet | None:
    """What a line says; None for one that is none of the engine's, such as a script's own."""
    match = _LINE.fullmatch(line)
    if match is None:
        return None
    try:
        data = base64.b64decode(match["data"] or b"", validate=True)
        target = uuid.UUID(match["target"].decode())
    except ValueError:
        return None
    return Packet(match["kind"].decode(), target, data)
