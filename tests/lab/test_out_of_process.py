"""Lines of the engine's own transport: what they say, and which are none."""

from __future__ import annotations

import uuid

import pytest

from auditor.lab.out_of_process import POOL, Packet, read_packet

PIPELINE = uuid.UUID("9a518493-de4b-4f4b-bc36-b6d3df6edaac")
WRITTEN = [
    (
        Packet("Data", PIPELINE, b"\0", "Default"),
        b"<Data Stream='Default' PSGuid='9a518493-de4b-4f4b-bc36-b6d3df6edaac'>AA==</Data>\n",
    ),
    (Packet("Command", PIPELINE), b"<Command PSGuid='9a518493-de4b-4f4b-bc36-b6d3df6edaac' />\n"),
    (Packet("Close"), b"<Close PSGuid='00000000-0000-0000-0000-000000000000' />\n"),
]
READ = {
    b"<Data Stream='Default' PSGuid='9a518493-de4b-4f4b-bc36-b6d3df6edaac'>AP8=</Data>\r\n": Packet(
        "Data", PIPELINE, b"\x00\xff"
    ),
    b"<DataAck PSGuid='00000000-0000-0000-0000-000000000000' />\n": Packet("DataAck", POOL),
}
NONE = [
    b"hello\n",
    b"\n",
    b"\xff\xfe\n",
    b"<Data Stream='Default' PSGuid='9a518493'>AP8=</Data>\n",
    b"<Data Stream='Default' PSGuid='9a518493-de4b-4f4b-bc36-b6d3df6edaac'>A</Data>\n",
    b"<Data Stream='Default' PSGuid='------------------------------------'>AP8=</Data>\n",
    b"<Data Stream='Default' PSGuid='9a518493-de4b-4f4b-bc36-b6d3df6edaac'>AP8=</Close>\n",
]


@pytest.mark.parametrize(("packet", "line"), WRITTEN)
def test_a_packet_is_one_line(packet: Packet, line: bytes) -> None:
    assert packet.encode() == line


@pytest.mark.parametrize(("line", "packet"), READ.items())
def test_a_line_is_one_packet(line: bytes, packet: Packet) -> None:
    assert read_packet(line) == packet


@pytest.mark.parametrize("line", NONE)
def test_a_line_of_a_script_is_none(line: bytes) -> None:
    assert read_packet(line) is None
