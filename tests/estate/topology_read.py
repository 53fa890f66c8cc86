"""A Standard Edition server's services, and what is read of a document."""

from __future__ import annotations

from pathlib import Path

from auditor.estate.model import Pool
from auditor.estate.topology import read_topology
from tests.estate.topology_text import (
    Document,
    On,
    central_management,
    registrar,
)

SE = [
    On("UserServices", "1", needs=(("UserStore", "1"),)),
    registrar("1"),
    On("UserStore", "1", sql="rtc"),
    central_management("1"),
]


def pools_of(document: Document, folder: Path) -> dict[str, Pool]:
    return {pool.fqdn: pool for pool in read_topology(document.written(folder)).pools}


def notes_of(document: Document, folder: Path) -> tuple[str, ...]:
    return read_topology(document.written(folder)).notes
