"""Clients that are made in many threads at once."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from xml.etree import ElementTree as ET

import pytest

from auditor.collect.guard import Guard
from auditor.collect.model import Secret, Target
from auditor.collect.sign_in import Accounts
from auditor.collect.transport import open_wsman
from auditor.estate.zone import Auth, Transport, Zone

THREADS = 16


@pytest.fixture
def often() -> Iterator[None]:
    """Threads take turns as often as they can."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("often")
def test_one_client_at_a_time_names_its_prefixes(monkeypatch: pytest.MonkeyPatch) -> None:
    """ElementTree has one table of prefixes, and every client of pypsrp's writes it anew."""
    register, inside, most = ET.register_namespace, 0, 0
    counting = threading.Lock()

    def watched(prefix: str, uri: str) -> None:
        nonlocal inside, most
        with counting:
            inside += 1
            most = max(most, inside)
        time.sleep(0)  # let another one in, if it can
        register(prefix, uri)
        with counting:
            inside -= 1

    monkeypatch.setattr(ET, "register_namespace", watched)
    start = threading.Barrier(THREADS)

    def make(number: int) -> None:
        zone = Zone("z", Transport.HTTP, 5985, Auth.NTLM)
        asked = Target(f"h{number}.contoso.com", zone, Secret("CONTOSO\\a", "Lab-only.1"))
        guard = Guard(seconds=60, budget=1, connect_seconds=1)
        start.wait()
        open_wsman(asked, guard, Accounts().sign_in(asked.secret))

    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(make, range(THREADS)))
    assert most == 1
