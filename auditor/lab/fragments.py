"""Fragments of PSRP messages (MS-PSRP 2.2.1 and 2.2.4), as far as the lab looks into them."""

from __future__ import annotations

import struct
import uuid

FRAGMENT_BYTES = 32 * 1024
NO_PIPELINE = uuid.UUID(int=0)
POOL_STATE = 0x00021005
PIPELINE_STATE = 0x00041006
_HEADER = struct.Struct(">QQBI")
_MESSAGE = struct.Struct("<II")
_POOL_ID = slice(_HEADER.size + 8, _HEADER.size + 24)
_PIPELINE_ID = slice(_HEADER.size + 24, _HEADER.size + 40)
_BEGINS, _ENDS = 1, 2
_TO_CLIENT = 1


def message(kind: int, pool: uuid.UUID, pipeline: uuid.UUID, clixml: bytes) -> bytes:
    """A message to the client."""
    return _MESSAGE.pack(_TO_CLIENT, kind) + pool.bytes_le + pipeline.bytes_le + clixml


def fragments_of(number: int, whole: bytes) -> list[bytes]:
    """A message in as many fragments as it takes."""
    starts = range(0, len(whole), FRAGMENT_BYTES)
    return [
        fragment(number, index, whole[at : at + FRAGMENT_BYTES], last=index == len(starts) - 1)
        for index, at in enumerate(starts)
    ]


def fragment(number: int, index: int, data: bytes, *, last: bool) -> bytes:
    """The fragment at `index` of the message with that number."""
    flags = (_BEGINS if index == 0 else 0) | (_ENDS if last else 0)
    return _HEADER.pack(number, index, flags, len(data)) + data


def split_fragments(data: bytes) -> list[bytes]:
    """The fragments in `data`, one by one: Windows sends each in a stream of its own."""
    fragments = []
    at = 0
    while at < len(data):
        length = _HEADER.unpack_from(data, at)[3]
        end = at + _HEADER.size + length
        fragments.append(data[at:end])
        at = end
    return fragments


def number_of(piece: bytes) -> int:
    """Which message a fragment belongs to."""
    return int.from_bytes(piece[:8], "big")


def ends_message(piece: bytes) -> bool:
    return bool(piece[16] & _ENDS)


def kind_of(piece: bytes) -> int:
    """The type of the message that a fragment begins, 0 where it begins none."""
    if len(piece) < _HEADER.size + _MESSAGE.size or not piece[16] & _BEGINS:
        return 0
    kind: int = _MESSAGE.unpack_from(piece, _HEADER.size)[1]
    return kind


def pool_of(first: bytes) -> uuid.UUID:
    """The pool that a message's first fragment names. Raises ValueError."""
    return uuid.UUID(bytes_le=first[_POOL_ID])


def pipeline_of(first: bytes) -> uuid.UUID:
    """The pipeline that a message's first fragment names. Raises ValueError."""
    return uuid.UUID(bytes_le=first[_PIPELINE_ID])
