"""Faults of what is known of SQL Server that types cannot tell."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from auditor.rulebook.confidence import Confidence
from auditor.rulebook.model import Rulebook
from auditor.rulebook.sql import SqlKnowledge, sql_build


def cited_by_sql(rulebook: Rulebook) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every branch, instance and client with the sources it cites."""
    for branch in rulebook.sql.branches:
        yield branch.called, branch.sources
    for home in rulebook.sql.instances:
        yield f"instance {home.name}", home.sources
    for client in rulebook.sql.clients:
        yield f"client {client.key}", client.sources


def sql_faults(rulebook: Rulebook) -> Iterator[str]:
    known = rulebook.sql
    yield from _branches(known)
    for client in known.clients:
        if client.field is not None and client.field < client.least:
            yield f"client {client.key}: a script asks less than Microsoft"
        if (client.confidence is Confidence.STATED) is bool(client.doubt):
            yield f"client {client.key}: unsure without a doubt, or a doubt of what is stated"
    names = [home.name for home in known.instances] + [client.key for client in known.clients]
    if len(set(names)) != len(names):
        yield "an instance or a client of SQL Server stands twice"


def _branches(known: SqlKnowledge) -> Iterator[str]:
    for earlier, later in pairwise(known.branches):
        if not earlier.begins < later.begins:
            yield f"{later.called}: it begins before {earlier.called}"
    for branch in known.branches:
        if sql_build(branch.begins) != branch.begins:
            yield f"{branch.called}: {branch.begins} is not written as lists of builds do"
        if branch.speaks is not None and known.branch(branch.speaks) is not branch:
            yield f"{branch.called}: {branch.speaks} is a build of another branch"
        if all(one.speaks is None for one in known.branches if one.release == branch.release):
            yield f"{branch.release}: no build of it has TLS 1.2"
