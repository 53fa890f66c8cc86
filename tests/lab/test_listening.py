"""Where a lab's hosts are heard: each on its own loopback address, and nowhere else."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator

import pytest

from auditor.errors import UsageError
from auditor.estate.zone import Auth, Transport
from auditor.lab.listener import listen
from auditor.lab.model import LabZone
from auditor.lab.server import running_lab
from auditor.lab.state import StateBackend
from tests.lab_hosts import NTLM_HTTP, USER, lab_host

ADDRESSES = ("127.31.0.1", "127.31.0.2")
KNOCK = b"POST /wsman HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"

bound_to_loopback = pytest.mark.skipif(
    not hasattr(socket, "SO_BINDTODEVICE"), reason="this system binds no socket to a device"
)


@contextlib.contextmanager
def hearing(port: int = 0, *, together: bool) -> Iterator[list[socket.socket]]:
    sockets = listen(ADDRESSES, port, together=together)
    try:
        yield sockets
    finally:
        for each in sockets:
            each.close()


def refuse_devices(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a system that is not Linux."""
    monkeypatch.delattr(socket, "SO_BINDTODEVICE", raising=False)


def knock(address: tuple[str, int]) -> bytes:
    with socket.create_connection(address, 2) as client:
        client.sendall(KNOCK)
        return client.recv(4096)


@bound_to_loopback
def test_one_socket_hears_all_of_loopback() -> None:
    with hearing(together=True) as sockets:
        (one,) = sockets
        device = one.getsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, 16)
        assert device.rstrip(b"\0") == b"lo"


def test_without_devices_each_address_has_a_socket_on_one_port(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    refuse_devices(monkeypatch)
    with hearing(together=True) as sockets:
        names = [each.getsockname() for each in sockets]
    assert [address for address, _ in names] == list(ADDRESSES)
    assert len({port for _, port in names}) == 1


@pytest.mark.parametrize("together", [True, False])
def test_a_port_that_is_taken_leaves_nothing_open(together: bool) -> None:
    with hearing(together=together) as sockets:
        port = sockets[0].getsockname()[1]
        with pytest.raises(OSError, match="in use"), hearing(port, together=together):
            pass


@pytest.mark.parametrize("devices", [True, False], ids=["one-socket", "one-each"])
def test_each_address_is_another_host(monkeypatch: pytest.MonkeyPatch, devices: bool) -> None:
    if not devices:
        refuse_devices(monkeypatch)
    hosts = [lab_host(1), lab_host(2)]
    with running_lab(hosts, StateBackend()) as lab:
        port = lab.ports[NTLM_HTTP.name]
        for host in (hosts[0], hosts[1], hosts[1]):
            assert knock((host.address, port)).startswith(b"HTTP/1.1 401 ")
        assert [lab.connections[host.fqdn] for host in hosts] == [1, 2]


@bound_to_loopback
def test_an_address_that_is_no_host_is_reset() -> None:
    with running_lab([lab_host(1)], StateBackend()) as lab, pytest.raises(ConnectionResetError):
        knock(("127.31.9.9", lab.ports[NTLM_HTTP.name]))


def outward_address() -> str:
    """This machine's own address on a network, if it has one; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            pytest.skip("this machine is on no network")
        return str(probe.getsockname()[0])


@pytest.mark.parametrize("devices", [True, False], ids=["one-socket", "one-each"])
def test_nobody_is_heard_by_way_of_a_network_address(
    monkeypatch: pytest.MonkeyPatch, devices: bool
) -> None:
    if not devices:
        refuse_devices(monkeypatch)
    address = outward_address()
    with (
        running_lab([lab_host(1)], StateBackend()) as lab,
        pytest.raises((ConnectionResetError, ConnectionRefusedError)),
    ):
        knock((address, lab.ports[NTLM_HTTP.name]))


def test_zones_may_share_a_port() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    zones = [LabZone(name, Transport.HTTP, Auth.NTLM, port, USER) for name in ("one", "two")]
    hosts = [lab_host(number, zone) for number, zone in enumerate(zones)]
    with running_lab(hosts, StateBackend()) as lab:
        assert lab.ports == {"one": port, "two": port}
        for host in hosts:
            assert knock((host.address, port)).startswith(b"HTTP/1.1 401 ")


def test_a_zone_of_refusing_hosts_has_a_port_all_the_same() -> None:
    host = lab_host(1, fault="refuse")
    with running_lab([host], StateBackend()) as lab, pytest.raises(ConnectionRefusedError):
        knock((host.address, lab.ports[NTLM_HTTP.name]))


def test_an_address_that_the_system_does_not_have_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_devices(monkeypatch)
    host = lab_host(1)
    stranger = type(host)(host.fqdn, host.zone, "192.0.2.7", host.windows)
    with (
        pytest.raises(UsageError, match="cannot listen") as caught,
        running_lab([stranger], StateBackend()),
    ):
        pass
    assert caught.value.code == "LAB-PORT"
    assert "loopback address" in caught.value.hint


@pytest.mark.parametrize(
    "bytes_sent",
    [
        b"\r\n\r\n",
        b"POST /wsman HTTP/1.1\r\nContent-Length: many\r\n\r\n",
        b"POST /wsman HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST /wsman HTTP/1.1\r\nContent-Length: 999999999\r\n\r\n",
        b"POST /wsman HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
    ],
    ids=["empty", "length-text", "length-negative", "length-huge", "chunked"],
)
def test_what_is_no_request_is_answered_400_and_hung_up(bytes_sent: bytes) -> None:
    assert said_to_a_host(bytes_sent).startswith(b"HTTP/1.1 400 ")


def test_headers_without_end_are_hung_up_on() -> None:
    with contextlib.suppress(ConnectionError):  # reset, with some of it unread
        assert said_to_a_host(b"GET /" + b"a" * 200_000).startswith(b"HTTP/1.1 400 ")


def said_to_a_host(request: bytes) -> bytes:
    """All that a host answers until it hangs up; TimeoutError where it does not."""
    host = lab_host(1)
    with running_lab([host], StateBackend()) as lab:
        address = (host.address, lab.ports[NTLM_HTTP.name])
        with socket.create_connection(address, 2) as client:
            client.sendall(request)
            return b"".join(iter(lambda: client.recv(4096), b""))


def test_a_client_that_wants_no_more_is_hung_up_on() -> None:
    request = KNOCK.replace(b"Host: x", b"Connection: close")
    assert said_to_a_host(request).startswith(b"HTTP/1.1 401 ")
