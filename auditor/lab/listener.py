"""Sockets that hear a lab's hosts, on loopback alone."""

from __future__ import annotations

import asyncio
import errno
import socket
import struct
from collections.abc import Callable, Collection

_BACKLOG = 512
_PORT_TRIES = 20
_BREATH_SECONDS = 0.05


def listen(addresses: Collection[str], port: int, *, together: bool) -> list[socket.socket]:
    """Sockets on `port` (0: one that is free) for all `addresses`.

    Where all addresses of loopback may answer (`together`) and the system allows it, one
    socket hears them all and `getsockname` of a connection tells which was meant: hundreds of
    hosts then cost one descriptor. Otherwise each address has a socket of its own. Raises
    OSError, with nothing left open.
    """
    if together and (hearing := _hear_all(port)) is not None:
        return [hearing]
    for attempt in range(_PORT_TRIES):
        try:
            return _hear_each(addresses, port)
        except OSError as error:
            if port or error.errno != errno.EADDRINUSE or attempt == _PORT_TRIES - 1:
                raise
    raise AssertionError("unreachable")


def _hear_all(port: int) -> socket.socket | None:
    """One socket for all of loopback, None where the system does not bind to a device."""
    if not hasattr(socket, "SO_BINDTODEVICE"):
        return None
    hearing = _socket()
    try:
        hearing.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo\0")
    except OSError:
        hearing.close()
        return None
    try:
        # Every interface by its address, but only loopback by the device.
        return _bound(hearing, "0.0.0.0", port)  # noqa: S104
    except OSError:
        hearing.close()
        raise


def _hear_each(addresses: Collection[str], port: int) -> list[socket.socket]:
    hearing: list[socket.socket] = []
    try:
        for address in addresses:
            hearing.append(_socket())
            _bound(hearing[-1], address, port)
            port = hearing[-1].getsockname()[1]
    except OSError:
        for each in hearing:
            each.close()
        raise
    return hearing


def _socket() -> socket.socket:
    hearing = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    hearing.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    hearing.setblocking(False)
    return hearing


def _bound(hearing: socket.socket, address: str, port: int) -> socket.socket:
    hearing.bind((address, port))
    hearing.listen(_BACKLOG)
    return hearing


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def accept(hearing: socket.socket, connected: Callable[[socket.socket], None]) -> None:
    """Hand over each connection, for ever."""
    loop = asyncio.get_running_loop()
    while True:
        try:
            connection, _ = await loop.sock_accept(hearing)
        except OSError:  # hung up already, or no descriptor is left for the moment
            await asyncio.sleep(_BREATH_SECONDS)
        else:
            connected(connection)


def reset(connection: socket.socket) -> None:
    """Close a connection as a host without such a port does."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
